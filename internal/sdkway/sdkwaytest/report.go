package sdkwaytest

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// workerReport tells the test's program that it is a worker where to report what it holds.
const workerReport = "SDK_WORKER_REPORT"

// holding is what a process has of what it should give back, by names.
type holding map[string]int64

// hold counts what this process holds. Memory that can be given back is given back before.
func hold() holding {
	debug.FreeOSMemory()
	var heap runtime.MemStats
	runtime.ReadMemStats(&heap)
	h := holding{"goroutines": int64(runtime.NumGoroutine()), "heap": int64(heap.HeapAlloc), "ids": openIDs()}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		h["descriptors"] = int64(len(files))
	}
	h["library's threads"] = libraryThreads()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return h
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		n, _ := strconv.ParseInt(fields[1], 10, 64) // 0 where it is no number
		switch fields[0] {
		case "Threads:":
			h["threads"] = n
		case "VmRSS:":
			h["memory"] = n << 10
		}
	}
	return h
}

// libraryThreads counts the threads that the fakes have made, by their names.
func libraryThreads() int64 {
	var count int64
	tasks, _ := os.ReadDir("/proc/self/task") // none on other systems
	for _, task := range tasks {
		name, err := os.ReadFile("/proc/self/task/" + task.Name() + "/comm")
		if err == nil && strings.HasPrefix(string(name), "sdk-") {
			count++
		}
	}
	return count
}

// reportTo connects to a test and answers each byte with what this worker holds.
func reportTo(address string) {
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(context.Background(), "tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	answer := json.NewEncoder(conn)
	for question := make([]byte, 1); ; {
		if _, err := conn.Read(question); err != nil || answer.Encode(hold()) != nil {
			return
		}
	}
}

// reports is where workers connect to.
type reports struct {
	listener net.Listener
	accepted sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
}

func newReports(t *testing.T) *reports {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &reports{listener: listener}
	r.accepted.Go(r.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		r.accepted.Wait()
		for _, conn := range r.conns {
			_ = conn.Close()
		}
	})
	return r
}

func (r *reports) accept() {
	for {
		conn, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		r.conns = append(r.conns, conn)
		r.mu.Unlock()
	}
}

// ask asks the only worker that has connected.
func (r *reports) ask(t *testing.T) holding {
	t.Helper()
	var conn net.Conn
	waitFor(t, "the worker's report", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.conns) == 1 {
			conn = r.conns[0]
		}
		return conn != nil
	})
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte{'?'}); err != nil {
		t.Fatal(err)
	}
	var told holding
	if err := json.NewDecoder(bufio.NewReader(conn)).Decode(&told); err != nil {
		t.Fatal(err)
	}
	return told
}

// waitFor polls a condition for as long as patience lasts.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for !condition() {
		select {
		case <-poll.C:
		case <-limit.C:
			t.Fatalf("waited %v in vain for %s", patience, what)
		}
	}
}
