package sdkwaytest

import (
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// A worker's own end and words are seen by nobody but its supervisor, which logs them.
const (
	saidMessage   = "the SDK worker says"
	endedMessage  = "the SDK worker has ended"
	failedMessage = "the SDK worker failed"
)

// verdicts are what a worker's words must not hold: that of the fakes on their caller, and those of the sanitizers.
var verdicts = []string{"misuse", "LeakSanitizer", "AddressSanitizer", "DATA RACE"}

// listened returns a log of workers that fails the test, when it is over, for workers that have not ended in good order.
func listened(t *testing.T) *zap.Logger {
	t.Helper()
	core, seen := observer.New(zap.InfoLevel)
	t.Cleanup(func() {
		waitFor(t, "the end of all workers", func() bool { return len(running(seen.All())) == 0 })
		for _, entry := range seen.All() {
			fields := entry.ContextMap()
			line, _ := fields["line"].(string)
			state, _ := fields["state"].(string)
			if entry.Message == saidMessage && blames(line) || entry.Message == endedMessage && !strings.HasPrefix(state, "exit status 0") {
				t.Errorf("worker %v of %v: %s: %s%s", fields["pid"], fields["device"], entry.Message, line, state)
			}
		}
	})
	return zap.New(core)
}

// running are the workers of which was heard, but not of their end.
func running(entries []observer.LoggedEntry) map[int64]bool {
	alive := make(map[int64]bool)
	for _, entry := range entries {
		pid, known := entry.ContextMap()["pid"].(int64)
		switch {
		case !known:
		case entry.Message == endedMessage || entry.Message == failedMessage:
			delete(alive, pid)
		default:
			alive[pid] = true
		}
	}
	return alive
}

func blames(line string) bool {
	for _, word := range verdicts {
		if strings.Contains(line, word) {
			return true
		}
	}
	return false
}
