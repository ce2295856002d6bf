package hik

import (
	"context"
	"fmt"
	"net/http"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// Snapshot asks for a picture of the main stream, and for one of the sub stream where the device gives none of that. Recorders give those
// of IP channels at the page of the streams or at that of the proxied ones.
func (r *recorder) Snapshot(ctx context.Context, channel int) ([]byte, error) {
	if r.Way == device.WayRTSP {
		return nil, r.Failure(device.OpSnapshot, 0, netway.Meaning{
			Kind: device.KindUnsupported, Words: "single pictures come over HTTP only, which does not answer; http_port names another port",
		})
	}
	states := &statePage{}
	number, p, _, err := r.channel(ctx, need{op: device.OpSnapshot, pages: r.numbering(), states: states}, channel)
	if err != nil {
		return nil, err
	}
	if err := r.online(ctx, device.OpSnapshot, states, p, number); err != nil {
		return nil, err
	}
	var refusal error
	for _, page := range []string{pageStreams, pageProxyStreams} {
		for _, stream := range []int{mainID, subID} {
			picture, err := r.picture(ctx, fmt.Sprintf("%s/%d/picture", page, number*100+stream))
			if kind, _ := device.KindOf(err); err == nil || kind != device.KindUnsupported {
				return picture, err
			}
			if refusal == nil {
				refusal = err
			}
		}
	}
	return nil, refusal
}

// picture gets one JPEG. The error is one of KindUnsupported where another page may have it.
func (r *recorder) picture(ctx context.Context, page string) ([]byte, error) {
	answer, err := r.Get(ctx, device.OpSnapshot, page)
	if err != nil {
		return nil, err
	}
	if answer.Status == http.StatusOK && netway.IsJPEG(answer.Body) {
		return answer.Body, nil
	}
	meaning, wait := explain(answer)
	failure := r.Failure(device.OpSnapshot, answer.Status, meaning)
	failure.RetryAfter = wait
	if answer.Status != http.StatusUnauthorized && meaning.Kind != device.KindLocked && meaning.Kind != device.KindBusy {
		failure.Kind = device.KindUnsupported
		failure.Meaning = netway.Join("the device gives no picture of this channel", meaning.Words)
	}
	return nil, failure
}
