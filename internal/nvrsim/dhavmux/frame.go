package dhavmux

import (
	"encoding/binary"
	"time"
)

// The sizes of a frame's header and trailer in bytes.
const (
	HeaderSize  = 24
	TrailerSize = 8
)

// frame is what goes into one frame. The parts of the payload follow one another.
type frame struct {
	kind      byte
	sequence  uint32
	clock     time.Duration
	wall      time.Time
	extension []byte
	parts     [][]byte
}

// append appends a frame. Numbers in it are little-endian.
func (m *Muxer) append(b []byte, f frame) []byte {
	le := binary.LittleEndian
	if len(f.parts) > 0 {
		f.extension = append(f.extension, 0x88)
		f.extension = le.AppendUint32(f.extension, checksum(f.parts))
		f.extension = append(f.extension, 0, 0, 0)
	}
	f.extension = append(f.extension, m.cfg.Extra...)
	total := HeaderSize + len(f.extension) + TrailerSize
	for _, part := range f.parts {
		total += len(part)
	}
	start := len(b)
	b = append(b, 'D', 'H', 'A', 'V', f.kind, 0, m.cfg.Channel, 0)
	b = le.AppendUint32(b, f.sequence)
	b = le.AppendUint32(b, uint32(total))
	b = le.AppendUint32(b, Date(f.wall))
	b = le.AppendUint16(b, uint16(f.clock/time.Millisecond))
	b = append(b, byte(len(f.extension)))
	sum := byte(0)
	for _, v := range b[start:] {
		sum += v
	}
	b = append(b, sum)
	b = append(b, f.extension...)
	for _, part := range f.parts {
		b = append(b, part...)
	}
	b = append(b, "dhav"...)
	return le.AppendUint32(b, uint32(total))
}

// Date packs the digits of a clock, of the years 2000 to 2063, into the date field.
func Date(wall time.Time) uint32 {
	return uint32(wall.Year()-2000)<<26 | uint32(wall.Month())<<22 | uint32(wall.Day())<<17 | uint32(wall.Hour())<<12 |
		uint32(wall.Minute())<<6 | uint32(wall.Second())
}

// checksum is the sum of the payload's 32-bit words, the last filled up with zeros.
func checksum(parts [][]byte) uint32 {
	var sum uint32
	shift := 0
	for _, part := range parts {
		for _, v := range part {
			sum += uint32(v) << shift
			shift = (shift + 8) % 32
		}
	}
	return sum
}
