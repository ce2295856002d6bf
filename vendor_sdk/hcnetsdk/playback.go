//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

// #include "calls.h"
import "C"

import (
	"errors"
	"math"
	"time"
	"unsafe"

	"mediapusher/vendor_sdk/sdk"
)

// Codes of NET_DVR_PlayBackControl_V40.
const (
	playStart     = 1
	playPause     = 3
	playRestart   = 4
	playFast      = 5
	playSlow      = 6
	playNormal    = 7
	playPosition  = 13
	playKeepAlive = 25
	playSetTime   = 26
)

// maxOctave is the fastest speed, 16 times real time, as a power of two.
const maxOctave = 4

// Playback starts the recordings of a channel in a span. byOptimalStreamType lets a recorder that kept another stream than main play that.
func (d *device) Playback(request sdk.PlaybackRequest, take sdk.Take) (sdk.Stream, error) {
	what := C.NET_DVR_VOD_PARA{
		dwSize:              C.sizeof_NET_DVR_VOD_PARA,
		struIDInfo:          C.NET_DVR_STREAM_INFO{dwSize: C.sizeof_NET_DVR_STREAM_INFO, dwChannel: C.uint32_t(request.Channel)},
		struBeginTime:       timeOf(request.Start),
		struEndTime:         timeOf(wholeSecond(request.End)),
		byOptimalStreamType: 1,
	}
	st, err := d.start("PlayBackByTime_V40", take, true, func(f unsafe.Pointer, _ C.uint64_t) C.int32_t {
		return C.hik_play_back(f, d.user, &what)
	})
	if err != nil {
		return nil, err
	}
	err = d.call("SetPlayDataCallBack_V40", func(f unsafe.Pointer) bool {
		return C.hik_play_data(f, st.handle.number, C.uint64_t(st.id)) != 0
	})
	if err == nil {
		var offset C.uint32_t
		err = st.control(playStart, unsafe.Pointer(&offset), C.sizeof_uint32_t)
	}
	if err != nil {
		_ = st.Stop()
		return nil, err
	}
	st.watches.Go(st.watch)
	return st, nil
}

// control makes one call for a playback. A live stream is refused as the library would do it.
func (s *stream) control(code C.uint32_t, in unsafe.Pointer, size C.uint32_t) error {
	const name = "PlayBackControl_V40"
	if !s.handle.playback {
		return failure(name, codeUnsupported)
	}
	return s.call(name, func(f unsafe.Pointer) bool { return C.hik_control(f, s.handle.number, code, in, size) != 0 })
}

// Seek goes to a recorded time. Error 23 says that the recorder cannot.
func (s *stream) Seek(at time.Time) error {
	s.calls.Lock()
	defer s.calls.Unlock()
	to := timeOf(at)
	return s.control(playSetTime, unsafe.Pointer(&to), C.sizeof_NET_DVR_TIME)
}

// Speed takes the nearest power of two, in steps as the library has them.
func (s *stream) Speed(speed float64) error {
	s.calls.Lock()
	defer s.calls.Unlock()
	if !(speed > 0) { // also not a number
		return failure("PlayBackControl_V40", codeParameter)
	}
	octave := int(math.Round(min(max(math.Log2(speed), -maxOctave), maxOctave)))
	if octave == 0 && s.octave != 0 {
		if err := s.control(playNormal, nil, 0); err != nil {
			return err
		}
		s.octave = 0
	}
	for s.octave != octave {
		code, step := C.uint32_t(playFast), 1
		if octave < s.octave {
			code, step = playSlow, -1
		}
		if err := s.control(code, nil, 0); err != nil {
			return err
		}
		s.octave += step
	}
	return nil
}

// Pause holds the callbacks back, so that what is under way comes slowly, and asks the recorder to stop sending. A recorder that cannot is
// slowed down by the former.
func (s *stream) Pause() error {
	s.calls.Lock()
	defer s.calls.Unlock()
	if s.held {
		return nil
	}
	err := s.control(playPause, nil, 0)
	var refused *sdk.Error
	if err != nil && (!errors.As(err, &refused) || refused.Code != codeUnsupported || !s.handle.playback) {
		return err
	}
	s.silent, s.held = err == nil, true
	s.ring.Hold(s.id, true)
	return nil
}

// Resume ends a pause.
func (s *stream) Resume() error {
	s.calls.Lock()
	defer s.calls.Unlock()
	if !s.held {
		return nil
	}
	s.held = false
	s.ring.Hold(s.id, false)
	if !s.silent {
		return nil
	}
	s.silent = false
	return s.control(playRestart, nil, 0)
}
