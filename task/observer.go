package task

import (
	"maps"
	"time"

	"mediapusher/internal/device"
)

// Subject is what sessions are counted by.
type Subject struct {
	// Kind is that of Snapshot: "live" or "playback".
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

// Total is what all sessions of a subject together have moved since the service started, those that have ended included. It never falls.
type Total struct {
	Subject
	// Units and Bytes came from devices: access units of all tracks and their payload.
	Units, Bytes uint64
	// Messages and SentBytes went to the RTMP server.
	Messages, SentBytes uint64
	// Dropped counts access units that were given up because the server was slow.
	Dropped uint64
}

// Plus returns the sum of both, with the subject of t.
func (t Total) Plus(other Total) Total {
	t.Units += other.Units
	t.Bytes += other.Bytes
	t.Messages += other.Messages
	t.SentBytes += other.SentBytes
	t.Dropped += other.Dropped
	return t
}

// Totals returns one Total for each subject that has had a session, in no order.
func (s *Scheduler) Totals() []Total {
	s.mu.Lock()
	defer s.mu.Unlock()
	sums := maps.Clone(s.totals)
	for _, living := range s.living {
		subject := living.subject()
		sums[subject] = sums[subject].Plus(living.total())
	}
	list := make([]Total, 0, len(sums))
	for subject, sum := range sums {
		sum.Subject = subject
		list = append(list, sum)
	}
	return list
}

// keep adds what a session has moved that is forgotten now. The mutex is held.
func (s *Scheduler) keep(ended *session) {
	subject := ended.subject()
	s.totals[subject] = s.totals[subject].Plus(ended.total())
}

func (s *session) subject() Subject {
	return Subject{Kind: s.feed.kind(), Vendor: s.source.target.Vendor}
}

func (s *session) total() Total {
	sent, meter := s.publisher.Stats(), &s.road.tap.meter
	return Total{
		Units: meter.units.Load(), Bytes: meter.bytes.Load(), Messages: sent.Messages, SentBytes: sent.Bytes,
		Dropped: s.road.queue.Dropped(),
	}
}
