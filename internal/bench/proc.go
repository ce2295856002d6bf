package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reading is what processes have used so far.
type reading struct {
	at     time.Time
	cpu    float64 // seconds
	memory int64   // resident bytes
	idle   processors
}

// measure reads processes with their children.
func measure(pids []int) (reading, error) {
	r := reading{at: time.Now()}
	all, err := family(pids)
	if err != nil {
		return r, err
	}
	for _, pid := range all {
		cpu, err := onProcessor(pid)
		if err != nil {
			return r, err
		}
		r.cpu += cpu
	}
	if r.memory, err = residentOf(all); err != nil {
		return r, err
	}
	r.idle, err = readProcessors()
	return r, err
}

// resident is the memory of processes with their children, in bytes.
func resident(pids []int) (int64, error) {
	all, err := family(pids)
	if err != nil {
		return 0, err
	}
	return residentOf(all)
}

func residentOf(pids []int) (int64, error) {
	var sum int64
	for _, pid := range pids {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return 0, fmt.Errorf("memory: %w", err)
		}
		_, rest, _ := strings.Cut(string(status), "VmRSS:")
		var kib int64
		if _, err := fmt.Sscan(rest, &kib); err != nil {
			return 0, fmt.Errorf("memory of process %d: %w", pid, err)
		}
		sum += kib << 10
	}
	return sum, nil
}

// onProcessor sums the first field of each thread's schedstat, nanoseconds on a processor.
func onProcessor(pid int) (seconds float64, err error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, fmt.Errorf("CPU: %w", err)
	}
	if len(files) == 0 {
		return 0, fmt.Errorf("process %d has ended", pid)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue // the thread has just ended
		}
		if err != nil {
			return 0, fmt.Errorf("CPU: %w", err)
		}
		var ns float64
		if _, err := fmt.Sscan(string(text), &ns); err != nil {
			return 0, fmt.Errorf("CPU of process %d: %w", pid, err)
		}
		seconds += ns / 1e9
	}
	return seconds, nil
}

// family returns pids and all their descendants.
func family(pids []int) ([]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, fmt.Errorf("processes: %w", err)
	}
	children := map[int][]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has just ended
		}
		// pid (name) state parent; the name may hold anything.
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil || len(fields) < 2 {
			continue
		}
		if parent, err := strconv.Atoi(string(fields[1])); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	all := slices.Clone(pids)
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all, nil
}

// processors are the machine's counters of /proc/stat, in ticks.
type processors struct{ idle, total float64 }

func readProcessors() (processors, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return processors{}, fmt.Errorf("processors: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var p processors
	for i, field := range strings.Fields(line)[1:] {
		ticks, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return processors{}, fmt.Errorf("processors: %w", err)
		}
		p.total += ticks
		if i == 3 {
			p.idle = ticks
		}
	}
	return p, nil
}

// since is the share of idle time, 0 to 1.
func (p processors) since(before processors) float64 {
	return (p.idle - before.idle) / max(1, p.total-before.total)
}
