//go:build (hiksdk || dahuasdk) && cgo

package native

import (
	"debug/pe"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/windows"
)

// missing says which libraries that one needs, or one beside it needs, are neither beside it nor where Windows looks; "" where there are
// none. Windows names only the library that it was asked for.
func missing(path string) string {
	directory, seen := filepath.Dir(path), map[string]bool{}
	var absent []string
	for queue := []string{path}; len(queue) > 0; queue = queue[1:] {
		for _, name := range imports(queue[0]) {
			if seen[strings.ToLower(name)] {
				continue
			}
			seen[strings.ToLower(name)] = true
			beside := filepath.Join(directory, name)
			if _, err := os.Stat(beside); err == nil {
				queue = append(queue, beside)
			} else if !known(name) {
				absent = append(absent, name)
			}
		}
	}
	if len(absent) == 0 {
		return ""
	}
	slices.Sort(absent)
	return "what it needs is neither beside it nor in Windows: " + strings.Join(absent, ", ")
}

// imports returns the names of the libraries that a library imports from.
func imports(path string) []string {
	file, err := pe.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }() // it was read only
	symbols, err := file.ImportedSymbols()
	if err != nil {
		return nil
	}
	var names []string
	for _, symbol := range symbols { // "function:library"
		if name := symbol[strings.LastIndexByte(symbol, ':')+1:]; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// known tells whether Windows finds a library by its name. Those that begin with api-ms- are other names of its own.
func known(name string) bool {
	if strings.HasPrefix(strings.ToLower(name), "api-ms-") {
		return true
	}
	library, err := windows.LoadLibraryEx(name, 0, windows.LOAD_LIBRARY_AS_DATAFILE)
	if err != nil {
		return false
	}
	_ = windows.FreeLibrary(library) // nothing follows from it
	return true
}
