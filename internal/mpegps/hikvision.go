package mpegps

import (
	"encoding/binary"
	"time"

	"mediapusher/internal/media"
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
}

func hikVideoOf(b []byte) (hikVideo, bool) {
	if len(b) < videoSize {
		return hikVideo{}, false
	}
	rate := uint32(b[13])<<16 | uint32(b[14])<<8 | uint32(b[15])
	return hikVideo{
		width: int(binary.BigEndian.Uint16(b[6:])), height: int(binary.BigEndian.Uint16(b[8:])), ticks: int(rate >> 1),
	}, true
}

// hikAudio is what an AUDIO descriptor declares, rate in Hz.
type hikAudio struct{ channels, rate int }

func hikAudioOf(b []byte) (hikAudio, bool) {
	if len(b) < audioSize {
		return hikAudio{}, false
	}
	rate := uint32(b[5])<<16 | uint32(b[6])<<8 | uint32(b[7])
	return hikAudio{channels: 1 + int(b[4]&1), rate: int(rate >> 2)}, true
}

// hikSound is what Hikvision's head says of the sound. It is a hint, for streams without a PSM.
type hikSound struct {
	codec media.Codec
	hik   hikAudio
}

// hikSoundOf reads the head. The numbers of codings are those of the vendor's player library.
func hikSoundOf(b []byte) (s hikSound) {
	switch binary.LittleEndian.Uint16(b[12:]) {
	case 0x7110:
		s.codec = media.PCMU
	case 0x7111:
		s.codec = media.PCMA
	case 0x2001:
		s.codec = media.AAC
	}
	s.hik.channels = 1
	if b[14] == 2 {
		s.hik.channels = 2
	}
	if rate := binary.LittleEndian.Uint32(b[16:]); rate <= maxG711Rate {
		s.hik.rate = int(rate)
	}
	return s
}
