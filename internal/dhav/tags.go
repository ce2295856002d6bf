package dhav

import "encoding/binary"

// tags is what the extension of a frame tells; zero where it does not.
type tags struct {
	video         byte // coding
	frameRate     int
	width, height int

	audio    byte // coding
	channels int
	rate     byte   // index, see audioRate
	sounds   bool   // the audio tag was there
	sum      uint32 // of the payload
}

// readTags reads an extension. It stops at a tag whose length is not known.
func readTags(b []byte) (t tags) {
	for len(b) >= 4 {
		size := tagSize(b[0])
		if size == 0 || size > len(b) {
			return t
		}
		switch b[0] {
		case 0x80:
			t.width, t.height = 8*int(b[2]), 8*int(b[3])
		case 0x81:
			t.video, t.frameRate = b[2], int(b[3])
		case 0x82:
			t.width, t.height = int(binary.LittleEndian.Uint16(b[4:])), int(binary.LittleEndian.Uint16(b[6:]))
		case 0x83:
			t.sounds, t.channels, t.audio, t.rate = true, int(b[1]), b[2], b[3]
		case 0x8C:
			t.sounds, t.channels, t.audio, t.rate = true, int(b[2]), b[3], b[4]
		case 0x88:
			t.sum = binary.LittleEndian.Uint32(b[1:])
		}
		b = b[size:]
	}
	return t
}

// tagSize is the length of a tag with its number, 0 where it is not known.
func tagSize(tag byte) int {
	switch tag {
	case 0x80, 0x81, 0x83, 0x84, 0x85, 0x8B, 0x94, 0x96, 0xA0, 0xB2, 0xB4:
		return 4
	case 0x82, 0x88, 0x8C, 0x90, 0x91, 0x92, 0x93, 0x95, 0x9A, 0x9B, 0xB3:
		return 8
	default:
		return 0
	}
}
