package worker

import (
	"fmt"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

// serve makes one call into the library.
func (w *Worker) serve(id uint32, request wire.Request, found *search) (wire.Answer, error) {
	if request.Op == wire.LogIn {
		return w.logIn(request)
	}
	w.mu.Lock()
	device := w.device
	w.mu.Unlock()
	if device == nil {
		if found != nil {
			w.closeSearch(id)
		}
		return wire.Answer{}, errNoLogin
	}
	var err error
	switch request.Op {
	case wire.Live, wire.Playback:
		err = w.start(id, device, request)
	case wire.Search:
		err = w.search(id, device, request, found)
	case wire.Move:
		err = errRequest
		if request.Move != nil {
			err = device.Move(*request.Move)
		}
	case wire.KeyFrame:
		err = errRequest
		if request.Key != nil {
			err = device.KeyFrame(request.Key.Channel, request.Key.Stream)
		}
	case wire.Seek:
		err = w.order(request, func(s sdk.Stream) error { return s.Seek(request.At) })
	case wire.Speed:
		err = w.order(request, func(s sdk.Stream) error { return s.Speed(request.Speed) })
	case wire.Stop:
		err = w.stop(request.Stream)
	default:
		err = fmt.Errorf("%w: %s", errRequest, request)
	}
	return wire.Answer{}, err
}

func (w *Worker) logIn(request wire.Request) (wire.Answer, error) {
	w.mu.Lock()
	again, library := w.asked, w.library
	w.asked = true
	w.mu.Unlock()
	if again || request.Account == nil || library == nil {
		return wire.Answer{}, fmt.Errorf("%w: %s", errRequest, request)
	}
	device, identity, err := library.LogIn(*request.Account)
	if err != nil {
		return wire.Answer{}, err
	}
	w.mu.Lock()
	w.device = device // where the worker is ending meanwhile, end waits for this call and logs out
	w.mu.Unlock()
	return wire.Answer{Identity: &identity}, nil
}

// start begins a stream. Its queue is there before, because packets may come before the library's function has returned.
func (w *Worker) start(id uint32, device sdk.Device, request wire.Request) error {
	if w.isEnding() || (request.Live == nil) == (request.Playback == nil) {
		return fmt.Errorf("%w: %s", errRequest, request)
	}
	flow := w.out.open(id, request.Playback != nil, request.Credit)
	var begun sdk.Stream
	var err error
	if request.Playback != nil {
		begun, err = device.Playback(*request.Playback, flow.take)
	} else {
		begun, err = device.Live(*request.Live, flow.take)
	}
	if err != nil {
		flow.close()
		return err
	}
	s := &stream{flow: flow, library: begun, done: make(chan struct{})}
	if request.Playback != nil {
		go s.govern(w.say)
	}
	w.mu.Lock()
	w.streams[id] = s
	w.mu.Unlock()
	return nil
}

func (w *Worker) isEnding() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ending
}

func (w *Worker) order(request wire.Request, call func(sdk.Stream) error) error {
	w.mu.Lock()
	s := w.streams[request.Stream]
	w.mu.Unlock()
	if s == nil {
		return errNoStream
	}
	return s.order(call)
}

func (w *Worker) stop(id uint32) error {
	w.mu.Lock()
	s := w.streams[id]
	delete(w.streams, id)
	w.mu.Unlock()
	if s == nil {
		return errNoStream
	}
	return s.stop()
}
