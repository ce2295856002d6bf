package ptz

import (
	"errors"
	"os"
	"syscall"
)

var errLocked = errors.New("another process holds it")

// errSharing is ERROR_SHARING_VIOLATION (winerror.h).
const errSharing = syscall.Errno(32)

// lockFile makes a file and opens it for this process alone, until it ends.
func lockFile(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS,
		syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errSharing) {
		return nil, errLocked
	}
	if err != nil {
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}
