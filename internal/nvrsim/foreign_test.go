package nvrsim_test

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aler9/gortsplib/v2"
	"github.com/aler9/gortsplib/v2/pkg/format"
	"github.com/aler9/gortsplib/v2/pkg/media"
	libraryURL "github.com/aler9/gortsplib/v2/pkg/url"
	"github.com/pion/rtp"

	"mediapusher/internal/nvrsim"
)

// withPassword puts the credentials into an address.
func withPassword(address string) string {
	return strings.Replace(address, "rtsp://", "rtsp://admin:"+rightPassword+"@", 1)
}

// The library that the service uses plays every channel, without any help.
func TestGortsplib(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := start(t, nvrsim.Config{Vendor: vendor, Auth: nvrsim.DigestMD5OrBasic})
		for channel := 1; channel <= 5; channel++ {
			u, err := libraryURL.Parse(withPassword(url(r, vendor, channel, 1)))
			if err != nil {
				t.Fatal(err)
			}
			transport := gortsplib.TransportTCP
			c := gortsplib.Client{Transport: &transport, ReadTimeout: patience}
			if err := c.Start(u.Scheme, u.Host); err != nil {
				t.Fatal(err)
			}
			medias, base, _, err := c.Describe(u)
			if err != nil {
				t.Fatalf("channel %d: DESCRIBE: %v", channel, err)
			}
			if err := c.SetupAll(medias, base); err != nil {
				t.Fatalf("channel %d: SETUP: %v", channel, err)
			}
			packets := make([]atomic.Int64, len(medias))
			c.OnPacketRTPAny(func(m *media.Media, _ format.Format, _ *rtp.Packet) {
				for i := range medias {
					if medias[i] == m {
						packets[i].Add(1)
					}
				}
			})
			if _, err := c.Play(nil); err != nil {
				t.Fatalf("channel %d: PLAY: %v", channel, err)
			}
			for i := range packets {
				eventually(t, fmt.Sprintf("channel %d, media %d", channel, i), func() bool { return packets[i].Load() > 10 })
			}
			_ = c.Close() // always tells that it was ended
		}
		eventually(t, "all closed", func() bool { c := r.Counts(); return c.Connections == 0 && c.Sessions == 0 && c.Playing == 0 })
	})
}

// run runs a program and returns what it printed and what it complained about.
func run(t *testing.T, name string, args ...string) (out []byte, complaints string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v: %s", name, err, stderr.String())
	}
	return out, stderr.String()
}

func TestFFprobe(t *testing.T) {
	ffprobe := program(t, "ffprobe")
	bothVendors(t, func(t *testing.T, vendor string) {
		r := start(t, nvrsim.Config{Vendor: vendor, Channels: []nvrsim.Channel{
			{Clip: vendor + "-h264-aac", SubClip: vendor + "-sub-aac"},
			{Clip: vendor + "-h264-pcma"},
			{Clip: vendor + "-h264-pcmu"},
			{Clip: vendor + "-h264", SubClip: vendor + "-sub"},
			{Clip: vendor + "-h265-aac"},
			{Clip: vendor + "-h265"},
			{Clip: vendor + "-bframes"},
			{Clip: "slow"},
		}})
		for _, c := range []struct {
			channel, stream int
			want            string
		}{
			{1, 1, "h264,640,360,0|aac,16000,1"},
			{1, 2, "h264,320,180,0|aac,16000,1"},
			{2, 1, "h264,640,360,0|pcm_alaw,8000,1"},
			{3, 1, "h264,640,360,0|pcm_mulaw,8000,1"},
			{4, 1, "h264,640,360,0"},
			{4, 2, "h264,320,180,0"},
			{5, 1, "hevc,640,360,0|aac,16000,1"},
			{6, 1, "hevc,640,360,0"},
			{7, 1, "h264,640,360,2|aac,16000,1"},
			{8, 1, "h264,320,180,0"},
		} {
			if c.channel == 8 && vendor == nvrsim.Dahua {
				continue // one picture a second takes its time, and is the same clip
			}
			t.Run(c.want, func(t *testing.T) {
				t.Parallel()
				out, complaints := run(t, ffprobe, "-v", "error", "-rtsp_transport", "tcp", "-analyzeduration", "2000000", "-of", "csv=p=0",
					"-show_entries", "stream=codec_name,width,height,has_b_frames,sample_rate,channels",
					withPassword(url(r, vendor, c.channel, c.stream)))
				if got := strings.Join(strings.Fields(string(out)), "|"); got != c.want || complaints != "" {
					t.Errorf("%q %s, want %q", got, complaints, c.want)
				}
			})
		}
	})
}

// ffmpeg decodes sixty pictures of each channel without a warning, and the pictures tell successive positions.
func TestFFmpegPictures(t *testing.T) {
	ffmpeg := program(t, "ffmpeg")
	bothVendors(t, func(t *testing.T, vendor string) {
		r := start(t, nvrsim.Config{Vendor: vendor})
		for channel := 1; channel <= 5; channel++ {
			t.Run(fmt.Sprint(channel), func(t *testing.T) {
				t.Parallel()
				out, complaints := run(t, ffmpeg, "-v", "warning", "-nostdin", "-rtsp_transport", "tcp",
					"-i", withPassword(url(r, vendor, channel, 1)), "-frames:v", "60", "-fps_mode", "passthrough", "-an",
					"-vf", "scale=320:180", "-pix_fmt", "gray", "-f", "rawvideo", "-")
				if complaints != "" {
					t.Errorf("ffmpeg: %s", complaints)
				}
				const size = 320 * 180
				if len(out) < 60*size {
					t.Fatalf("%d pictures", len(out)/size)
				}
				last := -1
				for n := 0; n+size <= len(out); n += size {
					position, ok := nvrsim.ReadClock(out[n:n+size], 320, 320, 180)
					if !ok || last >= 0 && position != (last+1)%nvrsim.LoopLength {
						t.Fatalf("picture %d: position %d %t after %d", n/size, position, ok, last)
					}
					last = position
				}
			})
		}
	})
}

// The flash of the pictures and the beep of the sound come together.
func TestSoundFitsPicture(t *testing.T) {
	ffmpeg := program(t, "ffmpeg")
	r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	for _, channel := range []int{1, 2, 4, 5} {
		t.Run(fmt.Sprint(channel), func(t *testing.T) {
			t.Parallel()
			// In one run, so that both outputs have the same zero: brightness of the flash, and loudness in blocks of 20 ms.
			_, log := run(t, ffmpeg, "-v", "info", "-nostdin", "-nostats", "-hide_banner", "-rtsp_transport", "tcp", "-copyts",
				"-i", withPassword(url(r, nvrsim.Hikvision, channel, 1)), "-t", "30", "-frames:v", "75", "-filter_complex",
				"[0:v]crop=iw/16:ih/12:iw*7/8+4:ih/4+4,signalstats,metadata=print:key=lavfi.signalstats.YAVG[v];"+
					"[0:a]aresample=8000,asetnsamples=160,astats=metadata=1:reset=1,ametadata=print:key=lavfi.astats.Overall.Peak_level[a]",
				"-map", "[v]", "-map", "[a]", "-f", "null", "-")
			flash, beep := onsets(t, log, "YAVG", 128), onsets(t, log, "Peak_level", -20)
			matched := 0
			for _, at := range flash {
				for _, b := range beep {
					if d := b - at; d > -0.06 && d < 0.06 {
						matched++
					}
				}
			}
			if matched < 2 {
				t.Errorf("flashes at %.3f, beeps at %.3f", flash, beep)
			}
		})
	}
}

// onsets finds the times at which a value that ffmpeg's metadata filter printed rises above a limit.
func onsets(t *testing.T, log, key string, limit float64) []float64 {
	t.Helper()
	var found []float64
	var at, last float64
	last = limit + 1
	for line := range strings.Lines(log) {
		var value float64
		if _, rest, ok := strings.Cut(line, "pts_time:"); ok {
			if _, err := fmt.Sscanf(rest, "%g", &at); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			continue
		}
		_, rest, ok := strings.Cut(line, key+"=")
		if !ok {
			continue
		}
		if strings.HasPrefix(rest, "-inf") {
			value = -200
		} else if _, err := fmt.Sscanf(rest, "%g", &value); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if last <= limit && value > limit {
			found = append(found, at)
		}
		last = value
	}
	return found
}

// A picture that is no picture has no clock.
func TestReadClock(t *testing.T) {
	draw := func(cells uint16, width, height int) []byte {
		luma := make([]byte, width*height)
		for x := range width {
			if cells>>(15-x*16/width)&1 == 1 {
				for y := height - height/12; y < height; y++ {
					luma[y*width+x] = 235
				}
			}
		}
		return luma
	}
	encode := func(position uint16) uint16 {
		parity := uint16(0)
		for p := position; p > 0; p >>= 1 {
			parity ^= p & 1
		}
		return 1<<15 | position<<3 | parity<<2 | 1
	}
	for _, position := range []uint16{0, 1, 747, 1499} {
		if got, ok := nvrsim.ReadClock(draw(encode(position), 640, 360), 640, 640, 360); !ok || got != int(position) {
			t.Errorf("%d: %d %t", position, got, ok)
		}
	}
	for name, cells := range map[string]uint16{
		"parity": encode(747) ^ 1<<2, "left": encode(747) ^ 1<<15, "right": encode(747) ^ 1, "too large": encode(1500), "black": 0,
	} {
		if got, ok := nvrsim.ReadClock(draw(cells, 640, 360), 640, 640, 360); ok {
			t.Errorf("%s: %d", name, got)
		}
	}
	if _, ok := nvrsim.ReadClock(make([]byte, 100), 640, 640, 360); ok {
		t.Error("a clock in too few samples")
	}
}

// What ffmpeg decodes of a recording are the pictures of the asked time, from the key frame on, and across a gap.
func TestFFmpegRecording(t *testing.T) {
	ffmpeg := program(t, "ffmpeg")
	bothVendors(t, func(t *testing.T, vendor string) {
		for clip, pictures := range map[string]int{"-h264-aac": 150, "-h265-aac": 150} {
			t.Run(clip, func(t *testing.T) {
				t.Parallel()
				r := start(t, nvrsim.Config{
					Vendor: vendor, Faults: nvrsim.Faults{EndAs: nvrsim.EndBye},
					Channels: []nvrsim.Channel{{Clip: vendor + clip, Recordings: []nvrsim.Recording{
						{Start: day("12:00:00"), End: day("12:01:22")}, {Start: day("12:10:10"), End: day("12:30:00")},
					}}},
				})
				out, complaints := run(t, ffmpeg, "-v", "warning", "-nostdin", "-rtsp_transport", "tcp",
					"-i", withPassword(tape(r, vendor, "12:01:19", "12:11:00")), "-frames:v", fmt.Sprint(pictures), "-fps_mode", "passthrough", "-an",
					"-vf", "scale=320:180", "-pix_fmt", "gray", "-f", "rawvideo", "-")
				if complaints != "" {
					t.Errorf("ffmpeg: %s", complaints)
				}
				const size = 320 * 180
				if len(out) < pictures*size {
					t.Fatalf("%d pictures", len(out)/size)
				}
				for n := range pictures {
					want := 18*25 + n // 12:01:18
					if n >= 4*25 {
						want = 10*25 + n - 4*25 // 12:10:10
					}
					if position, ok := nvrsim.ReadClock(out[n*size:(n+1)*size], 320, 320, 180); !ok || position != want {
						t.Fatalf("picture %d: position %d %t, want %d", n, position, ok, want)
					}
				}
			})
		}
	})
}
