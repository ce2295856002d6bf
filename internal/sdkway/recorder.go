package sdkway

import (
	"context"
	"sync"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/ptz"
)

// recorder is a device.Device.
type recorder struct {
	failures
	cfg    Config
	login  Login
	info   device.Info
	blocks []Block
	asks   sync.WaitGroup // for key frames, which nobody waits for

	streams neighbours
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
	return &source{recorder: r, op: device.OpLive, channel: channel, stream: int(request.Stream), silence: r.cfg.Silence()}, nil
}

// Playback returns a source of one run of a recording.
func (r *recorder) Playback(_ context.Context, request device.PlaybackRequest) (media.Source, error) {
	channel, err := r.channel(device.OpPlayback, request.Channel)
	if err != nil {
		return nil, err
	}
	return &source{
		recorder: r, op: device.OpPlayback, channel: channel, recording: &request.Request, silence: 2 * r.cfg.Silence(),
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
