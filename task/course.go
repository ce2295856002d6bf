package task

import (
	"errors"
	"time"

	"mediapusher/internal/device"
)

// course is how far a session has come on its road, for those who look at it. Nothing is decided by it. The session's mutex guards it.
type course struct {
	passages              [6]Passage
	sourceErr, publishErr error
}

// The two legs' parts of passages.
const (
	firstOfPull = 0
	firstOfPush = 4
	endOfPush   = 6
)

func newCourse() course {
	var c course
	for i, step := range Steps() {
		c.passages[i] = Passage{Step: step, State: PassageWaiting}
	}
	return c
}

func (c *course) list() []Passage { return append([]Passage(nil), c.passages[:]...) }

// begin starts a leg anew at its first step.
func (c *course) begin(first, end int, now time.Time) {
	for i := first; i < end; i++ {
		c.passages[i] = Passage{Step: c.passages[i].Step, State: PassageWaiting}
	}
	c.passages[first].State, c.passages[first].Began = PassageRunning, now
}

// reached ends a step, with those of its leg before it, and begins the next of the leg. It returns the steps that were done now.
func (c *course) reached(step Step, now time.Time) (done []Passage) {
	first, end := firstOfPull, firstOfPush
	if step.Leg() == LegPublish {
		first, end = firstOfPush, endOfPush
	}
	for i := first; i < end; i++ {
		p := &c.passages[i]
		if p.State != PassageDone {
			if p.Began.IsZero() {
				p.Began = now
			}
			p.State, p.Ended, p.Err = PassageDone, now, nil
			done = append(done, *p)
		}
		if p.Step != step {
			continue
		}
		if next := i + 1; next < end && c.passages[next].State == PassageWaiting {
			c.passages[next].State, c.passages[next].Began = PassageRunning, now
		}
		break
	}
	return done
}

// pullFailed notes the end of a run of the source, at the step where it was, or at the login where nobody was let in. What was there
// before is gone with the run.
func (c *course) pullFailed(err error, now time.Time) {
	c.sourceErr = err
	at := c.stoppedAt(firstOfPull, firstOfPush, indexOf(StepReceive))
	if c.shutOut(err) {
		at = indexOf(StepLogin)
	}
	c.fail(at, firstOfPush, err, now)
}

// shutOut tells a failure of the login. A refusal behind a login that went well is of the stream: the user may lack the right to it.
func (c *course) shutOut(err error) bool {
	var said *device.Error
	return refusesLogin(err) && (c.passages[indexOf(StepLogin)].State != PassageDone || errors.As(err, &said) && said.Op == device.OpLogin)
}

// searchFailed notes that nothing can be played.
func (c *course) searchFailed(err error, now time.Time) {
	c.sourceErr = err
	at := indexOf(StepOpen)
	if c.shutOut(err) {
		at = indexOf(StepLogin)
	}
	c.fail(at, firstOfPush, err, now)
}

// pushFailed notes the end of a publish.
func (c *course) pushFailed(err error, now time.Time) {
	c.publishErr = err
	c.fail(c.stoppedAt(firstOfPush, endOfPush, indexOf(StepSend)), endOfPush, err, now)
}

// overdue notes the failure of the first step that is not done.
func (c *course) overdue(err error, now time.Time) {
	at := c.stoppedAt(firstOfPull, endOfPush, indexOf(StepSend))
	if at < firstOfPush {
		c.pullFailed(err, now)
		return
	}
	c.pushFailed(err, now)
}

// stop breaks off what still runs.
func (c *course) stop(now time.Time) {
	for i := range c.passages {
		if p := &c.passages[i]; p.State == PassageRunning {
			p.State, p.Ended = PassageWaiting, now
		}
	}
}

// stoppedAt is the first step of a leg that is not done, otherwise where all are.
func (c *course) stoppedAt(first, end, otherwise int) int {
	for i := first; i < end; i++ {
		if c.passages[i].State != PassageDone {
			return i
		}
	}
	return otherwise
}

// fail lets a step fail; those behind it wait.
func (c *course) fail(at, end int, err error, now time.Time) {
	p := &c.passages[at]
	p.State, p.Ended, p.Err = PassageFailed, now, err
	if p.Began.IsZero() {
		p.Began = now
	}
	for i := at + 1; i < end; i++ {
		c.passages[i] = Passage{Step: c.passages[i].Step, State: PassageWaiting}
	}
}

func indexOf(step Step) int {
	for i, s := range Steps() {
		if s == step {
			return i
		}
	}
	return 0
}

// isFailure tells a reason to end a session that something failed from one that somebody wanted.
func isFailure(reason error) bool {
	for _, wanted := range []error{ErrStopped, ErrBeatMissed, ErrNobodyWaits, ErrOver, ErrClosing} {
		if errors.Is(reason, wanted) {
			return false
		}
	}
	return reason != nil
}
