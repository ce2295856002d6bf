package task

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"math"
)

// retired is how many ended handles are remembered, so that a late STOP or BEATS cannot meet somebody else's stream.
const retired = 8192

// handles draws play_handles: random, so that one cannot be guessed from another; positive and below 2^31, because old clients keep
// them in a C long or a Java int; and none that is in use or was a short while ago. It is not safe for concurrent use.
type handles struct {
	ended []int32
	next  int
	known map[int32]bool // ended, or false for in use
}

func newHandles() *handles { return &handles{known: make(map[int32]bool)} }

// draw returns a new handle. crypto/rand does not fail on the systems we build for.
func (h *handles) draw() int32 {
	for {
		var b [4]byte
		_, _ = rand.Read(b[:]) // never returns an error (crypto/rand, Go 1.24)
		handle := int32(binary.BigEndian.Uint32(b[:]) & math.MaxInt32)
		if _, taken := h.known[handle]; !taken && handle > 0 {
			h.known[handle] = false
			return handle
		}
	}
}

// retire ends a handle. The oldest retired one may then be drawn again.
func (h *handles) retire(handle int32) {
	h.known[handle] = true
	if len(h.ended) < retired {
		h.ended = append(h.ended, handle)
		return
	}
	delete(h.known, h.ended[h.next])
	h.ended[h.next] = handle
	h.next = (h.next + 1) % retired
}

// randomName returns a name that cannot be guessed, of 16 hexadecimal digits.
func randomName() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
