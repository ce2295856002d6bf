package hik

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
	"mediapusher/internal/netway"
	"mediapusher/ptz"
)

// PTZ translates the channel. Whether its camera can be moved shows with the first movement.
func (r *recorder) PTZ(ctx context.Context, channel int) (ptz.Head, error) {
	if r.Way == device.WayRTSP {
		return nil, r.Failure(device.OpPTZ, 0, netway.Meaning{
			Kind: device.KindUnsupported, Words: "cameras can be moved by HTTP only, which does not answer; http_port names another port",
		})
	}
	number, p, _, err := r.channel(ctx, need{op: device.OpPTZ, pages: r.numbering()}, channel)
	if err != nil {
		return nil, err
	}
	return &head{recorder: r, channel: number, proxied: number > p.analog && !r.isCamera()}, nil
}

// head moves the camera of one channel, by requests that hold nothing at the device.
type head struct {
	recorder *recorder
	channel  int  // of ISAPI
	proxied  bool // an IP channel of a recorder, which is moved by the recorder's proxy
}

// Start tries what may move the camera until the device takes one, and keeps that for the next time.
func (h *head) Start(ctx context.Context, command ptz.Command, duration time.Duration) (timed bool, err error) {
	if command < 0 || int(command) >= len(movements) {
		return false, h.unmovable("no such movement")
	}
	m := movements[command]
	key := leverKey{h.channel, m.part}
	words := ""
	for _, l := range h.candidates(key) {
		refusal, err := h.put(ctx, l, l.document(m, duration))
		if err != nil {
			return false, err
		}
		if refusal == nil {
			h.recorder.traits.keepLever(key, l)
			return l.momentary, nil
		}
		h.recorder.traits.forgetLever(key, l)
		words = refusal.Meaning
	}
	return false, h.unmovable(words)
}

// Stop ends a movement at whatever page may have begun it. Where each page says that it is not there, nothing moves.
func (h *head) Stop(ctx context.Context, command ptz.Command) error {
	if command < 0 || int(command) >= len(movements) {
		return h.unmovable("no such movement")
	}
	key := leverKey{h.channel, movements[command].part}
	began, known := h.recorder.traits.leverOf(key)
	var refused error
	for _, l := range h.candidates(key) {
		if l.momentary {
			continue
		}
		refusal, err := h.put(ctx, l, l.document(standstill(key.part), 0))
		if err != nil {
			return err
		}
		if refusal == nil {
			return nil
		}
		if known && l == began {
			refused = refusal
		}
	}
	return refused
}

// Close does nothing: a head holds nothing.
func (h *head) Close() error { return nil }

// candidates lists what may move a part, first what has done so before and its neighbours on the same tree.
func (h *head) candidates(key leverKey) []lever {
	all := key.levers(h.proxied)
	known, ok := h.recorder.traits.leverOf(key)
	if !ok {
		return all
	}
	distance := func(l lever) int {
		switch {
		case l == known:
			return 0
		case treeOf(l) == treeOf(known):
			return 1
		default:
			return 2
		}
	}
	slices.SortStableFunc(all, func(a, b lever) int { return distance(a) - distance(b) })
	return all
}

// treeOf is a lever's path without its last part.
func treeOf(l lever) string { return l.path[:strings.LastIndexByte(l.path, '/')] }

// put sends a document to a lever. A refusal says that the device does not have this lever, or not for this channel; everything else that
// is not a success is an error.
func (h *head) put(ctx context.Context, l lever, document []byte) (refusal *device.Error, err error) {
	answer, err := h.recorder.SendAgain(ctx, device.OpPTZ, http.MethodPut, l.path, xmlType, document)
	if err != nil {
		return nil, err
	}
	status, told := statusOf(answer)
	if answer.Status/100 == 2 && (!told || status.done()) {
		return nil, nil
	}
	meaning, wait := explain(answer)
	failure := h.recorder.Failure(device.OpPTZ, answer.Status, meaning)
	failure.RetryAfter = wait
	switch {
	case answer.Status == http.StatusUnauthorized, meaning.Kind == device.KindLocked, meaning.Kind == device.KindBusy:
		return nil, failure
	case status.Code == statusDeviceError:
		failure.Kind = device.KindProtocol
		return nil, failure
	case status.Code != "", meaning.Kind == device.KindUnsupported, missing(answer), declined(answer):
		return failure, nil
	default:
		return nil, failure
	}
}

// declined tells a refusal by HTTP alone.
func declined(answer *httpdigest.Answer) bool {
	return answer.Status == http.StatusForbidden || answer.Status == http.StatusBadRequest
}

func (h *head) unmovable(words string) error {
	return h.recorder.Failure(device.OpPTZ, 0, netway.Meaning{
		Kind: device.KindUnsupported, Words: netway.Join("the camera cannot be moved", words),
	})
}
