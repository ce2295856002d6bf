//go:build unix

package supervisor_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// diedOfSignal is what the end of a process by dieOfSignal is told as.
const diedOfSignal = "signal: killed"

func dieOfSignal() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }

func freeze() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) }

// lives tells whether a process is there. A zombie whose new parent does not ask for it is not.
func lives(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil && strings.Contains(string(stat), ") Z ") {
		return false
	}
	return syscall.Kill(pid, 0) == nil
}
