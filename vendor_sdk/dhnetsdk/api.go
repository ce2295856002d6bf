//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

/*
#cgo CFLAGS: -std=gnu11 -Wall -Wextra
#include "bridge.h"
*/
import "C"

import (
	"unsafe"

	"mediapusher/vendor_sdk/sdk"
)

// symbol is a function of the library and where its address goes.
type symbol struct {
	name string
	at   *unsafe.Pointer
	// optional functions can be done without: others do the same, or what they do is refused.
	optional bool
}

// symbols lists what is used of the library.
func symbols(api *C.dh_api) []symbol {
	return []symbol{
		{name: "CLIENT_InitEx", at: slot(&api.init)},
		{name: "CLIENT_Cleanup", at: slot(&api.cleanup)},
		{name: "CLIENT_GetSDKVersion", at: slot(&api.version)},
		{name: "CLIENT_GetLastError", at: slot(&api.last_error)},
		{name: "CLIENT_SetConnectTime", at: slot(&api.connect_time)},
		{name: "CLIENT_SetNetworkParam", at: slot(&api.network), optional: true},
		{name: "CLIENT_SetSubconnCallBack", at: slot(&api.subconnection), optional: true},
		{name: "CLIENT_LoginWithHighLevelSecurity", at: slot(&api.login_high), optional: true},
		{name: "CLIENT_LoginEx2", at: slot(&api.login_ex2)},
		{name: "CLIENT_Logout", at: slot(&api.logout)},
		{name: "CLIENT_SetDeviceMode", at: slot(&api.device_mode), optional: true},
		{name: "CLIENT_RealPlayEx", at: slot(&api.live), optional: true},
		{name: "CLIENT_SetRealDataCallBackEx2", at: slot(&api.live_data), optional: true},
		{name: "CLIENT_StartRealPlay", at: slot(&api.live_start), optional: true},
		{name: "CLIENT_StopRealPlayEx", at: slot(&api.live_stop)},
		{name: "CLIENT_MakeKeyFrame", at: slot(&api.key_frame), optional: true},
		{name: "CLIENT_FindFile", at: slot(&api.find)},
		{name: "CLIENT_FindNextFile", at: slot(&api.find_next)},
		{name: "CLIENT_FindClose", at: slot(&api.find_close)},
		{name: "CLIENT_PlayBackByTimeEx2", at: slot(&api.playback)},
		{name: "CLIENT_StopPlayBack", at: slot(&api.playback_stop)},
		{name: "CLIENT_PausePlayBack", at: slot(&api.playback_pause)},
		{name: "CLIENT_SetPlayBackSpeed", at: slot(&api.playback_speed), optional: true},
		{name: "CLIENT_SeekPlayBackByTime", at: slot(&api.seek_time), optional: true}, // not in the headers of 2017 and 2018
		{name: "CLIENT_SeekPlayBack", at: slot(&api.seek_offset)},
		{name: "CLIENT_DHPTZControlEx", at: slot(&api.ptz_ex)},
		{name: "CLIENT_DHPTZControlEx2", at: slot(&api.ptz_ex2), optional: true},
	}
}

// slot returns where a function pointer of C lies.
func slot(function **[0]byte) *unsafe.Pointer { return (*unsafe.Pointer)(unsafe.Pointer(function)) }

// bind fills api with what lookup finds in the library, nil where a name is not exported. The error is an *sdk.LoadError that names the
// first function that is missing.
func bind(api *C.dh_api, file string, lookup func(name string) unsafe.Pointer) error {
	for _, s := range symbols(api) {
		*s.at = lookup(s.name)
		if *s.at == nil && !s.optional {
			return missing(file, s.name)
		}
	}
	if !rawLive(api) && api.live_start == nil {
		return missing(file, "CLIENT_SetRealDataCallBackEx2")
	}
	return nil
}

// rawLive tells whether live pictures come by RealPlayEx with a callback of its own, otherwise by StartRealPlay.
func rawLive(api *C.dh_api) bool { return api.live != nil && api.live_data != nil }

func missing(file, function string) error {
	return &sdk.LoadError{File: file, Reason: "it does not export " + function}
}
