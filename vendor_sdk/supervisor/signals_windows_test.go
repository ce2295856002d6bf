package supervisor_test

import "os"

func dieOfSignal() { os.Exit(2) }

// freeze cannot be done to oneself here; a process that has ended answers no ping either.
func freeze() { os.Exit(2) }

func lives(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	_ = process.Release()
	return true
}
