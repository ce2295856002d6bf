package task

import (
	"context"
	"time"

	"mediapusher/internal/device"
	"mediapusher/ptz"
)

// StartPlayback starts a session of its own for each call and returns when its picture can be played and the search for recordings has
// ended. Errors are those of StartLive and ErrNoRecording.
func (s *Scheduler) StartPlayback(context.Context, PlaybackRequest) (Recording, error) {
	return Recording{}, &device.Error{Op: device.OpPlayback, Kind: device.KindNotBuilt}
}

// Seek goes on at another recorded time, and returns when the device has taken it: a picture of the new place is the next that is sent.
// Where the time lies outside the recordings it goes on at the next one. It renews the lease. Errors are a *device.Error, ErrNoSession,
// ErrLive, ErrOutside and the context's.
func (s *Scheduler) Seek(_ context.Context, _ int32, _ time.Time) error { return ErrLive }

// SetSpeed changes the speed of a playback, from playback.MinSpeed to playback.MaxSpeed. It renews the lease. Errors are those of Seek
// without ErrOutside.
func (s *Scheduler) SetSpeed(_ context.Context, _ int32, _ float64) error { return ErrLive }

// Pause holds a playback at its position; the publish stays. It renews the lease. Errors are ErrNoSession and ErrLive.
func (s *Scheduler) Pause(_ context.Context, _ int32) error { return ErrLive }

// Resume goes on after Pause, or does nothing. It renews the lease. Errors are those of SetSpeed.
func (s *Scheduler) Resume(_ context.Context, _ int32) error { return ErrLive }

// Move moves the camera of a live session for a while and returns when the device has taken the start. It renews the lease. Errors are a
// *device.Error, ErrNoSession, ErrRecording and the context's.
func (s *Scheduler) Move(_ context.Context, _ int32, _ ptz.Command, _ time.Duration) error {
	return ErrRecording
}
