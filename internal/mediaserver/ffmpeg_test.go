package mediaserver_test

import (
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/mediaserver"
)

// loop plays a clip again and again, in its own time, until the test ends.
func loop(tb testing.TB, p *mediaserver.Publication, tags []tag) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	tb.Cleanup(func() {
		cancel()
		<-done
	})
	length := tags[len(tags)-1].timestamp + 40
	go func() {
		defer close(done)
		began := time.Now()
		for base := uint32(0); ; base += length {
			for _, one := range tags {
				due := began.Add(time.Duration(base+one.timestamp) * time.Millisecond)
				select {
				case <-time.After(time.Until(due)):
				case <-ctx.Done():
					return
				}
				if p.WriteMessage(one.typeID, base+one.timestamp, [][]byte{one.body}) != nil {
					return
				}
			}
		}
	}()
}

// FFmpeg's players read both ways out, with the right tracks, a key frame first, and no complaint about times.
func TestFFmpegPlays(t *testing.T) {
	probe, ffmpeg := tool(t, "ffprobe"), tool(t, "ffmpeg")
	for name, c := range map[string]struct {
		sound []string
		want  string
	}{
		"with sound":    {[]string{"-f", "lavfi", "-i", "sine=sample_rate=48000"}, "aac h264"},
		"without sound": {nil, "h264"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, mediaserver.Config{})
			p := publish(t, s, "a")
			loop(t, p, clip(t, c.sound...))
			for _, address := range []string{
				"rtmp://" + s.RTMPAddr().String() + "/live/a",
				"http://" + s.HTTPAddr().String() + "/live/a.flv",
			} {
				ctx, cancel := context.WithTimeout(context.Background(), limit)
				defer cancel()
				var told strings.Builder
				cmd := exec.CommandContext(ctx, probe, "-v", "warning", "-analyzeduration", "1M", "-of", "json", "-read_intervals", "%+2",
					"-show_entries", "stream=codec_name,width,height:packet=stream_index,flags,dts", address)
				cmd.Stderr = &told
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("%s: %v %s", address, err, told.String())
				}
				check(t, address, out, c.want)
				decode := exec.CommandContext(ctx, ffmpeg, "-v", "warning", "-analyzeduration", "1M", "-i", address, "-t", "1", "-f", "null", "-")
				if out, err := decode.CombinedOutput(); err != nil || strings.Contains(strings.ToLower(string(out)), "timestamp") {
					t.Errorf("ffmpeg %s: %v %s", address, err, out)
				}
			}
			eventually(t, "players gone", func() bool { return viewers(s, "a") == 0 })
		})
	}
}

func check(t *testing.T, address string, out []byte, want string) {
	t.Helper()
	var probed struct {
		Streams []struct {
			Codec  string `json:"codec_name"`
			Width  int    `json:"width"`
			Height int    `json:"height"`
		} `json:"streams"`
		Packets []struct {
			Stream int    `json:"stream_index"`
			Flags  string `json:"flags"`
			DTS    int    `json:"dts"`
		} `json:"packets"`
	}
	if err := json.Unmarshal(out, &probed); err != nil {
		t.Fatalf("%s: %v in %s", address, err, out)
	}
	var codecs []string
	picture := -1
	for i, one := range probed.Streams {
		codecs = append(codecs, one.Codec)
		if one.Codec == "h264" {
			picture = i
			if one.Width != 320 || one.Height != 180 {
				t.Errorf("%s: %dx%d", address, one.Width, one.Height)
			}
		}
	}
	slices.Sort(codecs)
	if got := strings.Join(codecs, " "); got != want {
		t.Errorf("%s: tracks %q, want %q", address, got, want)
	}
	last, first := map[int]int{}, true
	for _, one := range probed.Packets {
		if before, ok := last[one.Stream]; ok && one.DTS < before {
			t.Errorf("%s: time of track %d falls from %d to %d", address, one.Stream, before, one.DTS)
		}
		last[one.Stream] = one.DTS
		if one.Stream == picture && first {
			first = false
			if !strings.HasPrefix(one.Flags, "K") {
				t.Errorf("%s: begins with %q", address, one.Flags)
			}
		}
	}
	if first {
		t.Errorf("%s: no picture", address)
	}
}

// FFmpeg as a publisher is turned away in words.
func TestFFmpegCannotPublish(t *testing.T) {
	ffmpeg := tool(t, "ffmpeg")
	s := start(t, mediaserver.Config{})
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	out, err := exec.CommandContext(ctx, ffmpeg, "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5", "-c:v", "flv",
		"-f", "flv", "rtmp://"+s.RTMPAddr().String()+"/live/a").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "publishing is not possible here") {
		t.Errorf("%v: %s", err, out)
	}
}
