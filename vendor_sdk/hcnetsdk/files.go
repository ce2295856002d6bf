//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"mediapusher/vendor_sdk/sdk"
)

// files are the paths that the library must be told.
type files struct{ directory, library, crypto, ssl string }

// findFiles checks that the files of the library are there and are what they should be, before anything is loaded: the library itself says
// little of what it misses, and only when it needs it. The error is an *sdk.LoadError.
func findFiles(directory string) (files, error) {
	absolute, err := filepath.Abs(directory)
	if err != nil {
		return files{}, &sdk.LoadError{File: directory, Reason: err.Error()}
	}
	for _, names := range neededFiles {
		if _, err := findFile(absolute, names); err != nil {
			return files{}, err
		}
	}
	f := files{directory: absolute, library: filepath.Join(absolute, mainFile)}
	if f.crypto, err = findFile(absolute, cryptoFiles); err != nil {
		return files{}, err
	}
	if f.ssl, err = findFile(absolute, sslFiles); err != nil {
		return files{}, err
	}
	return f, nil
}

// findFile returns the first of the names that is there.
func findFile(directory string, names []string) (string, error) {
	for _, name := range names {
		path := filepath.Join(directory, filepath.FromSlash(name))
		err := checkFile(path)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", &sdk.LoadError{File: path, Reason: err.Error()}
		}
	}
	return "", &sdk.LoadError{File: filepath.Join(directory, filepath.FromSlash(names[0])), Reason: "the file is missing"}
}

// checkFile looks at how a file begins. Packing programs turn a symbolic link into a text file with the name it pointed to.
func checkFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	start := make([]byte, len(magic))
	if _, err := io.ReadFull(file, start); err != nil || string(start) != magic {
		return errors.New("this is no library; a symbolic link that was unpacked as text looks like this")
	}
	return nil
}
