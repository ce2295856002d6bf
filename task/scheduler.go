package task

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/aac"
	"mediapusher/internal/device"
	"mediapusher/playback"
	"mediapusher/ptz"
	"mediapusher/pusher"
)

// Defaults of Config.
const (
	DefaultInterval     = 20 * time.Second
	DefaultGrace        = 10 * time.Second
	DefaultStartTimeout = 10 * time.Second
	// DefaultSearchTimeout allows for a list of some thousand recordings, which come by the forty.
	DefaultSearchTimeout = 30 * time.Second
)

// stopLimit bounds how long Stop waits until nothing of a session is left.
const stopLimit = 2 * time.Second

// Config says what a Scheduler works with.
type Config struct {
	// Devices opens recorders of every vendor; logins are its business.
	Devices device.Driver
	// RTMP opens publishes.
	RTMP pusher.Dialer
	// Interval is the time between heartbeats, Grace how much later than that one may come. 0 means the default.
	Interval, Grace time.Duration
	// StartTimeout bounds the way to the first picture of a start, and each seek and the like, default 10 s. SearchTimeout bounds the
	// search for recordings beside it, default 30 s: then the answer lists what is known.
	StartTimeout, SearchTimeout time.Duration
	// Clip says where a playback ends whose last file goes on behind the asked end.
	Clip playback.Clip
	// PTZ moves cameras; nil where none can be moved.
	PTZ Mover
	// Audio says what becomes of audio that is not AAC.
	Audio aac.Policy
	// Observer may be nil.
	Observer Observer
	// Log may be nil.
	Log *zap.Logger
}

// Mover moves cameras, as ptz.Guard does. It may be called from several goroutines.
type Mover interface {
	// Move returns when the device has taken the start, and stops the movement after duration whatever happens.
	Move(ctx context.Context, camera ptz.Camera, command ptz.Command, duration time.Duration) error
}

// Scheduler creates and removes sessions; nobody else does. It is safe for concurrent use.
type Scheduler struct {
	cfg atomic.Pointer[Config] // of sessions that begin now; each keeps its own
	// root ends all sessions. It is kept because sessions outlive the requests that start them.
	root    context.Context //nolint:containedctx // the root of the sessions, which the Scheduler owns
	cancel  context.CancelCauseFunc
	running sync.WaitGroup // sessions

	mu       sync.Mutex
	closing  bool
	handles  *handles
	viewers  map[int32]*viewer
	sessions map[*session]struct{}
	shared   map[source]*session // the live ones
	living   map[string]*session // by ID, until nothing of them is left
	past     *history
	totals   map[Subject]Total // of those that are not living
}

// viewer is one caller's share of a session.
type viewer struct {
	session *session
	lease   *lease
}

// New returns a scheduler without sessions. It starts no goroutine.
func New(cfg Config) (*Scheduler, error) {
	if cfg.Devices == nil || cfg.RTMP == nil {
		return nil, errors.New("a scheduler needs devices and an RTMP server")
	}
	cfg = cfg.withDefaults()
	root, cancel := context.WithCancelCause(context.Background())
	s := &Scheduler{
		root: root, cancel: cancel,
		handles: newHandles(), viewers: make(map[int32]*viewer), sessions: make(map[*session]struct{}), shared: make(map[source]*session),
		living: make(map[string]*session), past: newHistory(), totals: make(map[Subject]Total),
	}
	s.cfg.Store(&cfg)
	return s, nil
}

// Change lets sessions that begin from now on have the times, the clip and the audio policy of cfg; those that run keep theirs. The other
// fields stay what they are. It is not called twice at the same time.
func (s *Scheduler) Change(cfg Config) {
	next := *s.cfg.Load()
	next.Interval, next.Grace, next.StartTimeout, next.SearchTimeout = cfg.Interval, cfg.Grace, cfg.StartTimeout, cfg.SearchTimeout
	next.Clip, next.Audio = cfg.Clip, cfg.Audio
	next = next.withDefaults()
	s.cfg.Store(&next)
}

// withDefaults fills in what was left empty.
func (c Config) withDefaults() Config {
	if c.Interval <= 0 {
		c.Interval = DefaultInterval
	}
	if c.Grace <= 0 {
		c.Grace = DefaultGrace
	}
	if c.StartTimeout <= 0 {
		c.StartTimeout = DefaultStartTimeout
	}
	if c.SearchTimeout <= 0 {
		c.SearchTimeout = DefaultSearchTimeout
	}
	if c.Observer == nil {
		c.Observer = deaf{}
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}

// Run blocks until ctx ends, then ends all sessions and returns when nothing of them is left.
func (s *Scheduler) Run(ctx context.Context) error {
	<-ctx.Done()
	s.mu.Lock()
	s.closing = true
	for handle, v := range s.viewers {
		v.lease.stop()
		delete(s.viewers, handle)
	}
	clear(s.sessions)
	clear(s.shared)
	s.mu.Unlock()
	s.cancel(ErrClosing)
	s.running.Wait()
	return nil
}

// lend lets the lease of a handle run. It returns false where the handle has ended meanwhile.
func (s *Scheduler) lend(handle int32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.viewers[handle]
	if v == nil {
		return false
	}
	v.lease.start(func() { s.expire(handle) })
	return true
}

// join finds or makes the session of a source and gives the caller a handle on it, whose lease does not run yet.
func (s *Scheduler) join(source source) (*session, int32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, 0, ErrClosing
	}
	joined := s.shared[source]
	if joined == nil {
		joined = s.open(source, &live{})
		s.shared[source] = joined
	}
	return joined, s.admit(joined), nil
}

// admit gives a caller a handle on a session, whose lease does not run yet. The mutex is held.
func (s *Scheduler) admit(joined *session) int32 {
	handle := s.handles.draw()
	cfg := s.cfg.Load()
	v := &viewer{session: joined, lease: newLease(cfg.Interval + cfg.Grace)}
	s.viewers[handle], joined.viewers[handle] = v, v
	return handle
}

// open makes a session of a source and lets it run. The mutex is held.
func (s *Scheduler) open(source source, feed feed) *session {
	opened := newSession(s.cfg.Load(), source, feed)
	ctx, cancel := context.WithCancelCause(s.root)
	opened.cancel = cancel
	s.sessions[opened], s.living[opened.id] = struct{}{}, opened
	s.running.Go(func() {
		defer cancel(nil)
		opened.run(ctx)
		s.forget(opened)
	})
	return opened
}

// forget removes a session that has ended, with all its handles, and remembers what it has been through.
func (s *Scheduler) forget(ended *session) {
	s.past.add(ended.trace()) // before it is no longer among the living, so that it is always found
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unlist(ended)
	delete(s.living, ended.id)
	s.keep(ended)
	for handle, v := range ended.viewers {
		s.remove(handle, v, nil)
	}
}

// Answered tells that the answer of a start has been written: the lease begins now.
func (s *Scheduler) Answered(handle int32) { _ = s.Beat(handle) }

// Beat renews the lease of a handle. It fails with ErrNoSession.
func (s *Scheduler) Beat(handle int32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.viewers[handle]
	if v == nil {
		return ErrNoSession
	}
	v.lease.renew()
	return nil
}

// Stop ends a handle, and with the last handle the session. It returns when nothing of the session is left, or after two seconds, or
// when ctx ends; the handle is gone in any case. It fails with ErrNoSession.
func (s *Scheduler) Stop(ctx context.Context, handle int32) error {
	ended, ok := s.leave(handle, ErrStopped)
	if !ok {
		return ErrNoSession
	}
	if ended == nil {
		return nil
	}
	limit := time.NewTimer(stopLimit)
	defer limit.Stop()
	select {
	case <-ended.done:
	case <-limit.C:
		ended.log.Warn("the session takes long to end")
	case <-ctx.Done():
	}
	return nil
}

// expire ends a handle whose lease has run out.
func (s *Scheduler) expire(handle int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.viewers[handle]
	if v == nil || !v.lease.rearm() {
		return
	}
	s.remove(handle, v, ErrBeatMissed)
}

// leave ends a handle for a cause. ended is the session where this was the last handle.
func (s *Scheduler) leave(handle int32, cause error) (ended *session, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.viewers[handle]
	if v == nil {
		return nil, false
	}
	if s.remove(handle, v, cause) {
		return v.session, true
	}
	return nil, true
}

// remove takes a handle away and tells whether it was the session's last, which then ends for the cause. The mutex is held.
func (s *Scheduler) remove(handle int32, v *viewer, cause error) (last bool) {
	v.lease.stop()
	delete(s.viewers, handle)
	s.handles.retire(handle)
	s.past.depart(handle, departure{session: v.session.id, at: time.Now(), reason: cause})
	delete(v.session.viewers, handle)
	if len(v.session.viewers) > 0 {
		return false
	}
	s.unlist(v.session)
	v.session.cancel(cause)
	return true
}

// unlist lets nobody find a session any more. The mutex is held.
func (s *Scheduler) unlist(ended *session) {
	delete(s.sessions, ended)
	if s.shared[ended.source] == ended {
		delete(s.shared, ended.source)
	}
}

// Status tells about a handle's session. It renews nothing. It fails with ErrNoSession.
func (s *Scheduler) Status(handle int32) (Snapshot, error) {
	s.mu.Lock()
	v := s.viewers[handle]
	clients := 0
	if v != nil {
		clients = len(v.session.viewers)
	}
	s.mu.Unlock()
	if v == nil {
		return Snapshot{}, ErrNoSession
	}
	snapshot := v.session.snapshot()
	snapshot.Clients = clients
	return snapshot, nil
}

// Snapshots tells about all sessions, in no order.
func (s *Scheduler) Snapshots() []Snapshot {
	s.mu.Lock()
	sessions := make([]*session, 0, len(s.sessions))
	clients := make([]int, 0, len(s.sessions))
	for session := range s.sessions {
		sessions = append(sessions, session)
		clients = append(clients, len(session.viewers))
	}
	s.mu.Unlock()
	list := make([]Snapshot, len(sessions))
	for i, session := range sessions {
		list[i] = session.snapshot()
		list[i].Clients = clients[i]
	}
	return list
}
