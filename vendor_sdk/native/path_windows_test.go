//go:build (hiksdk || dahuasdk) && cgo

package native_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"

	"mediapusher/vendor_sdk/native"
	"mediapusher/vendor_sdk/sdk"
)

// What LocalPath returns is what functions without wide characters find.
func TestLocalPath(t *testing.T) {
	attributes := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetFileAttributesA")
	for _, name := range []string{"a plain name", "élan", "海康", "кино"} {
		t.Run(name, func(t *testing.T) {
			directory := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(directory, 0o700); err != nil {
				t.Fatal(err)
			}
			local, err := native.LocalPath(directory)
			if errors.As(err, new(*sdk.LoadError)) && name != "a plain name" {
				t.Skip("this volume has no short names: ", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			bytes := append([]byte(local), 0)
			if found, _, _ := attributes.Call(uintptr(unsafe.Pointer(&bytes[0]))); uint32(found) == windows.INVALID_FILE_ATTRIBUTES {
				t.Errorf("%q is not found", local)
			}
		})
	}
}
