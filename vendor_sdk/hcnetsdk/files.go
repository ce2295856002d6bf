//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

import (
	"path/filepath"
	"runtime"
	"strings"

	"mediapusher/vendor_sdk/sdk"
)

// files are the paths that the library must be told; those of OpenSSL are empty where it lies alone.
type files struct{ directory, library, crypto, ssl string }

// findFiles checks that the files of the library are there and are what they should be, before anything is loaded: the library itself says
// little of what it misses, and only when it needs it. The error is an *sdk.LoadError.
func findFiles(directory string) (files, error) {
	absolute, err := filepath.Abs(directory)
	if err != nil {
		return files{}, &sdk.LoadError{File: directory, Reason: err.Error()}
	}
	parts := Parts(runtime.GOOS)
	if err := sdk.CheckParts(absolute, runtime.GOOS, parts); err != nil {
		return files{}, err
	}
	f := files{directory: absolute}
	for _, part := range parts {
		path, err := part.Find(absolute, runtime.GOOS)
		if err != nil && path != "" { // it is there, but it is no library
			return files{}, err
		}
		switch name := part.Names[0]; {
		case name == parts[0].Names[0]:
			f.library = path
		case strings.HasPrefix(name, "libcrypto"):
			f.crypto = path
		case strings.HasPrefix(name, "libssl"):
			f.ssl = path
		}
	}
	return f, nil
}
