package ptz

import (
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// How long a stop that fails is tried again, and the waits between. After the last try the movement stays in the journal.
const (
	retryFor      = 30 * time.Minute
	firstWait     = 50 * time.Millisecond
	longestWait   = 5 * time.Second
	permanentWait = time.Minute // a refused password locks the account when it is tried often
)

// debt is a stop that is owed to a camera: the movement runs, or its stop has failed.
type debt struct {
	entry  Entry
	camera Camera
	// due is when the stop goes out. failed is when it failed first, zero where it has not.
	due, failed time.Time
	tries       int
	resting     bool // the last refusal will not change soon
	waits       *backoff.ExponentialBackOff
}

func newDebt(camera Camera, entry Entry) *debt {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.Multiplier, waits.MaxInterval, waits.RandomizationFactor = firstWait, 2, longestWait, 0
	waits.Reset()
	return &debt{entry: entry, camera: camera, waits: waits}
}

// postpone sets when the stop is tried again after an error; false when it has failed for too long.
func (d *debt) postpone(now time.Time, err error) bool {
	d.tries++
	if d.failed.IsZero() {
		d.failed = now
	}
	wait := d.waits.NextBackOff()
	if d.resting = permanent(err); d.resting {
		wait = permanentWait
	}
	d.due = now.Add(wait)
	return now.Sub(d.failed) < retryFor
}

// refused tells that a device answered with a clear no, so that nothing moves. Errors that know it have the method.
func refused(err error) bool {
	var e interface{ Refused() bool }
	return errors.As(err, &e) && e.Refused()
}

// permanent tells that trying the same again soon cannot help, as with a wrong password. Errors that know it have the method.
func permanent(err error) bool {
	var e interface{ Permanent() bool }
	return errors.As(err, &e) && e.Permanent()
}
