package task_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/task"
)

// A change of the times is for sessions that begin after it.
func TestChangeLeavesRunningSessions(t *testing.T) {
	inScene(t, strict, func(s *scene) {
		early := s.start(1)
		s.Change(task.Config{Interval: time.Minute, Grace: time.Second})
		late := s.start(2)
		s.Answered(early.Handle)
		s.Answered(late.Handle)
		s.pass(2 * time.Second)
		synctest.Wait()
		if _, err := s.Status(early.Handle); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("the session from before the change: %v, want ErrNoSession by its own times", err)
		}
		if _, err := s.Status(late.Handle); err != nil {
			t.Errorf("the session from after the change: %v", err)
		}
		s.pass(time.Minute)
		synctest.Wait()
		if _, err := s.Status(late.Handle); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("after its minute: %v, want ErrNoSession", err)
		}
		s.nothingLeft()
	})
}
