package rtspsource

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Ceilings of what a peer may send. A message has to fit into the read buffer as a whole.
const (
	maxHeaderBytes  = 16 << 10
	maxBodyBytes    = 32 << 10
	maxFrameBytes   = 4 + 0xffff
	readBufferBytes = 72 << 10
	// maxStrayBytes is how much may be skipped in search of the next frame before the connection is given up.
	maxStrayBytes = 1 << 20
)

// kind is what a piece of the connection is.
type kind uint8

const (
	kindMore    kind = iota // the beginning of something: more bytes are needed
	kindStray               // bytes that belong to nothing
	kindFrame               // an interleaved frame (RFC 2326 section 10.12)
	kindMessage             // a request or an answer, with its body
)

// element is one piece. data is a frame's payload or a message's head.
type element struct {
	kind    kind
	size    int // bytes to take from the connection
	channel byte
	data    []byte
	body    []byte
}

// channels tells which interleaved channels are in use and what comes over them.
type channels [256]channelUse

type channelUse struct {
	kind        channelKind
	track       uint8
	payloadType uint8
}

type channelKind uint8

const (
	channelUnknown channelKind = iota
	channelRTP
	channelRTCP
)

// framer cuts the bytes of a connection into elements. While it is in step it trusts what stands where a frame or a message has to begin;
// out of step it believes only a frame of a known channel that looks like RTP or RTCP, or a message. How the bytes were cut on their way
// does not change the result.
type framer struct {
	channels *channels
	lost     bool // out of step
	stray    int  // bytes skipped since the last element
	newStray bool
}

// next looks at what stands at the beginning of b. An error ends the connection.
func (f *framer) next(b []byte) (element, error) {
	if len(b) == 0 {
		return element{}, nil
	}
	e, err := f.look(b)
	switch {
	case err != nil || e.kind == kindMore:
		return e, err
	case e.kind == kindStray:
		f.stray += e.size
		if f.stray > maxStrayBytes {
			return element{}, fmt.Errorf("%w: %d bytes that are neither media nor a message", ErrProtocol, f.stray)
		}
		if b[0] != '\r' && b[0] != '\n' {
			f.newStray = f.newStray || !f.lost
			f.lost = true
		}
	default:
		f.lost, f.stray = false, 0
	}
	return e, nil
}

// lostStep tells, once for each run of stray bytes, that there was one.
func (f *framer) lostStep() bool {
	v := f.newStray
	f.newStray = false
	return v
}

func (f *framer) look(b []byte) (element, error) {
	switch {
	case b[0] == '$':
		return f.frame(b), nil
	case b[0] >= 'A' && b[0] <= 'Z':
		e, err := message(b)
		if err != nil && f.lost {
			return element{kind: kindStray, size: 1}, nil
		}
		return e, err
	}
	n := 1
	for n < len(b) && b[n] != '$' && (b[n] < 'A' || b[n] > 'Z') {
		n++
	}
	if b[0] == '\r' || b[0] == '\n' {
		n = 1
	}
	return element{kind: kindStray, size: n}, nil
}

func (f *framer) frame(b []byte) element {
	if f.lost {
		if len(b) < 6 {
			return element{}
		}
		if !f.plausible(b) {
			return element{kind: kindStray, size: 1}
		}
	}
	if len(b) < 4 {
		return element{}
	}
	size := 4 + int(binary.BigEndian.Uint16(b[2:]))
	if len(b) < size {
		return element{}
	}
	return element{kind: kindFrame, size: size, channel: b[1], data: b[4:size]}
}

// plausible judges the first six bytes of a frame by channel, length, version and payload or packet type.
func (f *framer) plausible(b []byte) bool {
	use := channelUse{}
	if f.channels != nil {
		use = f.channels[b[1]]
	}
	size := binary.BigEndian.Uint16(b[2:])
	if b[4]>>6 != 2 {
		return false
	}
	switch use.kind {
	case channelRTP:
		return size >= rtpHeaderSize && b[5]&0x7f == use.payloadType
	case channelRTCP:
		return size >= 4 && size%4 == 0 && b[5] >= rtcpSenderReport && b[5] <= rtcpLast
	default:
		return false
	}
}

// beginnings of a text message. "HTTP/" is what somebody hears who dials the wrong port.
var beginnings = []string{
	"RTSP/", "HTTP/", "OPTIONS ", "GET_PARAMETER ", "SET_PARAMETER ", "ANNOUNCE ", "TEARDOWN ", "REDIRECT ", "PLAY_NOTIFY ",
	"DESCRIBE ", "SETUP ", "PLAY ", "PAUSE ", "RECORD ",
}

// message finds the end of a message.
func message(b []byte) (element, error) {
	if k := startsMessage(b); k == kindMore {
		return element{}, nil
	} else if k == kindStray {
		return element{kind: kindStray, size: 1}, nil
	}
	head := endOfHead(b)
	if head > maxHeaderBytes || head < 0 && len(b) > maxHeaderBytes {
		return element{}, fmt.Errorf("%w: message head over %d bytes", ErrProtocol, maxHeaderBytes)
	}
	if head < 0 {
		return element{}, nil
	}
	body, err := contentLength(b[:head])
	if err != nil {
		return element{}, err
	}
	if len(b) < head+body {
		return element{}, nil
	}
	return element{kind: kindMessage, size: head + body, data: b[:head], body: b[head : head+body]}, nil
}

// startsMessage tells whether b begins with a message, cannot, or may with more bytes.
func startsMessage(b []byte) kind {
	for _, s := range beginnings {
		n := min(len(s), len(b))
		if string(b[:n]) != s[:n] {
			continue
		}
		if n == len(s) {
			return kindMessage
		}
		return kindMore
	}
	return kindStray
}

// endOfHead is the length up to and with the empty line, -1 where it has not come. Lines may end with LF alone.
func endOfHead(b []byte) int {
	for start := 0; ; {
		n := bytes.IndexByte(b[start:], '\n')
		if n < 0 {
			return -1
		}
		line := b[start : start+n]
		start += n + 1
		if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			return start
		}
	}
}
