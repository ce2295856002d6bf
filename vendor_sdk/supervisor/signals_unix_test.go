//go:build unix

package supervisor_test

import (
	"os"
	"syscall"
)

func dieOfSignal() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }

func freeze() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) }

// lives tells whether a process is there, be it as a zombie.
func lives(pid int) bool { return syscall.Kill(pid, 0) == nil }
