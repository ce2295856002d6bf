package mpegps

import (
	"encoding/binary"
	"fmt"

	"mediapusher/internal/media"
)

// programMap is what the PSM in force says (ISO/IEC 13818-1 section 2.5.4). An id of 0 says that it lists no such stream.
type programMap struct {
	videoID, audioID       byte
	videoCodec, audioCodec media.Codec
	videoName              string // of a coding that is not carried
	videoKnown             bool   // the coding has a name in our table
	audio                  hikAudio
}

// coding of a stream_type.
type coding struct {
	codec media.Codec
	name  string
}

// codings are the values of ISO/IEC 13818-1 table 2-34 and those that recorders (Hikvision; GB/T 28181 annex C) use beside them.
var codings = map[byte]coding{
	0x01: {name: "MPEG-1 video"},
	0x02: {name: "MPEG-2 video"},
	0x10: {name: "MPEG-4 video"},
	0x1B: {codec: media.H264},
	0x24: {codec: media.H265},
	0x80: {name: "SVAC video"},
	0xB0: {name: "Hikvision's private H.264"},
	0xB1: {name: "MJPEG"},

	0x03: {name: "MPEG audio"},
	0x04: {name: "MPEG audio"},
	0x0F: {codec: media.AAC},
	0x11: {name: "AAC in LATM"},
	0x90: {codec: media.PCMA},
	0x91: {codec: media.PCMU},
	0x92: {name: "G.722.1"},
	0x93: {name: "G.723.1"},
	0x96: {name: "G.726"},
	0x98: {name: "G.726"},
	0x99: {name: "G.729"},
	0x9A: {name: "AMR-NB"},
	0x9B: {name: "AMR-WB or SVAC audio"},
	0x9C: {name: "L16"},
}

// takeMap reads a PSM. Its CRC is not checked: Hikvision writes zeros. Where it does not add up it says nothing.
func (d *Demuxer) takeMap(b []byte) error {
	const fixed, crc = 10, 4
	if len(b) < fixed+2+crc {
		return nil
	}
	infoEnd := fixed + int(binary.BigEndian.Uint16(b[8:]))
	if infoEnd+2+crc > len(b) {
		return nil
	}
	mapEnd := infoEnd + 2 + int(binary.BigEndian.Uint16(b[infoEnd:]))
	if mapEnd+crc > len(b) {
		return nil
	}
	var m programMap
	var video hikVideo
	for es := b[infoEnd+2 : mapEnd]; len(es) >= 4; {
		size := 4 + int(binary.BigEndian.Uint16(es[2:]))
		if size > len(es) {
			return nil
		}
		m.list(d, es[:size], &video)
		es = es[size:]
	}
	descriptors(b[fixed:infoEnd], func(descriptor []byte) {
		if t, ok := clockOf(descriptor); ok && descriptor[0] == tagBasic {
			d.wall.tell(t)
		}
	})
	d.stats.Width, d.stats.Height, d.stats.FrameTicks = video.width, video.height, video.ticks
	d.psm = m
	d.audio.declare(m)
	return d.video.declare(m)
}

// list notes one stream. The first video and the first audio of a coding that is carried win.
func (m *programMap) list(d *Demuxer, es []byte, video *hikVideo) {
	id := es[1]
	if id < idAudio || id > idVideoLast {
		return
	}
	c, known := codings[es[0]]
	switch {
	case !known:
		c.name = fmt.Sprintf("stream type %#02x", es[0])
	case c.codec != media.CodecUnknown && c.codec.Video() != (id >= idVideo):
		c = coding{name: c.codec.String() + " in a stream of the other kind"}
	}
	switch {
	case id >= idVideo && m.videoCodec == media.CodecUnknown:
		if m.videoID == 0 || c.codec != media.CodecUnknown {
			m.videoID, m.videoCodec, m.videoName, m.videoKnown = id, c.codec, c.name, known
			descriptors(es[4:], func(b []byte) {
				if v, ok := hikVideoOf(b); ok && b[0] == tagVideo {
					*video = v
				}
			})
		}
	case id < idVideo:
		if c.codec == media.CodecUnknown {
			d.ignore(c.name)
		}
		if m.audioID == 0 || m.audioCodec == media.CodecUnknown && c.codec != media.CodecUnknown {
			m.audioID, m.audioCodec, m.audio = id, c.codec, hikAudio{}
			descriptors(es[4:], func(b []byte) {
				if a, ok := hikAudioOf(b); ok && b[0] == tagAudio {
					m.audio = a
				}
			})
		}
	}
}

// descriptors calls f with each descriptor of a list, tag and length included.
func descriptors(list []byte, f func([]byte)) {
	for len(list) >= 2 {
		size := 2 + int(list[1])
		if size > len(list) {
			return
		}
		f(list[:size])
		list = list[size:]
	}
}
