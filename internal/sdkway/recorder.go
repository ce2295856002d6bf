package sdkway

import (
	"context"
	"errors"
	"sync"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/ptz"
	"mediapusher/vendor_sdk/sdk"
)

// recorder is a device.Device.
type recorder struct {
	failures
	cfg    Config
	login  Login
	info   device.Info
	blocks []Block
	asks   sync.WaitGroup // for key frames, which nobody waits for
}

var _ device.Device = (*recorder)(nil)

func (r *recorder) Info() device.Info { return r.info }

// channel returns the library's number of a channel.
func (r *recorder) channel(op device.Operation, called int) (int, error) {
	channel, err := number(r.blocks, called)
	if err != nil {
		return 0, r.failure(op, device.KindNoSuchChannel, err.Error(), nil)
	}
	return channel, nil
}

// Live returns a source of live pictures. Whether the camera is connected shows when it runs.
func (r *recorder) Live(_ context.Context, request device.LiveRequest) (media.Source, error) {
	channel, err := r.channel(device.OpLive, request.Channel)
	if err != nil {
		return nil, err
	}
	return &source{recorder: r, op: device.OpLive, channel: channel, stream: int(request.Stream), silence: r.cfg.Silence}, nil
}

// Playback returns a source of one run of a recording.
func (r *recorder) Playback(_ context.Context, request device.PlaybackRequest) (media.Source, error) {
	channel, err := r.channel(device.OpPlayback, request.Channel)
	if err != nil {
		return nil, err
	}
	return &source{
		recorder: r, op: device.OpPlayback, channel: channel, recording: &request.Request, silence: 2 * r.cfg.Silence,
	}, nil
}

// PTZ returns what moves the camera of a channel. Whether it can be moved shows with the first movement.
func (r *recorder) PTZ(_ context.Context, called int) (ptz.Head, error) {
	channel, err := r.channel(device.OpPTZ, called)
	if err != nil {
		return nil, err
	}
	return &head{recorder: r, channel: channel}, nil
}

// Close logs out and ends the worker.
func (r *recorder) Close() error {
	err := r.login.Close()
	r.asks.Wait()
	return r.explain(device.OpLogin, err)
}

// maxRepeated is how many files in a row may come again before a search counts as one that turns in a circle.
const maxRepeated = 1000

// errCircle ends a search whose files come again and again.
var errCircle = errors.New("the recorder repeats itself")

// Search hands on what the library finds, each file once.
func (r *recorder) Search(ctx context.Context, request device.SearchRequest, page func([]playback.File)) error {
	channel, err := r.channel(device.OpSearch, request.Channel)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, searchLimit)
	defer cancel()
	searching, stop := context.WithCancelCause(limited)
	defer stop(nil)
	found := &finding{span: request.Range, seen: make(map[playback.File]struct{})}
	err = r.login.Search(searching, sdk.SearchRequest{Channel: channel, Span: sdk.Span(request.Range)}, func(files []sdk.File) {
		if fresh := found.fresh(files); len(fresh) > 0 {
			page(fresh)
		}
		if found.repeated > maxRepeated {
			stop(errCircle)
		}
	})
	if err == nil || errors.Is(context.Cause(searching), errCircle) {
		return nil
	}
	err = r.explain(device.OpSearch, err)
	if kind, _ := device.KindOf(err); kind == device.KindNoRecording {
		return nil
	}
	return err
}

// finding is what a search has brought so far.
type finding struct {
	span     playback.Range
	seen     map[playback.File]struct{}
	repeated int // files in a row that were seen before
}

// fresh returns those files that are new and hold something of the span. Libraries list files of no length, and one that lies across
// midnight with both days.
func (f *finding) fresh(files []sdk.File) []playback.File {
	var fresh []playback.File
	for _, file := range files {
		one := playback.File{Name: file.Name, Size: file.Size, Range: playback.Range(file.Span)}
		if !one.Start.Before(one.End) || !one.Start.Before(f.span.End) || !one.End.After(f.span.Start) {
			continue
		}
		if _, again := f.seen[one]; again {
			f.repeated++
			continue
		}
		f.seen[one] = struct{}{}
		f.repeated = 0
		fresh = append(fresh, one)
	}
	return fresh
}

// head moves the camera of one channel. It holds nothing at the device.
type head struct {
	recorder *recorder
	channel  int
}

// Start begins a movement, which goes on until it is stopped.
func (h *head) Start(ctx context.Context, command ptz.Command, _ time.Duration) (timed bool, err error) {
	return false, h.move(ctx, command, false)
}

// Stop ends a movement.
func (h *head) Stop(ctx context.Context, command ptz.Command) error {
	return h.move(ctx, command, true)
}

func (h *head) move(ctx context.Context, command ptz.Command, stop bool) error {
	vendor := h.recorder.vendor
	code, ok := vendor.Moves[command]
	if !ok {
		return h.recorder.failure(device.OpPTZ, device.KindUnsupported, "no such movement", nil)
	}
	ctx, cancel := context.WithTimeout(ctx, orderLimit)
	defer cancel()
	movement := sdk.Movement{Channel: h.channel, Command: code, Speed: vendor.Speed, Stop: stop}
	return h.recorder.explain(device.OpPTZ, h.recorder.login.Move(ctx, movement))
}

// Close does nothing: a head holds nothing.
func (h *head) Close() error { return nil }
