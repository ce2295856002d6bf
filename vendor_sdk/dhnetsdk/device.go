//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

// #include "bridge.h"
import "C"

import (
	"sync"

	"mediapusher/vendor_sdk/sdk"
)

// device is a login.
type device struct {
	library *library
	handle  C.dh_handle

	// calls puts the calls inside one login in a row: the library does not support them side by side.
	calls sync.Mutex

	// mu is never held during a call into the library. The ring's goroutine takes it inside its own lock.
	mu      sync.Mutex
	streams map[*stream]bool
	gone    bool // the login is lost
	// A loss may be told before the call that starts its stream has returned the handle. early keeps the codes of such while any start is
	// under way.
	starting int
	early    map[C.dh_handle]int
}

// maxEarly bounds the losses that are kept for streams which are not known yet.
const maxEarly = 64

// Record streams of SetDeviceMode.
const (
	modeRecordStream = 6
	recordMain       = 1
)

// chooseMain lets searches and playbacks be of the main stream. Libraries and devices that refuse it record no other stream, or mark it in
// what they find, so a failure is none.
func (d *device) chooseMain() {
	api := d.library.api
	if api.device_mode == nil {
		return
	}
	d.calls.Lock()
	defer d.calls.Unlock()
	var ignored C.uint32_t
	C.dh_device_mode(api, d.handle, modeRecordStream, recordMain, &ignored)
}

// Move starts or stops a movement. Diagonals have a vertical and a horizontal speed, the others one, the lens a multiplier of the same
// range. The stop is the same command with a flag, for the lens too.
func (d *device) Move(movement sdk.Movement) error {
	call := "CLIENT_DHPTZControlEx"
	if d.library.api.ptz_ex2 != nil {
		call = "CLIENT_DHPTZControlEx2"
	}
	if movement.Command < 0 || movement.Command > 0xffff || !channel(movement.Channel) {
		return refused(call, codeIllegalParam)
	}
	p1, p2 := ptzParameters(movement.Command, movement.Speed)
	number, command := C.int32_t(movement.Channel), C.uint32_t(movement.Command)
	var stop C.int32_t
	if movement.Stop {
		stop = 1
	}
	d.calls.Lock()
	defer d.calls.Unlock()
	var code C.uint32_t
	if C.dh_ptz(d.library.api, d.handle, number, command, C.int32_t(p1), C.int32_t(p2), stop, &code) == 0 {
		return failure(call, code)
	}
	return nil
}

// KeyFrame asks the camera for a key frame.
func (d *device) KeyFrame(number, stream int) error {
	const call = "CLIENT_MakeKeyFrame"
	switch {
	case d.library.api.key_frame == nil:
		return refused(call, codeNotSupported)
	case !channel(number) || stream < 0 || stream > 1:
		return refused(call, codeIllegalParam)
	}
	d.calls.Lock()
	defer d.calls.Unlock()
	var code C.uint32_t
	if C.dh_key_frame(d.library.api, d.handle, C.int32_t(number), C.int32_t(stream), &code) == 0 {
		return failure(call, code)
	}
	return nil
}

// LogOut ends the login. When it has returned, nothing of it is told any more.
func (d *device) LogOut() error {
	d.calls.Lock()
	defer d.calls.Unlock()
	// Before the call: the library may give the handle to the next login at once.
	d.library.mu.Lock()
	delete(d.library.devices, d.handle)
	d.library.mu.Unlock()
	var code C.uint32_t
	if C.dh_logout(d.library.api, d.handle, &code) == 0 {
		return failure("CLIENT_Logout", code)
	}
	return nil
}

// lost tells the stream with a handle, or all with 0, that they are. It runs on the ring's goroutine, as a Take does.
func (d *device) lost(handle C.dh_handle, code int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if handle == 0 {
		d.gone = true
	}
	known := false
	for s := range d.streams {
		if handle == 0 || s.handle == handle {
			s.take(sdk.Packet{Kind: sdk.Broken, Code: code})
			known = true
		}
	}
	if !known && handle != 0 && d.starting > 0 && len(d.early) < maxEarly {
		d.early[handle] = code
	}
}

// channel tells whether a number can be one of a channel. The library counts from 0; no recorder has anywhere near as many.
func channel(number int) bool { return number >= 0 && number < 1<<16 }
