package ptz_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/ptz"
)

func TestDistanceIsTheDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		c := &camera{key: "a", took: 60 * time.Millisecond}
		for range 3 {
			if err := g.Move(t.Context(), c, ptz.TiltUp, 200*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			<-time.After(time.Second)
		}
		expect(t, c, "start tilt up", "stop tilt up", "start tilt up", "stop tilt up", "start tilt up", "stop tilt up")
		// Of the first pulse nobody knows yet how long a stop takes.
		if d := c.between(0, 1); d != 260*time.Millisecond {
			t.Errorf("the first pulse lasts %v", d)
		}
		for _, i := range []int{2, 4} {
			if d := c.between(i, i+1); d != 200*time.Millisecond {
				t.Errorf("pulse %d lasts %v, want 200ms", i/2, d)
			}
		}
		if opened, _ := c.heads(); opened != 1 {
			t.Errorf("%d heads for three pulses", opened)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestSlowStopTakesNoMoreThanHalf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		defer func() { _ = end() }()
		c := &camera{key: "a", took: 2 * time.Second}
		for range 2 {
			if err := g.Move(t.Context(), c, ptz.ZoomIn, 200*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			<-time.After(10 * time.Second)
		}
		if d := c.between(2, 3); d != 2100*time.Millisecond {
			t.Errorf("the stop came %v after the start, want the half of 200ms and the call", d)
		}
	})
}

func TestNewCommandReplacesTheRunningOne(t *testing.T) {
	for name, second := range map[string]ptz.Command{"another": ptz.PanLeft, "the same": ptz.TiltUp} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, end := guard(t, ptz.GuardConfig{})
				c := &camera{key: "a", took: 10 * time.Millisecond}
				for _, command := range []ptz.Command{ptz.TiltUp, second} {
					if err := g.Move(t.Context(), c, command, time.Second); err != nil {
						t.Fatal(err)
					}
				}
				<-time.After(3 * time.Second)
				expect(t, c, "start tilt up", "stop tilt up", "start "+second.String(), "stop "+second.String())
				if d := c.between(0, 1); d > 20*time.Millisecond {
					t.Errorf("the stop of the first waited %v", d)
				}
				if err := end(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestClientGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		defer func() { _ = end() }()
		c := &camera{key: "a", took: 100 * time.Millisecond}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel) // the start is on its way
		if err := g.Move(ctx, c, ptz.TiltUp, 200*time.Millisecond); err != nil {
			t.Errorf("a start that was on its way answers %v", err)
		}
		<-time.After(time.Second)
		expect(t, c, "start tilt up", "stop tilt up")

		// The next caller leaves while the camera is busy with another one's stop.
		if err := g.Move(t.Context(), c, ptz.PanLeft, time.Second); err != nil {
			t.Fatal(err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		if err := g.Move(ctx, c, ptz.PanRight, time.Second); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that left while waiting got %v", err)
		}
		<-time.After(3 * time.Second)
		expect(t, c, "start tilt up", "stop tilt up", "start pan left", "stop pan left")
	})
}

func TestFailingStopIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := &memory{}
		g, end := guard(t, ptz.GuardConfig{Journal: book})
		c := &camera{key: "a", stopErrs: []error{errDevice, errDevice, errDevice}}
		if err := g.Move(t.Context(), c, ptz.TiltUp, 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		if book.size() != 1 {
			t.Error("a running movement is not in the journal")
		}
		<-time.After(2 * time.Second)
		expect(t, c, "start tilt up", "stop tilt up", "stop tilt up", "stop tilt up", "stop tilt up")
		if a, b := c.between(1, 2), c.between(2, 3); a != 50*time.Millisecond || b != 100*time.Millisecond {
			t.Errorf("waits of %v and %v", a, b)
		}
		if opened, _ := c.heads(); opened < 2 {
			t.Error("the head is never opened anew")
		}
		if book.size() != 0 {
			t.Error("a stopped movement is in the journal")
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestStopsGoOnForTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{Journal: &memory{err: errDevice}})
		c := &camera{key: "a", alwaysStop: errDevice}
		if err := g.Move(t.Context(), c, ptz.TiltUp, 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		<-time.After(10 * time.Minute)
		// A new command is accepted; the old stop is tried before it and after it.
		if err := g.Move(t.Context(), c, ptz.PanLeft, 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute)
		c.setStopError(nil)
		<-time.After(10 * time.Second)
		names := c.names()
		tail := names[len(names)-2:]
		if len(names) < 100 || len(names) > 300 {
			t.Errorf("%d calls in eleven minutes", len(names))
		}
		if tail[0] == tail[1] || tail[0][:4] != "stop" || tail[1][:4] != "stop" {
			t.Errorf("the last calls are %q, want both stops", tail)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestWrongPasswordIsNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		c := &camera{key: "a", alwaysStop: refusal{permanent: true}}
		if err := g.Move(t.Context(), c, ptz.TiltUp, 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		<-time.After(10 * time.Minute)
		if n := len(c.names()); n > 12 {
			t.Errorf("%d calls with a refused password in ten minutes", n)
		}
		if err := end(); !errors.Is(err, ptz.ErrMoving) {
			t.Errorf("the end with a camera that moves is %v", err)
		}
	})
}

func TestAmbiguousStartIsStopped(t *testing.T) {
	for _, test := range []struct {
		name  string
		start error
		stops []error
		want  []string
	}{
		{"ambiguous", errDevice, nil, []string{"start tilt up", "stop tilt up"}},
		{"refused", refusal{}, nil, []string{"start tilt up"}},
		{"ambiguous, then the stop refused", errDevice, []error{refusal{}}, []string{"start tilt up", "stop tilt up"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				book := &memory{}
				g, end := guard(t, ptz.GuardConfig{Journal: book})
				c := &camera{key: "a", startErrs: []error{test.start}, stopErrs: test.stops}
				if err := g.Move(t.Context(), c, ptz.TiltUp, time.Second); !errors.Is(err, test.start) {
					t.Errorf("error %v, want %v", err, test.start)
				}
				<-time.After(20 * time.Second)
				expect(t, c, test.want...)
				if book.size() != 0 {
					t.Error("the journal still has it")
				}
				if err := end(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestHangingStartIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		c := &camera{key: "a", took: 11 * time.Second}
		if err := g.Move(t.Context(), c, ptz.TiltUp, time.Second); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		<-time.After(time.Minute)
		_ = end()
		if opened, _ := c.heads(); opened < 3 {
			t.Error("the stop was not tried again")
		}
	})
}

func TestTimedMovementNeedsNoStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := &memory{}
		g, end := guard(t, ptz.GuardConfig{Journal: book})
		c := &camera{key: "a", timed: true}
		if err := g.Move(t.Context(), c, ptz.TiltUp, time.Second); err != nil {
			t.Fatal(err)
		}
		<-time.After(10 * time.Second)
		expect(t, c, "start tilt up")
		if book.size() != 0 {
			t.Error("the journal has it")
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestShutdownStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		c := &camera{key: "a", took: 10 * time.Millisecond, stopErrs: []error{errDevice}}
		if err := g.Move(t.Context(), c, ptz.TiltUp, time.Second); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := end(); err != nil {
			t.Error(err)
		}
		expect(t, c, "start tilt up", "stop tilt up", "stop tilt up")
		if took := time.Since(begun); took > 100*time.Millisecond {
			t.Errorf("the end took %v", took)
		}
		if err := g.Move(t.Context(), c, ptz.TiltUp, time.Second); !errors.Is(err, ptz.ErrClosing) {
			t.Errorf("a movement after the end: %v", err)
		}
		if opened, closed := c.heads(); opened != closed {
			t.Errorf("%d heads opened, %d closed", opened, closed)
		}
	})
}

func TestShutdownHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := &memory{}
		g, end := guard(t, ptz.GuardConfig{Journal: book})
		c := &camera{key: "a", alwaysStop: errDevice}
		if err := g.Move(t.Context(), c, ptz.TiltUp, time.Second); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := end(); !errors.Is(err, ptz.ErrMoving) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("the end took %v", took)
		}
		if book.size() != 1 {
			t.Error("the journal has forgotten what still moves")
		}
	})
}

func TestIdleCameraIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		defer func() { _ = end() }()
		c := &camera{key: "a", took: 60 * time.Millisecond}
		for range 2 {
			if err := g.Move(t.Context(), c, ptz.TiltUp, 200*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			<-time.After(2 * time.Minute)
		}
		if d := c.between(2, 3); d != 200*time.Millisecond {
			t.Errorf("how quick the camera is was forgotten: a pulse lasts %v", d)
		}
		if opened, closed := c.heads(); opened != 2 || closed != 2 {
			t.Errorf("%d heads opened, %d closed, want 2 of each", opened, closed)
		}
	})
}

func TestCamerasDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		defer func() { _ = end() }()
		slow, quick := &camera{key: "slow", took: 4 * time.Second}, &camera{key: "quick"}
		go func() { _ = g.Move(t.Context(), slow, ptz.TiltUp, time.Second) }()
		synctest.Wait()
		begun := time.Now()
		if err := g.Move(t.Context(), quick, ptz.TiltUp, time.Second); err != nil || time.Since(begun) != 0 {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

func TestTooManyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		defer func() { _ = end() }()
		c := &camera{key: "a", took: time.Second}
		busy := make(chan error, 100)
		for range 100 {
			go func() { busy <- g.Move(t.Context(), c, ptz.TiltUp, time.Second) }()
		}
		refused := 0
		for range 100 {
			if err := <-busy; errors.Is(err, ptz.ErrBusy) {
				refused++
			} else if err != nil {
				t.Error(err)
			}
		}
		if refused < 80 || refused > 84 {
			t.Errorf("%d of 100 are refused", refused)
		}
	})
}

func TestOtherAccessOpensAnotherHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := guard(t, ptz.GuardConfig{})
		defer func() { _ = end() }()
		good, bad := &camera{key: "a", access: "good"}, &camera{key: "a", access: "bad", openErr: refusal{permanent: true}}
		if err := g.Move(t.Context(), good, ptz.TiltUp, time.Second); err != nil {
			t.Fatal(err)
		}
		if err := g.Move(t.Context(), bad, ptz.TiltUp, time.Second); !errors.Is(err, bad.openErr) {
			t.Errorf("a caller with another password moves the camera: %v", err)
		}
		expect(t, good, "start tilt up", "stop tilt up")
	})
}

func TestMoveRefusesNonsense(t *testing.T) {
	g := ptz.NewGuard(ptz.GuardConfig{})
	if err := g.Move(t.Context(), &camera{}, 14, time.Second); !errors.Is(err, ptz.ErrCommand) {
		t.Error(err)
	}
	if err := g.Move(t.Context(), &camera{}, ptz.TiltUp, time.Hour); !errors.Is(err, ptz.ErrDuration) {
		t.Error(err)
	}
}
