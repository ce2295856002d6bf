package osservice_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/osservice"
)

// attended runs Attend, and returns what was told and how it ended. The controls come from steer.
func attended(
	t *testing.T, steer func(chan<- osservice.Control), main func(context.Context, osservice.Manager) error,
) ([]osservice.State, error) {
	t.Helper()
	controls := make(chan osservice.Control)
	go steer(controls)
	var told []osservice.State
	err := osservice.Attend(t.Context(), controls, func(s osservice.State) { told = append(told, s) }, 30*time.Second, main)
	synctest.Wait()
	return told, err
}

func after(span time.Duration, controls ...osservice.Control) func(chan<- osservice.Control) {
	return func(to chan<- osservice.Control) {
		for _, control := range controls {
			<-time.After(span)
			to <- control
		}
	}
}

// serving is a service that is ready after a second, beats every ten, and takes two to end.
func serving(ctx context.Context, m osservice.Manager) error {
	<-time.After(time.Second)
	m.Ready()
	err := osservice.Watch(ctx, m, func(context.Context) error { return nil }, func(error) {})
	m.Stopping()
	<-time.After(2 * time.Second)
	return err
}

func TestAttendStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told, err := attended(t, after(5*time.Minute, osservice.ControlAsk, osservice.ControlStop), serving)
		want := []osservice.State{osservice.Starting, osservice.Running, osservice.Running, osservice.Stopping}
		if err != nil || !slices.Equal(told, want) {
			t.Errorf("%v, told %v", err, told)
		}
	})
}

func TestAttendIsStoppedWhileStarting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told, err := attended(t, after(time.Second/2, osservice.ControlStop, osservice.ControlAsk), serving)
		want := []osservice.State{osservice.Starting, osservice.Stopping, osservice.Stopping}
		if err != nil || !slices.Equal(told, want) {
			t.Errorf("%v, told %v", err, told)
		}
	})
}

func TestAttendReturnsTheError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("the port is taken")
		told, err := attended(t, after(0), func(context.Context, osservice.Manager) error { return broken })
		if !errors.Is(err, broken) || !slices.Equal(told, []osservice.State{osservice.Starting}) {
			t.Errorf("%v, told %v", err, told)
		}
	})
}

// A service that ends by itself says so.
func TestAttendHearsTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told, err := attended(t, after(0), func(_ context.Context, m osservice.Manager) error {
			m.Ready()
			m.Reloading()
			m.Ready()
			m.Stopping()
			m.Alive() // too late to change anything
			return nil
		})
		want := []osservice.State{osservice.Starting, osservice.Running, osservice.Running, osservice.Stopping}
		if err != nil || !slices.Equal(told, want) {
			t.Errorf("%v, told %v", err, told)
		}
	})
}

func TestAttendGivesUpOnAFrozenService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		thaw := make(chan struct{})
		_, err := attended(t, after(0), func(_ context.Context, m osservice.Manager) error {
			<-time.After(time.Hour) // a slow start is no frozen service
			m.Ready()
			<-time.After(20 * time.Second)
			m.Alive()
			<-thaw
			m.Alive() // nobody listens any more
			return nil
		})
		close(thaw)
		if took := time.Since(begin); !errors.Is(err, osservice.ErrFrozen) || took != time.Hour+50*time.Second {
			t.Errorf("%v after %s", err, took)
		}
	})
}
