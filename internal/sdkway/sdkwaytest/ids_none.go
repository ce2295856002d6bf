//go:build !((hiksdk || dahuasdk) && cgo)

package sdkwaytest

// openIDs is 0 in a program that can load no library.
func openIDs() int64 { return 0 }
