// Package dhavmux writes Dahua's private stream (DHAV), as its SDK hands it over, as it comes from port 37777 and as .dav files hold it.
//
// It serves the simulated recorder and the tests of what reads such streams. It knows nothing of any reader. Sources: FFmpeg's
// libavformat/dhav.c for the fields, and the frames of an HEVC recording of a 4 MP camera for the checksums, the sequences and the habits
// of the clock.
//
//	m := dhavmux.New(dhavmux.Config{
//		Video: dhavmux.H264, Width: 1920, Height: 1080, FrameRate: 25,
//		Audio: dhavmux.ALaw, SampleRate: 8000,
//	})
//	stream := m.AppendPicture(nil, dhavmux.Picture{Units: [][]byte{sps, pps, idr}, Key: true, Clock: at, Wall: wall})
//	stream = m.AppendSound(stream, dhavmux.Sound{Data: samples, Clock: at, Wall: wall})
//	stream = m.AppendPicture(stream, dhavmux.Picture{Units: [][]byte{slice}, Clock: at + 40*time.Millisecond, Wall: wall})
//	stream = m.AppendEnd(stream, at, wall)
package dhavmux

import "time"

// Coding is the number of a coding in a frame's extension. Pictures and sound are numbered apart.
type Coding byte

// The codings of pictures.
const (
	MPEG4 Coding = 1
	H264  Coding = 2 // 4 and 8 are H.264 too
	MJPEG Coding = 3
	H265  Coding = 0x0C
)

// The codings of sound. None leaves nothing out by itself: what is not to be heard is not appended.
const (
	None  Coding = 0
	MuLaw Coding = 0x0A
	PCM16 Coding = 0x10
	ALaw  Coding = 0x0E
	AAC   Coding = 0x1A // in ADTS frames
	MP2   Coding = 0x1F
)

// Config describes a stream.
type Config struct {
	// Channel counts from 0.
	Channel byte

	Video         Coding
	Width, Height int
	// FrameRate is in pictures a second.
	FrameRate int

	Audio Coding
	// SampleRate is in Hz: 4000, 8000, 11025, 16000, 20000, 22050, 32000, 44100, 48000, 64000, 96000 or 192000; anything else is told as
	// 8000. Channels defaults to 1.
	SampleRate, Channels int

	// Jitter is added to the clock of pictures, one after the other and again from the first; SampleJitter is that of a device. Empty
	// means none.
	Jitter []time.Duration
	// DataEvery puts a data frame (JSON) before each n-th picture; 0 never.
	DataEvery int
	// Extra is put at the end of each frame's extension, for tags that a reader does not know. At most 200 bytes.
	Extra []byte
}

// Picture is one access unit.
type Picture struct {
	// Units are the NAL units without start codes.
	Units [][]byte
	Key   bool
	// Clock is the device's free-running clock, of which milliseconds modulo 65536 are written.
	Clock time.Duration
	// Wall is the device's clock, whose digits go into the date.
	Wall time.Time
}

// Sound is one frame of sound.
type Sound struct {
	Data  []byte
	Clock time.Duration
	Wall  time.Time
}

// SampleJitter returns what the clock of a camera was off at the start of a stream at 25 pictures a second: steps of 60, 20, 40, 230, 70,
// 10, 0, 10, 20, 30 and 20 ms, then even ones. The caller owns the slice.
func SampleJitter() []time.Duration {
	var offsets []time.Duration
	for _, ms := range []int{0, 20, 0, 0, 190, 220, 190, 150, 120, 100, 90, 70, 50, 30, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0} {
		offsets = append(offsets, time.Duration(ms)*time.Millisecond)
	}
	return offsets
}

// The types of frames.
const (
	typeKey     = 0xFD
	typePicture = 0xFC
	typeSound   = 0xF0
	typeData    = 0xF1
	typeEnd     = 0xFE
)

// Muxer writes one stream. It is not safe for concurrent use.
type Muxer struct {
	cfg                    Config
	pictures, sounds, data uint32
}

// New returns a muxer whose frames count from 1.
func New(cfg Config) *Muxer {
	if cfg.Channels <= 0 {
		cfg.Channels = 1
	}
	const maxExtra = 200 // the extension's length is one byte
	cfg.Extra = cfg.Extra[:min(len(cfg.Extra), maxExtra)]
	return &Muxer{cfg: cfg}
}

// AppendPicture appends one picture, with start codes, and before it a data frame where one is due.
func (m *Muxer) AppendPicture(b []byte, p Picture) []byte {
	clock := p.Clock
	if n := len(m.cfg.Jitter); n > 0 {
		clock += m.cfg.Jitter[int(m.pictures)%n]
	}
	if m.cfg.DataEvery > 0 && int(m.pictures+1)%m.cfg.DataEvery == 0 {
		b = m.AppendData(b, []byte(`{"FocusStatus":"Normal","FocusMotorSteps":1204}`), clock, p.Wall)
	}
	m.pictures++
	f := frame{kind: typePicture, sequence: m.pictures, clock: clock, wall: p.Wall}
	if p.Key {
		f.kind = typeKey
		f.extension = m.appendSize(f.extension)
	}
	f.extension = append(f.extension, 0x81, 0x32, byte(m.cfg.Video), byte(m.cfg.FrameRate))
	for _, unit := range p.Units {
		f.parts = append(f.parts, []byte{0, 0, 0, 1}, unit)
	}
	return m.append(b, f)
}

// AppendSound appends one frame of sound.
func (m *Muxer) AppendSound(b []byte, s Sound) []byte {
	m.sounds++
	f := frame{kind: typeSound, sequence: m.sounds, clock: s.Clock, wall: s.Wall, parts: [][]byte{s.Data}}
	if m.cfg.Channels == 1 {
		f.extension = append(f.extension, 0x83, 1, byte(m.cfg.Audio), rateIndex(m.cfg.SampleRate))
	} else {
		f.extension = append(f.extension, 0x8C, 0, byte(m.cfg.Channels), byte(m.cfg.Audio), rateIndex(m.cfg.SampleRate), 0, 0, 0)
	}
	return m.append(b, f)
}

// AppendData appends a data frame, which counts on its own.
func (m *Muxer) AppendData(b, data []byte, clock time.Duration, wall time.Time) []byte {
	m.data++
	return m.append(b, frame{kind: typeData, sequence: m.data, clock: clock, wall: wall, parts: [][]byte{data}})
}

// AppendEnd appends the frame that says that the stream ends.
func (m *Muxer) AppendEnd(b []byte, clock time.Duration, wall time.Time) []byte {
	m.data++
	return m.append(b, frame{kind: typeEnd, sequence: m.data, clock: clock, wall: wall})
}

// appendSize appends the tag of the picture's size: in units of 8 where that is exact and fits, else in samples.
func (m *Muxer) appendSize(b []byte) []byte {
	w, h := m.cfg.Width, m.cfg.Height
	if w%8 == 0 && h%8 == 0 && w/8 <= 0xFF && h/8 <= 0xFF {
		return append(b, 0x80, 0, byte(w/8), byte(h/8))
	}
	return append(b, 0x82, 0, 0, 0, byte(w), byte(w>>8), byte(h), byte(h>>8))
}

// rateIndex is the number of a sample rate.
func rateIndex(rate int) byte {
	index, ok := map[int]byte{
		8000: 2, 4000: 1, 11025: 3, 16000: 4, 20000: 5, 22050: 6, 32000: 7, 44100: 8, 48000: 9, 96000: 10, 192000: 11, 64000: 12,
	}[rate]
	if !ok {
		return 2
	}
	return index
}
