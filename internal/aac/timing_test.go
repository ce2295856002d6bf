package aac_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"mediapusher/internal/aac"
	"mediapusher/internal/media"
)

const second = media.ClockRate

// The bytes that stand for no sound (ITU-T G.711).
const (
	silenceALaw  = 0xD5
	silenceMuLaw = 0xFF
)

func TestToneInToneOut(t *testing.T) {
	tests := []struct {
		codec          media.Codec
		rate, channels int
		hz             float64
	}{
		{media.PCMA, 8000, 1, 1000},
		{media.PCMU, 8000, 1, 300},
		{media.PCMA, 8000, 1, 3000},
		{media.PCMU, 16000, 1, 1000},
		{media.L16, 8000, 2, 1000},
		{media.L16, 11025, 1, 1000},
		{media.L16, 32000, 1, 1000},
		{media.L16, 44100, 2, 1000},
		{media.L16, 48000, 1, 1000},
	}
	for _, tt := range tests {
		track := linear(0, tt.codec, tt.rate, tt.channels)
		t.Run(track.Codec.String(), func(t *testing.T) {
			next := new(collector)
			write(t, aac.New(next, aac.Transcode), track, 0, tone(2*tt.rate, tt.rate, tt.hz), tt.rate/25)
			checkOrder(t, next.frames)
			own, _ := next.decode(t)
			for name, samples := range map[string][]float64{"library": own, "ffmpeg": next.decodeByFFmpeg(t)} {
				rate := next.frames[0].track.SampleRate
				middle := samples[rate/4 : rate/4+rate]
				got, rest := level(middle, rate, tt.hz)
				if want := 0.5 * 32000 / 32768; math.Abs(got-want) > 0.03*want {
					t.Errorf("%s: tone of %.3f, want %.3f", name, got, want)
				}
				if rest > got/20 { // 26 dB; G.711 alone makes 38
					t.Errorf("%s: %.4f beside a tone of %.3f", name, rest, got)
				}
			}
		})
	}
}

// click makes n samples of silence with one millisecond of noise at a place.
func click(n, at, rate int) []float64 {
	samples := make([]float64, n)
	for i := range rate / 1000 {
		samples[at+i] = 0.9 * math.Cos(math.Pi*float64(i)/2)
	}
	return samples
}

// loudest returns the time of the loudest sample.
func loudest(samples []float64, at func(int) float64) float64 {
	best := 0
	for i, x := range samples {
		if math.Abs(x) > math.Abs(samples[best]) {
			best = i
		}
	}
	return at(best)
}

func TestClickKeepsItsPlace(t *testing.T) {
	const start = 7 * second
	tests := []struct {
		name  string
		rate  int
		sizes []int
	}{
		{"40 ms units", 8000, []int{320}},
		{"odd units", 8000, []int{1, 997, 13, 160, 3}},
		{"16 kHz", 16000, []int{640}},
		{"44.1 kHz", 44100, []int{1000}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			next := new(collector)
			write(t, aac.New(next, aac.Transcode), linear(0, media.L16, tt.rate, 1), start,
				click(2*tt.rate, tt.rate, tt.rate), tt.sizes...)
			if first := next.frames[0].dts; first < start || first > start+second/10 {
				t.Errorf("first frame %d ticks from the first unit", first-start)
			}
			if got := loudest(next.decode(t)); math.Abs(got-8) > 0.005 {
				t.Errorf("click at %.4f s, want 8", got)
			}
		})
	}
}

func TestUnitBordersAreNotHeard(t *testing.T) {
	samples := tone(16000, 8000, 700)
	encodeIn := func(sizes ...int) *collector {
		next := new(collector)
		write(t, aac.New(next, aac.Transcode), linear(0, media.PCMA, 8000, 1), 0, samples, sizes...)
		return next
	}
	want, got := encodeIn(320), encodeIn(1, 17, 997, 160)
	for i := range min(len(want.frames), len(got.frames)) {
		if !bytes.Equal(want.frames[i].data, got.frames[i].data) || want.frames[i].dts != got.frames[i].dts {
			t.Fatalf("frame %d depends on the division into units", i)
		}
	}
}

// A click behind a gap stands where its unit said, whatever the gap.
func TestGaps(t *testing.T) {
	tests := []struct {
		name string
		gap  int64
		lost bool
		// within is how far, in seconds, the click may stand from its place.
		within float64
	}{
		{"one lost packet of 20 ms", second / 50, true, 0.005},
		{"the same, loss not known", second / 50, false, 0.005}, // corrected within a second, before the click
		{"200 ms", second / 5, false, 0.005},
		{"900 ms", second * 9 / 10, true, 0.005},
		{"30 s", 30 * second, false, 0.005},
		{"10 ms, which is left alone", second / 100, false, 0.015},
		{"samples 30 ms too fast", -second * 3 / 100, false, 0.005},
		{"samples 200 ms too fast", -second / 5, false, 0.005},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			track := linear(0, media.PCMA, 8000, 1)
			next := new(collector)
			transcoder := aac.New(next, aac.Transcode)
			write(t, transcoder, track, 0, make([]float64, 8000), 320)
			first := unit(t, track, second+tt.gap, encode(media.PCMA, 1, make([]float64, 320)))
			first.Lost = tt.lost
			if err := transcoder.Write(first); err != nil {
				t.Fatal(err)
			}
			write(t, transcoder, track, second+tt.gap+second/25, click(24000, 16000, 8000), 320)
			checkOrder(t, next.frames)
			want := float64(3*second+tt.gap+second/25) / second
			if got := loudest(next.decode(t)); math.Abs(got-want) > tt.within {
				t.Errorf("click at %.4f s, want %.4f", got, want)
			}
		})
	}
}

// A clock that runs wrong by half a percent, far more than any recorder's, never takes sound and picture apart.
func TestSlowAndFastClocks(t *testing.T) {
	for _, rate := range []int64{7960, 8040} {
		track := linear(0, media.PCMU, 8000, 1)
		next := new(collector)
		transcoder := aac.New(next, aac.Transcode)
		var sent int64
		for i := range int64(30 * 25) {
			pts := i * 320 * media.ClockRate / rate
			if err := transcoder.Write(unit(t, track, pts, bytes.Repeat([]byte{silenceMuLaw}, 320))); err != nil {
				t.Fatal(err)
			}
			sent = pts + 320*media.ClockRate/rate
		}
		checkOrder(t, next.frames)
		behind := sent - next.frames[len(next.frames)-1].dts
		if behind < -second/10 || behind > second/5 {
			t.Errorf("at %d Hz the sound ends %d ms before the input does", rate, behind*1000/second)
		}
	}
}

// However the units come, time rises, and the output follows the input's clock.
func TestOutputFollowsInput(t *testing.T) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 1))
		track := linear(0, media.PCMA, 8000, 1)
		next := new(collector)
		transcoder := aac.New(next, aac.Transcode)
		var pts, end int64
		for i := range 300 {
			n := 1 + random.IntN(800)
			au := unit(t, track, pts, bytes.Repeat([]byte{silenceALaw}, n))
			switch dice := random.IntN(30); {
			case i > 250: // settles
			case dice == 0:
				au.Lost = true
				au.PTS += random.Int64N(second / 2)
			case dice == 1:
				au.PTS += random.Int64N(5 * second)
			}
			pts = au.PTS + int64(n)*media.ClockRate/8000
			end = pts
			if err := transcoder.Write(au); err != nil {
				t.Fatal(err)
			}
		}
		checkOrder(t, next.frames)
		// The encoder holds two frames and up to a third is open; 60 ms of drift are left alone.
		behind := end - next.frames[len(next.frames)-1].dts
		if behind < -second/10 || behind > second/5 {
			t.Errorf("seed %d: the sound ends %d ms before the input does", seed, behind*1000/second)
		}
	}
}

// FuzzWrite: whatever a device sends, times rise and what comes out is bounded by what went in and the time that passed.
func FuzzWrite(f *testing.F) {
	f.Add(byte(0), []byte("\x10\x00\x40aaaa\x00\x00\xffbbbb"))
	f.Add(byte(2), bytes.Repeat([]byte{0xFF, 0x01, 0x80}, 200))
	f.Fuzz(func(t *testing.T, kind byte, data []byte) {
		if len(data) > 4096 {
			return
		}
		track := linear(0, media.PCMA+media.Codec(kind%3), []int{8000, 16000, 32000, 44100}[kind/3%4], 1+int(kind/16%2))
		next := new(collector)
		transcoder := aac.New(next, aac.Transcode)
		pts, seconds := int64(0), int64(1)
		for len(data) >= 3 {
			n := min(len(data)-3, int(data[0]))
			step := int64(data[1])<<8 | int64(data[2])
			au := unit(t, track, pts, data[3:3+n])
			au.Lost = step&1 == 1
			if err := transcoder.Write(au); err != nil {
				t.Fatal(err)
			}
			pts += 90 + step*8
			seconds += step*8/second + 1
			data = data[3+n:]
		}
		checkOrder(t, next.frames)
		if int64(len(next.frames)) > seconds*60 {
			t.Errorf("%d frames for at most %d s", len(next.frames), seconds)
		}
	})
}

// A recorder's clock that shakes by 30 ms is not followed: that would be heard.
func TestShakingClockIsLeftAlone(t *testing.T) {
	samples := tone(5*8000, 8000, 700)
	track := linear(0, media.PCMA, 8000, 1)
	steady, shaking := new(collector), new(collector)
	write(t, aac.New(steady, aac.Transcode), track, 0, samples, 320)
	transcoder := aac.New(shaking, aac.Transcode)
	for i := 0; i < len(samples); i += 320 {
		pts := int64(i) * media.ClockRate / 8000
		if i/320%3 == 1 {
			pts += second * 3 / 100
		}
		if err := transcoder.Write(unit(t, track, pts, encode(media.PCMA, 1, samples[i:i+320]))); err != nil {
			t.Fatal(err)
		}
	}
	if len(steady.frames) != len(shaking.frames) {
		t.Fatalf("%d frames, without shaking %d", len(shaking.frames), len(steady.frames))
	}
	for i := range steady.frames {
		if !bytes.Equal(steady.frames[i].data, shaking.frames[i].data) || steady.frames[i].dts != shaking.frames[i].dts {
			t.Fatalf("frame %d differs", i)
		}
	}
}
