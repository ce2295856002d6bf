//go:build dahuasdk && cgo

package dhnetsdk

import (
	"os"
	"path/filepath"

	"mediapusher/vendor_sdk/sdk"
)

// companions returns the library itself and the one that it loads when it logs in, without which each login fails (nError 11).
func companions(system string) (library, network string) {
	if system == "windows" {
		return "dhnetsdk.dll", "avnetsdk.dll"
	}
	return "libdhnetsdk.so", "libavnetsdk.so"
}

// check looks for the files in a directory. The error is an *sdk.LoadError that names the first one that is missing.
func check(directory string, names ...string) error {
	for _, name := range names {
		path := filepath.Join(directory, name)
		info, err := os.Stat(path)
		switch {
		case os.IsNotExist(err):
			return &sdk.LoadError{File: path, Reason: "no such file"}
		case err != nil:
			return &sdk.LoadError{File: path, Reason: err.Error()}
		case info.IsDir():
			return &sdk.LoadError{File: path, Reason: "it is a directory"}
		}
	}
	return nil
}
