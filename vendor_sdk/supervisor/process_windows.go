package supervisor

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// attributes keeps the console away from workers: they end in good order after the service, not before it when somebody presses a key or
// closes the window. A service without a console has none opened for them.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW, HideWindow: true}
}

// enlarge does nothing: a pipe grows by itself.
func enlarge(*os.File) {}

// job is the job object of one worker. The worker ends with its last handle, so it ends with the service however that ends.
type job struct{ handle windows.Handle }

// reserve is how far above the limit a worker's memory may grow, as a share of the limit, before Windows refuses more. Below that the watch
// ends it: a library that is refused memory does anything but that.
const reserve = 4

// hold puts a process into a job of its own, which bounds its memory.
func hold(process *os.Process, limit int64) (job, error) {
	handle, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return job{}, err
	}
	held := job{handle}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{
			LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | windows.JOB_OBJECT_LIMIT_PROCESS_MEMORY,
		},
		ProcessMemoryLimit: uintptr(limit + limit/reserve),
	}
	if _, err := windows.SetInformationJobObject(handle, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))); err != nil {
		held.close()
		return job{}, err
	}
	target, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(process.Pid))
	if err != nil {
		held.close()
		return job{}, err
	}
	defer func() { _ = windows.CloseHandle(target) }() // nothing follows from it
	if err := windows.AssignProcessToJobObject(handle, target); err != nil {
		held.close()
		return job{}, err
	}
	return held, nil
}

func (j job) close() {
	_ = windows.CloseHandle(j.handle) // the process has ended, or ends by this
}

// counters are PROCESS_MEMORY_COUNTERS of psapi.h.
type counters struct {
	size, pageFaults                                   uint32
	peakWorkingSet, workingSet                         uintptr
	quotaPeakPaged, quotaPaged, quotaPeakNon, quotaNon uintptr
	committed, peakCommitted                           uintptr
}

// memory is how many bytes a process has reserved for itself alone, in memory or not, 0 where that cannot be told. It is what a job bounds.
func memory(pid int) int64 {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return 0
	}
	defer func() { _ = windows.CloseHandle(process) }() // nothing follows from it
	found := counters{size: uint32(unsafe.Sizeof(counters{}))}
	ask := windows.NewLazySystemDLL("kernel32.dll").NewProc("K32GetProcessMemoryInfo")
	if done, _, _ := ask.Call(uintptr(process), uintptr(unsafe.Pointer(&found)), uintptr(found.size)); done == 0 {
		return 0
	}
	return int64(found.committed)
}
