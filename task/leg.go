package task

import (
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/pusher"
)

// The first and the longest waits of a leg before it runs again. What refuses to connect at all is asked again soon, because asking
// costs it nothing; what answers and refuses is left in peace for longer.
const (
	firstWait          = 250 * time.Millisecond
	serverAwayWait     = 800 * time.Millisecond // with the spread below a second
	serverRefusesWait  = 5 * time.Second
	recorderAwayWait   = 2 * time.Second
	recorderRefuseWait = 10 * time.Second
)

// leg is the state of one half of a session's road. It belongs to the session's goroutine.
type leg struct {
	running bool
	away    *backoff.ExponentialBackOff
	refused *backoff.ExponentialBackOff
	retry   *time.Timer // nil, or pending until it has fired
	err     error       // of the newest run that failed; nil once a run went well
	// trouble is what the log was told last, logged when; since is when the leg was lost, tries how often it has failed since.
	trouble       string
	logged, since time.Time
	tries         int
}

func newLeg(away, refused time.Duration) leg {
	return leg{away: growing(away), refused: growing(refused)}
}

// growing returns waits that double from firstWait to longest, each spread by a fifth so that many legs do not come back at once.
func growing(longest time.Duration) *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = firstWait
	b.Multiplier = 2
	b.RandomizationFactor = 0.2
	b.MaxInterval = longest
	b.Reset()
	return b
}

// logAgain is how often the log repeats that a leg is still down for the same reason.
const logAgain = time.Minute

// lost tells the log that a leg is down: at once, when the reason changes, and once a minute.
func (l *leg) lost(log *zap.Logger, name string, err error, wait time.Duration) {
	now := time.Now()
	if l.tries++; l.tries == 1 {
		l.since = now
	}
	if err.Error() == l.trouble && now.Sub(l.logged) < logAgain {
		return
	}
	l.trouble, l.logged = err.Error(), now
	log.Warn(name+" lost, trying again", zap.Error(err), zap.Duration("in", wait), zap.Int("try", l.tries))
}

// back tells the log that a leg which was lost has come back.
func (l *leg) back(log *zap.Logger, name string) {
	if l.tries > 0 {
		log.Info(name+" is back", zap.Duration("after", time.Since(l.since).Round(time.Millisecond)), zap.Int("tries", l.tries))
	}
	l.tries, l.trouble = 0, ""
}

// healthy makes the next wait short again.
func (l *leg) healthy() {
	l.err = nil
	l.away.Reset()
	l.refused.Reset()
}

// failed keeps the error of a run and sets the timer for the next, which it returns the time of.
func (l *leg) failed(err error) time.Duration {
	l.err = err
	waits := l.refused
	if isAway(err) {
		waits = l.away
	}
	wait := waits.NextBackOff()
	l.retry = time.NewTimer(wait)
	return wait
}

// fires is the channel of the retry timer, nil where none is pending.
func (l *leg) fires() <-chan time.Time {
	if l.retry == nil {
		return nil
	}
	return l.retry.C
}

// calm stops the retry timer.
func (l *leg) calm() {
	if l.retry != nil {
		l.retry.Stop()
		l.retry = nil
	}
}

// isAway tells a peer that cannot be reached, or whose connection broke, from one that refuses.
func isAway(err error) bool {
	if kind, ok := device.KindOf(err); ok {
		return kind == device.KindUnreachable || kind == device.KindNoData
	}
	var e *pusher.Error
	return errors.As(err, &e) && !e.Refused()
}

// isPermanent tells that running again cannot help.
func isPermanent(err error) bool {
	var e *device.Error
	return errors.As(err, &e) && e.Permanent()
}

// isOurs tells that a process of this service failed, so that a start need not fail with it.
func isOurs(err error) bool {
	var e *device.Error
	return errors.As(err, &e) && e.Ours
}

// lacksStream tells that the device answered, but cannot give the stream that was asked for.
func lacksStream(err error) bool {
	kind, ok := device.KindOf(err)
	if !ok {
		return false
	}
	switch kind {
	case device.KindNoSuchChannel, device.KindOffline, device.KindNoData, device.KindUnsupported, device.KindProtocol:
		return true
	default:
		return false
	}
}
