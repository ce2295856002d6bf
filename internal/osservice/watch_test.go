package osservice_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/osservice"
)

// manager counts what it is told.
type manager struct {
	patience time.Duration
	alive    atomic.Int32
}

func (*manager) Ready()                    {}
func (*manager) Reloading()                {}
func (*manager) Stopping()                 {}
func (m *manager) Alive()                  { m.alive.Add(1) }
func (m *manager) Patience() time.Duration { return m.patience }

// watched runs Watch for a time and returns how often the manager heard that the service is alive, and how many checks failed.
func watched(t *testing.T, span time.Duration, check func(context.Context) error) (alive, failed int) {
	t.Helper()
	m := &manager{patience: 30 * time.Second}
	ctx, cancel := context.WithTimeout(t.Context(), span)
	defer cancel()
	if err := osservice.Watch(ctx, m, check, func(error) { failed++ }); err != nil {
		t.Error(err)
	}
	return int(m.alive.Load()), failed
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alive, failed := watched(t, 65*time.Second, func(context.Context) error { return nil })
		if alive != 7 || failed != 0 { // at 0, 10, ... 60 s
			t.Errorf("alive %d times, failed %d", alive, failed)
		}
	})
}

func TestWatchHidesNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alive, failed := watched(t, 65*time.Second, func(context.Context) error { return errors.New("no answer") })
		if alive != 0 || failed != 7 {
			t.Errorf("alive %d times, failed %d", alive, failed)
		}
	})
}

// A check that goes on until its limit is late, but ends.
func TestWatchLimitsAChecksTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alive, failed := watched(t, 65*time.Second, func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
		if alive != 0 || failed < 5 {
			t.Errorf("alive %d times, failed %d", alive, failed)
		}
	})
}

// A scheduler that is stuck ends no check: nothing is said, and no second check waits beside the first.
func TestWatchIsSilentWhileStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		var begun atomic.Int32
		alive, failed := watched(t, time.Hour, func(context.Context) error {
			if begun.Add(1) == 3 {
				<-free
			}
			return nil
		})
		close(free)
		if alive != 2 || failed != 0 || begun.Load() != 3 {
			t.Errorf("alive %d times, failed %d, %d checks", alive, failed, begun.Load())
		}
	})
}

func TestWatchWithoutPatience(t *testing.T) {
	m := &manager{}
	err := osservice.Watch(t.Context(), m, func(context.Context) error { return nil }, func(error) {})
	if err != nil || m.alive.Load() != 0 {
		t.Errorf("%v, alive %d times", err, m.alive.Load())
	}
}
