//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

// #include "calls.h"
import "C"

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"mediapusher/vendor_sdk/sdk"
)

// stream is a live stream or a playback.
type stream struct {
	*device
	id     uint64 // in the ring
	handle handle
	came   atomic.Bool // something came since watch looked
	ended  atomic.Bool // a playback has told its end

	// calls keeps the calls for this stream in a row, and guards what follows.
	calls  sync.Mutex
	octave int  // the speed as a power of two
	held   bool // callbacks are held back
	silent bool // the recorder has taken a pause

	// watch runs for each playback until done is closed.
	done    chan struct{}
	watches sync.WaitGroup
}

// start opens an id, makes the call that starts a stream, and registers it.
func (d *device) start(name string, take sdk.Take, playback bool, run func(f unsafe.Pointer, id C.uint64_t) C.int32_t) (*stream, error) {
	st := &stream{device: d, handle: handle{playback: playback}, done: make(chan struct{})}
	if st.id = d.ring.Open(st.once(take)); st.id == 0 {
		return nil, failure(name, codeMemory)
	}
	d.streams.begin()
	err := d.call(name, func(f unsafe.Pointer) bool {
		st.handle.number = run(f, C.uint64_t(st.id))
		return st.handle.number >= 0
	})
	if err != nil {
		d.streams.failed()
		d.ring.Close(st.id)
		return nil, err
	}
	d.streams.ready(st)
	return st, nil
}

// Live starts the live pictures of a channel. It waits until the recorder has answered: then the error says why there are none.
func (d *device) Live(request sdk.LiveRequest, take sdk.Take) (sdk.Stream, error) {
	const (
		wait        = 1
		noReconnect = 2
	)
	info := C.NET_DVR_PREVIEWINFO{
		lChannel: C.int32_t(request.Channel), dwStreamType: C.uint32_t(request.Stream), bBlocked: wait, byReconnect: noReconnect,
	}
	st, err := d.start("RealPlay_V40", take, false, func(f unsafe.Pointer, id C.uint64_t) C.int32_t {
		return C.hik_real_play(f, d.user, &info, id)
	})
	if err != nil {
		return nil, err
	}
	return st, nil
}

// once lets the end through once: the library may tell it beside watch.
func (s *stream) once(take sdk.Take) sdk.Take {
	return func(packet sdk.Packet) {
		s.came.Store(true)
		switch packet.Kind {
		case sdk.End:
			if s.ended.Swap(true) {
				return
			}
		case sdk.Sought:
			s.ended.Store(false)
		default:
		}
		take(packet)
	}
}

// Stop ends the stream. The ring lets go what is held back and drops the rest first, because the library waits for a callback that runs.
func (s *stream) Stop() error {
	s.calls.Lock()
	defer s.calls.Unlock()
	close(s.done)
	s.watches.Wait()
	s.streams.remove(s)
	s.ring.Close(s.id)
	name := "StopRealPlay"
	if s.handle.playback {
		name = "StopPlayBack"
	}
	return s.call(name, func(f unsafe.Pointer) bool { return C.hik_handle(f, s.handle.number) != 0 })
}
