//go:build (hiksdk || dahuasdk) && cgo

package native

/*
#cgo CFLAGS: -std=gnu11 -Wall -Wextra
#cgo linux LDFLAGS: -pthread -ldl
#cgo windows LDFLAGS: -static -lpthread
#include "ring.h"
*/
import "C"

import (
	"encoding/binary"
	"sync"
	"unsafe"

	"mediapusher/vendor_sdk/sdk"
)

// Sizes in bytes. The ring holds about ten seconds of a recorder that sends 16 streams of 800 kbit/s. A batch takes several of the largest
// pieces that a packet is cut into, see ring.c.
const (
	capacity   = 16 << 20
	batchSize  = 1 << 20
	recordSize = C.sizeof_mp_record
)

// Ring takes what the threads of a library call back with, and hands it to Takes from one goroutine. The library's threads never enter Go
// and never wait for it: what does not fit is dropped, and the next packet of that id says so. It is safe for concurrent use. Open, Close
// and Shut wait for a Take that runs, so no Take may call them.
type Ring struct {
	ring *C.mp_ring
	done chan struct{}

	// mu is held while a Take runs, so that Close waits for it.
	mu    sync.Mutex
	takes map[uint64]sdk.Take // nil after Shut
}

// NewRing returns a ring of 16 MiB whose goroutine runs until Shut. It returns nil where there is no memory for it.
func NewRing() *Ring {
	ring := C.mp_ring_new(capacity)
	if ring == nil {
		return nil
	}
	r := &Ring{ring: ring, done: make(chan struct{}), takes: make(map[uint64]sdk.Take)}
	go r.read()
	return r
}

// Shut ends the ring and its goroutine; ids that are open are closed as by Close. Pushes that come later are dropped. It may be called
// twice.
func (r *Ring) Shut() {
	r.mu.Lock()
	first := r.takes != nil
	r.takes = nil
	r.mu.Unlock()
	if !first {
		<-r.done
		return
	}
	C.mp_ring_shut(r.ring)
	<-r.done
}

// Open returns an id for a library to call back with, a number that is never given again; take gets what is pushed with it. It returns 0,
// which no push ever reaches, after Shut and where there is no memory.
func (r *Ring) Open(take sdk.Take) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.takes == nil {
		return 0
	}
	id := uint64(C.mp_ring_open(r.ring))
	if id != 0 {
		r.takes[id] = take
	}
	return id
}

// Close ends an id. When it has returned, its Take is not running and will not be called again, and pushes with the id are dropped.
func (r *Ring) Close(id uint64) {
	C.mp_ring_close(C.uint64_t(id))
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.takes, id)
}

// Hold lets each push of Data with the id wait, for at most 500 ms, until Hold is called with false. That is back-pressure: a library whose
// callback is late asks the device for less.
func (r *Ring) Hold(id uint64, hold bool) {
	var held C.int
	if hold {
		held = 1
	}
	C.mp_ring_hold(C.uint64_t(id), held)
}

// Push is the C function that callbacks call, from any thread:
//
//	void (*)(uint64_t id, uint32_t kind, int32_t code, const void *data, uint32_t size)
//
// kind is an sdk.Kind. It copies the data and returns; with an id that is not open it does nothing. A packet above 256 KiB arrives in
// pieces.
func (r *Ring) Push() unsafe.Pointer { return C.mp_ring_push }

// read hands over until the ring is shut.
func (r *Ring) read() {
	defer close(r.done)
	defer C.mp_ring_free(r.ring)
	batch := make([]byte, batchSize)
	for {
		size := C.mp_ring_read(r.ring, unsafe.Pointer(unsafe.SliceData(batch)), batchSize)
		if size == 0 {
			return
		}
		for rest := batch[:size]; len(rest) > 0; {
			rest = r.handOver(rest)
		}
	}
}

// handOver gives the first packet of a batch to its Take and returns what is behind it. The offsets are those of mp_record.
func (r *Ring) handOver(batch []byte) []byte {
	end := recordSize + int(binary.NativeEndian.Uint32(batch[8:]))
	packet := sdk.Packet{
		Kind: sdk.Kind(batch[16]),
		Lost: batch[20] != 0,
		Code: int(int32(binary.NativeEndian.Uint32(batch[12:]))),
		Data: batch[recordSize:end:end],
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if take := r.takes[binary.NativeEndian.Uint64(batch)]; take != nil {
		take(packet)
	}
	return batch[end:]
}
