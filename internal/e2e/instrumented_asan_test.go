//go:build asan

package e2e

var instrumented = []string{"-asan"}
