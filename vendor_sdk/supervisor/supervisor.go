// Package supervisor owns the worker processes in which makers' libraries run: it starts one for a recorder that is logged in to, speaks the
// protocol of vendor_sdk/wire with it, notices when it crashes, hangs or grows, ends it then, and holds back a recorder whose workers crash
// again and again. It never loads a library itself.
package supervisor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"mediapusher/vendor_sdk/sdk"
)

// Config says how workers are started and how they are watched. The zero value of each field but Command means its default.
type Config struct {
	// Command is the program of a worker and its arguments.
	Command []string
	// Directory is where the maker's library lies. The worker's loader finds it there.
	Directory string
	// Environment is added to what the worker inherits, as KEY=value.
	Environment []string
	// MemoryLimit is how many bytes a worker may hold in memory, default 1 GiB.
	MemoryLimit int64
	// MaxCrashes is how many ends of workers against our will within CrashWindow let a recorder rest for CrashRest.
	MaxCrashes             int
	CrashWindow, CrashRest time.Duration
	// Log may be nil.
	Log *zap.Logger
}

// Supervisor starts workers. It is safe for concurrent use.
type Supervisor struct{ cfg Config }

// New returns a supervisor that has started nothing.
func New(cfg Config) *Supervisor { return &Supervisor{cfg: cfg} }

// WorkerError says that a worker process failed, not the recorder.
type WorkerError struct {
	// Cause is what was noticed: "crashed", "hangs", "too much memory", "did not start".
	Cause string
	// Detail is how the process ended, or the last words of its standard error.
	Detail string
}

// Error says both.
func (e *WorkerError) Error() string { return fmt.Sprintf("the SDK worker %s: %s", e.Cause, e.Detail) }

// RestError says that a recorder's workers failed so often that none is started before Until.
type RestError struct {
	Until   time.Time
	Crashes int
	Last    *WorkerError
}

// Error says how often, until when and why.
func (e *RestError) Error() string {
	return fmt.Sprintf("the SDK worker failed %d times in a row (%v), the next try is at %s", e.Crashes, e.Last, e.Until.Format(time.TimeOnly))
}

// Unwrap returns Last.
func (e *RestError) Unwrap() error { return e.Last }

// Open starts a worker and logs in. name is the recorder, as logs show it and as crashes are counted. Errors are an *sdk.Error of the
// login, an *sdk.LoadError, sdk.ErrNotBuilt, a *WorkerError, a *RestError, or that of ctx.
func (s *Supervisor) Open(ctx context.Context, name string, account sdk.Account) (*Device, sdk.Identity, error) {
	return nil, sdk.Identity{}, errors.ErrUnsupported
}

// Device is a login in a worker of its own. It is safe for concurrent use. Errors of its methods are *sdk.Error, *WorkerError, or that of
// ctx. When ctx ends before the worker has answered, what the call began is undone as soon as it answers; a worker that does not answer is
// ended.
type Device struct{}

// Version is what the library reports of itself.
func (d *Device) Version() string { return "" }

// Live starts a live stream.
func (d *Device) Live(ctx context.Context, request sdk.LiveRequest) (*Stream, error) {
	return nil, errors.ErrUnsupported
}

// Playback starts a playback.
func (d *Device) Playback(ctx context.Context, request sdk.PlaybackRequest) (*Stream, error) {
	return nil, errors.ErrUnsupported
}

// Search hands files over from the calling goroutine.
func (d *Device) Search(ctx context.Context, request sdk.SearchRequest, page func(files []sdk.File)) error {
	return errors.ErrUnsupported
}

// Move starts or stops a movement.
func (d *Device) Move(ctx context.Context, movement sdk.Movement) error { return errors.ErrUnsupported }

// KeyFrame asks for a key frame.
func (d *Device) KeyFrame(ctx context.Context, channel, stream int) error {
	return errors.ErrUnsupported
}

// Close stops what plays, logs out and ends the worker; it waits for that for a few seconds, and kills the worker then. It may be called
// twice.
func (d *Device) Close() error { return nil }

// Stream is a live stream or a playback. One goroutine calls Next; the other methods are safe for concurrent use.
type Stream struct{}

// Next waits for what comes next. The packet's data is valid until the next call. A live stream that is not taken from in time loses
// packets, which Packet.Lost tells; a playback is held back at the device. The error is a *WorkerError, or that of ctx.
func (s *Stream) Next(ctx context.Context) (sdk.Packet, error) {
	return sdk.Packet{}, errors.ErrUnsupported
}

// Seek goes to a recorded time of a playback.
func (s *Stream) Seek(ctx context.Context, at time.Time) error { return errors.ErrUnsupported }

// Speed changes the speed of a playback.
func (s *Stream) Speed(ctx context.Context, speed float64) error { return errors.ErrUnsupported }

// Close stops the stream at the device, and returns when it has stopped or the worker is gone.
func (s *Stream) Close() error { return nil }
