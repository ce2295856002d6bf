package sdk

import (
	"debug/elf"
	"debug/pe"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Part is one file that belongs to a maker's library.
type Part struct {
	// Names are paths below the library's directory, with slashes; the first one that exists counts.
	Names []string
	// For is what does not work without it.
	For string
	// Needed says that the library cannot be used at all without it.
	Needed bool
}

// Find returns the file of a part in a directory, for an operating system by its GOOS, on x86-64. The error is a *LoadError: the file is
// missing, or no library for that system.
func (p Part) Find(directory, system string) (path string, err error) {
	for _, name := range p.Names {
		path = filepath.Join(directory, filepath.FromSlash(name))
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return path, &LoadError{File: path, Reason: err.Error()}
		case !info.Mode().IsRegular():
			return path, &LoadError{File: path, Reason: "it is no file"}
		case !strings.HasSuffix(name, ".xml"):
			return path, checkLibrary(path, system)
		}
		return path, nil
	}
	return "", &LoadError{File: filepath.Join(directory, filepath.FromSlash(p.Names[0])), Reason: "the file is missing"}
}

// CheckParts looks for the parts in a directory, the first of which is the library itself: that must be there, and where any other part is,
// all that are needed. A library that lies there alone is left to the loader, which knows what it lacks. The error is a *LoadError.
func CheckParts(directory, system string, parts []Part) error {
	if _, err := parts[0].Find(directory, system); err != nil {
		return err
	}
	var missing error
	alone := true
	for _, part := range parts[1:] {
		path, err := part.Find(directory, system)
		alone = alone && path == ""
		if part.Needed && missing == nil {
			missing = err
		}
	}
	if alone {
		return nil
	}
	return missing
}

// checkLibrary looks at the head of a file. Links that an archiver has turned into small text files, and libraries for other machines, give
// puzzling errors when they are loaded.
func checkLibrary(path, system string) error {
	if system == "windows" {
		file, err := pe.Open(path)
		if err != nil {
			return &LoadError{File: path, Reason: "it is no Windows library: " + err.Error()}
		}
		defer func() { _ = file.Close() }() // it was read only
		if file.Machine != pe.IMAGE_FILE_MACHINE_AMD64 {
			return &LoadError{File: path, Reason: "it is not for x86-64"}
		}
		return nil
	}
	file, err := elf.Open(path)
	if err != nil {
		return &LoadError{File: path, Reason: "it is no Linux library (a link that was packed as text?): " + err.Error()}
	}
	defer func() { _ = file.Close() }() // it was read only
	if file.Machine != elf.EM_X86_64 {
		return &LoadError{File: path, Reason: "it is not for x86-64"}
	}
	return nil
}
