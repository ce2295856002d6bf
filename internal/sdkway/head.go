package sdkway

import (
	"context"
	"time"

	"mediapusher/internal/device"
	"mediapusher/ptz"
	"mediapusher/vendor_sdk/sdk"
)

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
