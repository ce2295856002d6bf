package nvrsim_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mediapusher/internal/nvrsim"
)

// TestSDKForeign lets ffprobe read what the SDK port gives for ten seconds, of each kind of channel.
func TestSDKForeign(t *testing.T) {
	probe := program(t, "ffprobe")
	bothVendors(t, func(t *testing.T, vendor string) {
		channels := nvrsim.DemoChannels(vendor)[:4]
		for i := range channels {
			channels[i].Recordings = []nvrsim.Recording{{Start: day("10:00:00"), End: day("10:00:10")}}
		}
		r := start(t, nvrsim.Config{Vendor: vendor, SDK: true, Password: rightPassword, Channels: channels})
		_, session := loginSDK(t, r)
		for i, c := range []struct{ video, audio string }{{"h264", "aac"}, {"h264", "pcm_alaw"}, {"h264", ""}, {"hevc", "aac"}} {
			t.Run(channels[i].Clip, func(t *testing.T) {
				line := strings.Replace(play(vendor, day("10:00:00"), day("10:00:10")), "channel="+strconv.Itoa(firstSDK(vendor)),
					"channel="+strconv.Itoa(firstSDK(vendor)+i), 1)
				packets, _ := openSDK(t, r, session, line).until('E')
				var stream []byte // with the head, by which it knows Hikvision's stream types
				for _, p := range packets {
					stream = append(stream, p.payload...)
				}
				file := filepath.Join(t.TempDir(), "stream")
				if err := os.WriteFile(file, stream, 0o600); err != nil {
					t.Fatal(err)
				}
				format := map[string]string{nvrsim.Hikvision: "mpeg", nvrsim.Dahua: "dhav"}[vendor]
				out, err := exec.CommandContext(t.Context(), probe, "-v", "error", "-f", format, "-count_packets", "-show_entries",
					"stream=codec_name,nb_read_packets,width,height,sample_rate", "-of", "compact", file).CombinedOutput()
				if err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				text := string(out)
				if !strings.Contains(text, "codec_name="+c.video+"|width=640|height=360|nb_read_packets=250") {
					t.Errorf("no 250 pictures of %s: %s", c.video, text)
				}
				if c.audio != "" && !strings.Contains(text, "codec_name="+c.audio) {
					t.Errorf("no %s: %s", c.audio, text)
				}
			})
		}
	})
}
