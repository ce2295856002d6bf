package task

import (
	"sync/atomic"
	"time"
)

// lease ends something that nobody renews. Renewing is one atomic store; the timer looks at the deadline only when it fires.
type lease struct {
	limit    time.Duration
	deadline atomic.Int64 // ns since begin
	begin    time.Time
	timer    *time.Timer
	held     atomic.Int32 // calls that wait for the device: the caller is there
}

// newLease returns a lease that does not run before start.
func newLease(limit time.Duration) *lease { return &lease{limit: limit, begin: time.Now()} }

// start lets the lease run: it calls expired, on a goroutine of its own, when the lease has not been renewed for its limit.
func (l *lease) start(expired func()) {
	l.renew()
	l.timer = time.AfterFunc(l.limit, expired)
}

// renew starts the time anew.
func (l *lease) renew() { l.deadline.Store(int64(time.Since(l.begin) + l.limit)) }

// hold renews the lease and keeps it from running out until release is called, which renews it again.
func (l *lease) hold() (release func()) {
	l.held.Add(1)
	l.renew()
	return func() {
		l.renew()
		l.held.Add(-1)
	}
}

// rearm tells whether the lease has run out; where it was renewed meanwhile the timer is set to the new deadline.
func (l *lease) rearm() (over bool) {
	if l.held.Load() > 0 {
		l.renew()
	}
	left := time.Duration(l.deadline.Load()) - time.Since(l.begin)
	if left <= 0 {
		return true
	}
	l.timer.Reset(left)
	return false
}

// stop ends the lease without expiry.
func (l *lease) stop() {
	if l.timer != nil {
		l.timer.Stop()
	}
}
