package nvrsim_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mediapusher/internal/nvrsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// start runs a recorder until the test ends.
func start(t *testing.T, cfg nvrsim.Config) *nvrsim.Recorder {
	t.Helper()
	r, err := nvrsim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for limit := time.After(patience); !holds(); {
		select {
		case <-limit:
			t.Fatalf("never: %s", what)
		case <-ticker.C:
		}
	}
}

// program finds a program, or skips the test; MEDIAPUSHER_E2E=require makes a missing one a failure.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("MEDIAPUSHER_E2E") == "require" {
			t.Fatalf("%s is needed: %v", name, err)
		}
		t.Skipf("%s is not installed: %v", name, err)
	}
	return path
}

func count(journal []nvrsim.Entry, kind nvrsim.Kind) int {
	n := 0
	for _, entry := range journal {
		if entry.Kind == kind {
			n++
		}
	}
	return n
}
