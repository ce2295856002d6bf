// Package psmux writes MPEG program streams as Hikvision's SDK hands them over: a file head of 40 bytes, then for each picture a pack
// header, before key frames a program stream map with the vendor's descriptors, and PES packets of pictures and sound.
//
// It serves the simulated recorder and the tests of what reads such streams. It knows nothing of any reader. Sources: ISO/IEC 13818-1
// sections 2.5 and 2.6, and public dumps of three devices (DS-series recorders and cameras of 2014 to 2023), whose bytes stand in the
// tests.
//
//	m := psmux.New(psmux.Config{
//		Video: psmux.H264, Width: 1280, Height: 720, Interval: 3600,
//		Audio: psmux.ALaw, SampleRate: 8000, BitRate: 64000,
//	})
//	stream := m.AppendHead(nil)
//	stream = m.AppendPicture(stream, psmux.Picture{Units: [][]byte{sps, pps, idr}, Key: true, PTS: 90000, Wall: wall})
//	stream = m.AppendSound(stream, psmux.Sound{Data: samples, PTS: 90000})
//	stream = m.AppendPicture(stream, psmux.Picture{Units: [][]byte{slice}, PTS: 93600, Wall: wall})
package psmux

import "time"

// Coding is a stream type of the program stream map (ISO/IEC 13818-1 table 2-34, and the vendor's user private ones).
type Coding byte

// The codings that can be described. None leaves the sound out.
const (
	None  Coding = 0
	AAC   Coding = 0x0F // in ADTS frames
	MPEG4 Coding = 0x10
	H264  Coding = 0x1B
	H265  Coding = 0x24
	ALaw  Coding = 0x90
	MuLaw Coding = 0x91
	G7221 Coding = 0x92
	G726  Coding = 0x96
	MJPEG Coding = 0xB1
)

// DefaultMaxPES is how many bytes of a picture go into one PES packet of older devices.
const DefaultMaxPES = 5120

// Config describes a stream. It should not be changed once pictures are written, other than by a new Muxer.
type Config struct {
	Video         Coding
	Width, Height int
	// Interval is the time of one picture in 1/90000 s, 3600 at 25 pictures a second.
	Interval int

	Audio Coding
	// SampleRate is in Hz, BitRate in bit/s. Channels defaults to 1.
	SampleRate, BitRate, Channels int

	// MaxPES is how many bytes of a picture one PES packet holds at most, from 1 to 65000; 0 is DefaultMaxPES, as newer devices send more.
	MaxPES int
	// OpenLength gives PES packets of pictures the length 0, which is "until the next start code"; a NAL unit is then in one packet.
	OpenLength bool
	// AudioClock is the clock of the sound's PTS in Hz, 0 for 90000. Some devices count the samples of G.711, 8000.
	AudioClock int64
	// PrivateEvery puts private data, a PES packet of stream BD and one of BF, behind each n-th picture; 0 never. It holds bytes that look
	// like a start code.
	PrivateEvery int
	// WriteDTS adds the DTS to pictures whose DTS is not their PTS. The devices that were seen send none.
	WriteDTS bool
	// NoMap leaves the program stream map out.
	NoMap bool
	// NoWall leaves the descriptor with the wall clock out of the map.
	NoWall bool
}

// Picture is one access unit.
type Picture struct {
	// Units are the NAL units without start codes, in the order of the stream; several slices are several units.
	Units [][]byte
	Key   bool
	// PTS and DTS are in 1/90000 s; 33 bits of them are written. DTS only counts with Config.WriteDTS.
	PTS, DTS uint64
	// Wall is the device's clock, whose digits go into the map; other than its digits nothing matters.
	Wall time.Time
}

// Sound is one PES packet of sound.
type Sound struct {
	Data []byte
	// PTS is in 1/90000 s, whatever Config.AudioClock says.
	PTS uint64
}

// Muxer writes one stream. It is not safe for concurrent use.
type Muxer struct {
	cfg    Config
	frames uint32
}

// New returns a muxer whose next picture has the number 1.
func New(cfg Config) *Muxer {
	if cfg.MaxPES <= 0 || cfg.MaxPES > 65000 {
		cfg.MaxPES = DefaultMaxPES
	}
	if cfg.Channels <= 0 {
		cfg.Channels = 1
	}
	if cfg.AudioClock <= 0 {
		cfg.AudioClock = clockRate
	}
	return &Muxer{cfg: cfg}
}

// AppendPicture appends a pack with one picture: pack header, before key frames the map, then each NAL unit in PES packets of its own, of
// which the very first has the PTS.
func (m *Muxer) AppendPicture(b []byte, p Picture) []byte {
	m.frames++
	dts := p.PTS
	if m.cfg.WriteDTS {
		dts = p.DTS
	}
	b = appendPack(b, dts, m.frames)
	if p.Key && !m.cfg.NoMap {
		b = m.AppendMap(b, p.Wall)
	}
	stamp := stamps{pts: p.PTS, dts: dts, present: true}
	for _, unit := range p.Units {
		b = m.appendUnit(b, unit, stamp)
		stamp = stamps{}
	}
	if m.cfg.PrivateEvery > 0 && m.frames%uint32(m.cfg.PrivateEvery) == 0 {
		b = m.appendPrivate(b)
	}
	return b
}

// AppendSound appends one PES packet of sound. The devices write no pack header for it.
func (m *Muxer) AppendSound(b []byte, s Sound) []byte {
	pts := s.PTS
	if m.cfg.AudioClock != clockRate {
		pts = pts * uint64(m.cfg.AudioClock) / clockRate
	}
	header := pes{stamps: stamps{pts: pts, dts: pts, present: true}, stuffing: 4, last: m.lastStuffing()}
	return appendPES(b, streamAudio, header, nil, s.Data)
}

// startCode goes before each NAL unit (ITU-T H.264 annex B).
const startCode = "\x00\x00\x00\x01"

// appendUnit appends one NAL unit; only its first packet has a PTS.
func (m *Muxer) appendUnit(b, unit []byte, stamp stamps) []byte {
	header := pes{stamps: stamp, stuffing: 2, last: m.lastStuffing(), open: m.cfg.OpenLength}
	if stamp.present {
		header.stuffing = 5
	}
	code := []byte(startCode)
	room := m.cfg.MaxPES - len(code)
	for {
		part := unit
		if !header.open && len(part) > max(room, 1) {
			part = part[:max(room, 1)]
		}
		b = appendPES(b, streamVideo, header, code, part)
		if unit = unit[len(part):]; len(unit) == 0 {
			return b
		}
		header.stamps, header.stuffing = stamps{}, 2
		code, room = nil, m.cfg.MaxPES
	}
}

// lastStuffing is the last stuffing byte of a PES header, which is not always FF.
func (m *Muxer) lastStuffing() byte {
	const seen = "\xFC\xFD\xF8\xFF"
	return seen[m.frames%uint32(len(seen))]
}

// appendPrivate appends what the devices tell about the picture for their own player. Its payload holds start codes, as any bytes may.
func (m *Muxer) appendPrivate(b []byte) []byte {
	data := []byte("HIK private\x00\x00\x01\xE0\x00\x00\x01\xBA\x00\x10\x02\x03")
	b = appendPES(b, streamPrivate1, pes{stuffing: 2, last: m.lastStuffing()}, nil, data)
	b = append(b, 0, 0, 1, streamPrivate2, 0, byte(len(data)))
	return append(b, data...)
}
