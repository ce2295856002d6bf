package dhav

import (
	"encoding/binary"
	"slices"
)

const (
	adtsHeader   = 7 // two more with a checksum
	aacObjectLC  = 2
	aacRateGiven = 15 // the rate itself follows, 24 bits
)

// aacRates returns the sampling frequencies of ISO/IEC 14496-3 table 1.18.
func aacRates() [13]int {
	return [...]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}
}

// aacFormat is how to decode AAC: config[:size] is the AudioSpecificConfig.
type aacFormat struct {
	rate, channels int
	config         [5]byte
	size           int
}

// newAACFormat builds the configuration (ISO/IEC 14496-3 section 1.6.2.1) of an object type with frames of 1024 samples.
func newAACFormat(object byte, rate, channels int) aacFormat {
	f := aacFormat{rate: rate, channels: channels}
	layout := byte(channels)
	if channels == maxChannels {
		layout = 7 // table 1.19: 7.1
	}
	rates := aacRates()
	if index := slices.Index(rates[:], rate); index >= 0 {
		binary.BigEndian.PutUint16(f.config[:], uint16(object)<<11|uint16(index)<<7|uint16(layout)<<3)
		f.size = 2
		return f
	}
	// 5 bits of object type, 4 of the escape, 24 of the rate, 4 of the channels, 3 zeros.
	bits := uint64(object)<<35 | aacRateGiven<<31 | uint64(rate)<<7 | uint64(layout)<<3
	f.config = [5]byte{byte(bits >> 32), byte(bits >> 24), byte(bits >> 16), byte(bits >> 8), byte(bits)}
	f.size = 5
	return f
}

// adts tells whether b begins with the sync word of an ADTS header (ISO/IEC 14496-3 section 1.A.3.2). A raw frame cannot begin so: that
// would be an end element with data behind it.
func adts(b []byte) bool { return len(b) >= 2 && b[0] == 0xFF && b[1]&0xF6 == 0xF0 }

// readADTS reads an ADTS header and returns the frame behind it and what follows the frame. channels are taken where the header leaves
// them to the frame.
func readADTS(b []byte, channels int) (format aacFormat, frame, rest []byte, ok bool) {
	if !adts(b) || len(b) < adtsHeader {
		return format, nil, nil, false
	}
	header := adtsHeader
	if b[1]&1 == 0 {
		header += 2
	}
	size := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
	object, index := b[2]>>6+1, int(b[2]>>2&0xF)
	rates := aacRates()
	if size <= header || size > len(b) || index >= len(rates) || b[6]&3 != 0 {
		return format, nil, nil, false
	}
	switch layout := int(b[2]&1<<2 | b[3]>>6); layout {
	case 0:
	case 7:
		channels = maxChannels
	default:
		channels = layout
	}
	return newAACFormat(object, rates[index], channels), b[header:size], b[size:], true
}
