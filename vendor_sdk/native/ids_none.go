//go:build !((hiksdk || dahuasdk) && cgo)

package native

// OpenIDs is 0 in a program that can load no library.
func OpenIDs() int { return 0 }
