//go:build (hiksdk || dahuasdk) && cgo

package native

/*
#include <stdlib.h>
#include "load.h"
*/
import "C"

import (
	"unsafe"

	"golang.org/x/sys/windows"

	"mediapusher/vendor_sdk/sdk"
)

// LocalPath returns the path of a file or directory that is there as C functions take it that know no wide characters: in the code page of
// this system, and with the short names of Windows where that has not all of its letters. The error is an *sdk.LoadError.
func LocalPath(path string) (string, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	local := make([]byte, windows.MAX_LONG_PATH)
	if C.mp_local_path(name, (*C.char)(unsafe.Pointer(&local[0])), C.int(len(local))) == 0 {
		return "", &sdk.LoadError{File: path, Reason: "the path has letters that this system's code page has not"}
	}
	return text(local), nil
}
