//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

import "mediapusher/vendor_sdk/sdk"

// Older takes from a library what older versions do not export, until restore is called.
func Older(l sdk.Library) (restore func()) {
	api := l.(*library).api
	kept := *api
	api.login_high, api.live_data, api.seek_time, api.ptz_ex2 = nil, nil, nil, nil
	api.device_mode, api.key_frame, api.playback_speed = nil, nil, nil
	return func() { *api = kept }
}
