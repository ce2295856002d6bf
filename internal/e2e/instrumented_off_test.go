//go:build !race && !asan

package e2e

var instrumented []string //nolint:gochecknoglobals // it follows from the build
