package supervisor

import (
	"context"
	"sync"
	"time"
)

// crashes counts by recorder how often workers failed, and says when the next may start.
type crashes struct {
	max          int
	window, rest time.Duration

	mu    sync.Mutex
	names map[string]*record
}

// record is what is remembered of one recorder.
type record struct {
	ends  []time.Time // within the window
	count int         // since the trouble began
	last  *WorkerError
	// resting holds every start back until that time. The first start after it is on trial: one more failure, and the recorder
	// rests again, longer each time.
	resting time.Time
	rests   int
	trial   time.Time // since when, zero where there is none
}

func newCrashes(limit int, window, rest time.Duration) *crashes {
	return &crashes{max: limit, window: window, rest: rest, names: make(map[string]*record)}
}

// waits returns how long to wait after the nth failure.
func waits(n int) time.Duration {
	const longest = 4 * time.Second
	switch {
	case n <= 1:
		return 0
	case n <= 6:
		return longest >> (6 - n)
	}
	return longest
}

// shortest is how many times the first rest is shorter than the longest one; each is twice as long as the one before.
const shortest = 16

// begin lets the recorder rest, and returns how long.
func (r *record) begin(now time.Time, longest time.Duration) time.Duration {
	rest := min(longest/shortest<<min(r.rests, 10), longest)
	r.rests++
	r.resting, r.trial, r.ends = now.Add(rest), time.Time{}, nil
	return rest
}

// admit waits until a worker may start. The error is a *RestError or that of ctx.
func (c *crashes) admit(ctx context.Context, name string) error {
	wait, err := c.look(name, time.Now())
	if err != nil || wait <= 0 {
		return err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *crashes) look(name string, now time.Time) (time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.names[name]
	if r == nil {
		return 0, nil
	}
	if !r.resting.IsZero() {
		if now.Before(r.resting) {
			return 0, &RestError{Until: r.resting, Crashes: r.count, Last: r.last}
		}
		r.resting, r.trial = time.Time{}, now
		return 0, nil
	}
	r.forget(now, c.window)
	if len(r.ends) == 0 {
		if r.trial.IsZero() {
			delete(c.names, name)
		}
		return 0, nil
	}
	return waits(len(r.ends)) - now.Sub(r.ends[len(r.ends)-1]), nil
}

// forget drops what is older than the window.
func (r *record) forget(now time.Time, window time.Duration) {
	for len(r.ends) > 0 && now.Sub(r.ends[0]) > window {
		r.ends = r.ends[1:]
	}
	if now.Sub(r.trial) > window {
		r.trial = time.Time{}
	}
}

// excuse takes the last failure back if it was a hang: the recorder cannot be logged in to either, so the library may well have waited for
// an answer of a recorder that was gone, as long as its own time limits say.
func (c *crashes) excuse(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.names[name]
	if r == nil || len(r.ends) == 0 || r.last.Cause != causeHangs {
		return
	}
	r.ends = r.ends[:len(r.ends)-1]
	r.count--
}

// add counts a failure, and returns how long the next start waits.
func (c *crashes) add(name string, failure *WorkerError, now time.Time) (wait time.Duration, count int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.names[name]
	if r == nil {
		r = &record{}
		c.names[name] = r
	}
	r.forget(now, c.window)
	if len(r.ends) == 0 && r.trial.IsZero() && r.resting.IsZero() {
		r.count, r.rests = 0, 0
	}
	r.last = failure
	r.count++
	r.ends = append(r.ends, now)
	if now.Before(r.resting) {
		return r.resting.Sub(now), r.count
	}
	if len(r.ends) >= c.max || !r.trial.IsZero() {
		return r.begin(now, c.rest), r.count
	}
	return waits(len(r.ends)), r.count
}
