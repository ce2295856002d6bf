//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

// #include "bridge.h"
import "C"

import (
	"mediapusher/vendor_sdk/sdk"
)

// stream is what live streams and playbacks have in common.
type stream struct {
	device *device
	id     uint64 // of the ring, which takes the data
	take   sdk.Take
	handle C.dh_handle // guarded by device.mu until the stream has been started
}

// begin opens the ring for a stream and enters it into the device, so that it is told of a loss from the first moment on; then it starts
// the stream. call names the function that does so, for a login that is lost already.
func (d *device) begin(call string, take sdk.Take, start func(id uint64) (C.dh_handle, error)) (*stream, error) {
	s := &stream{device: d, id: d.library.ring.Open(take), take: take}
	d.mu.Lock()
	d.streams[s] = true
	gone := d.gone
	d.starting++
	d.mu.Unlock()
	if gone {
		s.started(0)
		s.end()
		return nil, refused(call, codeNetwork)
	}
	d.calls.Lock()
	handle, err := start(s.id)
	d.calls.Unlock()
	s.started(handle)
	if err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

// started sets the handle, 0 where there is none, and tells of a loss that came before it was known.
func (s *stream) started(handle C.dh_handle) {
	d := s.device
	d.mu.Lock()
	defer d.mu.Unlock()
	s.handle = handle
	if code, lost := d.early[handle]; lost {
		delete(d.early, handle)
		C.dh_push_broken(C.uint64_t(s.id), C.int32_t(code))
	}
	if d.starting--; d.starting == 0 {
		clear(d.early)
	}
}

// end lets nothing of the stream be told any more. It must not be called with device.mu held.
func (s *stream) end() {
	s.device.mu.Lock()
	delete(s.device.streams, s)
	s.device.mu.Unlock()
	s.device.library.ring.Close(s.id)
}

// call is a call of the library for the stream, with 1 for success.
func (s *stream) call(name string, call func(api *C.dh_api, code *C.uint32_t) C.int32_t) error {
	s.device.calls.Lock()
	defer s.device.calls.Unlock()
	var code C.uint32_t
	if call(s.device.library.api, &code) == 0 {
		return failure(name, code)
	}
	return nil
}
