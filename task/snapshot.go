package task

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
)

func (l *Leg) set(state string) { l.State, l.Since = state, time.Now() }

// running counts a run that came up, once, unless it is the first.
func (l *Leg) running() {
	if l.ran && l.State != LegStateRunning {
		l.Reconnects++
	}
	l.ran = true
	l.set(LegStateRunning)
}

func (l *Leg) connecting() { l.set(LegStateConnecting) }

func (l *Leg) failed(err error) {
	l.set(LegStateWaiting)
	l.LastError, l.LastErrorAt = err.Error(), time.Now()
}

// update changes the status for readers.
func (s *session) update(change func(*Snapshot)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.status)
}

func (s *session) state() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status.State
}

// setState changes the state and wakes who waits for it.
func (s *session) setState(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status.State == state {
		return
	}
	if state == StateStreaming && s.status.State == StateStarting {
		s.playableAt = time.Now()
		took := s.playableAt.Sub(s.status.Started)
		s.cfg.Observer.Started(s.subject(), took, nil)
		s.log.Info("start ok", zap.String("stream", s.name), zap.String("way", s.status.Way), zap.String("server", s.status.Server),
			zap.String("stream_type", s.status.StreamType), zap.Duration("started_in", took.Round(time.Millisecond)))
	}
	s.status.State = state
	close(s.changed)
	s.changed = make(chan struct{})
}

// end keeps why the session ended.
func (s *session) end(err error) {
	s.mu.Lock()
	s.ended, s.endedAt = err, time.Now()
	s.course.stop(s.endedAt)
	starting, took := s.status.State == StateStarting, s.endedAt.Sub(s.status.Started)
	s.mu.Unlock()
	s.setState(StateEnding)
	took = took.Round(time.Millisecond)
	switch {
	case !starting:
		s.cfg.Observer.Ended(s.subject(), err)
		level := zap.InfoLevel
		if isFailure(err) {
			level = zap.WarnLevel
		}
		s.log.Log(level, "session ends", zap.NamedError("reason", err), zap.Duration("after", took))
	case isFailure(err):
		s.cfg.Observer.Started(s.subject(), took, err)
		s.log.Warn("start failed", zap.NamedError("reason", err), zap.Duration("after", took))
	default:
		s.cfg.Observer.Started(s.subject(), took, err)
		s.log.Info("start given up", zap.NamedError("reason", err), zap.Duration("after", took))
	}
}

// reason is why the session ended; ErrClosing while it has not.
func (s *session) reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil {
		return ErrClosing
	}
	return s.ended
}

// playable waits until the session can be played, or has been to its end. It returns why it cannot be: what ended it, what keeps it from
// streaming when the time is up, or the context's error.
func (s *session) playable(ctx context.Context, limit time.Duration) error {
	overdue := time.NewTimer(limit)
	defer overdue.Stop()
	for {
		s.mu.Lock()
		state, ended, changed := s.status.State, s.ended, s.changed
		trouble := s.status.Source.LastError
		if trouble == "" || s.status.Publish.LastErrorAt.After(s.status.Source.LastErrorAt) {
			trouble = s.status.Publish.LastError
		}
		s.mu.Unlock()
		switch {
		case errors.Is(ended, ErrOver):
			return nil
		case ended != nil:
			return ended
		case state == StateStreaming:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-overdue.C:
			if state == StateStarting {
				// The session itself bounds its start, and knows at which step it stands.
				overdue.Reset(limit)
				continue
			}
			err := s.deviceError(device.KindNoData, "the stream is interrupted and did not come back within "+limit.String()+": "+trouble)
			s.log.Warn("start beside others failed", zap.Error(err))
			return err
		}
	}
}

// snapshot is what the session looks like now, without the number of its callers.
func (s *session) snapshot() Snapshot {
	s.mu.Lock()
	st := s.status
	s.mu.Unlock()
	st.Source.Bytes, st.Source.Units = s.road.tap.meter.bytes.Load(), s.road.tap.meter.units.Load()
	st.BitsPerSecond, st.FramesPerSecond = s.road.tap.meter.rates(time.Now())
	st.Dropped, st.LastDropped = s.road.queue.Dropped(), s.road.queue.LastDropped()
	sent := s.publisher.Stats()
	st.Publish.Bytes, st.Publish.Units = sent.Bytes, sent.Messages
	st.LastKeyFrame, st.LastFrame = sent.LastKeyFrame, sent.LastFrame
	st.Recording = s.feed.progress()
	s.describe(&st)
	return st
}

// describe tells the codecs, as the device sends them.
func (s *session) describe(st *Snapshot) {
	for _, track := range s.road.tap.announced() {
		if track.Codec.Video() {
			st.VideoCodec = track.Codec.String()
			continue
		}
		st.AudioCodec = track.Codec.String()
		if st.AudioNote = s.road.transcoder.Note(); !s.road.tap.audio.Load() {
			st.AudioNote = "announced, but none has come"
		}
	}
	if video := s.road.video(); video != nil {
		st.Width, st.Height, st.FrameRate = video.Width, video.Height, video.FrameRate
	}
}

// address is host:port as the caller gave it.
func address(t device.Target) string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// video is the newest description of the picture that reached the queue, nil before the first.
func (r *road) video() *media.Track { return r.marked.video.Load() }
