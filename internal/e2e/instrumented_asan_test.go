//go:build asan

package e2e

var instrumented = []string{"-asan"} //nolint:gochecknoglobals // it follows from the build
