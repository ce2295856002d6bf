package ptz_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/ptz"
)

// counts is a ptz.Observer.
type counts struct {
	mu                              sync.Mutex
	moved, failed, retried, givenUp int
}

func (c *counts) Moved(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved++; err != nil {
		c.failed++
	}
}

func (c *counts) StopFailed(again time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if again > 0 {
		c.retried++
	} else {
		c.givenUp++
	}
}

func (c *counts) now() [4]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return [4]int{c.moved, c.failed, c.retried, c.givenUp}
}

// Each try of a start and each stop that fails is told, and that a stop is given up.
func TestMovementsAreObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &counts{}
		g, end := guard(t, ptz.GuardConfig{Observer: told})
		defer func() { _ = end() }()
		c := &camera{key: "a", stopErrs: []error{errDevice, errDevice}}
		if err := g.Move(t.Context(), c, ptz.TiltUp, 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute)
		if got := told.now(); got != [4]int{1, 0, 2, 0} {
			t.Errorf("moved, failed, retried, given up: %v", got)
		}
		if err := g.Move(t.Context(), &camera{key: "b", startErrs: []error{refusal{}}}, ptz.TiltUp, 200*time.Millisecond); err == nil {
			t.Error("the start went well")
		}
		if got := told.now(); got != [4]int{2, 1, 2, 0} {
			t.Errorf("after a refused start: %v", got)
		}
		stuck := &camera{key: "c", alwaysStop: refusal{permanent: true}}
		if err := g.Move(t.Context(), stuck, ptz.ZoomIn, 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Hour)
		if got := told.now(); got[3] != 1 || got[2] < 20 {
			t.Errorf("after a stop that nobody takes: %v", got)
		}
	})
}
