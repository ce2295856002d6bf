package dahua

import (
	"context"
	"fmt"
	"net/http"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

const pageSnapshot = "/cgi-bin/snapshot.cgi?channel=%d"

// Snapshot asks snapshot.cgi, whose channels count from 1 with recorders and from 0 with some cameras. Where the device gives none, the
// state of the camera tells why, as far as it is told.
func (r *recorder) Snapshot(ctx context.Context, channel int) ([]byte, error) {
	if r.Way == device.WayRTSP {
		return nil, r.Failure(device.OpSnapshot, 0, netway.Meaning{
			Kind: device.KindUnsupported, Words: "single pictures come over HTTP only, which does not answer; http_port names another port",
		})
	}
	number, count, _, err := r.resolve(ctx, device.OpSnapshot, channel)
	if err != nil {
		return nil, err
	}
	picture, refusal := r.picture(ctx, number)
	if refusal != nil && count == 1 && number == 1 && saysNo(refusal) {
		if only, err := r.picture(ctx, 0); err == nil {
			return only, nil
		}
	}
	if !saysNo(refusal) {
		return picture, refusal
	}
	states, err := r.states(ctx, count)
	if err != nil {
		return nil, err
	}
	if state, known := states[number-1]; known && !state.connected() {
		return nil, r.Failure(device.OpSnapshot, 0, netway.Meaning{
			Kind:  device.KindOffline,
			Words: fmt.Sprintf("the recorder says that this channel's camera is not connected (%s)", netway.Name(state.Connection)),
		})
	}
	return nil, r.unsupported(device.OpSnapshot, "the device gives no picture of this channel, or its camera is not connected", refusal)
}

// picture gets one JPEG.
func (r *recorder) picture(ctx context.Context, number int) ([]byte, error) {
	answer, err := r.Get(ctx, device.OpSnapshot, fmt.Sprintf(pageSnapshot, number))
	switch {
	case err != nil:
		return nil, err
	case answer.Status != http.StatusOK:
		return nil, r.Failure(device.OpSnapshot, answer.Status, explain(answer))
	case !netway.IsJPEG(answer.Body):
		failure := r.Failure(device.OpSnapshot, 0, netway.Meaning{Kind: device.KindProtocol, Words: netway.Plain(answer.Body)})
		failure.Err = errRefused
		return nil, failure
	default:
		return answer.Body, nil
	}
}
