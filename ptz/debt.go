package ptz

import (
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.uber.org/zap"
)

// How long a stop that fails is tried again, and the waits between. After the last try the movement stays in the journal.
const (
	retryFor      = 30 * time.Minute
	firstWait     = 50 * time.Millisecond
	longestWait   = 5 * time.Second
	logAgain      = time.Minute
	permanentWait = time.Minute // a refused password locks the account when it is tried often
)

// debt is a stop that is owed to a camera: the movement runs, or its stop has failed.
type debt struct {
	entry  Entry
	camera Camera
	// due is when the stop goes out. failed is when it failed first, zero where it has not.
	due, failed time.Time
	logged      time.Time
	tries       int
	uncertain   bool // the start failed and may have reached the camera
	resting     bool // the last refusal will not change soon
	waits       *backoff.ExponentialBackOff
}

func newDebt(camera Camera, entry Entry) *debt {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.Multiplier, waits.MaxInterval, waits.RandomizationFactor = firstWait, 2, longestWait, 0
	waits.Reset()
	return &debt{entry: entry, camera: camera, due: time.Now(), waits: waits}
}

// postpone sets when the stop is tried again after an error, and tells the log; false when it has failed for too long.
func (d *debt) postpone(log *zap.Logger, err error) bool {
	now := time.Now()
	if d.failed.IsZero() {
		d.failed = now
	}
	d.tries++
	wait := d.waits.NextBackOff()
	if d.resting = permanent(err); d.resting {
		wait = permanentWait
	}
	d.due = now.Add(wait)
	log = log.With(zap.Stringer("command", d.entry.Command), zap.Int("tries", d.tries), zap.Error(err))
	if now.Sub(d.failed) >= retryFor {
		log.Error("the stop of a movement failed for too long, the camera may still move")
		return false
	}
	if d.tries == 1 || now.Sub(d.logged) >= logAgain {
		log.Warn("the stop of a movement failed, it is tried again")
		d.logged = now
	}
	return true
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
