package worker

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/windows"
)

// Detach moves the protocol away from the standard output, to a handle that no child inherits, and lets Go, and what asks Windows for the
// standard output, get the standard error: makers' libraries print. (The descriptor 1 of the C library is moved where a library is loaded.)
// It comes before that. The process stops listening to the keys of a console: its end is the end of its input.
func Detach() (*os.File, error) {
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	self := windows.CurrentProcess()
	var moved windows.Handle
	err := windows.DuplicateHandle(self, windows.Handle(os.Stdout.Fd()), self, &moved, 0, false, windows.DUPLICATE_SAME_ACCESS)
	if err != nil {
		return nil, fmt.Errorf("moving the standard output: %w", err)
	}
	if err := windows.SetStdHandle(windows.STD_OUTPUT_HANDLE, windows.Handle(os.Stderr.Fd())); err != nil {
		return nil, fmt.Errorf("moving the standard output: %w", err)
	}
	os.Stdout = os.Stderr // it has the old handle, whatever Windows is told
	return os.NewFile(uintptr(moved), "protocol"), nil
}
