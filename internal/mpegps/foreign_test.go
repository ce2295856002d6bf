package mpegps_test

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mediapusher/internal/media"
)

// need returns the path of a command, or skips the test; where foreign parts are required it fails.
func need(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		lacking(t, name)
	}
	return path
}

func lacking(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("MEDIAPUSHER_E2E") == "require" {
		t.Fatalf("%s is missing", what)
	}
	t.Skipf("%s is missing", what)
}

func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String()
}

// gstMux runs a pipeline of GStreamer to its end.
const gstMux = `
import sys
try:
    import gi
    gi.require_version("Gst", "1.0")
    from gi.repository import Gst
except (ImportError, ValueError):
    sys.exit(77)
Gst.init(None)
if not Gst.ElementFactory.find("mpegpsmux"):
    sys.exit(77)
p = Gst.parse_launch(sys.argv[1])
p.set_state(Gst.State.PLAYING)
m = p.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.ERROR | Gst.MessageType.EOS)
p.set_state(Gst.State.NULL)
if not m or m.type == Gst.MessageType.ERROR:
    sys.exit(str(m and m.parse_error()))
`

func gstreamer(t testing.TB, pipeline string) {
	t.Helper()
	const python = "/usr/bin/python3" // the system's has GStreamer
	if _, err := os.Stat(python); err != nil {
		lacking(t, python)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", gstMux, pipeline)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		if cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == 77 {
			lacking(t, "GStreamer's mpegpsmux")
		}
		t.Fatalf("%s: %v: %s", pipeline, err, stderr.String())
	}
}

// hashes are the frame hashes in an output of ffmpeg's framemd5.
func hashes(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			fields := strings.Split(strings.TrimSpace(line), ",")
			all = append(all, strings.TrimSpace(fields[5])) // behind stream, DTS, PTS, duration and size
		}
	}
	return all
}

// hash is that of a unit as MP4 and Matroska hold it.
func hash(u unit) string {
	sum := md5.New()
	for _, nal := range u.Units {
		if u.Track.Codec.Video() {
			sum.Write(binary.BigEndian.AppendUint32(nil, uint32(len(nal))))
		}
		sum.Write(nal)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func TestForeignMuxers(t *testing.T) {
	ffmpeg := need(t, "ffmpeg")
	for _, c := range []struct {
		name, video, audio string
		format             string // of ffmpeg; GStreamer where empty
		codec              media.Codec
		ignored            string
	}{
		{"ffmpeg mpeg, H.264", "hikvision-h264.h264", "", "mpeg", media.H264, ""},
		{"ffmpeg mpeg, H.264 with B-frames", "hikvision-bframes.h264", "", "mpeg", media.H264, ""},
		{"ffmpeg vob, H.264 and MPEG audio", "dahua-h264.h264", "beeps.mp2", "vob", media.H264, "MPEG audio"},
		{"ffmpeg mpeg, H.265", "hikvision-h265.h265", "", "mpeg", media.H265, ""},
		{"ffmpeg vob, H.265 and MPEG audio", "dahua-h265.h265", "beeps.mp2", "vob", media.H265, "MPEG audio"},
		{"GStreamer, H.264 and AAC", "hikvision-h264.h264", "beeps.aac", "", media.H264, ""},
		{"GStreamer, H.264 with B-frames", "dahua-bframes.h264", "", "", media.H264, ""},
		{"GStreamer, H.264 and MPEG audio", "hikvision-sub.h264", "beeps.mp2", "", media.H264, "MPEG audio"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			put := func(name string) string {
				path := filepath.Join(dir, name)
				if err := os.WriteFile(path, clip(t, name), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			video, ps, audio := put(c.video), filepath.Join(dir, "x.ps"), ""
			switch c.audio {
			case "":
			case "beeps.mp2":
				audio = filepath.Join(dir, "beeps.mp2")
				run(t, ffmpeg, "-v", "error", "-i", put("beeps.aac"), "-t", "20", "-ar", "48000", "-c:a", "mp2", audio)
			default:
				audio = put(c.audio)
			}
			if c.format != "" {
				args := []string{"-v", "error", "-framerate", "25", "-i", video}
				if audio != "" {
					args = append(args, "-i", audio, "-map", "0:v", "-map", "1:a")
				}
				run(t, ffmpeg, append(args, "-c", "copy", "-f", c.format, ps)...)
			} else {
				kind := strings.ToLower(strings.ReplaceAll(c.codec.String(), ".", ""))
				pipeline := "filesrc location=" + video + " ! " + kind + "parse ! mpegpsmux name=m ! filesink location=" + ps
				if audio != "" {
					parser := map[bool]string{true: "mpegaudioparse", false: "aacparse"}[c.ignored != ""]
					pipeline += " filesrc location=" + audio + " ! " + parser + " ! queue ! m."
				}
				gstreamer(t, pipeline)
			}
			mkv := filepath.Join(dir, "x.mkv")
			run(t, ffmpeg, "-v", "error", "-probesize", "50M", "-i", ps, "-map", "0:v:0", "-c", "copy",
				"-bsf:v", "setts=pts=N*3600:dts=N*3600", "-f", "matroska", mkv)
			want := hashes(run(t, ffmpeg, "-v", "error", "-i", mkv, "-c", "copy", "-f", "framemd5", "-"))
			stream, err := os.ReadFile(ps)
			if err != nil {
				t.Fatal(err)
			}
			random := rand.New(rand.NewPCG(5, 6))
			var pieces [][]byte
			for rest := stream; len(rest) > 0; {
				n := min(len(rest), 1+random.IntN(10000))
				pieces = append(pieces, rest[:n])
				rest = rest[n:]
			}
			got, stats := demux(t, pieces...)
			if stats.Resyncs != 0 || stats.Dropped != 0 || c.ignored != "" != slices.Equal(stats.Ignored, []string{c.ignored}) {
				t.Errorf("%+v", stats)
			}
			compare(t, got.video(), want)
			for _, u := range got.video() {
				if u.Track.Codec != c.codec || u.Lost {
					t.Fatalf("%v, lost %v", u.Track.Codec, u.Lost)
				}
			}
			if c.audio == "beeps.aac" {
				want := hashes(run(t, ffmpeg, "-v", "error", "-probesize", "50M", "-i", ps, "-map", "0:a:0", "-c", "copy", "-bsf:a", "aac_adtstoasc",
					"-f", "framemd5", "-"))
				compare(t, got.audio(), want)
			}
		})
	}
}

func compare(t *testing.T, units []unit, want []string) {
	t.Helper()
	for i := range min(len(units), len(want)) {
		u := units[i]
		same := hash(u) == want[i]
		if last := len(u.Units) - 1; !same && u.Track.Codec == media.H265 {
			// ffmpeg's parser counts the first zero of the next start code to the picture before.
			u.Units[last] = append(u.Units[last], 0)
			same = hash(u) == want[i]
		}
		if !same {
			t.Fatalf("frame %d of %d (ffmpeg %d) differs: PTS %d, %d NAL units %.60x", i, len(units), len(want), units[i].PTS, len(units[i].Units), units[i].Units)
		}
	}
	if len(units) != len(want) || len(want) < 50 {
		t.Fatalf("%d frames, ffmpeg %d", len(units), len(want))
	}
}
