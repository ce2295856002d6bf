package task

import (
	"slices"
	"time"
)

// Step is one stage of the road from a device to the RTMP server.
type Step string

// The steps, in the order in which a picture passes them. The first four belong to the source, the last two to the publish, which begins
// when the source is open.
const (
	StepLogin   Step = "login"   // the device lets us in
	StepOpen    Step = "open"    // it describes or starts the stream
	StepReceive Step = "receive" // data come
	StepPicture Step = "picture" // a key frame that can be decoded has come
	StepPublish Step = "publish" // the RTMP server accepts the publish
	StepSend    Step = "send"    // a key frame has been written to it
)

// Steps returns all steps in order. The caller owns the slice.
func Steps() []Step {
	return []Step{StepLogin, StepOpen, StepReceive, StepPicture, StepPublish, StepSend}
}

// Leg returns the leg that the step belongs to: LegSource or LegPublish.
func (s Step) Leg() string {
	if s == StepPublish || s == StepSend {
		return LegPublish
	}
	return LegSource
}

// PassageState says how far a step has come.
type PassageState string

// The states of a step.
const (
	PassageWaiting PassageState = "waiting" // its turn has not come in the newest try, or it was broken off
	PassageRunning PassageState = "running"
	PassageDone    PassageState = "done"
	PassageFailed  PassageState = "failed"
)

// Passage tells about one step in the newest try of its leg.
type Passage struct {
	Step  Step
	State PassageState
	// Began is when the newest try came to this step, zero where none has. Ended is when it was done, failed or broken off, zero before.
	Began, Ended time.Time
	// Err is why it failed, a *device.Error or a *pusher.Error in the chain where one of these failed; nil in every other state.
	Err error
}

// Trace is what a session has been through: a Snapshot, and how it came to be so. It holds no handle and no secret, and belongs to the
// caller.
type Trace struct {
	Snapshot
	// Passages has one entry for each of Steps, in their order.
	Passages []Passage
	// SourceErr and PublishErr are why the newest run of a leg failed that did; nil once the leg went well again, or where it always did.
	SourceErr, PublishErr error
	// PlayableAt is when the stream could first be played; zero where it never could.
	PlayableAt time.Time
	// EndedAt is when the session, or the handle that was asked for, ended; zero while it lives.
	EndedAt time.Time
	// Reason is why it ended: ErrStopped, ErrBeatMissed, ErrNobodyWaits, ErrOver, ErrClosing, or what failed, with a *device.Error,
	// ErrPublish, ErrNoPicture or ErrNoRecording in the chain; nil while it lives.
	Reason error
}

// Trace tells about a handle's session. It renews nothing. For an hour it knows handles that have ended, as long as the lists are not
// full: then EndedAt and Reason tell when and why. It fails with ErrNoSession.
func (s *Scheduler) Trace(handle int32) (Trace, error) {
	s.mu.Lock()
	v := s.viewers[handle]
	var id string
	var left departure
	if v != nil {
		id = v.session.id
	} else if left = s.past.departed(handle); left.session != "" {
		id = left.session
	}
	s.mu.Unlock()
	if id == "" {
		return Trace{}, ErrNoSession
	}
	trace, err := s.TraceOf(id)
	if err == nil && v == nil && left.reason != nil {
		trace.EndedAt, trace.Reason = left.at, left.reason
	}
	return trace, err
}

// TraceOf tells about a session by Snapshot.ID, also for an hour after it has ended, as long as the list is not full. It fails with
// ErrNoSession.
func (s *Scheduler) TraceOf(sessionID string) (Trace, error) {
	s.mu.Lock()
	living := s.living[sessionID]
	if living == nil {
		s.mu.Unlock()
		return s.past.find(sessionID)
	}
	clients := len(living.viewers)
	s.mu.Unlock()
	trace := living.trace()
	trace.Clients = clients
	return trace, nil
}

// Past tells about sessions that have ended within an hour, the newest first and at most 256 of them, with the starts that failed: also of
// one that is still taking leave of its device. The caller owns the slice.
func (s *Scheduler) Past() []Trace {
	s.mu.Lock()
	var leaving []*session
	for _, living := range s.living {
		if living.hasEnded() {
			leaving = append(leaving, living)
		}
	}
	s.mu.Unlock()
	past := s.past.list()
	gone := make(map[string]bool, len(past))
	for _, t := range past {
		gone[t.ID] = true
	}
	for _, session := range leaving {
		if !gone[session.id] { // it may have left meanwhile
			past = append(past, session.trace())
		}
	}
	slices.SortStableFunc(past, func(a, b Trace) int { return b.EndedAt.Compare(a.EndedAt) })
	return past[:min(len(past), maxPast)]
}

func (s *session) hasEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.endedAt.IsZero()
}

// trace is what the session has been through so far, without the number of its callers.
func (s *session) trace() Trace {
	t := Trace{Snapshot: s.snapshot()}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.Passages = s.course.list()
	t.SourceErr, t.PublishErr = s.course.sourceErr, s.course.publishErr
	t.PlayableAt, t.EndedAt, t.Reason = s.playableAt, s.endedAt, s.ended
	return t
}

// note changes what is told about the session's course.
func (s *session) note(change func(c *course, now time.Time)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.course, time.Now())
}

// reached notes that the session has passed a step.
func (s *session) reached(step Step) {
	var done []Passage
	s.note(func(c *course, now time.Time) {
		done = c.reached(step, now)
		switch step {
		case StepPicture:
			c.sourceErr = nil
		case StepSend:
			c.publishErr = nil
		default:
		}
	})
	if s.state() != StateStarting {
		return
	}
	for _, p := range done {
		s.cfg.Observer.Passed(s.subject(), p.Step, p.Ended.Sub(p.Began))
	}
}
