package nvrsim

import (
	"context"
	"strings"
	"sync"
	"time"
)

// motor is what moves: head and zoom together, as one command of the recorders drives them, and the two rings of the lens.
type motor int

const (
	head motor = iota
	focus
	iris
)

// motorOf tells which motor makes a movement. The words for movements, as the journal shows them: zoom in, zoom out, focus near, focus
// far, iris open, iris close, tilt up, tilt down, pan left, pan right, up left, up right, down left, down right.
func motorOf(movement string) motor {
	switch {
	case strings.HasPrefix(movement, "focus"):
		return focus
	case strings.HasPrefix(movement, "iris"):
		return iris
	default:
		return head
	}
}

// cameras knows what moves until it is stopped. It is safe for concurrent use.
type cameras struct {
	mu     sync.Mutex
	moving map[int]map[motor]string
	last   map[int]map[motor]string
	failed int // stops that Faults.PTZStopFails has answered since it was set
}

// begin lets a motor make a movement in place of the one before. Where the camera itself ends it, nothing goes on moving.
func (c *cameras) begin(channel int, movement string, timed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moving == nil {
		c.moving, c.last = make(map[int]map[motor]string), make(map[int]map[motor]string)
	}
	if c.moving[channel] == nil {
		c.moving[channel], c.last[channel] = make(map[motor]string), make(map[motor]string)
	}
	m := motorOf(movement)
	c.last[channel][m] = movement
	if timed {
		delete(c.moving[channel], m)
	} else {
		c.moving[channel][m] = movement
	}
}

// end stops a motor and returns the movement that it made last, empty where it never moved.
func (c *cameras) end(channel int, m motor) (movement string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.moving[channel], m)
	return c.last[channel][m]
}

// current returns the movement that a motor makes, empty where it stands.
func (c *cameras) current(channel int, m motor) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moving[channel][m]
}

// count returns how many cameras move.
func (c *cameras) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, motors := range c.moving {
		if len(motors) > 0 {
			n++
		}
	}
	return n
}

// fails tells whether one more stop fails, of so many.
func (c *cameras) fails(limit int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed >= limit {
		return false
	}
	c.failed++
	return true
}

// forgive counts failing stops from 0 again.
func (c *cameras) forgive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = 0
}

// pause waits as long as a fault says. It tells false where the recorder ended before.
func pause(ctx context.Context, d Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(time.Duration(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
