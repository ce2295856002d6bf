package sdk

import (
	"errors"
	"fmt"
	"time"
)

// ErrNotBuilt is returned where the binding of a maker was left out of the program; its text says how to build with it.
var ErrNotBuilt = errors.New("not built in")

// Error is a call into a library that failed.
type Error struct {
	// Call is the library's function, "NET_DVR_Login_V40".
	Call string
	// Code is the library's error number: NET_DVR_GetLastError, or CLIENT_GetLastError without its highest bit.
	Code int
	// TriesLeft is how often a wrong password may still be tried, -1 where the device does not tell. LockedFor is how long the account is
	// locked, 0 where that is not told or not so.
	TriesLeft int
	LockedFor time.Duration
}

// Error names the call and the number.
func (e *Error) Error() string { return fmt.Sprintf("%s: error %d", e.Call, e.Code) }

// LoadError is a file of a library that is missing or cannot be loaded.
type LoadError struct {
	// File is the path, or the name where it was looked for in several places.
	File string
	// Reason is what the loader or the check said.
	Reason string
}

// Error names the file and the reason.
func (e *LoadError) Error() string { return e.File + ": " + e.Reason }
