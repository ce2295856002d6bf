package machine

import (
	"bufio"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ClockSynchronised tells whether the clock follows a time server, nil where the system does not tell: on Linux by adjtimex(2).
func ClockSynchronised() *bool {
	state, err := unix.Adjtimex(&unix.Timex{})
	if err != nil {
		return nil
	}
	return new(state != unix.TIME_ERROR)
}

// OpenFiles is how many files this process may open, up to which Go's runtime raises its own limit; 0 where there is no limit worth
// telling.
func OpenFiles() uint64 {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil || limit.Max == unix.RLIM_INFINITY {
		return 0
	}
	return limit.Max
}

// Memory is how much memory programs can still have and how much the machine has, in bytes; 0 where the system does not tell: on Linux
// by /proc/meminfo.
func Memory() (available, total uint64) {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, 0
	}
	defer file.Close()
	return parseMeminfo(file)
}

// parseMeminfo reads lines such as "MemTotal:  16384256 kB" (proc_meminfo(5)).
func parseMeminfo(text io.Reader) (available, total uint64) {
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		kib, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 54)
		switch {
		case err != nil:
		case name == "MemTotal":
			total = kib << 10
		case name == "MemAvailable":
			available = kib << 10
		}
	}
	return available, total
}
