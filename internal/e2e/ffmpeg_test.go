//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

// stream is what ffprobe tells of one.
type stream struct {
	CodecName  string `json:"codec_name"`
	CodecType  string `json:"codec_type"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
	SampleRate string `json:"sample_rate"`
	Channels   int    `json:"channels"`
}

// probe lets ffprobe describe the streams of an address or file, by type.
func probe(t testing.TB, input string) map[string]stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out, stderr, err := run(t, ctx, need(t, "ffprobe"), "-v", "error", "-of", "json", "-show_streams", input)
	if err != nil {
		t.Fatalf("ffprobe %s: %v: %s", input, err, stderr)
	}
	var page struct {
		Streams []stream `json:"streams"`
	}
	if err := json.Unmarshal([]byte(out), &page); err != nil {
		t.Fatal(err)
	}
	streams := map[string]stream{}
	for _, s := range page.Streams {
		streams[s.CodecType] = s
	}
	return streams
}

// watch lets ffmpeg decode an address or file for so long, and fails where it has anything to complain of: broken pictures and times
// that fall, in the demuxer or at a muxer that does not forgive.
func watch(t testing.TB, input string, length time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length+45*time.Second)
	defer cancel()
	seconds := strconv.FormatFloat(length.Seconds(), 'f', 3, 64)
	_, stderr, err := run(t, ctx, need(t, "ffmpeg"), "-hide_banner", "-v", "warning", "-nostats", "-i", input, "-t", seconds,
		"-c", "copy", "-f", "mpegts", "-y", "/dev/null", "-t", seconds, "-f", "null", "-")
	if err != nil {
		t.Errorf("ffmpeg %s: %v", input, err)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(stderr), "\n") {
		if line != "" {
			t.Errorf("ffmpeg on %s: %s", input, line)
		}
	}
}

// flashes returns the times at which the picture turns white, beeps those at which the sound begins.
func flashes(t testing.TB, input string) []float64 {
	t.Helper()
	return edges(t, input, "lavfi.signalstats.YAVG", 200,
		"-an", "-vf", "scale=16:16,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-")
}

func beeps(t testing.TB, input string) []float64 {
	t.Helper()
	return edges(t, input, "lavfi.astats.Overall.RMS_level", -25, "-vn", "-af",
		"aresample=8000,asetnsamples=n=80,astats=metadata=1:reset=1,ametadata=print:key=lavfi.astats.Overall.RMS_level:file=-")
}

// edges returns the times at which a value that a filter prints rises above a threshold.
func edges(t testing.TB, input, key string, threshold float64, filter ...string) []float64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args := append([]string{need(t, "ffmpeg"), "-v", "error", "-copyts", "-i", input}, filter...)
	out, stderr, err := run(t, ctx, append(args, "-f", "null", "-")...)
	if err != nil {
		t.Fatalf("ffmpeg %s: %v: %s", input, err, stderr)
	}
	var at []float64
	now, above := 0.0, true
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if _, s, ok := strings.Cut(line, "pts_time:"); ok {
			now, _ = strconv.ParseFloat(strings.TrimSpace(s), 64)
		}
		if s, ok := strings.CutPrefix(line, key+"="); ok {
			value, err := strconv.ParseFloat(s, 64)
			rises := err == nil && value > threshold
			if rises && !above {
				at = append(at, now)
			}
			above = rises
		}
	}
	return at
}

// checkSync fails where sound and picture of a recording with flashes and beeps stand more than 100 ms apart.
func checkSync(t testing.TB, input string) {
	t.Helper()
	pictures, sounds := flashes(t, input), beeps(t, input)
	if len(pictures) < 3 || len(sounds) < 3 {
		t.Fatalf("%d flashes and %d beeps: too few", len(pictures), len(sounds))
	}
	pairs, worst := 0, 0.0
	for _, p := range pictures {
		nearest := math.Inf(1)
		for _, s := range sounds {
			if math.Abs(s-p) < math.Abs(nearest) {
				nearest = s - p
			}
		}
		if math.Abs(nearest) > 0.5 {
			continue // at an end of the recording, or where a flash was already white when it began
		}
		pairs++
		if math.Abs(nearest) > math.Abs(worst) {
			worst = nearest
		}
	}
	t.Logf("sound stands at most %.0f ms from the picture in %d pairs", worst*1000, pairs)
	if pairs < 3 || math.Abs(worst) > 0.100 {
		t.Errorf("sound stands %.0f ms from the picture (%d pairs)", worst*1000, pairs)
	}
}

// hears fails where a recording has no 1 kHz beeps.
func hears(t testing.TB, input string) {
	t.Helper()
	if n := len(beeps(t, input)); n < 3 {
		t.Errorf("%d beeps heard", n)
	}
}
