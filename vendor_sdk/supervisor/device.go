package supervisor

import (
	"context"
	"time"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

// Device is a login in a worker of its own. It is safe for concurrent use. Errors of its methods are *sdk.Error, *WorkerError, ErrClosed,
// or that of ctx. When ctx ends before the worker has answered, what the call began is undone as soon as it answers; a worker that does
// not answer is ended.
type Device struct{ w *worker }

// Live starts a live stream.
func (d *Device) Live(ctx context.Context, request sdk.LiveRequest) (*Stream, error) {
	return d.w.begin(ctx, wire.Request{Op: wire.Live, Live: &request}, &Stream{live: true, channel: request})
}

// Playback starts a playback.
func (d *Device) Playback(ctx context.Context, request sdk.PlaybackRequest) (*Stream, error) {
	return d.w.begin(ctx, wire.Request{Op: wire.Playback, Playback: &request}, &Stream{})
}

// Search hands files over from the calling goroutine, as the device gives them.
func (d *Device) Search(ctx context.Context, request sdk.SearchRequest, page func(files []sdk.File)) error {
	return d.w.search(ctx, request, page)
}

// Move starts or stops a movement. One that was given up is not undone: whoever is in doubt stops it.
func (d *Device) Move(ctx context.Context, movement sdk.Movement) error {
	_, err := d.w.call(ctx, wire.Request{Op: wire.Move, Move: &movement}, d.w.limits.other, nil)
	return err
}

// KeyFrame asks for a key frame.
func (d *Device) KeyFrame(ctx context.Context, channel, stream int) error {
	key := &sdk.LiveRequest{Channel: channel, Stream: stream}
	_, err := d.w.call(ctx, wire.Request{Op: wire.KeyFrame, Key: key}, d.w.limits.other, nil)
	return err
}

// Close stops what plays, logs out and ends the worker; it waits for that for a few seconds, and kills the worker then. It may be called
// twice. It returns when the process has ended, or when not even killing it helps: a process that waits for a broken disk cannot be ended.
func (d *Device) Close() error {
	d.w.shut()
	limit := time.NewTimer(2 * d.w.limits.end)
	defer limit.Stop()
	select {
	case <-d.w.gone:
		return nil
	case <-limit.C:
		return &WorkerError{Cause: causeHangs, Detail: "the process cannot be ended"}
	}
}
