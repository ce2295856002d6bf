package task

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mediapusher/internal/device"
	"mediapusher/playback"
	"mediapusher/ptz"
)

// Seek goes on at another recorded time, and returns when the device has taken it: a picture of the new place is the next that is sent.
// Where the time lies outside the recordings it goes on at the next one. It renews the lease. Errors are a *device.Error, ErrNoSession,
// ErrLive, ErrOutside and the context's.
func (s *Scheduler) Seek(ctx context.Context, handle int32, to time.Time) error {
	return s.steer(ctx, handle, func(ctx context.Context, r *recording) error { return r.seek(ctx, to) })
}

// SetSpeed changes the speed of a playback, from playback.MinSpeed to playback.MaxSpeed. It renews the lease. Errors are those of Seek
// without ErrOutside, and playback.ErrSpeed.
func (s *Scheduler) SetSpeed(ctx context.Context, handle int32, speed float64) error {
	return s.steer(ctx, handle, func(ctx context.Context, r *recording) error {
		r.wake()
		return r.player.SetSpeed(ctx, speed)
	})
}

// Pause holds a playback at its position; the publish stays. It renews the lease. Errors are those of SetSpeed.
func (s *Scheduler) Pause(ctx context.Context, handle int32) error {
	return s.steer(ctx, handle, func(ctx context.Context, r *recording) error {
		r.wake()
		return r.player.Pause(ctx)
	})
}

// Resume goes on after Pause, or does nothing. It renews the lease. Errors are those of SetSpeed.
func (s *Scheduler) Resume(ctx context.Context, handle int32) error {
	return s.steer(ctx, handle, func(ctx context.Context, r *recording) error {
		r.wake()
		return r.player.Resume(ctx)
	})
}

// Move moves the camera of a live session for a while and returns when the device has taken the start. It renews the lease. Errors are a
// *device.Error, ErrNoSession, ErrRecording, ErrClosing, those of Config.PTZ and the context's.
func (s *Scheduler) Move(ctx context.Context, handle int32, command ptz.Command, duration time.Duration) error {
	session, release, err := s.hold(handle)
	if err != nil {
		return err
	}
	defer release()
	if _, ok := session.feed.(*live); !ok {
		return ErrRecording
	}
	target, channel := session.source.target, session.source.channel
	cfg := s.cfg.Load()
	if cfg.PTZ == nil {
		return &device.Error{
			Vendor: target.Vendor, Address: address(target), Op: device.OpPTZ, Kind: device.KindUnsupported,
			Meaning: "this service moves no cameras",
		}
	}
	err = cfg.PTZ.Move(ctx, device.NewCamera(cfg.Devices, target, channel), command, duration)
	if errors.Is(err, ptz.ErrClosing) {
		return ErrClosing
	}
	return err
}

// hold returns a handle's session and keeps the handle from expiring until release is called. It fails with ErrNoSession.
func (s *Scheduler) hold(handle int32) (held *session, release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.viewers[handle]
	if v == nil {
		return nil, nil, ErrNoSession
	}
	return v.session, v.lease.hold(), nil
}

// steer lets act steer a playback, within the limit of a start and as long as the session lives.
func (s *Scheduler) steer(ctx context.Context, handle int32, act func(context.Context, *recording) error) error {
	session, release, err := s.hold(handle)
	if err != nil {
		return err
	}
	defer release()
	recording, ok := session.feed.(*recording)
	if !ok {
		return ErrLive
	}
	limit := s.cfg.Load().StartTimeout
	late := session.deviceError(device.KindNoData, fmt.Sprintf("the playback did not go on within %v", limit))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(limit, func() { cancel(late) })
	defer timer.Stop()
	go func() {
		select {
		case <-session.over:
			cancel(ErrNoSession)
		case <-ctx.Done():
		}
	}()
	err = act(ctx, recording)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, playback.ErrEnded):
		return ErrNoSession
	case errors.Is(err, playback.ErrOutside):
		return fmt.Errorf("%w: %w", ErrOutside, err)
	default:
		return recording.worded(err)
	}
}
