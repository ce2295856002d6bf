package psmux

import "encoding/binary"

// clockRate is that of PTS, DTS and the base of the SCR in Hz.
const clockRate = 90000

// The stream ids (ISO/IEC 13818-1 table 2-22).
const (
	packHeader     = 0xBA
	programMap     = 0xBC
	streamPrivate1 = 0xBD
	streamPrivate2 = 0xBF
	streamAudio    = 0xC0
	streamVideo    = 0xE0
)

// stamps are the PTS and DTS of a PES packet.
type stamps struct {
	pts, dts uint64
	present  bool
}

// pes is the header of a PES packet.
type pes struct {
	stamps
	// stuffing is the number of stuffing bytes, last the last of them.
	stuffing int
	last     byte
	// open writes the length 0.
	open bool
}

// appendPack appends a pack header (section 2.5.3.3) with the SCR's base, mux rate 0, and as stuffing two bytes FF and
// the number of the picture.
func appendPack(b []byte, scr uint64, number uint32) []byte {
	b = append(b, 0, 0, 1, packHeader)
	b = appendSCR(b, scr)
	b = append(b, 0, 0, 3, 0xF8|6, 0xFF, 0xFF)
	return binary.BigEndian.AppendUint32(b, number)
}

// appendSCR appends the six bytes of a system clock reference whose extension is 0.
func appendSCR(b []byte, base uint64) []byte {
	return append(b,
		0x44|byte(base>>27)&0x38|byte(base>>28)&3,
		byte(base>>20),
		byte(base>>12)&0xF8|4|byte(base>>13)&3,
		byte(base>>5),
		byte(base<<3)|4,
		1)
}

// appendStamp appends the five bytes of a PTS or DTS, of which prefix is the first four bits (section 2.4.3.7).
func appendStamp(b []byte, prefix byte, at uint64) []byte {
	return append(b,
		prefix<<4|byte(at>>29)&0x0E|1,
		byte(at>>22),
		byte(at>>14)|1,
		byte(at>>7),
		byte(at<<1)|1)
}

// appendPES appends a PES packet whose data is code and data (section 2.4.3.6), with the priority and alignment bits that the devices set.
func appendPES(b []byte, id byte, header pes, code, data []byte) []byte {
	flags, size := byte(0), header.stuffing
	switch {
	case !header.present:
	case header.dts != header.pts:
		flags, size = 0xC0, size+10
	default:
		flags, size = 0x80, size+5
	}
	length := 3 + size + len(code) + len(data)
	if header.open {
		length = 0
	}
	b = append(b, 0, 0, 1, id, byte(length>>8), byte(length), 0x8C, flags, byte(size))
	switch flags {
	case 0x80:
		b = appendStamp(b, 2, header.pts)
	case 0xC0:
		b = appendStamp(b, 3, header.pts)
		b = appendStamp(b, 1, header.dts)
	}
	for range header.stuffing {
		b = append(b, 0xFF)
	}
	if header.stuffing > 0 {
		b[len(b)-1] = header.last
	}
	b = append(b, code...)
	return append(b, data...)
}
