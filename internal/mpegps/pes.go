package mpegps

import (
	"bytes"
	"encoding/binary"
)

// skipToZero returns the place in p, from n on, where a start code may begin.
func skipToZero(p []byte, n int) int {
	if i := bytes.Index(p[n:], startCode); i >= 0 {
		return n + i
	}
	zeros := 0
	for zeros < 2 && len(p)-zeros > n && p[len(p)-1-zeros] == 0 {
		zeros++
	}
	return len(p) - zeros
}

// pesHeader is what is used of a PES packet header (ISO/IEC 13818-1 section 2.4.3.6), or of a packet header of MPEG-1.
type pesHeader struct {
	id      byte
	aligned bool // data_alignment_indicator: the payload begins with a start code
	stamped bool
	pts     int64 // 33 bit
	payload int   // bytes that follow the header
	open    bool  // PES_packet_length is 0: the length is not known
}

// pesSize is headerSize of a PES packet: that of its header.
func pesSize(b []byte) int {
	if len(b) < 7 {
		return 7
	}
	switch {
	case b[6]&0xC0 != 0x80:
		return pesSize1(b)
	case len(b) < 9:
		return 9
	}
	return 9 + int(b[8])
}

// pesSize1 is pesSize of a packet of MPEG-1: stuffing, buffer size, PTS and DTS, each of which may be missing.
func pesSize1(b []byte) int {
	i := 6
	for i < len(b) && i < 6+maxStuffing && b[i] == 0xFF {
		i++
	}
	if i < len(b) && b[i]&0xC0 == 0x40 {
		i += 2
	}
	if i >= len(b) {
		return i + 1
	}
	switch b[i] & 0xF0 {
	case 0x20:
		return i + 5
	case 0x30:
		return i + 10
	}
	if b[i] == 0x0F {
		return i + 1
	}
	return max(i+1, packSize) // damage, which parsePES sees
}

// parsePES reads a header of which headerSize bytes are there. ok is false where it is impossible.
func parsePES(b []byte) (h pesHeader, ok bool) {
	length := int(binary.BigEndian.Uint16(b[4:]))
	h = pesHeader{id: b[3], open: length == 0}
	if b[6]&0xC0 == 0x80 {
		h.aligned = b[6]&4 != 0
		h.stamped = b[7]&0x80 != 0
		if b[7]&0xC0 == 0x40 || h.stamped && b[8] < 5 {
			return h, false // PTS_DTS_flags 01 is forbidden
		}
		if h.stamped {
			h.pts, ok = timestamp(b[9:]), stamped(b[9:])
			if !ok {
				return h, false
			}
		}
	} else if !h.parse1(b) {
		return h, false
	}
	h.payload = length - (len(b) - 6)
	if h.open {
		h.payload = 0
	}
	return h, h.payload >= 0
}

// parse1 reads the fields of a packet header of MPEG-1, from its end.
func (h *pesHeader) parse1(b []byte) bool {
	i := 6
	for i < len(b)-1 && b[i] == 0xFF {
		i++
	}
	if b[i]&0xC0 == 0x40 {
		i += 2
	}
	if i >= len(b) {
		return false
	}
	switch rest := len(b) - i; b[i] & 0xF0 {
	case 0x20, 0x30:
		h.stamped = rest >= 5
		if h.stamped {
			h.pts = timestamp(b[i:])
		}
		return h.stamped && stamped(b[i:])
	default:
		return b[i] == 0x0F && rest == 1
	}
}

// timestamp reads a field of 33 bits in 5 bytes, with a marker behind each 3, 15 and 15 bits.
func timestamp(b []byte) int64 {
	return int64(b[0]>>1&7)<<30 | int64(b[1])<<22 | int64(b[2]>>1)<<15 | int64(b[3])<<7 | int64(b[4]>>1)
}

// stamped tells whether the fixed bits of a PTS field are right.
func stamped(b []byte) bool { return b[0]&0xE1 == 0x21 && b[2]&1 == 1 && b[4]&1 == 1 }
