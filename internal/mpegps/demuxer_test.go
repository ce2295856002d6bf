package mpegps_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"mediapusher/internal/media"
	"mediapusher/internal/mpegps"
	"mediapusher/internal/nvrsim/psmux"
)

func TestHikvision(t *testing.T) {
	for _, c := range []struct {
		name, video, audio string
		cfg                psmux.Config
		track              media.Track
	}{
		{
			"H.264, mu-law", "hikvision-h264.h264", "beeps.ulaw",
			psmux.Config{Video: psmux.H264, Audio: psmux.MuLaw, SampleRate: 8000, BitRate: 64000},
			media.Track{Codec: media.PCMU, SampleRate: 8000},
		},
		{
			"H.265, A-law, private data", "hikvision-h265.h265", "beeps.alaw",
			psmux.Config{Video: psmux.H265, Audio: psmux.ALaw, SampleRate: 8000, PrivateEvery: 3},
			media.Track{Codec: media.PCMA, SampleRate: 8000},
		},
		{
			"H.264, AAC", "hikvision-sub.h264", "beeps.aac",
			psmux.Config{Video: psmux.H264, Audio: psmux.AAC, SampleRate: 16000, MaxPES: 100},
			media.Track{Codec: media.AAC, SampleRate: 16000, AudioConfig: []byte{0x14, 0x08}},
		},
		{"open length", "hikvision-h264.h264", "", psmux.Config{Video: psmux.H264, OpenLength: true, PrivateEvery: 1}, media.Track{}},
		{
			"8 kHz clock", "hikvision-sub.h264", "beeps.alaw",
			psmux.Config{Video: psmux.H264, Audio: psmux.ALaw, SampleRate: 8000, AudioClock: 8000},
			media.Track{Codec: media.PCMA, SampleRate: 8000},
		},
		{
			"no PSM", "hikvision-h265.h265", "beeps.aac",
			psmux.Config{Video: psmux.H265, Audio: psmux.AAC, NoMap: true},
			media.Track{Codec: media.AAC, SampleRate: 16000, AudioConfig: []byte{0x14, 0x08}},
		},
		{"large packets", "hikvision-h264.h264", "", psmux.Config{Video: psmux.H264, MaxPES: 65000}, media.Track{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			const start = 1<<33 - 20*step // wraps
			video := pictures(t, c.video, start)
			var audio []psmux.Sound
			if c.audio != "" {
				audio = sounds(t, c.audio, start)
			}
			c.cfg.Width, c.cfg.Height, c.cfg.Interval = 640, 360, step
			stream, _ := mux(c.cfg, video, audio)
			got, stats := demux(t, stream)
			checkVideo(t, got.video(), video)
			if stats.Resyncs != 0 || stats.Skipped != 0 || stats.Dropped != 0 || len(stats.Ignored) > 0 {
				t.Errorf("stats %+v", stats)
			}
			if !c.cfg.NoMap && (stats.Width != 640 || stats.Height != 360 || stats.FrameTicks != step) {
				t.Errorf("declared %+v", stats)
			}
			end := video[len(video)-1].PTS + step
			audio = slices.DeleteFunc(audio, func(s psmux.Sound) bool { return s.PTS >= end })
			if len(got.audio()) != len(audio) {
				t.Fatalf("%d audio frames, want %d", len(got.audio()), len(audio))
			}
			for i, u := range got.audio() {
				want := audio[i].Data
				if c.track.Codec == media.AAC {
					want = want[7:]
				}
				if len(u.Units) != 1 || !bytes.Equal(u.Units[0], want) {
					t.Fatalf("audio frame %d differs", i)
				}
				if off := u.PTS - int64(audio[i].PTS); off > 12 || off < -12 || off != 0 && c.cfg.AudioClock == 0 {
					t.Fatalf("audio frame %d: PTS %d, want %d", i, u.PTS, audio[i].PTS)
				}
				if u.Track.Codec != c.track.Codec || u.Track.SampleRate != c.track.SampleRate || u.Track.Channels != 1 ||
					!bytes.Equal(u.Track.AudioConfig, c.track.AudioConfig) || u.Track != got.audio()[0].Track {
					t.Fatalf("audio track %+v", u.Track)
				}
			}
			if !c.cfg.NoMap {
				for _, u := range append(got.video(), got.audio()...) {
					want := wall.Add(time.Duration(u.PTS-start) * time.Second / 90000)
					if off := u.Wall.Sub(want); off < -time.Second || off > time.Second {
						t.Fatalf("wall %v of PTS %d, want %v", u.Wall, u.PTS, want)
					}
				}
				if u := got.video()[0]; !u.Wall.Equal(wall) {
					t.Errorf("first wall %v", u.Wall)
				}
			}
		})
	}
}

// Any cutting gives the same units, of a damaged stream also.
func TestCutAnywhere(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	video := pictures(t, "hikvision-sub.h264", 90000)[:60]
	audio := sounds(t, "beeps.aac", 90000)
	stream, _ := mux(psmux.Config{Video: psmux.H264, Audio: psmux.AAC, SampleRate: 16000, PrivateEvery: 4}, video, audio)
	open, _ := mux(psmux.Config{Video: psmux.H264, Audio: psmux.AAC, SampleRate: 16000, PrivateEvery: 4, OpenLength: true}, video, audio)
	for round := range 60 {
		in := bytes.Clone(stream)
		if round%3 == 2 {
			in = bytes.Clone(open)
		}
		if round > 10 {
			for range round {
				in[random.IntN(len(in))] = byte(random.Uint32())
			}
		}
		whole, wholeStats := demux(t, in)
		var pieces [][]byte
		for rest := in; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(1+1<<random.IntN(14)))
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		cut, stats := demux(t, pieces...)
		if !slices.EqualFunc(whole.units, cut.units, equalUnit) {
			t.Fatalf("round %d: %d units in pieces, %d whole", round, len(cut.units), len(whole.units))
		}
		if stats.Resyncs != wholeStats.Resyncs || stats.Dropped != wholeStats.Dropped {
			t.Fatalf("round %d: stats in pieces %+v, whole %+v", round, stats, wholeStats)
		}
		if round <= 10 && len(cut.video()) != len(video) {
			t.Fatalf("%d pictures", len(cut.video()))
		}
	}
}

func TestPrivateContainer(t *testing.T) {
	d := mpegps.New(func(*media.AccessUnit) error { return nil })
	for _, piece := range []string{"4H", "KH\x01\x02", "more"} {
		if err := d.Write([]byte(piece)); (piece != "4H") != errors.Is(err, mpegps.ErrPrivate) {
			t.Errorf("%q: %v", piece, err)
		}
	}
	d.Reset()
	if err := d.Write([]byte("more")); err != nil {
		t.Error(err)
	}
}

func TestForeignVideo(t *testing.T) {
	mpeg4 := []psmux.Picture{
		{Units: [][]byte{{0xB0, 1}, {0xB5, 9, 9}, {0xB6, 0x10, 7, 7}}, Key: true, PTS: 0},
		{Units: [][]byte{{0xB6, 0x50, 7, 7}}, PTS: step},
		{Units: [][]byte{{0xB6, 0x51, 7, 7}}, PTS: 2 * step},
	}
	h264 := pictures(t, "hikvision-sub.h264", 0)
	odd := slices.Clone(mpeg4)
	for _, c := range []struct {
		name  string
		cfg   psmux.Config
		video []psmux.Picture
		fails bool
		units int
	}{
		{"MPEG-4", psmux.Config{Video: psmux.MPEG4}, mpeg4, true, 0},
		{"MPEG-4 without PSM", psmux.Config{NoMap: true}, mpeg4, true, 0},
		{"MJPEG", psmux.Config{Video: psmux.MJPEG}, odd, true, 0},
		{"type not known, pictures neither", psmux.Config{Video: 0x77}, mpeg4, true, 0},
		{"type not known, pictures H.264", psmux.Config{Video: 0x77}, h264, false, len(h264)},
		{"type H.265, pictures H.264", psmux.Config{Video: psmux.H265}, h264, false, len(h264)},
	} {
		t.Run(c.name, func(t *testing.T) {
			stream, _ := mux(c.cfg, c.video, nil)
			var got collector
			d := mpegps.New(got.emit)
			err := d.Write(stream)
			if err == nil {
				err = d.Flush()
			}
			if errors.Is(err, mpegps.ErrCodec) != c.fails || len(got.units) != c.units {
				t.Fatalf("%v, %d units", err, len(got.units))
			}
			if err != nil && len(err.Error()) < len(mpegps.ErrCodec.Error())+5 {
				t.Errorf("%q does not name the coding", err)
			}
			for _, u := range got.units {
				if u.Track.Codec != media.H264 {
					t.Fatalf("codec %v", u.Track.Codec)
				}
			}
		})
	}
}

// A camera behind the channel is changed: a new description, in the same stream.
func TestTypeChange(t *testing.T) {
	first, second := pictures(t, "hikvision-sub.h264", 0)[:40], pictures(t, "hikvision-h265.h265", 40*step)[:40]
	a, _ := mux(psmux.Config{Video: psmux.H264, Audio: psmux.ALaw}, first, sounds(t, "beeps.alaw", 0))
	b, _ := mux(psmux.Config{Video: psmux.H265, Audio: psmux.MuLaw}, second, sounds(t, "beeps.ulaw", 40*step))
	got, stats := demux(t, a, b)
	checkVideo(t, got.video(), append(slices.Clone(first), second...))
	tracks := map[*media.Track]int{}
	for _, u := range got.units {
		tracks[u.Track]++
	}
	if len(tracks) != 4 || stats.Resyncs != 0 {
		t.Errorf("%d tracks, %+v", len(tracks), stats)
	}
}

func TestDroppedAudio(t *testing.T) {
	video := pictures(t, "hikvision-sub.h264", 0)[:9]
	for _, c := range []struct {
		coding   psmux.Coding
		data     []byte
		noMap    bool
		name     string
		promised bool
	}{
		{psmux.G7221, []byte{1, 2, 3}, false, "G.722.1", false},
		{psmux.G726, []byte{1, 2, 3}, false, "G.726", false},
		{0x03, []byte{0xFF, 0xFD, 3}, false, "MPEG audio", false},
		{0x11, []byte{0x56, 0xE0, 3}, false, "AAC in LATM", false},
		{psmux.None, []byte{0xFF, 0xFD, 0x84, 0}, true, "MPEG audio", false},
		{psmux.None, []byte{0xD5, 0xD5}, true, "audio that no PSM names", false},
		{psmux.MuLaw, []byte{1, 2, 3}, false, "", true},
	} {
		m := psmux.New(psmux.Config{Video: psmux.H264, Audio: c.coding, NoMap: c.noMap})
		var got collector
		d := mpegps.New(got.emit)
		if d.AudioPromised() {
			t.Error("audio promised at once")
		}
		for _, p := range video {
			stream := m.AppendPicture(nil, p)
			if err := d.Write(m.AppendSound(stream, psmux.Sound{Data: c.data, PTS: p.PTS})); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Flush(); err != nil {
			t.Fatal(err)
		}
		var names []string
		if c.name != "" {
			names = []string{c.name}
		}
		if stats := d.Stats(); !slices.Equal(stats.Ignored, names) || stats.Resyncs != 0 {
			t.Errorf("%#x: %+v", c.coding, stats)
		}
		if d.AudioPromised() != c.promised || (len(got.audio()) > 0) != c.promised || len(got.video()) != len(video) {
			t.Errorf("%#x: promised %v, %d units", c.coding, d.AudioPromised(), len(got.units))
		}
	}
}

func TestReset(t *testing.T) {
	video := pictures(t, "hikvision-sub.h264", 0)
	audio := sounds(t, "beeps.alaw", 0)
	stream, marks := mux(psmux.Config{Video: psmux.H264, Audio: psmux.ALaw, MaxPES: 300}, video, audio)
	var got collector
	d := mpegps.New(got.emit)
	if err := d.Write(stream[:marks[10]+30]); err != nil {
		t.Fatal(err)
	}
	d.Reset()
	if err := d.Write(stream[marks[20]+30:]); err != nil {
		t.Fatal(err)
	}
	if err := d.Flush(); err != nil {
		t.Fatal(err)
	}
	units := got.video()
	if len(units) != len(video)-11-1 && len(units) != len(video)-12 {
		t.Fatalf("%d of %d pictures", len(units), len(video))
	}
	for i, u := range units {
		place := int(u.PTS / step)
		if !slices.EqualFunc(u.Units, video[place].Units, bytes.Equal) || u.Lost != (place == 21) {
			t.Fatalf("unit %d, picture %d, lost %v", i, place, u.Lost)
		}
	}
	lost := 0
	for _, u := range got.audio() {
		if u.Lost {
			lost++
		}
	}
	if lost != 1 {
		t.Errorf("%d audio units are Lost", lost)
	}
}

var errSink = errors.New("sink")

func TestEmitError(t *testing.T) {
	video := pictures(t, "hikvision-sub.h264", 0)
	stream, _ := mux(psmux.Config{Video: psmux.H264}, video, nil)
	calls := 0
	d := mpegps.New(func(au *media.AccessUnit) error {
		calls++
		au.Release()
		return errSink
	})
	if err := d.Write(stream); !errors.Is(err, errSink) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// Pictures without PTS in a stream that has no PTS at all follow the clock of the packs.
func TestNoPTS(t *testing.T) {
	video := pictures(t, "hikvision-sub.h264", 900000)[:50]
	stream, _ := mux(psmux.Config{Video: psmux.H264}, video, nil)
	at := 0
	for {
		i := bytes.Index(stream[at:], []byte{0x8C, 0x80, 10})
		if i < 0 {
			break
		}
		at += i
		stream[at+1] = 0
		at++
	}
	got, _ := demux(t, stream)
	checkVideo(t, got.video(), video)
}

func TestUnitTooLarge(t *testing.T) {
	video := pictures(t, "hikvision-sub.h264", 0)
	huge := slices.Clone(video[:30])
	huge[7].Units = [][]byte{bytes.Repeat([]byte{0x41}, media.MaxUnitSize+1)}
	stream, _ := mux(psmux.Config{Video: psmux.H264}, huge, nil)
	got, stats := demux(t, stream)
	if len(got.video()) != 29 || !got.video()[7].Lost || stats.Resyncs != 1 {
		t.Errorf("%d pictures, %+v", len(got.video()), stats)
	}
}
