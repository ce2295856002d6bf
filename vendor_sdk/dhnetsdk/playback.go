//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

// #include "bridge.h"
import "C"

import (
	"errors"
	"math"
	"time"

	"mediapusher/vendor_sdk/sdk"
)

// played is a playback.
type played struct {
	*stream
	start time.Time // the first moment of the span
}

// Playback starts the main stream's recordings as the recorder sends them (DHAV). End and loss come with the library's position: -1 and -2,
// the latter as Broken with 383, since it has no number.
//
// Recorders were seen to misbehave where a playback starts exactly at the first second of a recording. Where one refuses such a start for
// want of recordings, it is asked for the next second.
func (d *device) Playback(request sdk.PlaybackRequest, take sdk.Take) (sdk.Stream, error) {
	const call = "CLIENT_PlayBackByTimeEx2"
	if !channel(request.Channel) || !request.End.After(request.Start) {
		return nil, refused(call, codeIllegalParam)
	}
	s, err := d.begin(call, take, func(id uint64) (C.dh_handle, error) {
		handle, err := d.startPlayback(request, C.uint64_t(id))
		var failed *sdk.Error
		if later := request.Start.Add(time.Second); errors.As(err, &failed) && noRecord(failed.Code) && request.End.After(later) {
			request.Start = later
			return d.startPlayback(request, C.uint64_t(id))
		}
		return handle, err
	})
	if err != nil {
		return nil, err
	}
	return &played{stream: s, start: request.Start}, nil
}

func noRecord(code int) bool {
	return code == codeNoRecord || code == codeEmptyList || code == codeGetData
}

func (d *device) startPlayback(request sdk.PlaybackRequest, id C.uint64_t) (C.dh_handle, error) {
	start, end := netTime(request.Start), netTime(request.End)
	var code C.uint32_t
	handle := C.dh_playback(d.library.api, d.handle, C.int32_t(request.Channel), &start, &end, callWait, id, &code)
	if handle == 0 {
		return 0, failure("CLIENT_PlayBackByTimeEx2", code)
	}
	return handle, nil
}

// Seek goes to a time, or, with older libraries, by seconds since the start. Nothing in the data marks the place, so Sought follows the
// call's return: what the library's threads had in hand may still come behind it, and the first of the new place have come before.
func (p *played) Seek(at time.Time) error {
	byTime := p.device.library.api.seek_time != nil
	if !byTime {
		if offset := at.Sub(p.start) / time.Second; offset < 0 || offset >= math.MaxUint32 {
			return refused("CLIENT_SeekPlayBack", codeIllegalParam)
		}
	}
	id := C.uint64_t(p.id)
	if byTime {
		to := netTime(at)
		return p.call("CLIENT_SeekPlayBackByTime", func(api *C.dh_api, code *C.uint32_t) C.int32_t {
			return C.dh_seek_time(api, p.handle, &to, id, code)
		})
	}
	return p.call("CLIENT_SeekPlayBack", func(api *C.dh_api, code *C.uint32_t) C.int32_t {
		return C.dh_seek_offset(api, p.handle, C.uint32_t(at.Sub(p.start)/time.Second), id, code)
	})
}

// Speed takes the nearest power of two.
func (p *played) Speed(speed float64) error {
	const call = "CLIENT_SetPlayBackSpeed"
	switch {
	case p.device.library.api.playback_speed == nil:
		return refused(call, codeNotSupported)
	case !(speed > 0) || math.IsInf(speed, 0):
		return refused(call, codeIllegalParam)
	}
	return p.call(call, func(api *C.dh_api, code *C.uint32_t) C.int32_t {
		return C.dh_playback_speed(api, p.handle, C.int32_t(octave(speed)), code)
	})
}

// Pause asks the recorder, and then lets the library's thread wait with what still comes, also where the recorder has refused. Holding
// first would let the answer wait behind the data.
func (p *played) Pause() error {
	defer p.device.library.ring.Hold(p.id, true)
	return p.pause(1)
}

// Resume ends both.
func (p *played) Resume() error {
	p.device.library.ring.Hold(p.id, false)
	return p.pause(0)
}

func (p *played) pause(pause C.int32_t) error {
	return p.call("CLIENT_PausePlayBack", func(api *C.dh_api, code *C.uint32_t) C.int32_t {
		return C.dh_playback_pause(api, p.handle, pause, code)
	})
}

// Stop ends the playback.
func (p *played) Stop() error {
	// The library's thread would wait in a held callback, and the call for that thread.
	p.device.library.ring.Hold(p.id, false)
	defer p.end()
	return p.call("CLIENT_StopPlayBack", func(api *C.dh_api, code *C.uint32_t) C.int32_t {
		return C.dh_playback_stop(api, p.handle, code)
	})
}
