package rtmp

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Message type ids (RTMP 1.0 sections 5.4, 6.2 and 7.1).
const (
	TypeSetChunkSize byte = 1
	TypeUserControl  byte = 4
	TypeWindowAck    byte = 5
	TypeAudio        byte = 8
	TypeVideo        byte = 9
	TypeData         byte = 18
	TypeCommand      byte = 20
)

// maxMessage is the ceiling for one message, 16 MiB, what the length field can say.
const maxMessage = 1 << 24

// Message is one RTMP message.
type Message struct {
	Type byte
	// Timestamp is in ms, delta already added up.
	Timestamp uint32
	Stream    uint32
	Body      []byte
}

// chunkStream is what a chunk header may leave out because it stood in an earlier one.
type chunkStream struct {
	timestamp, delta uint32
	length           int
	typeID           byte
	stream           uint32
	extended         bool
	body             []byte
}

// chunkReader puts messages together (RTMP 1.0 section 5.3.1).
type chunkReader struct {
	r       *bufio.Reader
	size    int
	streams map[uint32]*chunkStream
}

func newChunkReader(r io.Reader) *chunkReader {
	return &chunkReader{r: bufio.NewReaderSize(r, 64<<10), size: 128, streams: make(map[uint32]*chunkStream)}
}

// next returns the next whole message. A new chunk size is obeyed and also returned.
func (c *chunkReader) next() (Message, error) {
	for {
		m, whole, err := c.chunk()
		if err != nil {
			return Message{}, err
		}
		if !whole {
			continue
		}
		if m.Type == TypeSetChunkSize {
			if len(m.Body) != 4 {
				return Message{}, errors.New("chunk size message of a wrong length")
			}
			c.size = int(binary.BigEndian.Uint32(m.Body) & 0x7FFFFFFF)
			if c.size < 1 {
				return Message{}, errors.New("chunk size of zero")
			}
		}
		return m, nil
	}
}

func (c *chunkReader) chunk() (m Message, whole bool, err error) {
	format, id, err := c.basicHeader()
	if err != nil {
		return Message{}, false, err
	}
	s := c.streams[id]
	if s == nil {
		if format != 0 {
			return Message{}, false, fmt.Errorf("chunk stream %d begins with header type %d", id, format)
		}
		s = new(chunkStream)
		c.streams[id] = s
	}
	if err := c.messageHeader(s, format); err != nil {
		return Message{}, false, err
	}
	n := min(c.size, s.length-len(s.body))
	start := len(s.body)
	s.body = append(s.body, make([]byte, n)...)
	if _, err := io.ReadFull(c.r, s.body[start:]); err != nil {
		return Message{}, false, err
	}
	if len(s.body) < s.length {
		return Message{}, false, nil
	}
	m = Message{Type: s.typeID, Timestamp: s.timestamp, Stream: s.stream, Body: s.body}
	s.body = nil
	return m, true, nil
}

func (c *chunkReader) basicHeader() (format byte, id uint32, err error) {
	b, err := c.r.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	format, id = b>>6, uint32(b&63)
	if id > 1 {
		return format, id, nil
	}
	more := make([]byte, 1+id)
	if _, err := io.ReadFull(c.r, more); err != nil {
		return 0, 0, err
	}
	value := uint32(more[0]) + 64
	if id == 1 {
		value += uint32(more[1]) << 8
	}
	return format, value, nil
}

// messageHeader reads what the header type holds, and sets time and length of the message that begins here.
func (c *chunkReader) messageHeader(s *chunkStream, format byte) error {
	var h [11]byte
	header := h[:[4]int{11, 7, 3, 0}[format]]
	if _, err := io.ReadFull(c.r, header); err != nil {
		return err
	}
	begins := len(s.body) == 0
	if !begins && format != 3 {
		return fmt.Errorf("header type %d inside a message", format)
	}
	var field uint32
	if format < 3 {
		field = uint24(header)
		s.extended = field == 0xFFFFFF
	}
	if format < 2 {
		s.length, s.typeID = int(uint24(header[3:])), header[6]
	}
	if format == 0 {
		s.stream = binary.LittleEndian.Uint32(header[7:])
	}
	if s.extended {
		var e [4]byte
		if _, err := io.ReadFull(c.r, e[:]); err != nil {
			return err
		}
		if format < 3 {
			field = binary.BigEndian.Uint32(e[:])
		}
	}
	switch {
	case format == 0:
		s.timestamp, s.delta = field, field
	case format < 3:
		s.delta = field
		s.timestamp += field
	case begins:
		s.timestamp += s.delta
	}
	if begins && format == 3 && s.length >= maxMessage {
		return errors.New("message too long")
	}
	return nil
}

func uint24(b []byte) uint32 { return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]) }

// outChunkSize is used for everything that this package sends; it is announced first.
const outChunkSize = 1 << 16

// writeMessage sends one message in as few chunks as needed, all with full headers of type 0 and 3.
func writeMessage(w io.Writer, id byte, m Message, chunkSize int) error {
	b := []byte{id, 0, 0, 0, byte(len(m.Body) >> 16), byte(len(m.Body) >> 8), byte(len(m.Body)), m.Type}
	b[1], b[2], b[3] = byte(m.Timestamp>>16), byte(m.Timestamp>>8), byte(m.Timestamp)
	b = binary.LittleEndian.AppendUint32(b, m.Stream)
	body := m.Body
	for len(body) > chunkSize {
		b = append(append(b, body[:chunkSize]...), 0xC0|id)
		body = body[chunkSize:]
	}
	if _, err := w.Write(append(b, body...)); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return nil
}
