package rtspsource

import (
	"encoding/binary"
	"time"
)

// packet is one RTP packet (RFC 3550 section 5.1). Its payload lies in the read buffer and is valid during the call that hands it on.
type packet struct {
	payloadType uint8
	marker      bool
	sequence    uint16
	timestamp   uint32
	ssrc        uint32
	payload     []byte
	arrival     time.Time
	// lost says that packets of this track are missing just before this one.
	lost bool
}

const rtpHeaderSize = 12

// parseRTP reads the header, with CSRC list, extension and padding. ok is false where the lengths do not fit or the version is not 2.
func parseRTP(b []byte) (p packet, ok bool) {
	if len(b) < rtpHeaderSize || b[0]>>6 != 2 {
		return packet{}, false
	}
	p = packet{
		payloadType: b[1] & 0x7f,
		marker:      b[1]&0x80 != 0,
		sequence:    binary.BigEndian.Uint16(b[2:]),
		timestamp:   binary.BigEndian.Uint32(b[4:]),
		ssrc:        binary.BigEndian.Uint32(b[8:]),
	}
	start, end := rtpHeaderSize+4*int(b[0]&0x0f), len(b)
	if b[0]&0x10 != 0 {
		if start+4 > end {
			return packet{}, false
		}
		start += 4 + 4*int(binary.BigEndian.Uint16(b[start+2:]))
	}
	if start > end {
		return packet{}, false
	}
	if b[0]&0x20 != 0 {
		if end == start {
			return packet{}, false
		}
		padding := int(b[end-1])
		if padding == 0 || start+padding > end {
			return packet{}, false
		}
		end -= padding
	}
	p.payload = b[start:end]
	return p, true
}
