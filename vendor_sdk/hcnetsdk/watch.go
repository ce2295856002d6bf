//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

// #include "calls.h"
import "C"

import (
	"time"
	"unsafe"
)

// watchPeriod is how often a playback that is held back must be told to stay, by the maker's guide.
const watchPeriod = 2 * time.Second

// What playPosition answers of a playback by time, besides 0.
const (
	positionEnd    = 100
	positionFailed = 200
)

// watch keeps a playback alive while its callbacks are held back. Else it asks for the position, because libraries before 2018 and some
// recorders do not call back at the end: an end or a failure counts when it is told twice and nothing came in between.
func (s *stream) watch() {
	ticker := time.NewTicker(watchPeriod)
	defer ticker.Stop()
	last := 0
	for {
		select {
		case <-s.done:
			return
		case <-ticker.C:
		}
		if !s.calls.TryLock() { // a call is under way, or Stop waits for us
			continue
		}
		position := 0
		switch {
		case s.held:
			_ = s.control(playKeepAlive, nil, 0) // whether the playback lives is seen from its data
		case !s.ended.Load():
			position = s.position()
		}
		s.calls.Unlock()
		if quiet := !s.came.Swap(false); quiet && position == last {
			s.over(position)
		}
		last = position
	}
}

// over tells what a position means.
func (s *stream) over(position int) {
	switch position {
	case positionEnd:
		C.hik_tell_end(C.uint64_t(s.id))
	case positionFailed:
		C.hik_tell_broken(C.uint64_t(s.id), codePlayback)
	}
}

// position returns 0 where the recorder does not tell.
func (s *stream) position() int {
	var position C.uint32_t
	err := s.call("PlayBackControl_V40", func(f unsafe.Pointer) bool {
		return C.hik_position(f, s.handle.number, playPosition, &position) != 0
	})
	if err != nil {
		return 0
	}
	return int(position)
}
