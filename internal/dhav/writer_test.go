package dhav_test

import (
	"encoding/binary"
	"time"
)

// The tests' own writer of frames, by the table of the format.

const (
	key   = 0xFD
	inter = 0xFC
	sound = 0xF0
	data  = 0xF1
	end   = 0xFE
)

// frame is what a test says of one frame; the rest follows.
type frame struct {
	kind     byte
	sequence uint32
	date     time.Time
	counter  uint16
	tags     []byte
	payload  []byte
}

func (f frame) bytes() []byte {
	length := uint32(24 + len(f.tags) + len(f.payload) + 8)
	var date uint32
	if !f.date.IsZero() {
		date = uint32(f.date.Second() | f.date.Minute()<<6 | f.date.Hour()<<12 | f.date.Day()<<17 | int(f.date.Month())<<22 |
			(f.date.Year()-2000)<<26)
	}
	b := []byte{'D', 'H', 'A', 'V', f.kind, 0, 0, 0}
	b = binary.LittleEndian.AppendUint32(b, f.sequence)
	b = binary.LittleEndian.AppendUint32(b, length)
	b = binary.LittleEndian.AppendUint32(b, date)
	b = binary.LittleEndian.AppendUint16(b, f.counter)
	b = append(b, byte(len(f.tags)))
	var sum byte
	for _, c := range b {
		sum += c
	}
	b = append(append(append(b, sum), f.tags...), f.payload...)
	return binary.LittleEndian.AppendUint32(append(b, "dhav"...), length)
}

// videoTag is tag 81, audioTag tag 83, sumTag tag 88.
func videoTag(coding, rate byte) []byte { return []byte{0x81, 0x32, coding, rate} }

func audioTag(channels, coding, rate byte) []byte { return []byte{0x83, channels, coding, rate} }

func sumTag(payload []byte) []byte {
	var sum uint32
	for i, c := range payload {
		sum += uint32(c) << (8 * (i % 4))
	}
	return append(binary.LittleEndian.AppendUint32([]byte{0x88}, sum), 0, 0, 0)
}

// annexB puts start codes before NAL units.
func annexB(units ...[]byte) []byte {
	var b []byte
	for _, u := range units {
		b = append(append(b, 0, 0, 0, 1), u...)
	}
	return b
}

func join(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
