//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

// #include "bridge.h"
import "C"

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"unsafe"

	"mediapusher/vendor_sdk/native"
	"mediapusher/vendor_sdk/sdk"
)

// Built says whether this program holds the binding.
const Built = true

// How the library is told to wait, in milliseconds where nothing else is said. Its own second for the reply with the device's abilities
// is too short on slow links. What is left at 0 keeps the library's default.
const (
	connectWait   = 5000
	callWait      = 10000
	infoWait      = 5000
	searchWait    = 15000
	silenceLimit  = 30 // seconds until a silent connection counts as lost
	keepLifePause = 10 // seconds between signs of life
)

// library is the one library of the process.
type library struct {
	api    *C.dh_api // memory of its own: C gets the address
	ring   *native.Ring
	losses uint64 // the ring's id of lost logins and connections

	mu      sync.Mutex
	devices map[C.dh_handle]*device
}

// Open checks for the files of the library in directory, loads it and initialises it. It may be called once in a process.
// The network library that it loads by name must be in reach of the loader: on Linux by LD_LIBRARY_PATH from the start of the
// process on. The error is an *sdk.LoadError, or an *sdk.Error of the initialisation.
func Open(directory string) (sdk.Library, error) {
	directory, err := filepath.Abs(directory)
	if err != nil {
		return nil, fmt.Errorf("the directory of the Dahua SDK: %w", err)
	}
	path, network, err := findFiles(directory, runtime.GOOS)
	if err != nil {
		return nil, err
	}
	native.KeepSignals()
	if runtime.GOOS == "windows" {
		// LoadLibrary by name finds what is loaded already, wherever it lies. It stays loaded.
		if _, err := native.Load(network); err != nil {
			return nil, err
		}
	}
	file, err := native.Load(path)
	if err != nil {
		return nil, err
	}
	l := &library{api: new(C.dh_api), devices: make(map[C.dh_handle]*device)}
	if err := bind(l.api, path, file.Symbol); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if err := l.start(); err != nil {
		return nil, err
	}
	return l, nil
}

// start initialises the library.
func (l *library) start() error {
	l.ring = native.NewRing()
	if l.ring == nil {
		return refused("CLIENT_InitEx", codeSystem)
	}
	l.losses = l.ring.Open(l.lost)
	C.dh_set_push(l.ring.Push())
	var code C.uint32_t
	done := C.dh_init(l.api, C.uint64_t(l.losses), &code)
	native.MendSignals()
	if done == 0 {
		l.ring.Shut()
		return failure("CLIENT_InitEx", code)
	}
	l.configure(connectWait)
	return nil
}

// configure sets how long the library waits; connecting takes up to connect milliseconds. It holds for logins from now on.
func (l *library) configure(connect int32) {
	C.dh_connect_time(l.api, C.int32_t(connect))
	param := C.NET_PARAM{
		nWaittime:          callWait,
		nConnectTime:       C.int32_t(connect),
		nConnectTryNum:     1,
		nGetDevInfoTime:    infoWait,
		nGetConnInfoTime:   infoWait,
		nSearchRecordTime:  searchWait,
		bDetectDisconnTime: silenceLimit,
		bKeepLifeInterval:  keepLifePause,
	}
	C.dh_network(l.api, &param)
}

// Version returns the library's number as it tells it; makers' releases read it in different ways.
func (l *library) Version() string { return fmt.Sprintf("dhnetsdk %d", uint32(C.dh_version(l.api))) }

// Close frees the library. Its code stays in memory: threads of its own may still be on their way out.
func (l *library) Close() error {
	C.dh_cleanup(l.api)
	l.ring.Shut()
	return nil
}

// lost is told, from the ring's goroutine, that a login or the media connection of one stream is lost.
func (l *library) lost(packet sdk.Packet) {
	if len(packet.Data) != int(unsafe.Sizeof(C.dh_loss{})) {
		return
	}
	login := C.dh_handle(binary.NativeEndian.Uint64(packet.Data))
	stream := C.dh_handle(binary.NativeEndian.Uint64(packet.Data[8:]))
	l.mu.Lock()
	d := l.devices[login]
	l.mu.Unlock()
	if d != nil {
		d.lost(stream, packet.Code)
	}
}

// failure is a failed call.
func failure(call string, code C.uint32_t) error {
	return &sdk.Error{Call: call, Code: lastError(uint32(code)), TriesLeft: -1}
}

// refused is a call that the library does not export, or that was asked for something impossible.
func refused(call string, code int) error { return &sdk.Error{Call: call, Code: code, TriesLeft: -1} }
