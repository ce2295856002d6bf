//go:build (hiksdk || dahuasdk) && cgo

package native

/*
#include <stdlib.h>
#include "load.h"
*/
import "C"

import (
	"path/filepath"
	"unsafe"

	"mediapusher/vendor_sdk/sdk"
)

// wordsSize bounds what the loader says of a failure, in bytes.
const wordsSize = 1024

// Library is a library that is loaded into this process.
type Library struct {
	path   string
	handle unsafe.Pointer
}

// Load loads the library at an absolute path; what it needs is looked for beside it on Windows, and where its run path and the loader's
// environment say on Linux. On Windows standard output becomes standard error for all C code; Go's os.Stdout stays. The error is an
// *sdk.LoadError with the loader's words.
func Load(path string) (*Library, error) {
	if !filepath.IsAbs(path) {
		return nil, &sdk.LoadError{File: path, Reason: "the path is not absolute"}
	}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	words := make([]byte, wordsSize)
	handle := C.mp_load(name, (*C.char)(unsafe.Pointer(&words[0])), wordsSize)
	if handle == nil {
		reason := text(words)
		if more := missing(path); more != "" {
			reason += " (" + more + ")"
		}
		return nil, &sdk.LoadError{File: path, Reason: reason}
	}
	return &Library{path: path, handle: handle}, nil
}

// Symbol returns the address of an exported function or variable, nil where there is none of that name. It is valid until Close.
func (l *Library) Symbol(name string) unsafe.Pointer {
	symbol := C.CString(name)
	defer C.free(unsafe.Pointer(symbol))
	return C.mp_symbol(l.handle, symbol)
}

// Close unloads the library; none of its threads may run any more. It may be called once. The error is an *sdk.LoadError.
func (l *Library) Close() error {
	words := make([]byte, wordsSize)
	if C.mp_unload(l.handle, (*C.char)(unsafe.Pointer(&words[0])), wordsSize) != 0 {
		return &sdk.LoadError{File: l.path, Reason: text(words)}
	}
	return nil
}

// text returns what stands before the first NUL.
func text(words []byte) string { return C.GoString((*C.char)(unsafe.Pointer(&words[0]))) }
