//go:build !race && !asan

package e2e

var instrumented []string
