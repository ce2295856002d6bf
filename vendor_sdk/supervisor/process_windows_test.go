package supervisor_test

import (
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// diedOfSignal is what the end of a process by dieOfSignal is told as.
const diedOfSignal = "exit status 0xc0000005"

// dieOfSignal ends this process as Windows does after an access violation.
func dieOfSignal() {
	_ = windows.TerminateProcess(windows.CurrentProcess(), uint32(windows.STATUS_ACCESS_VIOLATION))
}

// freeze stops all threads of this process.
func freeze() {
	_, _, _ = windows.NewLazySystemDLL("ntdll.dll").NewProc("NtSuspendProcess").Call(uintptr(windows.CurrentProcess()))
	fmt.Fprintln(os.Stderr, "this process was not stopped")
}

// lives tells whether a process is there. One that has ended, and of which somebody still has a handle, is not.
func lives(pid int) bool {
	handle, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return false
	}
	defer func() { _ = windows.CloseHandle(handle) }() // nothing follows from it
	state, err := windows.WaitForSingleObject(handle, 0)
	return err != nil || state == uint32(windows.WAIT_TIMEOUT)
}
