package aac_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	encoder "github.com/tphakala/go-aac"

	"mediapusher/internal/aac"
	"mediapusher/internal/media"
)

func linear(id int, codec media.Codec, rate, channels int) *media.Track {
	return &media.Track{ID: id, Codec: codec, SampleRate: rate, Channels: channels}
}

func TestVideoAndAACPassUntouched(t *testing.T) {
	video := &media.Track{ID: 0, Codec: media.H264}
	audio := &media.Track{ID: 1, Codec: media.AAC, SampleRate: 16000, Channels: 1, AudioConfig: []byte{0x14, 0x08}}
	next := new(collector)
	transcoder := aac.New(next, aac.Transcode)
	if err := transcoder.SetTracks([]*media.Track{video, audio}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(next.tracks, []*media.Track{video, audio}) {
		t.Fatalf("tracks %v", next.tracks)
	}
	sent := []*media.AccessUnit{unit(t, video, 0, []byte{0x65}), unit(t, audio, 0, []byte{1, 2, 3})}
	for _, au := range sent {
		au.Wall = time.Unix(passMark, 0)
		if err := transcoder.Write(au); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(next.passed, sent) {
		t.Error("other units came out than went in")
	}
	if transcoder.Note() != "" {
		t.Errorf("note %q", transcoder.Note())
	}
}

func TestSetTracks(t *testing.T) {
	video := &media.Track{ID: 0, Codec: media.H265}
	tests := []struct {
		name   string
		policy aac.Policy
		audio  *media.Track
		rate   int // 0: left out
		note   string
	}{
		{"A-law", aac.Transcode, linear(1, media.PCMA, 8000, 1), 48000, "transcoded to AAC"},
		{"mu-law at 16 kHz", aac.Transcode, linear(1, media.PCMU, 16000, 1), 48000, "transcoded to AAC"},
		{"nothing said but G.711", aac.Transcode, linear(1, media.PCMA, 0, 0), 48000, "transcoded to AAC"},
		{"stereo PCM", aac.Transcode, linear(1, media.L16, 44100, 2), 44100, "transcoded to AAC"},
		{"strange rate", aac.Transcode, linear(1, media.L16, 9600, 1), 0, "dropped: L16 at 9600 Hz"},
		{"many channels", aac.Transcode, linear(1, media.L16, 48000, 6), 0, "dropped: L16 of 6 channels"},
		{"dropped", aac.Drop, linear(1, media.PCMU, 8000, 1), 0, "dropped: G.711 mu-law"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			next := new(collector)
			transcoder := aac.New(next, tt.policy)
			if err := transcoder.SetTracks([]*media.Track{video, tt.audio}); err != nil {
				t.Fatal(err)
			}
			if transcoder.Note() != tt.note {
				t.Errorf("note %q, want %q", transcoder.Note(), tt.note)
			}
			if next.tracks[0] != video {
				t.Error("the video track changed")
			}
			if tt.rate == 0 {
				if len(next.tracks) != 1 {
					t.Fatalf("%d tracks, want video alone", len(next.tracks))
				}
				if err := transcoder.Write(unit(t, tt.audio, 0, make([]byte, 960))); err != nil {
					t.Fatal(err)
				}
				if len(next.frames)+len(next.passed) > 0 {
					t.Error("a dropped unit came out")
				}
				return
			}
			got := next.tracks[1]
			if got.ID != 1 || got.Codec != media.AAC || got.SampleRate != tt.rate || got.Channels != max(1, tt.audio.Channels) {
				t.Errorf("track %+v", got)
			}
			reference, err := encoder.NewEncoder(encoder.EncoderConfig{SampleRate: got.SampleRate, Channels: got.Channels})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.AudioConfig, reference.AudioSpecificConfig()) {
				t.Errorf("config %x, the encoder's is %x", got.AudioConfig, reference.AudioSpecificConfig())
			}
		})
	}
}

// A recorder that comes back with the same audio must not look like a change to whoever writes AAC headers.
func TestSameTrackAgainKeepsTheAACTrack(t *testing.T) {
	next := new(collector)
	transcoder := aac.New(next, aac.Transcode)
	var seen []*media.Track
	for range 2 {
		if err := transcoder.SetTracks([]*media.Track{linear(0, media.PCMA, 8000, 1)}); err != nil {
			t.Fatal(err)
		}
		seen = append(seen, next.tracks[0])
	}
	if seen[0] != seen[1] {
		t.Error("a new track for the same audio")
	}
	if err := transcoder.SetTracks([]*media.Track{linear(0, media.PCMA, 16000, 1)}); err != nil {
		t.Fatal(err)
	}
	if next.tracks[0] == seen[0] {
		t.Error("the same track for other audio")
	}
}

// The kind of samples may change while the source runs: the unit's own track decides.
func TestTrackChangesBetweenUnits(t *testing.T) {
	first, second := linear(0, media.PCMA, 8000, 1), linear(0, media.PCMU, 8000, 1)
	next := new(collector)
	transcoder := aac.New(next, aac.Transcode)
	if err := transcoder.SetTracks([]*media.Track{first}); err != nil {
		t.Fatal(err)
	}
	write(t, transcoder, first, 0, tone(8000, 8000, 1000), 320)
	write(t, transcoder, second, media.ClockRate, tone(8000, 8000, 1000), 320)
	checkOrder(t, next.frames)
	if a, b := next.frames[0].track, next.frames[len(next.frames)-1].track; a == b {
		t.Error("one track for both kinds")
	}
}

// The encoder's 650 KiB are taken when audio comes, not when it is announced.
func TestEncoderIsCreatedLate(t *testing.T) {
	track := linear(0, media.PCMA, 8000, 1)
	allocated := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	var transcoder *aac.Transcoder
	announced := allocated(func() {
		transcoder = aac.New(new(collector), aac.Transcode)
		_ = transcoder.SetTracks([]*media.Track{track})
	})
	came := allocated(func() { _ = transcoder.Write(unit(t, track, 0, make([]byte, 320))) })
	if announced > 64<<10 || came < 256<<10 {
		t.Errorf("announcing took %d bytes, the first unit %d", announced, came)
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	track := linear(0, media.PCMA, 8000, 1)
	transcoder := aac.New(discard{}, aac.Transcode)
	payload := encode(media.PCMA, 1, tone(320, 8000, 1000))
	pts := int64(0)
	one := func() {
		_ = transcoder.Write(unit(t, track, pts, payload))
		pts += 320 * media.ClockRate / 8000
	}
	for range 100 {
		one()
	}
	// The race detector makes pools forget some of the units and buffers; without it this is 0.
	if n := testing.AllocsPerRun(200, one); n > 4 {
		t.Errorf("%v allocations per unit", n)
	}
}

type discard struct{}

func (discard) SetTracks([]*media.Track) error { return nil }
func (discard) Write(au *media.AccessUnit) error {
	au.Release()
	return nil
}

func checkOrder(t testing.TB, frames []frame) {
	t.Helper()
	for i := 1; i < len(frames); i++ {
		if step := frames[i].dts - frames[i-1].dts; step < media.ClockRate/1000 {
			t.Fatalf("frame %d: DTS steps by %d", i, step)
		}
	}
}

// BenchmarkPCMA encodes one second of G.711; %core is the share of one core that a stream takes.
func BenchmarkPCMA(b *testing.B) {
	track := linear(0, media.PCMA, 8000, 1)
	transcoder := aac.New(discard{}, aac.Transcode)
	samples := tone(8000, 8000, 440)
	for i := range samples {
		samples[i] = samples[i]*0.5 + 0.1*float64((i*7919)%1000-500)/500
	}
	payload := encode(media.PCMA, 1, samples)
	b.ReportAllocs()
	second := int64(0)
	for b.Loop() {
		for i := 0; i < 8000; i += 320 {
			pts := (second*8000 + int64(i)) * media.ClockRate / 8000
			if err := transcoder.Write(unit(b, track, pts, payload[i:i+320])); err != nil {
				b.Fatal(err)
			}
		}
		second++
	}
	b.ReportMetric(100*b.Elapsed().Seconds()/float64(b.N), "%core")
}
