package supervisor_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/vendor_sdk/supervisor"
)

func TestWaitsGrow(t *testing.T) {
	for n, milliseconds := range []int64{0, 0, 250, 500, 1000, 2000, 4000, 4000} {
		if got := supervisor.Waits(n); got.Milliseconds() != milliseconds {
			t.Errorf("after %d failures %s", n, got)
		}
	}
	if got := supervisor.Waits(1 << 30); got != 4*time.Second {
		t.Errorf("after very many: %s", got)
	}
}

func TestARecorderRestsAndGetsOneTry(t *testing.T) {
	const window, longest = 10 * time.Minute, 16 * time.Minute
	rest := time.Minute // the first one
	c := supervisor.NewCrashes(3, window, longest)
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	look := func(after time.Duration) (time.Duration, bool) {
		now = now.Add(after)
		wait, err := c.Look("a", now)
		resting := (*supervisor.RestError)(nil)
		if err != nil && (!errors.As(err, &resting) || !resting.Until.After(now) || resting.Last == nil) {
			t.Fatal(err)
		}
		return wait, err != nil
	}
	c.Add("a", now)
	if wait, rests := look(0); wait > 0 || rests {
		t.Errorf("after the first: %s, %t", wait, rests)
	}
	c.Add("a", now)
	if wait, rests := look(100 * time.Millisecond); wait != 150*time.Millisecond || rests {
		t.Errorf("after the second: %s, %t", wait, rests)
	}
	if wait, err := c.Look("b", now); wait != 0 || err != nil {
		t.Error("another recorder waits too")
	}
	if wait := c.Add("a", now); wait != rest {
		t.Errorf("after the third: %s", wait)
	}
	if _, rests := look(rest - time.Second); !rests {
		t.Error("no rest")
	}
	if _, rests := look(time.Second); rests {
		t.Error("no try after the rest")
	}
	if wait := c.Add("a", now); wait != 2*rest {
		t.Errorf("the try failed: %s", wait)
	}
	if _, rests := look(2*rest - time.Second); !rests {
		t.Error("no second rest")
	}
	for i := range 5 {
		if _, rests := look(longest); rests {
			t.Errorf("no try after rest %d", i+2)
		}
		if wait := c.Add("a", now); wait != min(4*rest<<i, longest) {
			t.Errorf("rest %d: %s", i+3, wait)
		}
	}
	rest = longest
	if _, rests := look(rest); rests {
		t.Error("no second try")
	}
	if _, rests := look(window + time.Second); rests || c.Names() != 0 {
		t.Error("a try that went well is not forgotten")
	}
	if wait := c.Add("a", now); wait != 0 {
		t.Errorf("a new trouble begins with %s", wait)
	}
}

func TestCrashesAreForgotten(t *testing.T) {
	c := supervisor.NewCrashes(2, time.Minute, time.Minute)
	now := time.Now()
	for range 10 {
		if wait := c.Add("a", now); wait != 0 {
			t.Fatalf("wait %s", wait)
		}
		now = now.Add(61 * time.Second)
	}
}

func TestAHangIsExcusedByARecorderThatIsGone(t *testing.T) {
	c := supervisor.NewCrashes(2, time.Hour, time.Hour)
	now := time.Now()
	c.Excuse("a")
	for range 10 {
		c.AddHang("a", now)
		c.Excuse("a")
		c.Excuse("a")
	}
	c.Add("a", now)
	c.Excuse("a")
	if _, err := c.Look("a", now); err != nil {
		t.Errorf("hangs count: %v", err)
	}
	c.AddHang("a", now)
	if _, err := c.Look("a", now); !errors.As(err, new(*supervisor.RestError)) {
		t.Errorf("a crash was excused: %v", err)
	}
}

func TestOpenWaitsRestsAndGivesUpWithItsContext(t *testing.T) {
	r := newRig(t, "exit-at-start", func(cfg *supervisor.Config) { cfg.MaxCrashes = 3 })
	for range 3 {
		if _, _, err := r.Open(t.Context(), "recorder", account()); !errors.As(err, new(*supervisor.WorkerError)) {
			t.Fatal(err)
		}
	}
	_, _, err := r.Open(t.Context(), "recorder", account())
	resting := (*supervisor.RestError)(nil)
	if !errors.As(err, &resting) || resting.Crashes != 3 || !isWorkerError("did not start", "exit status 3")(err) {
		t.Error(err)
	}
	if _, _, err := r.Open(t.Context(), "other", account()); errors.As(err, &resting) {
		t.Error("another recorder rests too")
	}
}

func TestTheWaitEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "", func(cfg *supervisor.Config) { cfg.Command = nil })
		for range 3 {
			_, _, _ = r.Open(t.Context(), "recorder", account())
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, _, err := r.Open(ctx, "recorder", account()); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
