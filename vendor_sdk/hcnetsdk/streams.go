//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

// #include "calls.h"
import "C"

import (
	"sync"
	"unsafe"

	"mediapusher/vendor_sdk/sdk"
)

// Types of exceptions that end streams. Others tell of connecting again, which is off, or of what is back.
const (
	exchangeLost    = 0x8000 // the heartbeat of a login
	previewLost     = 0x8003
	playbackLost    = 0x8010
	loginGivenUp    = 0x8044
	previewGivenUp  = 0x8045
	exceptionLength = C.sizeof_hik_exception
)

// cInt is the library's LONG.
type cInt = C.int32_t

// handle names a stream as exceptions do: live streams and playbacks are counted apart.
type handle struct {
	playback bool
	number   cInt
}

// streams knows what plays, so that exceptions find their stream.
type streams struct {
	// tell puts Broken behind what the ring still holds of an id.
	tell func(id uint64, code cInt)

	mu      sync.Mutex
	playing map[handle]*stream
	// An exception may come before the call that starts its stream has returned. early keeps such while any start is under way.
	starting int
	early    map[handle]cInt
}

func (s *streams) init(tell func(id uint64, code cInt)) {
	s.tell, s.playing, s.early = tell, make(map[handle]*stream), make(map[handle]cInt)
}

// begin stands before the call that starts a stream, and ready or failed behind it.
func (s *streams) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starting++
}

func (s *streams) failed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started()
}

func (s *streams) ready(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.playing[st.handle] = st
	if code, lost := s.early[st.handle]; lost {
		delete(s.early, st.handle)
		s.tell(st.id, code)
	}
	s.started()
}

// started is called with mu held.
func (s *streams) started() {
	if s.starting--; s.starting == 0 {
		clear(s.early)
	}
}

// remove forgets a stream; its handle may come again from then on.
func (s *streams) remove(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.playing[st.handle] == st {
		delete(s.playing, st.handle)
	}
}

// exception is the Take of the exception callback.
func (s *streams) exception(packet sdk.Packet) {
	if len(packet.Data) != exceptionLength {
		return
	}
	what := *(*C.hik_exception)(unsafe.Pointer(unsafe.SliceData(packet.Data)))
	code := cInt(what.error)
	if code == 0 {
		code = codeUnconnected
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch what._type {
	case previewLost, previewGivenUp:
		s.lose(handle{number: what.handle}, code)
	case playbackLost:
		s.lose(handle{playback: true, number: what.handle}, code)
	case exchangeLost, loginGivenUp:
		for _, st := range s.playing {
			if st.user == what.user_id {
				s.tell(st.id, code)
			}
		}
	}
}

// lose is called with mu held.
func (s *streams) lose(h handle, code cInt) {
	if st := s.playing[h]; st != nil {
		s.tell(st.id, code)
	} else if s.starting > 0 && len(s.early) < maxEarly {
		s.early[h] = code
	}
}

// maxEarly bounds the exceptions that are kept for streams which are not known yet.
const maxEarly = 64
