package dhav

import (
	"encoding/binary"
	"math/bits"
	"time"

	"mediapusher/internal/media"
)

// The parts of a frame.
const (
	headerSize  = 24
	trailerSize = 8
	minFrame    = headerSize + trailerSize
	maxFrame    = media.MaxUnitSize
)

// The types of frames.
const (
	typeSkip  = 0xFA
	typeJPEG  = 0xFB // a whole picture; seen on the wire of port 37777
	typeInter = 0xFC
	typeKey   = 0xFD
	typeEnd   = 0xFE
	typeAudio = 0xF0
	typeData  = 0xF1 // JSON: state of the focus and the like
)

const (
	magic   = "DHAV"
	trailer = "dhav"
)

// header is what the first 24 bytes tell.
type header struct {
	kind     byte
	sequence uint32
	length   int // of the whole frame
	tags     int // length of the extension
	date     uint32
	counter  uint16
	summed   bool // its sum is right
}

// readHeader reads the header at the beginning of b, which has headerSize bytes or more. ok is false where it is none, whatever its sum.
func readHeader(b []byte) (h header, ok bool) {
	if string(b[:len(magic)]) != magic {
		return h, false
	}
	var sum byte
	for _, c := range b[:headerSize-1] {
		sum += c
	}
	length := binary.LittleEndian.Uint32(b[12:])
	tags := int(b[22])
	if length > maxFrame || int(length) < minFrame+tags {
		return h, false
	}
	return header{
		kind: b[4], sequence: binary.LittleEndian.Uint32(b[8:]), length: int(length), tags: tags,
		date: binary.LittleEndian.Uint32(b[16:]), counter: binary.LittleEndian.Uint16(b[20:]),
		summed: sum == b[23],
	}, true
}

// trailed tells whether the frame ends as it begins.
func trailed(frame []byte) bool {
	end := frame[len(frame)-trailerSize:]
	return string(end[:len(trailer)]) == trailer && int64(binary.LittleEndian.Uint32(end[4:])) == int64(len(frame))
}

// dateMillis is a frame's date on the device's clock in milliseconds since 1970, its digits taken as UTC. ok is false where it is no date.
func dateMillis(date uint32) (ms int64, ok bool) {
	second, minute, hour := int(date&63), int(date>>6&63), int(date>>12&31)
	day, month, year := int(date>>17&31), int(date>>22&15), 2000+int(date>>26)
	if second > 59 || minute > 59 || hour > 23 || day < 1 || month < 1 || month > 12 {
		return 0, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC).UnixMilli(), true
}

// wordSum adds up the 32-bit words of b, the last one filled up with zeros.
func wordSum(b []byte) uint32 {
	var even, odd uint64 // the words at even and at odd places
	for len(b) >= 32 {
		w0, w1 := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		w2, w3 := binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:])
		even += w0&0xFFFFFFFF + w1&0xFFFFFFFF + w2&0xFFFFFFFF + w3&0xFFFFFFFF
		odd += w0>>32 + w1>>32 + w2>>32 + w3>>32
		b = b[32:]
	}
	for ; len(b) >= 4; b = b[4:] {
		even += uint64(binary.LittleEndian.Uint32(b))
	}
	for i, c := range b {
		even += uint64(bits.RotateLeft32(uint32(c), 8*i))
	}
	return uint32(even + odd) // modulo 2^32
}
