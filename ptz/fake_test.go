package ptz_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"mediapusher/ptz"
)

var errDevice = errors.New("the device said 500")

// refusal is a device's clear no.
type refusal struct{ permanent bool }

func (refusal) Error() string     { return "no PTZ here" }
func (refusal) Refused() bool     { return true }
func (r refusal) Permanent() bool { return r.permanent }

// call is what reached a camera, and when it was answered.
type call struct {
	name string
	at   time.Time
}

// camera is a ptz.Camera and its Head. Each call takes a while and fails as planned.
type camera struct {
	key, access string
	took        time.Duration
	timed       bool

	mu                    sync.Mutex
	startErrs, stopErrs   []error // for the next calls; nil is success
	openErr, alwaysStop   error
	calls                 []call
	opened, closed, inUse int
}

func (c *camera) Key() string    { return c.key }
func (c *camera) Access() []byte { return []byte(c.access) }

func (c *camera) Open(context.Context) (ptz.Head, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.openErr != nil {
		return nil, c.openErr
	}
	c.opened++
	return c, nil
}

func (c *camera) Start(ctx context.Context, command ptz.Command, _ time.Duration) (bool, error) {
	return c.timed, c.do(ctx, "start "+command.String(), &c.startErrs, nil)
}

func (c *camera) Stop(ctx context.Context, command ptz.Command) error {
	return c.do(ctx, "stop "+command.String(), &c.stopErrs, &c.alwaysStop)
}

func (c *camera) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed++
	return nil
}

// do is one call: the device acts in the middle of it.
func (c *camera) do(ctx context.Context, name string, errs *[]error, always *error) error {
	c.mu.Lock()
	c.inUse++
	if c.inUse > 1 {
		c.calls = append(c.calls, call{name: "two at once"})
	}
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.inUse--
	}()
	if err := wait(ctx, c.took/2); err != nil {
		return err
	}
	c.mu.Lock()
	c.calls = append(c.calls, call{name, time.Now()})
	var err error
	if len(*errs) > 0 {
		err, *errs = (*errs)[0], (*errs)[1:]
	} else if always != nil {
		err = *always
	}
	c.mu.Unlock()
	if waitErr := wait(ctx, c.took-c.took/2); waitErr != nil {
		return waitErr
	}
	return err
}

func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *camera) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, done := range c.calls {
		names = append(names, done.name)
	}
	return names
}

// heads tells how often it was opened and closed.
func (c *camera) heads() (opened, closed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opened, c.closed
}

// between is the time from one call to another, by their places.
func (c *camera) between(i, j int) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[j].at.Sub(c.calls[i].at)
}

func (c *camera) setStopError(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alwaysStop = err
}

// guard runs a Guard for a test in a bubble; end ends it and returns what Run said.
func guard(t *testing.T, cfg ptz.GuardConfig) (g *ptz.Guard, end func() error) {
	t.Helper()
	g = ptz.NewGuard(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	return g, func() error {
		cancel()
		return <-done
	}
}

func expect(t *testing.T, c *camera, want ...string) {
	t.Helper()
	if got := c.names(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the camera got %q, want %q", got, want)
	}
}

// memory is a Journal in memory.
type memory struct {
	mu      sync.Mutex
	entries map[string]ptz.Entry
	err     error
}

func (m *memory) Note(e ptz.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = map[string]ptz.Entry{}
	}
	m.entries[e.String()] = e
	return m.err
}

func (m *memory) Strike(e ptz.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, e.String())
	return m.err
}

func (m *memory) Entries() ([]ptz.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []ptz.Entry
	for _, e := range m.entries {
		all = append(all, e)
	}
	return all, m.err
}

func (m *memory) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.entries)
}
