//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

// #include "bridge.h"
import "C"

import (
	"time"

	"mediapusher/vendor_sdk/sdk"
)

// DH_RealPlayType of the streams 0 (main) and 1 (sub).
const (
	playMain = 0
	playSub  = 3
)

// live is a live stream. What belongs to playbacks alone is refused.
type live struct{ *stream }

// Live starts the stream as the recorder sends it (DHAV). Some models refuse the same channel twice in one login, with code 1033.
func (d *device) Live(request sdk.LiveRequest, take sdk.Take) (sdk.Stream, error) {
	kind := C.int32_t(playMain)
	if request.Stream == 1 {
		kind = playSub
	}
	if !channel(request.Channel) || request.Stream < 0 || request.Stream > 1 {
		return nil, refused("CLIENT_RealPlayEx", codeIllegalParam)
	}
	call, start := "CLIENT_StartRealPlay", d.startLive
	if rawLive(d.library.api) {
		call, start = "CLIENT_RealPlayEx", d.startRaw
	}
	s, err := d.begin(call, take, func(id uint64) (C.dh_handle, error) { return start(C.int32_t(request.Channel), kind, C.uint64_t(id)) })
	if err != nil {
		return nil, err
	}
	return live{s}, nil
}

// startRaw starts a stream, and then asks for its data.
func (d *device) startRaw(channel, kind C.int32_t, id C.uint64_t) (C.dh_handle, error) {
	api := d.library.api
	var code, ignored C.uint32_t
	handle := C.dh_live(api, d.handle, channel, kind, &code)
	if handle == 0 {
		return 0, failure("CLIENT_RealPlayEx", code)
	}
	if C.dh_live_data(api, handle, id, &code) == 0 {
		C.dh_live_stop(api, handle, &ignored)
		return 0, failure("CLIENT_SetRealDataCallBackEx2", code)
	}
	return handle, nil
}

// startLive does both at once, for libraries without the newer callback.
func (d *device) startLive(channel, kind C.int32_t, id C.uint64_t) (C.dh_handle, error) {
	var code C.uint32_t
	handle := C.dh_live_start(d.library.api, d.handle, channel, kind, callWait, id, &code)
	if handle == 0 {
		return 0, failure("CLIENT_StartRealPlay", code)
	}
	return handle, nil
}

// Stop ends the stream.
func (l live) Stop() error {
	defer l.end()
	return l.call("CLIENT_StopRealPlayEx", func(api *C.dh_api, code *C.uint32_t) C.int32_t {
		return C.dh_live_stop(api, l.handle, code)
	})
}

// Seek is refused.
func (l live) Seek(time.Time) error { return refused("CLIENT_SeekPlayBack", codeNotSupported) }

// Speed is refused.
func (l live) Speed(float64) error { return refused("CLIENT_SetPlayBackSpeed", codeNotSupported) }

// Pause is refused.
func (l live) Pause() error { return refused("CLIENT_PausePlayBack", codeNotSupported) }

// Resume is refused.
func (l live) Resume() error { return refused("CLIENT_PausePlayBack", codeNotSupported) }
