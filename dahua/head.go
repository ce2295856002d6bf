package dahua

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/ptz"
)

// head moves one camera. A movement goes on until a stop with the same code.
type head struct {
	recorder *recorder
	channel  int // counted from 1
	channels int // how many the device has, 0 where it does not tell

	session *session        // nil without RPC2
	object  json.RawMessage // of ptz.factory.instance in the session, nil where there is none
	began   movement        // the last one that the device took
}

var _ ptz.Head = (*head)(nil)

// Start begins a movement, which the device never ends by itself.
func (h *head) Start(ctx context.Context, command ptz.Command, _ time.Duration) (timed bool, err error) {
	m, ok := movements[command]
	if !ok {
		return false, h.cannot(ptz.ErrCommand)
	}
	err = h.start(ctx, m)
	if saysNo(err) {
		return false, h.cannot(err)
	}
	if err == nil {
		h.began = m
	}
	return false, err
}

func (h *head) start(ctx context.Context, m movement) error {
	if h.session == nil {
		return h.byCGI(ctx, actionStart, m)
	}
	refusal := h.byRPC2(ctx, actionStart, m)
	if !saysNo(refusal) && !errors.Is(refusal, errNoRPC2) {
		return refusal
	}
	if err := h.byCGI(ctx, actionStart, m); err != nil {
		return err
	}
	// CGI it is, from now on.
	h.recorder.learned(func(l *lore) { l.ptzByCGI = true })
	h.leave(ctx)
	return nil
}

// Stop ends a movement, by CGI where RPC2 fails.
func (h *head) Stop(ctx context.Context, command ptz.Command) error {
	m, ok := movements[command]
	if !ok {
		return h.cannot(ptz.ErrCommand)
	}
	var err error
	if h.session != nil {
		err = h.byRPC2(ctx, actionStop, m)
		if kind, _ := device.KindOf(err); err == nil || kind == device.KindLocked || netway.Refused(err) {
			return err
		}
	}
	err = h.byCGI(ctx, actionStop, m)
	if saysNo(err) && h.began != m {
		return h.cannot(err)
	}
	return err
}

// Close gives back the session. It may be called twice; a head that is closed moves by CGI.
func (h *head) Close() error {
	h.leave(context.Background())
	return nil
}

func (h *head) leave(ctx context.Context) {
	if h.session != nil {
		h.session = nil
		h.recorder.rpc2.release(ctx, device.OpPTZ)
	}
}

// cannot is the error for a camera that takes no movement, or not this one.
func (h *head) cannot(cause error) error {
	return h.recorder.unsupported(device.OpPTZ, "the device does not move this camera, or not in this way", cause)
}

// byRPC2 asks in the session. Where that has ended, nothing was done, and one new session is asked.
func (h *head) byRPC2(ctx context.Context, action string, m movement) error {
	err := h.ask(ctx, action, m)
	if !errors.Is(err, errSession) {
		return err
	}
	one, err := h.recorder.rpc2.renew(ctx, device.OpPTZ, h.session)
	if err != nil {
		return err
	}
	h.session, h.object = one, nil
	return h.ask(ctx, action, m)
}

func (h *head) ask(ctx context.Context, action string, m movement) error {
	if h.object == nil {
		if err := h.instance(ctx); err != nil {
			return err
		}
	}
	_, err := h.recorder.rpc2.call(ctx, device.OpPTZ, h.session, call{Method: "ptz." + action, Object: h.object, Params: map[string]any{
		"channel": h.channel - 1, "code": m.Code, "arg1": m.Args[0], "arg2": m.Args[1], "arg3": m.Args[2],
	}})
	return err
}

// instance asks for the object that moves the camera. A device without one refuses it.
func (h *head) instance(ctx context.Context) error {
	got, err := h.recorder.rpc2.call(ctx, device.OpPTZ, h.session, call{
		Method: "ptz.factory.instance", Params: map[string]int{"channel": h.channel - 1},
	})
	if err != nil {
		return err
	}
	if h.object = got.object(); h.object == nil {
		return h.recorder.rpc2Failure(device.OpPTZ, 0, netway.Meaning{Kind: device.KindProtocol}, errRefused)
	}
	return nil
}

// byCGI asks ptz.cgi, whose first channel has the number 1 with recorders and 0 with some cameras and recorders.
func (h *head) byCGI(ctx context.Context, action string, m movement) error {
	return h.page(ctx, action, h.channel-1+h.base(ctx, m), m)
}

// base returns the number of the first channel. To find out, it sends stops, which move nothing: who takes one for number 0, but none for
// the number of the last channel, counts from 0. What that does not settle is taken for 1. A start for the wrong number would move
// another camera.
func (h *head) base(ctx context.Context, m movement) int {
	r := h.recorder
	if known := r.lore().ptzBase; known != nil {
		return *known
	}
	base := 1
	err := h.page(ctx, actionStop, 0, m)
	if err == nil && h.channels > 0 {
		if err = h.page(ctx, actionStop, h.channels, m); saysNo(err) {
			base = 0
		}
	}
	if err == nil || saysNo(err) { // otherwise it asks again the next time
		r.learned(func(l *lore) { l.ptzBase = new(base) })
	}
	return base
}

func (h *head) page(ctx context.Context, action string, number int, m movement) error {
	answer, err := h.recorder.Get(ctx, device.OpPTZ, fmt.Sprintf("/cgi-bin/ptz.cgi?action=%s&channel=%d&code=%s&arg1=%d&arg2=%d&arg3=%d",
		action, number, m.Code, m.Args[0], m.Args[1], m.Args[2]))
	if err != nil {
		return err
	}
	return h.recorder.done(device.OpPTZ, answer)
}
