package aac_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os/exec"
	"testing"

	"github.com/bluenviron/mediacommon/pkg/codecs/g711"
	encoder "github.com/tphakala/go-aac"
	"github.com/tphakala/go-aac/pcm"

	"mediapusher/internal/media"
)

// collector is the next sink: it keeps what a test looks at and gives the units back.
type collector struct {
	tracks []*media.Track
	passed []*media.AccessUnit // units that are not the transcoder's own
	frames []frame
}

type frame struct {
	track *media.Track
	dts   int64
	data  []byte
}

func (c *collector) SetTracks(tracks []*media.Track) error {
	c.tracks = tracks
	return nil
}

func (c *collector) Write(au *media.AccessUnit) error {
	if au.Track.Codec != media.AAC || au.Wall.Unix() == passMark {
		c.passed = append(c.passed, au)
		return nil
	}
	c.frames = append(c.frames, frame{au.Track, au.DTS, bytes.Clone(au.Units[0])})
	au.Release()
	return nil
}

const passMark = 4711

// decode turns the collected frames into samples of the first channel and a function from sample index to PTS.
func (c *collector) decode(t testing.TB) (samples []float64, at func(int) float64) {
	t.Helper()
	if len(c.frames) == 0 {
		t.Fatal("no AAC came out")
	}
	track := c.frames[0].track
	var raw bytes.Buffer
	for _, f := range c.frames {
		if f.track != track {
			t.Fatal("the track changed")
		}
		raw.Write(binary.BigEndian.AppendUint16(nil, uint16(len(f.data))))
		raw.Write(f.data)
	}
	decoder, err := pcm.NewDecoder(&raw, pcm.WithRawStream(track.AudioConfig))
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := io.ReadAll(decoder)
	if err != nil {
		t.Fatal(err)
	}
	return firstChannel(decoded, track.Channels), func(i int) float64 {
		f := min(i/encoder.FrameSize, len(c.frames)-1)
		return float64(c.frames[f].dts)/media.ClockRate + float64(i-f*encoder.FrameSize)/float64(track.SampleRate)
	}
}

// decodeByFFmpeg is the same by a foreign decoder.
func (c *collector) decodeByFFmpeg(t *testing.T) []float64 {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("no ffmpeg here")
	}
	var adts []byte
	track := c.frames[0].track
	for _, f := range c.frames {
		if adts, err = encoder.AppendADTSHeader(adts, track.SampleRate, track.Channels, len(f.data)); err != nil {
			t.Fatal(err)
		}
		adts = append(adts, f.data...)
	}
	cmd := exec.CommandContext(t.Context(), ffmpeg, "-v", "error", "-f", "aac", "-i", "-", "-f", "s16le", "-")
	cmd.Stdin = bytes.NewReader(adts)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("ffmpeg: %v: %s", err, stderr.String())
	}
	return firstChannel(stdout.Bytes(), track.Channels)
}

func firstChannel(s16 []byte, channels int) []float64 {
	samples := make([]float64, 0, len(s16)/2/channels)
	for i := 0; i+2*channels <= len(s16); i += 2 * channels {
		samples = append(samples, float64(int16(binary.LittleEndian.Uint16(s16[i:])))/32768)
	}
	return samples
}

// level returns the amplitude of one frequency in samples and that of everything else, by a fit of sine and cosine.
func level(samples []float64, rate int, hz float64) (tone, rest float64) {
	var s, c, power float64
	for i, x := range samples {
		phase := 2 * math.Pi * hz * float64(i) / float64(rate)
		s += x * math.Sin(phase)
		c += x * math.Cos(phase)
		power += x * x
	}
	n := float64(len(samples))
	tone = 2 * math.Hypot(s, c) / n
	return tone, math.Sqrt(max(0, 2*power/n-tone*tone))
}

// expand is the foreign decoder of a G.711 codec, byte to 16 bit sample.
func expand(codec media.Codec) (table [256]int16) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	decoded := g711.DecodeAlaw(all)
	if codec == media.PCMU {
		decoded = g711.DecodeMulaw(all)
	}
	for i := range table {
		table[i] = int16(binary.BigEndian.Uint16(decoded[2*i:]))
	}
	return table
}

// encode writes samples, the same for each channel, in a linear codec: for G.711 the byte that stands nearest.
func encode(codec media.Codec, channels int, samples []float64) []byte {
	out := make([]byte, 0, 2*channels*len(samples))
	table := expand(codec)
	for _, x := range samples {
		v := int(math.Round(x * 32000))
		var coded []byte
		if codec == media.L16 {
			coded = binary.BigEndian.AppendUint16(nil, uint16(int16(v)))
		} else {
			coded = []byte{nearest(&table, v)}
		}
		for range channels {
			out = append(out, coded...)
		}
	}
	return out
}

// nearest returns the byte that stands for the value nearest to v.
func nearest(table *[256]int16, v int) byte {
	best, distance := 0, math.MaxInt
	for i, y := range table {
		if d := abs(int(y) - v); d < distance {
			best, distance = i, d
		}
		if distance == 0 {
			break
		}
	}
	return byte(best)
}

func abs(x int) int { return max(x, -x) }

// tone makes n samples of a sine.
func tone(n, rate int, hz float64) []float64 {
	samples := make([]float64, n)
	for i := range samples {
		samples[i] = 0.5 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))
	}
	return samples
}

// unit makes an access unit.
func unit(t testing.TB, track *media.Track, pts int64, payload []byte) *media.AccessUnit {
	t.Helper()
	au := media.NewAccessUnit(track)
	if err := au.Append(payload); err != nil {
		t.Fatal(err)
	}
	au.PTS, au.DTS = pts, pts
	return au
}

// write sends samples in units of the given sizes in turn, on time from start on.
func write(t testing.TB, sink media.Sink, track *media.Track, start int64, samples []float64, sizes ...int) {
	t.Helper()
	for done, i := 0, 0; done < len(samples); i++ {
		n := min(sizes[i%len(sizes)], len(samples)-done)
		pts := start + int64(done)*media.ClockRate/int64(track.SampleRate)
		if err := sink.Write(unit(t, track, pts, encode(track.Codec, track.Channels, samples[done:done+n]))); err != nil {
			t.Fatal(err)
		}
		done += n
	}
}
