package psmux

import (
	"encoding/binary"
	"time"
)

// HeadSize is the length of the file head in bytes.
const HeadSize = 40

// AppendHead appends the file head, which comes before all else and again after a reconnect. Numbers in it are little-endian.
func (m *Muxer) AppendHead(b []byte) []byte {
	const version, programStream = 0x0101, 2
	le := binary.LittleEndian
	b = append(b, "IMKH"...)
	for _, field := range []uint16{version, 0, programStream, headVideo(m.cfg.Video), headAudio(m.cfg.Audio)} {
		b = le.AppendUint16(b, field)
	}
	var channels, bits byte
	var rate, bitRate int
	if m.cfg.Audio != None {
		channels, bits, rate, bitRate = byte(m.cfg.Channels), 16, m.cfg.SampleRate, m.cfg.BitRate
	}
	b = append(b, channels, bits)
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(bitRate))
	return append(b, make([]byte, 16)...)
}

// headVideo is the head's number of a coding of pictures.
func headVideo(c Coding) uint16 {
	return map[Coding]uint16{MPEG4: 3, MJPEG: 4, H265: 5, H264: 0x0100}[c]
}

// headAudio is the head's number of a coding of sound.
func headAudio(c Coding) uint16 {
	return map[Coding]uint16{AAC: 0x2001, MuLaw: 0x7110, ALaw: 0x7111, G7221: 0x7221, G726: 0x7262}[c]
}

// AppendMap appends a program stream map (ISO/IEC 13818-1 section 2.5.4) with the vendor's descriptors. Its checksum is four zeros, as the
// devices write it. AppendPicture writes it before key frames.
func (m *Muxer) AppendMap(b []byte, wall time.Time) []byte {
	start := len(b)
	b = append(b, 0, 0, 1, programMap, 0, 0, 0xE0, 0xFF, 0, 0)
	info := len(b)
	if !m.cfg.NoWall {
		b = AppendBasic(b, wall)
	}
	b = appendDevice(b)
	binary.BigEndian.PutUint16(b[info-2:], uint16(len(b)-info))
	b = append(b, 0, 0)
	streams := len(b)
	b = append(b, byte(m.cfg.Video), streamVideo, 0, 16)
	b = AppendVideo(b, m.cfg.Width, m.cfg.Height, m.cfg.Interval)
	if m.cfg.Audio != None {
		b = append(b, byte(m.cfg.Audio), streamAudio, 0, 12)
		b = AppendAudio(b, m.cfg.Channels, m.cfg.SampleRate, m.cfg.BitRate)
	}
	b = append(b, 0xBD, streamPrivate1, 0, 0, 0xBF, streamPrivate2, 0, 0)
	binary.BigEndian.PutUint16(b[streams-2:], uint16(len(b)-streams))
	b = append(b, 0, 0, 0, 0)
	binary.BigEndian.PutUint16(b[start+4:], uint16(len(b)-start-6))
	return b
}

// AppendBasic appends the descriptor of the device's clock, whole seconds of the years 2000 to 2255.
func AppendBasic(b []byte, wall time.Time) []byte {
	const noMillis = 512 // what the devices write
	b = append(b, 0x40, 14, 'H', 'K', 0, 0, byte(wall.Year()-2000))
	packed := uint32(wall.Month())<<28 | uint32(wall.Day())<<23 | uint32(wall.Hour())<<18 | uint32(wall.Minute())<<12 |
		uint32(wall.Second())<<6 | noMillis>>4
	b = binary.BigEndian.AppendUint32(b, packed)
	return append(b, 0, 0, 0xFF, 0xFF, 0xFF) // not encrypted
}

// appendDevice appends the descriptor of the device's number, which the devices leave at zero.
func appendDevice(b []byte) []byte {
	b = append(b, 0x41, 18, 'H', 'K')
	return append(b, make([]byte, 16)...)
}

// AppendVideo appends the descriptor of the pictures. The interval is in 1/90000 s.
func AppendVideo(b []byte, width, height, interval int) []byte {
	const encoder, reserved, quality = 0xA021, 0x12, 0x1FFF
	be := binary.BigEndian
	b = append(b, 0x42, 14, 0, 0)
	for _, field := range []int{encoder, width, height} {
		b = be.AppendUint16(b, uint16(field))
	}
	b = append(b, reserved)
	b = be.AppendUint16(b, quality)
	const fixed = 1
	packed := interval<<1 | fixed
	return append(b, byte(packed>>16), byte(packed>>8), byte(packed))
}

// AppendAudio appends the descriptor of the sound: rate in Hz, bitRate in bit/s.
func AppendAudio(b []byte, channels, rate, bitRate int) []byte {
	stereo := byte(0)
	if channels > 1 {
		stereo = 1
	}
	b = append(b, 0x43, 10, 0, 0, 0xFE|stereo)
	for _, field := range []int{rate, bitRate} {
		packed := field<<2 | 3
		b = append(b, byte(packed>>16), byte(packed>>8), byte(packed))
	}
	return append(b, 0xFF)
}
