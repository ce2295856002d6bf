package supervisor

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// pipeSize is what a pipe for media may hold, in bytes: the most that is allowed to everybody.
const pipeSize = 1 << 20

// attributes keeps the keys of a terminal away from workers: they end in good order after the service, not before it.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// enlarge lets a pipe hold more, where that is allowed.
func enlarge(pipe *os.File) {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize) // the small pipe works as well
	})
}

// job is nothing here: a worker ends with its pipe.
type job struct{}

func hold(*os.Process, int64) (job, error) { return job{}, nil }

func (job) close() {}

// memory is how many bytes a process holds in memory, 0 where that cannot be told.
func memory(pid int) int64 {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(statm)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
