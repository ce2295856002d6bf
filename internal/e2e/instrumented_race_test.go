//go:build race

package e2e

// instrumented are the build flags that the tests, and so the programs too, are built with.
var instrumented = []string{"-race"}
