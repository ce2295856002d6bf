package shadow

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"mediapusher/api"
	"mediapusher/internal/device"
	"mediapusher/playback"
	"mediapusher/ptz"
	"mediapusher/task"
)

// maxSessions is how many sessions a double keeps; the one that was heard of least recently goes first.
const maxSessions = 4096

// double stands in for the sessions: it does what the old server's answer says. One request at a time is answered: prepare, then the
// call. It is safe for concurrent use otherwise.
type double struct {
	lease time.Duration
	now   func() time.Time

	mu       sync.Mutex
	said     saying
	noted    string // about the request that is answered now, for people
	sessions map[int32]*session
}

var _ api.Tasks = (*double)(nil)

// session is what a double knows about one.
type session struct {
	live   bool
	wide   playback.Range // where POSITION may go
	heard  time.Time
	leased bool // the heartbeat's clock runs
	ended  bool // by STOP, without a heartbeat or by the old server; kept to be known from one that nobody has seen begin
}

func newDouble(lease time.Duration, now func() time.Time) *double {
	return &double{lease: lease, now: now, sessions: map[int32]*session{}}
}

// prepare says what the old server has answered to the request that comes next.
func (d *double) prepare(s saying) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said, d.noted = s, ""
}

// note is what there is to say about the request that was answered last, empty where there is nothing.
func (d *double) note() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.noted
}

// knows tells whether the beginning of a handle's session was seen.
func (d *double) knows(handle int32) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, found := d.sessions[handle]
	return found
}

// forget ends a session because the old server has it no more: its recording is over, or the server was started anew. It tells
// whether the session lived here.
func (d *double) forget(handle int32) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.sessions[handle]
	if s == nil || s.ended || s.leased && d.now().Sub(s.heard) > d.lease {
		return false
	}
	s.ended = true
	return true
}

// StartLive implements api.Tasks.
func (d *double) StartLive(_ context.Context, request task.LiveRequest) (task.Started, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.said.failure(request.Target, device.OpLive); err != nil {
		return task.Started{}, err
	}
	return d.open(&session{live: true}), nil
}

// StartPlayback implements api.Tasks.
func (d *double) StartPlayback(_ context.Context, request task.PlaybackRequest) (task.Recording, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.said.failure(request.Target, device.OpPlayback); err != nil {
		return task.Recording{}, err
	}
	played, wide := request.Range, request.Range
	if t, ok := timeOf(d.said.fields["start_time"]); ok {
		played.Start = t
	}
	if t, ok := timeOf(d.said.fields["stop_time"]); ok {
		played.End = t
	}
	if played.Start.Before(wide.Start) {
		wide.Start = played.Start
	}
	if played.End.After(wide.End) {
		wide.End = played.End
	}
	return task.Recording{Started: d.open(&session{wide: wide}), Range: played, Files: filesOf(d.said.fields["record_files"])}, nil
}

// open keeps a session under the old server's own handle, so that what comes later finds it. The mutex is held.
func (d *double) open(opened *session) task.Started {
	handle, ok := handleOf(d.said.fields["play_handle"])
	if !ok {
		handle = math.MaxInt32 // nobody can call it: the caller has none, or another one
	}
	for len(d.sessions) >= maxSessions {
		d.forgetOldest()
	}
	opened.heard = d.now()
	d.sessions[handle] = opened
	return task.Started{Handle: handle, Stream: streamOf(d.said.fields["rtmp_url"])}
}

func (d *double) forgetOldest() {
	var oldest int32
	for handle, s := range d.sessions {
		if o := d.sessions[oldest]; o == nil || s.heard.Before(o.heard) {
			oldest = handle
		}
	}
	delete(d.sessions, oldest)
}

// Answered implements api.Tasks.
func (d *double) Answered(handle int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.sessions[handle]; s != nil {
		s.heard, s.leased = d.now(), true
	}
}

// renew finds a session and renews its lease. The mutex is held.
func (d *double) renew(handle int32) (*session, error) {
	found := d.sessions[handle]
	if found == nil || found.ended {
		return nil, task.ErrNoSession
	}
	now := d.now()
	if silent := now.Sub(found.heard); found.leased && silent > d.lease {
		found.ended = true
		d.noted = fmt.Sprintf("no heartbeat for %v: here the session ends after %v", silent.Round(time.Second), d.lease)
		return nil, task.ErrNoSession
	}
	found.heard = now
	return found, nil
}

// Beat implements api.Tasks.
func (d *double) Beat(handle int32) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := d.renew(handle)
	return err
}

// Stop implements api.Tasks.
func (d *double) Stop(_ context.Context, handle int32) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.renew(handle)
	if err == nil {
		s.ended = true
	}
	return err
}

// Seek implements api.Tasks.
func (d *double) Seek(_ context.Context, handle int32, to time.Time) error {
	return d.steer(handle, func(s *session) error {
		if to.Before(s.wide.Start) || to.After(s.wide.End) {
			return task.ErrOutside
		}
		return d.said.failure(device.Target{}, device.OpPlayback)
	})
}

// SetSpeed implements api.Tasks. Old servers have no such call.
func (d *double) SetSpeed(_ context.Context, handle int32, _ float64) error {
	return d.steer(handle, func(*session) error { return nil })
}

// Pause implements api.Tasks.
func (d *double) Pause(ctx context.Context, handle int32) error { return d.SetSpeed(ctx, handle, 1) }

// Resume implements api.Tasks.
func (d *double) Resume(ctx context.Context, handle int32) error { return d.SetSpeed(ctx, handle, 1) }

func (d *double) steer(handle int32, act func(*session) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.renew(handle)
	if err != nil {
		return err
	}
	if s.live {
		return task.ErrLive
	}
	return act(s)
}

// Move implements api.Tasks.
func (d *double) Move(_ context.Context, handle int32, _ ptz.Command, _ time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.renew(handle)
	if err != nil {
		return err
	}
	if !s.live {
		return task.ErrRecording
	}
	return d.said.failure(device.Target{}, device.OpPTZ)
}

// Status implements api.Tasks: there is nothing to tell of sessions that are none.
func (d *double) Status(int32) (task.Snapshot, error) { return task.Snapshot{}, task.ErrNoSession }

// Trace implements api.Tasks.
func (d *double) Trace(int32) (task.Trace, error) { return task.Trace{}, task.ErrNoSession }
