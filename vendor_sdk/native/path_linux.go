//go:build (hiksdk || dahuasdk) && cgo

package native

// LocalPath returns a path as C functions take it. The error is always nil here.
func LocalPath(path string) (string, error) { return path, nil }
