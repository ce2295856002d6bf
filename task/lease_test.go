package task_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/task"
)

var strict = task.Config{Interval: time.Second, Grace: 500 * time.Millisecond}

func TestBeatingSessionLives(t *testing.T) {
	inScene(t, strict, func(s *scene) {
		// The recorder falls silent behind its first picture, so that ten thousand intervals are quick; what a lease sees is the same.
		started := s.start(1)
		s.recorder.set(func() { s.recorder.run = silent })
		s.recorder.lose()
		for i := range 10000 {
			s.pass(time.Second)
			if err := s.Beat(started.Handle); err != nil {
				t.Fatalf("beat %d: %v", i, err)
			}
		}
	})
}

func TestSilentSessionEnds(t *testing.T) {
	inScene(t, strict, func(s *scene) {
		started := s.start(1)
		s.Answered(started.Handle)
		s.pass(1500*time.Millisecond - time.Nanosecond)
		synctest.Wait()
		if _, err := s.Status(started.Handle); err != nil {
			t.Errorf("before its time: %v", err)
		}
		s.pass(100 * time.Millisecond)
		synctest.Wait()
		if _, err := s.Status(started.Handle); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("100 ms after its time: %v, want ErrNoSession", err)
		}
		s.nothingLeft()
	})
}

func TestAThousandSilentSessionsEnd(t *testing.T) {
	inScene(t, strict, func(s *scene) {
		const sessions = 1000
		s.recorder.run = pictureThenNothing
		handles := make([]int32, sessions)
		var starts sync.WaitGroup
		for n := range sessions {
			starts.Go(func() { handles[n] = s.start(n).Handle })
		}
		starts.Wait()
		for _, handle := range handles {
			if err := s.Beat(handle); err != nil {
				t.Fatal(err)
			}
		}
		s.pass(1500*time.Millisecond - time.Nanosecond)
		synctest.Wait()
		if got := len(s.Snapshots()); got != sessions {
			t.Errorf("before their time: %d sessions", got)
		}
		s.pass(100 * time.Millisecond)
		synctest.Wait()
		if got := len(s.Snapshots()); got != 0 {
			t.Errorf("100 ms after their time: %d sessions", got)
		}
	})
}

func TestLookingAtASessionDoesNotRenewIt(t *testing.T) {
	inScene(t, strict, func(s *scene) {
		started := s.start(1)
		for range 16 {
			s.pass(100 * time.Millisecond)
			_, _ = s.Status(started.Handle)
			s.Snapshots()
		}
		if err := s.Beat(started.Handle); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("Beat: %v, want ErrNoSession", err)
		}
	})
}

func TestLeaseDoesNotRunDuringTheStart(t *testing.T) {
	inScene(t, task.Config{Interval: time.Second, Grace: 500 * time.Millisecond, StartTimeout: time.Minute}, func(s *scene) {
		s.recorder.live = func(ctx context.Context) error {
			<-time.After(20 * time.Second)
			return ctx.Err()
		}
		started := s.start(1)
		s.pass(1400 * time.Millisecond)
		if err := s.Beat(started.Handle); err != nil {
			t.Errorf("Beat: %v", err)
		}
	})
}
