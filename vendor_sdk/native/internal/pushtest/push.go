//go:build (hiksdk || dahuasdk) && cgo

package pushtest

/*
#cgo linux LDFLAGS: -pthread
#cgo windows LDFLAGS: -static -lpthread
#include "push.h"
*/
import "C"

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// Push pushes one packet from the calling thread.
func Push(push unsafe.Pointer, id uint64, kind uint8, code int, data []byte) {
	C.push_one(push, C.uint64_t(id), C.uint32_t(kind), C.int32_t(code), unsafe.Pointer(unsafe.SliceData(data)), C.uint32_t(len(data)))
}

// Thread is a C thread that pushes.
type Thread struct{ thread *C.push_thread }

// Start lets a C thread push limit packets of Data, or without end where limit is 0, of 8 bytes to largest bytes. They are numbered from
// 0 on, see Check.
func Start(push unsafe.Pointer, id uint64, largest, limit int) *Thread {
	return &Thread{C.push_start(push, C.uint64_t(id), C.uint32_t(largest), C.uint32_t(limit))}
}

// Wait returns when the thread has pushed all.
func (t *Thread) Wait() { C.push_end(t.thread, 0) }

// Stop ends the thread before its next packet and returns when it has ended.
func (t *Thread) Stop() { C.push_end(t.thread, 1) }

// Check returns the number of a packet of Start, and an error where a byte of it is wrong.
func Check(data []byte) (int, error) {
	if len(data) < 8 {
		return 0, fmt.Errorf("a packet of %d bytes", len(data))
	}
	number := binary.NativeEndian.Uint32(data)
	for i, b := range data[4:] {
		if b != byte(number+uint32(i)+4) {
			return int(number), fmt.Errorf("packet %d: byte %d is %#x", number, i+4, b)
		}
	}
	return int(number), nil
}
