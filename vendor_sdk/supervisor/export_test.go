package supervisor

import "time"

// Impatient lets calls hang after a second.
func (s *Supervisor) Impatient() {
	s.limits.login, s.limits.begin, s.limits.stop = time.Second, time.Second, time.Second
	s.limits.search, s.limits.other = time.Second, time.Second
}

// Version is what the library of a worker reports of itself.
func (d *Device) Version() string { return d.w.version() }

// The parts that are tested by themselves.
var (
	Environment = environment
	Waits       = waits
)

// Crashes is a crashes for tests.
type Crashes struct{ c *crashes }

func NewCrashes(limit int, window, rest time.Duration) Crashes {
	return Crashes{newCrashes(limit, window, rest)}
}

func (c Crashes) Add(name string, at time.Time) time.Duration {
	wait, _ := c.c.add(name, &WorkerError{Cause: causeCrashed}, at)
	return wait
}

func (c Crashes) AddHang(name string, at time.Time) {
	c.c.add(name, &WorkerError{Cause: causeHangs}, at)
}

func (c Crashes) Excuse(name string) { c.c.excuse(name) }

func (c Crashes) Look(name string, at time.Time) (time.Duration, error) { return c.c.look(name, at) }

func (c Crashes) Names() int { return len(c.c.names) }
