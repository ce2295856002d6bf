//go:build (hiksdk || dahuasdk) && cgo

package native

// missing says nothing: the loader's words name what is missing.
func missing(string) string { return "" }
