package supervisor_test

import (
	"os"
	"runtime"
	"testing"

	"go.uber.org/zap"
)

// descriptors counts the open descriptors of this process, 0 where that cannot be told: on Windows threads have handles of their own.
func descriptors() int {
	if runtime.GOOS == "windows" {
		return 0
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

func TestManyCyclesLeaveNothing(t *testing.T) {
	r := newRig(t, "plain", nil)
	if err := r.open(t, "warm").Close(); err != nil { // what the runtime opens once
		t.Fatal(err)
	}
	files, routines := descriptors(), runtime.NumGoroutine()
	device := r.open(t, "recorder")
	for range 1000 {
		if err := live(t, device, 1).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := counters(t, device); got.begun != 0 {
		t.Errorf("%d streams left in the worker", got.begun)
	}
	if err := device.Close(); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := r.open(t, "recorder").Close(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "goroutines are back", func() bool { return runtime.NumGoroutine() <= routines })
	if got := descriptors(); got != files {
		t.Errorf("%d descriptors, %d before", got, files)
	}
	if n := r.logs.FilterField(zap.String("line", "closed with 0 streams, 0 logins")).Len(); n != 12 {
		t.Errorf("%d libraries closed in order", n)
	}
}
