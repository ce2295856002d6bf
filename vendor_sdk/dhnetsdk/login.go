//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

// #include "bridge.h"
import "C"

import (
	"math"
	"time"
	"unsafe"

	"mediapusher/vendor_sdk/native"
	"mediapusher/vendor_sdk/sdk"
)

// The longest time to connect that is handed on.
const longestConnect = time.Minute

// attempt is what one login brought.
type attempt struct {
	handle C.dh_handle
	call   string
	code   int
	info   C.NET_DEVICEINFO_Ex
}

// LogIn asks a recorder. The way with high security comes first; where the device does not know it, or does not answer, the older one.
// Code of the error is the library's last error, or, where only the login's own verdict tells, the number of the same meaning (verdicts).
// The first login decides how long connecting may take; the library takes that before logins only.
func (l *library) LogIn(account sdk.Account) (sdk.Device, sdk.Identity, error) {
	const call = "CLIENT_LoginWithHighLevelSecurity"
	var in C.NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY
	if account.Port < 1 || account.Port > math.MaxUint16 || !put(bytesOf(&in.szIP), account.Host) ||
		!put(bytesOf(&in.szUserName), account.User) || !put(bytesOf(&in.szPassword), account.Password) {
		return nil, sdk.Identity{}, refused(call, codeIllegalParam)
	}
	in.nPort = C.int32_t(account.Port)
	l.mu.Lock()
	first := len(l.devices) == 0
	l.mu.Unlock()
	if account.Timeout > 0 && first {
		l.configure(int32(min(account.Timeout, longestConnect).Milliseconds()))
	}
	made := l.logIn(&in)
	l.mendSignals()
	if made.handle == 0 {
		return nil, sdk.Identity{}, loginError(made.call, made.code, int(made.info.byLeftLogTimes), int(made.info.nLockLeftTime))
	}
	d := &device{library: l, handle: made.handle, streams: make(map[*stream]bool), early: make(map[C.dh_handle]int)}
	l.mu.Lock()
	l.devices[made.handle] = d
	l.mu.Unlock()
	d.chooseMain()
	return d, identity(&made.info), nil
}

// logIn tries one way after the other, as far as nextWay lets it.
func (l *library) logIn(in *C.NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY) attempt {
	next := high
	if l.api.login_high == nil {
		next = plain
	}
	for tried := 1; ; tried++ {
		made := l.logInBy(next, in)
		if made.handle != 0 {
			return made
		}
		next = nextWay(next, made.code, tried)
		if next == nowhere || next == high && l.api.login_high == nil {
			return made
		}
	}
}

// logInBy logs in one way.
func (l *library) logInBy(way way, in *C.NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY) attempt {
	var code C.uint32_t
	if way == plain {
		made := attempt{call: "CLIENT_LoginEx2"}
		var verdict C.int32_t
		made.handle = C.dh_login_ex2(l.api, in, &made.info, &verdict, &code)
		made.code = loginCode(lastError(uint32(code)), int(verdict))
		return made
	}
	var out C.NET_OUT_LOGIN_WITH_HIGHLEVEL_SECURITY
	handle := C.dh_login_high(l.api, in, &out, &code)
	return attempt{
		handle: handle,
		call:   "CLIENT_LoginWithHighLevelSecurity",
		code:   loginCode(lastError(uint32(code)), int(out.nError)),
		info:   out.stuDeviceInfo,
	}
}

// mendSignals follows a login, in which the library loads others.
func (l *library) mendSignals() {
	l.mu.Lock()
	defer l.mu.Unlock()
	native.MendSignals()
}

// identity reads what a login told. The library counts all channels from 0, whatever they are.
func identity(info *C.NET_DEVICEINFO_Ex) sdk.Identity {
	serial := C.GoBytes(unsafe.Pointer(&info.sSerialNumber), C.int(len(info.sSerialNumber)))
	return sdk.Identity{Serial: text(serial), Type: int(info.nDVRType), Analog: max(int(info.nChanNum), 0)}
}

// bytesOf is a text field of a struct.
func bytesOf(field *[64]C.char) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(field)), len(field))
}
