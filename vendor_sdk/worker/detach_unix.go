//go:build unix

package worker

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// Detach moves the protocol away from the standard output, to a descriptor that no child inherits, and lets everything that prints there
// print to the standard error: makers' libraries print. It comes before a library is loaded. The process stops listening to the signals
// that a terminal or a service manager sends to a whole group: its end is the end of its input.
func Detach() (*os.File, error) {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	fd, err := unix.FcntlInt(uintptr(unix.Stdout), unix.F_DUPFD_CLOEXEC, unix.Stderr+1)
	if err != nil {
		return nil, fmt.Errorf("moving the standard output: %w", err)
	}
	if err := redirect(unix.Stderr, unix.Stdout); err != nil {
		return nil, fmt.Errorf("moving the standard output: %w", err)
	}
	return os.NewFile(uintptr(fd), "protocol"), nil
}
