package task

import "maps"

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
