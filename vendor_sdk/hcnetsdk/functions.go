//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

// #include "calls.h"
import "C"

import (
	"runtime"
	"unsafe"

	"mediapusher/vendor_sdk/native"
	"mediapusher/vendor_sdk/sdk"
)

// prefix begins the names of all functions of the library.
const prefix = "NET_DVR_"

// needed are the functions without which nothing works; optional ones came with newer libraries.
var (
	needed = []string{
		"Init", "Cleanup", "SetSDKInitCfg", "SetSDKLocalCfg", "SetConnectTime", "SetRecvTimeOut", "SetReconnect",
		"SetExceptionCallBack_V30", "GetLastError", "Login_V40", "Logout", "RealPlay_V40", "StopRealPlay",
		"PlayBackByTime_V40", "SetPlayDataCallBack_V40", "PlayBackControl_V40", "StopPlayBack",
		"FindFile_V40", "FindNextFile_V40", "FindClose_V30", "PTZControlWithSpeed_Other", "MakeKeyFrame", "MakeKeyFrameSub",
	}
	optional = []string{"FindFile_V50", "FindNextFile_V50", "GetSDKVersion", "GetSDKBuildVersion"}
)

// functions holds the addresses of the library's functions by their names without prefix.
type functions map[string]unsafe.Pointer

// find looks all functions up. The error is an *sdk.LoadError.
func find(loaded *native.Library, path string) (functions, error) {
	f := make(functions, len(needed)+len(optional))
	for _, name := range needed {
		if f[name] = loaded.Symbol(prefix + name); f[name] == nil {
			return nil, &sdk.LoadError{File: path, Reason: "the library has no " + prefix + name}
		}
	}
	for _, name := range optional {
		if address := loaded.Symbol(prefix + name); address != nil {
			f[name] = address
		}
	}
	return f, nil
}

// call makes one call into the library; run gets the function's address and returns whether the library succeeded. The goroutine stays on
// its thread until the error number is read, because that belongs to the thread. The error is an *sdk.Error.
func (f functions) call(name string, run func(address unsafe.Pointer) bool) error {
	address := f[name]
	if address == nil {
		return failure(name, codeUnsupported)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if run(address) {
		return nil
	}
	return failure(name, int(C.hik_number(f["GetLastError"])))
}

// failure returns the error of a function.
func failure(name string, code int) *sdk.Error {
	return &sdk.Error{Call: prefix + name, Code: code, TriesLeft: -1}
}

// Error numbers of the library that are needed here.
const (
	codePassword    = 1
	codeUnconnected = 7
	codeTimeout     = 10
	codeParameter   = 17
	codeUnsupported = 23
	codeFailed      = 29
	codePlayback    = 38
	codeMemory      = 41
	codeUnknownUser = 152
	codeLocked      = 153
)
