package task

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/pusher"
)

// source identifies what a session pulls: equal sources share one session.
type source struct {
	target  device.Target
	channel int
	stream  device.Stream
}

// String names the source for an operator.
func (s source) String() string { return fmt.Sprintf("%s channel %d", address(s.target), s.channel) }

// session is one pull, of what its feed opens, and one push. One goroutine, run, owns its state and decides; the two legs run on
// goroutines of their own, one run of each at a time, and report to it through events.
type session struct {
	cfg    *Config
	source source
	feed   feed
	id     string // for lists and logs
	name   string // at the RTMP server
	log    *zap.Logger
	cancel context.CancelCauseFunc // ends the session; set before run is started
	events chan event
	over   chan struct{} // closed when the session ends: reports are of no interest any more
	done   chan struct{} // closed when nothing of the session is left

	road      *road
	publisher *pusher.Publisher

	// The rest of this group belongs to run.
	pull, push leg
	stopPull   context.CancelFunc
	stream     device.Stream  // in use, which may be the sub stream instead of the wanted one
	logged     bool           // the newest run of the source was let in
	described  bool           // and told its tracks
	picture    bool           // and sent a picture
	publishing bool           // the push leg has begun
	finishing  bool           // the source has no more, the publish sends what is left
	accepted   bool           // the newest publish was accepted
	sent       bool           // and took a key frame
	switching  bool           // the source is being ended to go on with the sub stream
	beside     sync.WaitGroup // what the feed runs beside the legs; ends with the session's context

	mu      sync.Mutex
	status  Snapshot      // without what counters know
	changed chan struct{} // closed and made anew whenever the state changes
	course  course
	// ended is why the session ended, nil while it lives; endedAt and playableAt (first) are when.
	ended               error
	endedAt, playableAt time.Time

	viewers map[int32]*viewer // by handle, owned by the Scheduler under its mutex
}

// event is what a leg reports.
type event struct {
	kind   eventKind
	err    error
	info   device.Info
	server string
}

type eventKind uint8

const (
	pullLogged    eventKind = iota // the device let us in
	pullDescribed                  // it told its tracks
	pullReceived                   // and sent something
	pullPicture                    // the first picture is in the queue
	pullEnded
	pushAccepted // the server accepted the publish
	pushSent     // the first key frame was written
	pushEnded
	pullWanted // a pull that waits for its next try shall not
	feedFailed // what runs beside the legs ends the session
)

// newSession returns a session that does nothing yet.
func newSession(cfg *Config, source source, feed feed) *session {
	s := &session{
		cfg: cfg, source: source, feed: feed, id: randomName()[:8], name: randomName(), stream: source.stream,
		events: make(chan event), over: make(chan struct{}), done: make(chan struct{}), changed: make(chan struct{}),
		viewers: make(map[int32]*viewer), course: newCourse(),
		pull: newLeg(recorderAwayWait, recorderRefuseWait), push: newLeg(serverAwayWait, serverRefusesWait),
	}
	s.road = newRoad(cfg.Audio, feed.queue(),
		func() { s.report(event{kind: pullDescribed}) },
		func() { s.report(event{kind: pullReceived}) },
		func() { s.report(event{kind: pullPicture}) })
	s.log = cfg.Log.With(zap.String("session", s.id), zap.String("vendor", string(source.target.Vendor)),
		zap.String("device", address(source.target)), zap.Int("channel", source.channel))
	s.publisher = pusher.NewPublisher(pusher.PublisherConfig{
		Dialer:     cfg.RTMP,
		OnAccepted: func(conn pusher.Conn) { s.report(event{kind: pushAccepted, server: conn.Server()}) },
		OnPlayable: func() { s.report(event{kind: pushSent}) },
		OnSent:     cfg.Observer.Sent(s.subject()),
		Log:        s.log,
	})
	s.status = Snapshot{
		ID: s.id, Kind: feed.kind(), State: StateStarting, Vendor: source.target.Vendor, Stream: s.name,
		Address: address(source.target), Channel: source.channel, StreamType: s.stream.String(), Started: time.Now(),
		Source: Leg{State: LegStateConnecting, Since: time.Now()}, Publish: Leg{State: LegStateWaiting, Since: time.Now()},
	}
	feed.attach(s)
	return s
}

// run is the session's life. It returns when ctx has ended or the session failed for good, and nothing of it is left.
func (s *session) run(ctx context.Context) {
	defer close(s.done)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	overdue := time.NewTimer(s.cfg.StartTimeout)
	defer overdue.Stop()

	s.startPull(ctx)
	var failed error
	for failed == nil {
		select {
		case <-ctx.Done():
			failed = context.Cause(ctx)
		case e := <-s.events:
			failed = s.handle(ctx, e)
		case <-overdue.C:
			if s.state() == StateStarting {
				failed = s.overdue()
				s.note(func(c *course, now time.Time) { c.overdue(failed, now) })
			}
		case <-s.pull.fires():
			s.startPull(ctx)
		case <-s.push.fires():
			s.startPush(ctx)
		}
	}
	s.end(failed)
	close(s.over)
	cancel()
	s.road.queue.Close() // a source may wait for room in it
	s.pull.calm()
	s.push.calm()
	for s.pull.running || s.push.running {
		switch e := <-s.events; e.kind {
		case pullEnded:
			s.pull.running = false
		case pushEnded:
			s.push.running = false
		default:
		}
	}
	s.beside.Wait()
}

// handle takes one report. It returns the error that ends the session, nil to go on.
func (s *session) handle(ctx context.Context, e event) error {
	switch e.kind {
	case pullLogged:
		s.logged = true
		s.reached(StepLogin)
		s.update(func(st *Snapshot) { st.Way, st.WayReason, st.SteppedDown = e.info.Way, e.info.Why, e.info.SteppedDown })
		s.feed.loggedIn(ctx)
	case pullDescribed:
		s.described = true
		s.reached(StepOpen)
		s.update(func(st *Snapshot) { st.Source.running() })
		if !s.publishing {
			s.startPush(ctx)
		}
	case pullReceived:
		s.reached(StepReceive)
	case pullPicture:
		return s.pictured()
	case pullEnded:
		s.pull.running = false
		return s.pullFailed(ctx, e.err)
	case pushAccepted:
		s.accepted = true
		s.reached(StepPublish)
		s.update(func(st *Snapshot) { st.Server = e.server; st.Publish.running() })
	case pushSent:
		s.sent = true
		s.reached(StepSend)
		s.push.healthy()
		s.push.back(s.log, "publish")
		s.settle()
	case pushEnded:
		s.push.running = false
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return s.pushFailed(e.err)
	case pullWanted:
		if s.pull.retry != nil {
			s.pull.calm()
			s.startPull(ctx)
		}
	case feedFailed:
		s.note(func(c *course, now time.Time) { c.searchFailed(e.err, now) })
		return e.err
	}
	return nil
}

// pictured takes the first picture of a run of the source. The device has done its part: what the server failed at is now the answer of
// a start.
func (s *session) pictured() error {
	s.picture = true
	s.reached(StepPicture)
	s.pull.healthy()
	s.pull.back(s.log, "source")
	if s.state() == StateStarting && s.push.err != nil && !s.push.running {
		return s.push.err
	}
	s.settle()
	return nil
}

// settle makes the session playable when both legs are.
func (s *session) settle() {
	if s.picture && s.sent {
		s.setState(StateStreaming)
	}
}

// pullFailed decides what the end of a run of the source means.
func (s *session) pullFailed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil && !s.switching {
		if err = s.feed.ended(); err == nil {
			return s.finish()
		}
	}
	s.logged, s.described, s.picture = false, false, false
	if s.switching {
		s.switching = false
		s.road.queue.Flush()
		s.startPull(ctx)
		return nil
	}
	s.note(func(c *course, now time.Time) { c.pullFailed(err, now) })
	starting := s.state() == StateStarting
	if starting && !isOurs(err) || isPermanent(err) {
		if s.stream != s.source.stream && lacksStream(err) {
			return s.noH264(err.Error())
		}
		return err
	}
	wait := s.pull.failed(err)
	s.cfg.Observer.Retried(s.subject(), LegSource, err)
	s.pull.lost(s.log, "source", err, wait)
	s.update(func(st *Snapshot) { st.Source.failed(err) })
	if !starting {
		s.setState(StateRetrying)
	}
	return nil
}

// pushFailed decides what the end of a publish means. While the session starts, the device has the first word: whether the server's
// failure is the answer is decided when a picture has come.
func (s *session) pushFailed(err error) error {
	s.accepted, s.sent = false, false
	switch {
	case err == nil && s.finishing:
		return s.finished(nil)
	case errors.Is(err, pusher.ErrHEVC):
		s.note(func(c *course, now time.Time) { c.pushFailed(err, now) })
		return s.feed.withoutHEVC()
	case errors.Is(err, pusher.ErrNoPicture):
		err = fmt.Errorf("%w: %w", ErrNoPicture, err)
		s.note(func(c *course, now time.Time) { c.pushFailed(err, now) })
		return err
	case err == nil:
		err = errors.New("the publish ended")
	}
	err = fmt.Errorf("%w: %w", ErrPublish, err)
	s.note(func(c *course, now time.Time) { c.pushFailed(err, now) })
	if s.finishing {
		return s.finished(err)
	}
	starting := s.state() == StateStarting
	if starting && s.picture {
		return err
	}
	wait := s.push.failed(err)
	s.cfg.Observer.Retried(s.subject(), LegPublish, err)
	s.update(func(st *Snapshot) { st.Publish.failed(err) })
	if !starting {
		s.push.lost(s.log, "publish", err, wait)
		s.setState(StateRetrying)
	}
	return nil
}

// finish lets the publish send what is left of a source that has no more.
func (s *session) finish() error {
	s.finishing = true
	s.road.queue.Close()
	if !s.push.running {
		return s.finished(s.push.err)
	}
	return nil
}

// finished is why a session ends that has sent all that it will ever have, or whose publish failed meanwhile.
func (s *session) finished(err error) error {
	switch {
	case s.state() != StateStarting:
	case err != nil:
		return err
	case s.publisher.Stats().LastKeyFrame.IsZero():
		return s.deviceError(device.KindNoData, "it ended before a picture came")
	default: // too short for a publish to settle
		s.setState(StateStreaming)
	}
	return ErrOver
}

// overdue is the error of a start that took too long: of the step at which it stands.
func (s *session) overdue() error {
	limit := s.cfg.StartTimeout
	progress := s.road.normaliser.Progress()
	switch {
	case !s.picture && isOurs(s.pull.err):
		return s.pull.err
	case !s.logged:
		err := s.deviceError(device.KindUnreachable, fmt.Sprintf("no login within %v", limit))
		err.Op = device.OpLogin
		return err
	case !s.described:
		return s.deviceError(device.KindUnreachable, fmt.Sprintf("no stream description within %v", limit))
	case !s.picture && progress.Units == 0:
		return s.deviceError(device.KindNoData, fmt.Sprintf("playing, but no video came within %v", limit))
	case !s.picture:
		return fmt.Errorf("%w: %s: %s within %v", ErrNoPicture, s.source, progress.Obstacle(), limit)
	case s.push.err != nil:
		return s.push.err
	case !s.accepted:
		return fmt.Errorf("%w: the publish was not accepted within %v", ErrPublish, limit)
	default:
		return fmt.Errorf("%w: it accepted the publish, but took no picture within %v", ErrPublish, limit)
	}
}

func (s *session) deviceError(kind device.Kind, meaning string) *device.Error {
	return &device.Error{
		Vendor: s.source.target.Vendor, Address: address(s.source.target), Op: s.feed.operation(), Kind: kind,
		Meaning: fmt.Sprintf("channel %d: %s", s.source.channel, meaning),
	}
}
