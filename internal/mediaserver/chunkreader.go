package mediaserver

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Ceilings on what a player may send. A real one sends commands of a few hundred bytes on two chunk streams.
const (
	maxInbound      = 64 << 10 // bytes of all messages that are not complete, together
	maxChunkStreams = 16
)

// RTMP protocol control messages and commands (Adobe RTMP 1.0 section 5.4 and 7.1).
const (
	typeSetChunkSize     byte = 1
	typeAbort            byte = 2
	typeAck              byte = 3
	typeUserControl      byte = 4
	typeWindowAckSize    byte = 5
	typeSetPeerBandwidth byte = 6
	typeCommandAMF3      byte = 17
	typeCommandAMF0      byte = 20
)

const (
	defaultChunkSize  = 128
	extendedTimestamp = 0xFFFFFF
)

var errChunk = errors.New("chunk stream")

// chunkReader puts messages together from chunks (Adobe RTMP 1.0 section 5.3). It stands here in place of go-rtmp's reader, which takes
// messages of 16 MiB on any number of chunk streams and panics on an empty one.
//
// Memory grows with the bytes that came, never with a size that was only claimed.
type chunkReader struct {
	r         *bufio.Reader
	chunkSize uint32
	streams   map[uint32]*inbound
	held      int // bytes of incomplete messages
	read      uint64
}

// inbound is the state of one chunk stream.
type inbound struct {
	length   uint32
	typeID   byte
	extended bool
	started  bool // a message is under way
	body     []byte
}

func newChunkReader(r *bufio.Reader) *chunkReader {
	return &chunkReader{r: r, chunkSize: defaultChunkSize, streams: make(map[uint32]*inbound)}
}

// next returns the type and the body of the next complete message. SetChunkSize and Abort are obeyed and returned as well. After an
// error nothing more can be read.
func (c *chunkReader) next() (byte, []byte, error) {
	for {
		in, err := c.chunk()
		if err != nil {
			return 0, nil, err
		}
		if in == nil || uint32(len(in.body)) < in.length {
			continue
		}
		body := in.body
		in.body, in.started = nil, false
		c.held -= len(body)
		if err := c.obey(in.typeID, body); err != nil {
			return 0, nil, err
		}
		return in.typeID, body, nil
	}
}

func (c *chunkReader) chunk() (*inbound, error) {
	format, id, err := c.basicHeader()
	if err != nil {
		return nil, err
	}
	in := c.streams[id]
	if in == nil {
		if format > 1 {
			return nil, fmt.Errorf("%w %d begins without a header", errChunk, id)
		}
		if len(c.streams) >= maxChunkStreams {
			return nil, fmt.Errorf("%w: more than %d", errChunk, maxChunkStreams)
		}
		in = &inbound{}
		c.streams[id] = in
	}
	if err := c.messageHeader(format, in); err != nil {
		return nil, err
	}
	n := min(in.length-uint32(len(in.body)), c.chunkSize)
	if c.held+int(n) > maxInbound {
		return nil, fmt.Errorf("%w: more than %d bytes in incomplete messages", errChunk, maxInbound)
	}
	return in, c.payload(in, int(n))
}

func (c *chunkReader) payload(in *inbound, n int) error {
	have := len(in.body)
	for n > 0 {
		step := min(n, 4096)
		in.body = append(in.body, make([]byte, step)...)
		c.held += step
		if err := c.fill(in.body[have:]); err != nil {
			return err
		}
		have += step
		n -= step
	}
	return nil
}

func (c *chunkReader) basicHeader() (format byte, id uint32, err error) {
	var b [2]byte
	if err = c.fill(b[:1]); err != nil {
		return 0, 0, err
	}
	format, id = b[0]>>6, uint32(b[0]&0x3F)
	switch id {
	case 0:
		err = c.fill(b[:1])
		id = 64 + uint32(b[0])
	case 1:
		err = c.fill(b[:2])
		id = 64 + uint32(b[0]) + uint32(b[1])<<8
	}
	return format, id, err
}

// messageHeader reads what the format carries. Times are of no use from a player, but whether they are extended is.
func (c *chunkReader) messageHeader(format byte, in *inbound) error {
	var b [11]byte
	sizes := [4]int{11, 7, 3, 0}
	if err := c.fill(b[:sizes[format]]); err != nil {
		return err
	}
	if format <= 2 {
		in.extended = uint24(b[:]) == extendedTimestamp
	}
	if format <= 1 {
		length := uint24(b[3:])
		if in.started && length != in.length {
			return fmt.Errorf("%w: length changes within a message", errChunk)
		}
		if length > maxInbound {
			return fmt.Errorf("%w: message of %d bytes", errChunk, length)
		}
		in.length, in.typeID = length, b[6]
	}
	in.started = true
	if in.extended {
		return c.fill(b[:4])
	}
	return nil
}

func (c *chunkReader) obey(typeID byte, body []byte) error {
	switch {
	case typeID == typeSetChunkSize && len(body) >= 4:
		size := binary.BigEndian.Uint32(body)
		if size == 0 || size > 1<<31-1 {
			return fmt.Errorf("%w: chunk size %d", errChunk, size)
		}
		c.chunkSize = size
	case typeID == typeAbort && len(body) >= 4:
		if in := c.streams[binary.BigEndian.Uint32(body)]; in != nil {
			c.held -= len(in.body)
			in.body, in.started = nil, false
		}
	}
	return nil
}

func (c *chunkReader) fill(b []byte) error {
	n, err := io.ReadFull(c.r, b)
	c.read += uint64(n)
	return err
}
