package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// clockSynchronised tells whether the kernel's clock follows a time server (adjtimex(2)), nil where it does not tell.
func clockSynchronised() *bool {
	state, err := unix.Adjtimex(&unix.Timex{})
	if err != nil {
		return nil
	}
	return new(state != unix.TIME_ERROR)
}

// openFiles is the limit of open files, up to which this program raises its own; 0 where there is none.
func openFiles() uint64 {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil || limit.Max == unix.RLIM_INFINITY {
		return 0
	}
	return limit.Max
}

// memory is what /proc/meminfo tells, in bytes.
func memory() (available, total uint64) {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, 0
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
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
