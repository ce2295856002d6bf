//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

// #include "calls.h"
import "C"

import (
	"fmt"
	"path/filepath"
	"sync"
	"time"
	"unsafe"

	"mediapusher/vendor_sdk/native"
	"mediapusher/vendor_sdk/sdk"
)

// Built says whether this binding is part of the program.
const Built = true

// Types of NET_DVR_SetSDKInitCfg and NET_DVR_SetSDKLocalCfg.
const (
	initPath   = 2
	initCrypto = 3
	initSSL    = 4

	localCheckDevice    = 10
	localStreamCallback = 16
	localGeneral        = 17
)

const (
	// heartbeat is how often the library looks whether a recorder is there, in ms. 30 s is the least; its default tells of a dead recorder
	// after two minutes only.
	heartbeat = 30_000
	// receiveTimeout is how long a stream or an answer may be silent before the library gives it up, in ms.
	receiveTimeout = 10_000
	// reconnectInterval has no effect while connecting again is off, in ms.
	reconnectInterval = 30_000
)

// library is the one that Open loaded.
type library struct {
	functions
	ring       *native.Ring
	exceptions uint64 // the id of the exception callback

	// login keeps logins in a row: the time for connecting is a setting of the whole library.
	login sync.Mutex

	streams streams
}

// Open loads the library that lies in a directory, with its components in HCNetSDKCom beside it, and initialises it. Connecting again is
// off: whoever uses a stream decides when to start it anew. There may be one library open in a process. A missing or damaged file is an
// *sdk.LoadError; a library that does not initialise is an *sdk.Error.
func Open(directory string) (sdk.Library, error) {
	found, err := findFiles(directory)
	if err != nil {
		return nil, err
	}
	native.KeepSignals() // libhpr and libHCCore import sigaction
	loaded, err := native.Load(found.library)
	if err != nil {
		return nil, err
	}
	l := &library{}
	if l.functions, err = find(loaded, found.library); err != nil {
		_ = loaded.Close() // it has done nothing yet
		return nil, err
	}
	if err := l.start(found); err != nil {
		return nil, err
	}
	return l, nil
}

// start initialises the library. Where that fails, only its code is left, as after Close.
func (l *library) start(found files) error {
	if err := l.tellPaths(found); err != nil {
		return err
	}
	l.ring = native.NewRing()
	if l.ring == nil {
		return failure("Init", codeMemory)
	}
	l.streams.init(func(id uint64, code C.int32_t) { C.hik_tell_broken(C.uint64_t(id), code) })
	C.hik_connect(l.ring.Push(), l.functions["GetLastError"])
	err := l.call("Init", func(f unsafe.Pointer) bool { return C.hik_plain(f) != 0 })
	native.MendSignals()
	if err != nil {
		l.ring.Shut()
		return err
	}
	l.exceptions = l.ring.Open(l.streams.exception)
	if err := l.configure(); err != nil {
		_ = l.Close()
		return err
	}
	return nil
}

// tellPaths says where the components and OpenSSL lie. It must come before Init.
func (l *library) tellPaths(found files) error {
	var path C.NET_DVR_LOCAL_SDK_PATH
	directory, err := native.LocalPath(found.directory)
	if err != nil {
		return err
	}
	if !fill(path.sPath[:], directory+string(filepath.Separator)) {
		return &sdk.LoadError{File: found.directory, Reason: "the path is too long for the library"}
	}
	if err := l.set("SetSDKInitCfg", initPath, unsafe.Pointer(&path)); err != nil {
		return err
	}
	for kind, file := range map[C.uint32_t]string{initCrypto: found.crypto, initSSL: found.ssl} {
		if file == "" {
			continue
		}
		var name [256]C.char
		local, err := native.LocalPath(file)
		if err != nil {
			return err
		}
		if !fill(name[:], local) {
			return &sdk.LoadError{File: file, Reason: "the path is too long for the library"}
		}
		if err := l.set("SetSDKInitCfg", kind, unsafe.Pointer(&name)); err != nil {
			return err
		}
	}
	return nil
}

// configure makes the settings that the library keeps for all recorders.
func (l *library) configure() error {
	callback := C.NET_DVR_LOCAL_STREAM_CALLBACK_CFG{byPlayBackEndFlag: 1, byPlayBackNewPos: 1}
	general := C.NET_DVR_LOCAL_GENERAL_CFG{byExceptionCbDirectly: 1}
	check := C.NET_DVR_LOCAL_CHECK_DEV{dwCheckOnlineTimeout: heartbeat}
	// Libraries before 2018 do not know all of these; without them an end and a dead recorder are noticed later.
	_ = l.set("SetSDKLocalCfg", localStreamCallback, unsafe.Pointer(&callback))
	_ = l.set("SetSDKLocalCfg", localGeneral, unsafe.Pointer(&general))
	_ = l.set("SetSDKLocalCfg", localCheckDevice, unsafe.Pointer(&check))
	if err := l.call("SetRecvTimeOut", func(f unsafe.Pointer) bool { return C.hik_number_set(f, receiveTimeout) != 0 }); err != nil {
		return err
	}
	if err := l.call("SetReconnect", func(f unsafe.Pointer) bool { return C.hik_reconnect(f, reconnectInterval, 0) != 0 }); err != nil {
		return err
	}
	return l.call("SetExceptionCallBack_V30", func(f unsafe.Pointer) bool { return C.hik_watch(f, C.uint64_t(l.exceptions)) != 0 })
}

func (l *library) set(name string, kind C.uint32_t, in unsafe.Pointer) error {
	return l.call(name, func(f unsafe.Pointer) bool { return C.hik_configure(f, kind, in) != 0 })
}

// Version is what the library reports of itself, "6.1.9.48", or "6.1" where it is old.
func (l *library) Version() string {
	if f := l.functions["GetSDKBuildVersion"]; f != nil {
		v := uint32(C.hik_number(f))
		return fmt.Sprintf("%d.%d.%d.%d", v>>24, v>>16&0xff, v>>8&0xff, v&0xff)
	}
	if f := l.functions["GetSDKVersion"]; f != nil {
		v := uint32(C.hik_number(f))
		return fmt.Sprintf("%d.%d", v>>16, v&0xffff)
	}
	return "unknown"
}

// Close frees the library. Its code stays in memory: threads of its own may still be on their way out.
func (l *library) Close() error {
	err := l.call("Cleanup", func(f unsafe.Pointer) bool { return C.hik_plain(f) != 0 })
	l.ring.Shut()
	return err
}

// connectTime sets how long connecting may take; the library clamps it to 300 ms to 75 s.
func (l *library) connectTime(timeout time.Duration) error {
	const tries = 1
	ms := C.uint32_t(min(max(timeout.Milliseconds(), 300), 75_000))
	return l.call("SetConnectTime", func(f unsafe.Pointer) bool { return C.hik_connect_time(f, ms, tries) != 0 })
}

// fill writes text and a NUL into a field of zeros, and returns whether it fits.
func fill(field []C.char, text string) bool {
	if len(text) >= len(field) {
		return false
	}
	for i := range len(text) {
		field[i] = C.char(text[i])
	}
	return true
}

// bytesOf returns the bytes of a field.
func bytesOf(field []C.char) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(field))), len(field))
}
