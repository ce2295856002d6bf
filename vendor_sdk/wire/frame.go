package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Protocol is the version of what this package describes. Both sides are one program, so they never differ but during an update.
const Protocol = 1

// The ceilings of a frame with its head, in bytes.
const (
	MaxFrame      = 1 << 20
	MaxMediaFrame = 64 << 10
)

const (
	headSize = 9
	// readAhead is how much a Reader asks for at a time. It is more than a media frame, so that its buffer seldom grows.
	readAhead = 256 << 10
)

// ErrFrame is found in the error of bytes that are no frame of this protocol: too large, cut off, of an unknown type, or with a payload
// that makes no sense.
var ErrFrame = errors.New("wire: bad frame")

// Type tells what a frame is.
type Type uint8

// The types of frames, see the table of the package.
const (
	TypeHello Type = iota + 1
	TypeRequest
	TypeAnswer
	TypePage
	TypeContinue
	TypeMedia
	TypeCredit
	TypePing
	TypePong
)

// ceiling is how large a frame of this type may be with its head, 0 where there is no such type.
func (t Type) ceiling() int {
	switch t {
	case TypeHello, TypeRequest, TypeAnswer, TypePage:
		return MaxFrame
	case TypeMedia:
		return MaxMediaFrame
	case TypeContinue, TypeCredit, TypePing, TypePong:
		return headSize + 4
	}
	return 0
}

// Frame is one frame. The payload belongs to whoever has made it; of a Reader it is valid until the next call of Next.
type Frame struct {
	Type    Type
	ID      uint32
	Payload []byte
}

// Append appends the frame's bytes to dst. The error of one that is too large or of no type is ErrFrame, dst is unchanged then.
func Append(dst []byte, frame Frame) ([]byte, error) {
	if size := headSize + len(frame.Payload); size > frame.Type.ceiling() {
		return dst, fmt.Errorf("%w: %d bytes of type %d", ErrFrame, size, frame.Type)
	}
	return append(appendHead(dst, frame.Type, frame.ID, len(frame.Payload)), frame.Payload...), nil
}

func appendHead(dst []byte, t Type, id uint32, length int) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(length))
	return binary.LittleEndian.AppendUint32(append(dst, byte(t)), id)
}

// Reader cuts a byte stream into frames. It allocates nothing for a frame, as long as frames are small. It is for one goroutine.
type Reader struct {
	in         io.Reader
	buf        []byte
	start, end int
}

// NewReader returns a Reader of in. It reads ahead.
func NewReader(in io.Reader) *Reader { return &Reader{in: in, buf: make([]byte, readAhead)} }

// Next waits for a whole frame. The error is io.EOF at the end of the stream between two frames, io.ErrUnexpectedEOF within one, ErrFrame,
// or that of the stream. No frame comes after an error.
func (r *Reader) Next() (Frame, error) {
	if err := r.fill(headSize); err != nil {
		return Frame{}, err
	}
	head := r.buf[r.start:]
	frame := Frame{Type: Type(head[4]), ID: binary.LittleEndian.Uint32(head[5:])}
	length := uint64(binary.LittleEndian.Uint32(head)) + headSize
	if length > uint64(frame.Type.ceiling()) {
		return Frame{}, fmt.Errorf("%w: %d bytes of type %d", ErrFrame, length, frame.Type)
	}
	size := int(length)
	if err := r.fill(size); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return Frame{}, err
	}
	frame.Payload = r.buf[r.start+headSize : r.start+size : r.start+size]
	r.start += size
	return frame, nil
}

// fill reads until n bytes from start on are there.
func (r *Reader) fill(n int) error {
	if r.end-r.start >= n {
		return nil
	}
	if r.start+n > len(r.buf) {
		into := r.buf
		if n > len(into) {
			into = make([]byte, MaxFrame)
		}
		r.end = copy(into, r.buf[r.start:r.end])
		r.buf, r.start = into, 0
	}
	read, err := io.ReadAtLeast(r.in, r.buf[r.end:], n-(r.end-r.start))
	r.end += read
	if errors.Is(err, io.EOF) && r.end > r.start {
		return io.ErrUnexpectedEOF
	}
	return err
}
