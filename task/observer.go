package task

import (
	"time"

	"mediapusher/internal/device"
)

// Subject is what sessions are counted by.
type Subject struct {
	// Kind is KindLive or KindPlayback.
	Kind   string
	Vendor device.Vendor
}

// The legs of a session, as an Observer hears of them.
const (
	LegSource  = "source"
	LegPublish = "publish"
)

// Observer is told what sessions do, so that it can be counted. Its methods are called from the goroutines of sessions, several at a
// time, and must not wait for anything.
type Observer interface {
	// Passed tells of a step that a session which is not playable yet has done in its newest try, and how long that took.
	Passed(s Subject, step Step, took time.Duration)
	// Started tells once for each session that it can be played, with nil, or that its start failed, with Trace.Reason.
	Started(s Subject, took time.Duration, err error)
	// Retried tells that a leg failed and is tried again.
	Retried(s Subject, leg string, err error)
	// Ended tells that a session which could be played has ended, with Trace.Reason.
	Ended(s Subject, reason error)
	// Sent returns what is told of every unit that a session sends: how long ago it came from the device. It is asked once for each
	// session; what it returns must cost next to nothing.
	Sent(s Subject) func(late time.Duration)
}

// deaf is the Observer where there is none.
type deaf struct{}

func (deaf) Passed(Subject, Step, time.Duration)   {}
func (deaf) Started(Subject, time.Duration, error) {}
func (deaf) Retried(Subject, string, error)        {}
func (deaf) Ended(Subject, error)                  {}
func (deaf) Sent(Subject) func(time.Duration)      { return nil }
