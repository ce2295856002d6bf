package media

import (
	"math/bits"
	"sync"
)

// Buffers come in powers of two from 1 KiB, an audio frame, to MaxUnitSize. A pool for each size keeps a large key frame from
// pinning memory under small frames.
const (
	minBufferBits = 10
	maxBufferBits = 23
)

type buffer struct {
	b    []byte
	size int
}

var (
	unitPool    = sync.Pool{New: func() any { return new(AccessUnit) }}
	bufferPools [maxBufferBits - minBufferBits + 1]sync.Pool
)

// newBuffer returns a buffer of at least n bytes, n at most MaxUnitSize.
func newBuffer(n int) *buffer {
	size := max(bits.Len(uint(max(n, 1)-1))-minBufferBits, 0)
	if b, ok := bufferPools[size].Get().(*buffer); ok {
		return b
	}
	return &buffer{b: make([]byte, 1<<(size+minBufferBits)), size: size}
}

func (b *buffer) release() {
	poison(b.b)
	bufferPools[b.size].Put(b)
}
