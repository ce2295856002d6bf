package wire

import (
	"encoding/binary"
	"sync"

	"mediapusher/vendor_sdk/sdk"
)

// Queue holds packets, as Media frames in chunks of MaxMediaFrame bytes that are used again. It bounds nothing itself. It is not safe for
// concurrent use; its zero value is empty.
type Queue struct {
	first, last *Chunk
	size        int
}

// Chunk is some whole Media frames, one behind the other.
type Chunk struct {
	next       *Chunk
	read, fill int
	data       [MaxMediaFrame]byte
}

var chunkPool = sync.Pool{New: func() any { return new(Chunk) }}

// Put copies a packet into the queue.
func (q *Queue) Put(id uint32, packet sdk.Packet) {
	for more := true; more; {
		room := 0
		if q.last != nil {
			room = len(q.last.data) - q.last.fill
		}
		// A new chunk rather than many small pieces at the end of the last one.
		if room < min(MediaOverhead+len(packet.Data), MaxMediaFrame) {
			chunk := chunkPool.Get().(*Chunk)
			q.add(chunk)
			room = MaxMediaFrame
		}
		chunk := q.last
		out, rest := AppendMedia(chunk.data[:chunk.fill], id, packet, room)
		q.size += len(out) - chunk.fill
		chunk.fill = len(out)
		packet.Data, packet.Lost, more = rest, false, rest != nil
	}
}

func (q *Queue) add(chunk *Chunk) {
	chunk.next, chunk.read, chunk.fill = nil, 0, 0
	if q.last == nil {
		q.first = chunk
	} else {
		q.last.next = chunk
	}
	q.last = chunk
}

// Size is how many bytes of frames are in the queue.
func (q *Queue) Size() int { return q.size }

// Pop takes the oldest chunk out, with what is in it so far; nil where the queue is empty.
func (q *Queue) Pop() *Chunk {
	chunk := q.first
	if chunk == nil {
		return nil
	}
	q.first = chunk.next
	if q.first == nil {
		q.last = nil
	}
	q.size -= chunk.fill
	chunk.next = nil
	return chunk
}

// Clear throws away what is in the queue.
func (q *Queue) Clear() {
	for chunk := q.Pop(); chunk != nil; chunk = q.Pop() {
		chunk.Free()
	}
}

// Bytes are the chunk's frames, valid until Free.
func (c *Chunk) Bytes() []byte { return c.data[:c.fill] }

// Next reads the chunk's next packet and the size of its frame. At the end of the chunk size is 0. The packet's data is valid until Free.
func (c *Chunk) Next() (packet sdk.Packet, size int) {
	left := c.data[c.read:c.fill]
	if len(left) < MediaOverhead {
		return sdk.Packet{}, 0
	}
	size = headSize + int(binary.LittleEndian.Uint32(left))
	packet, err := ParseMedia(left[headSize:size])
	if err != nil { // Put lets a packet of no known kind in, nobody else sees it
		return sdk.Packet{}, 0
	}
	c.read += size
	return packet, size
}

// Free gives the chunk back. Neither it nor its bytes may be used any more.
func (c *Chunk) Free() { chunkPool.Put(c) }
