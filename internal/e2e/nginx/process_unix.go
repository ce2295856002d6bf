//go:build unix

package nginx

import "syscall"

// group puts nginx and its workers into a group of their own, so that kill meets them all.
func group() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func kill(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
