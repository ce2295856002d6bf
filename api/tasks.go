package api

import (
	"context"
	"time"

	"mediapusher/ptz"
	"mediapusher/task"
)

// Tasks are the sessions as the API needs them. All methods may be called from several goroutines.
type Tasks interface {
	Starts
	Leases
	Steering
	Views
}

// Starts begin sessions.
type Starts interface {
	// StartLive returns when the picture can be played, or within the limits of a start. When ctx ends before that, nothing stays
	// behind.
	StartLive(ctx context.Context, request task.LiveRequest) (task.Started, error)
	// StartPlayback returns when the picture can be played and the search has ended; see task.Scheduler.StartPlayback.
	StartPlayback(ctx context.Context, request task.PlaybackRequest) (task.Recording, error)
}

// Leases are what keeps a session, and what ends it.
type Leases interface {
	// Answered tells that the answer to a start has been written: now the heartbeat's clock runs.
	Answered(handle int32)
	// Beat renews the lease; the error is task.ErrNoSession.
	Beat(handle int32) error
	// Stop ends the caller's part in a session; the error is task.ErrNoSession.
	Stop(ctx context.Context, handle int32) error
}

// Steering is what a caller does with a session: the first four with a playback, Move with the camera of a live one. All renew the lease.
// Their errors stand at the methods of task.Scheduler.
type Steering interface {
	Seek(ctx context.Context, handle int32, to time.Time) error
	SetSpeed(ctx context.Context, handle int32, speed float64) error
	Pause(ctx context.Context, handle int32) error
	Resume(ctx context.Context, handle int32) error
	Move(ctx context.Context, handle int32, command ptz.Command, duration time.Duration) error
}

// Views tell about a session, and renew no lease. Their error is task.ErrNoSession.
type Views interface {
	Status(handle int32) (task.Snapshot, error)
	// Trace knows handles that have ended, too.
	Trace(handle int32) (task.Trace, error)
}
