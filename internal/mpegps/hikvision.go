package mpegps

import (
	"encoding/binary"
	"time"
)

// The descriptors that Hikvision's recorders and cameras write into the PSM, decoded from public dumps of streams of 2014 and 2023.
// Offsets count from the tag.
const (
	tagBasic = 0x40
	tagVideo = 0x42
	tagAudio = 0x43

	basicSize = 16
	videoSize = 16
	audioSize = 12
)

// clockOf reads the recorder's clock from a BASIC descriptor, its digits taken as UTC. The field of milliseconds holds a filler.
func clockOf(b []byte) (time.Time, bool) {
	if len(b) < basicSize || b[2] != 'H' || b[3] != 'K' {
		return time.Time{}, false
	}
	packed := binary.BigEndian.Uint32(b[7:])
	month, day := packed>>28, packed>>23&0x1F
	hour, minute, second := packed>>18&0x1F, packed>>12&0x3F, packed>>6&0x3F
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(2000+int(b[6]), time.Month(month), int(day), int(hour), int(minute), int(second), 0, time.UTC)
	return t, t.Day() == int(day)
}

// hikVideo is what a VIDEO descriptor declares. Flags of B-frames and the like are the same in all dumps, so nothing depends on them.
type hikVideo struct {
	width, height int
	ticks         int // of a frame, in 1/90000 s
	fixed         bool
}

func hikVideoOf(b []byte) (hikVideo, bool) {
	if len(b) < videoSize {
		return hikVideo{}, false
	}
	rate := uint32(b[13])<<16 | uint32(b[14])<<8 | uint32(b[15])
	return hikVideo{
		width: int(binary.BigEndian.Uint16(b[6:])), height: int(binary.BigEndian.Uint16(b[8:])), ticks: int(rate >> 1), fixed: rate&1 == 1,
	}, true
}

// hikAudio is what an AUDIO descriptor declares.
type hikAudio struct {
	channels, rate, bits int // rate in Hz, bits in bit/s
}

func hikAudioOf(b []byte) (hikAudio, bool) {
	if len(b) < audioSize {
		return hikAudio{}, false
	}
	upper := func(b []byte) int { return int(uint32(b[0])<<16|uint32(b[1])<<8|uint32(b[2])) >> 2 }
	return hikAudio{channels: 1 + int(b[4]&1), rate: upper(b[5:]), bits: upper(b[8:])}, true
}
