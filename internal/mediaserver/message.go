package mediaserver

import (
	"encoding/binary"
	"fmt"
)

// Message types that a publication takes (Adobe RTMP 1.0 section 7.1); FLV tags have the same numbers.
const (
	typeAudio byte = 8
	typeVideo byte = 9
	typeData  byte = 18
)

// An FLV tag is a header, the body, and its own size (Adobe FLV 10.1 annex E.4.1).
const (
	tagHeaderSize  = 11
	tagTrailerSize = 4
)

// message is one message of a stream. It is immutable and shared by the caches and all viewers: the bytes are copied once, in
// the form of an FLV tag, in which the body of the RTMP message stands whole.
type message struct {
	typeID    byte
	class     class
	timestamp uint32 // ms
	tag       []byte
}

func (m *message) body() []byte { return m.tag[tagHeaderSize : len(m.tag)-tagTrailerSize] }

// newMessage copies the parts, in order.
func newMessage(typeID byte, timestamp uint32, parts ...[]byte) (*message, error) {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	if size == 0 || size > maxMessageSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrMessage, size)
	}
	tag := make([]byte, tagHeaderSize, tagHeaderSize+size+tagTrailerSize)
	tag[0] = typeID
	putUint24(tag[1:], uint32(size))
	putUint24(tag[4:], timestamp)
	tag[7] = byte(timestamp >> 24)
	for _, p := range parts {
		tag = append(tag, p...)
	}
	tag = binary.BigEndian.AppendUint32(tag, uint32(tagHeaderSize+size))
	m := &message{typeID: typeID, timestamp: timestamp, tag: tag}
	m.class = classify(typeID, m.body())
	return m, nil
}

// at returns the message with another time. The small messages that begin a stream get the time of the frame that follows
// them, so that a player that joins late sees no jump.
func (m *message) at(timestamp uint32) *message {
	if m.timestamp == timestamp {
		return m
	}
	tag := append([]byte(nil), m.tag...)
	putUint24(tag[4:], timestamp)
	tag[7] = byte(timestamp >> 24)
	return &message{typeID: m.typeID, class: m.class, timestamp: timestamp, tag: tag}
}

// flvHeader begins an FLV file: signature, version, the two flags, and the size of the tag before the first.
func flvHeader(video, audio bool) []byte {
	header := []byte{'F', 'L', 'V', 1, 0, 0, 0, 0, 9, 0, 0, 0, 0}
	if video {
		header[4] |= 0x01
	}
	if audio {
		header[4] |= 0x04
	}
	return header
}

func putUint24(b []byte, v uint32) {
	b[0], b[1], b[2] = byte(v>>16), byte(v>>8), byte(v)
}

func uint24(b []byte) uint32 { return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]) }
