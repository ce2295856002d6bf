//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

// #include "calls.h"
import "C"

import (
	"time"
	"unsafe"

	"mediapusher/vendor_sdk/sdk"
)

// Values of NET_DVR_USER_LOGIN_INFO: a login by the maker's own protocol, because the one by ISAPI knows no seek; the library waits; times
// are taken and given as the recorder shows them.
const (
	loginPrivate = 0
	timeAsIs     = 0
)

// speeds of a movement.
const (
	slowest = 1
	fastest = 7
)

// device is a login.
type device struct {
	*library
	user  C.int32_t
	names charset
}

// LogIn asks a recorder once.
func (l *library) LogIn(account sdk.Account) (sdk.Device, sdk.Identity, error) {
	const name = "Login_V40"
	in := C.NET_DVR_USER_LOGIN_INFO{wPort: C.uint16_t(account.Port), byLoginMode: loginPrivate, byUseUTCTime: timeAsIs}
	if !fill(in.sDeviceAddress[:], account.Host) || !fill(in.sUserName[:], account.User) || !fill(in.sPassword[:], account.Password) ||
		account.Port <= 0 || account.Port > 65535 {
		return nil, sdk.Identity{}, failure(name, codeParameter)
	}
	l.login.Lock()
	defer l.login.Unlock()
	if account.Timeout > 0 {
		if err := l.connectTime(account.Timeout); err != nil {
			return nil, sdk.Identity{}, err
		}
	}
	var out C.NET_DVR_DEVICEINFO_V40
	d := &device{library: l}
	err := l.call(name, func(f unsafe.Pointer) bool {
		d.user = C.hik_login(f, &in, &out)
		return d.user >= 0
	})
	if err != nil {
		return nil, sdk.Identity{}, refused(err, &out)
	}
	d.names = charset(out.byCharEncodeType)
	return d, identity(&out.struDeviceV30, d.names), nil
}

// refused adds to the error of a login what the recorder tells of tries and of the lock.
func refused(err error, out *C.NET_DVR_DEVICEINFO_V40) error {
	said, ok := err.(*sdk.Error) //nolint:errorlint // made by call
	if !ok || out.bySupportLock != 1 {
		return err
	}
	switch said.Code {
	case codePassword, codeUnknownUser:
		said.TriesLeft = int(out.byRetryLoginTime)
	case codeLocked:
		said.TriesLeft = 0
		said.LockedFor = time.Duration(out.dwSurplusLockTime) * time.Second
	}
	return said
}

func identity(v *C.NET_DVR_DEVICEINFO_V30, names charset) sdk.Identity {
	serial := unsafe.Slice((*byte)(unsafe.Pointer(&v.sSerialNumber[0])), len(v.sSerialNumber))
	id := sdk.Identity{
		Serial: names.text(serial), Type: int(v.wDevType),
		Analog: int(v.byChanNum), FirstAnalog: int(v.byStartChan),
		Digital: int(v.byIPChanNum) | int(v.byHighDChanNum)<<8, FirstDigital: int(v.byStartDChan),
	}
	if id.FirstDigital == 0 {
		id.Digital = 0
	}
	return id
}

// Move starts or stops a movement. Success says that the recorder has the command.
func (d *device) Move(m sdk.Movement) error {
	var stop C.uint32_t
	if m.Stop {
		stop = 1
	}
	speed := C.uint32_t(min(max(m.Speed, slowest), fastest))
	return d.call("PTZControlWithSpeed_Other", func(f unsafe.Pointer) bool {
		return C.hik_move(f, d.user, C.int32_t(m.Channel), C.uint32_t(m.Command), stop, speed) != 0
	})
}

// KeyFrame asks the camera for a picture at which decoding can start.
func (d *device) KeyFrame(channel, stream int) error {
	name := "MakeKeyFrame"
	if stream != 0 {
		name = "MakeKeyFrameSub"
	}
	return d.call(name, func(f unsafe.Pointer) bool { return C.hik_key_frame(f, d.user, C.int32_t(channel)) != 0 })
}

// LogOut ends the login.
func (d *device) LogOut() error {
	return d.call("Logout", func(f unsafe.Pointer) bool { return C.hik_handle(f, d.user) != 0 })
}
