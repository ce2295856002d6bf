package pusher_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"mediapusher/internal/media"
)

// clipKind is what a clip is made of, as arguments of ffmpeg.
type clipKind struct {
	name  string
	codec media.Codec
	video []string
	audio []string
}

var (
	soundOfClip = []string{"-c:a", "aac", "-ac", "1", "-b:a", "32k"}
	h264Args    = []string{"-c:v", "libx264", "-preset", "superfast", "-g", "25", "-sc_threshold", "0", "-pix_fmt", "yuv420p"}
	clipKinds   = []clipKind{
		{name: "h264", codec: media.H264, video: append(h264Args, "-bf", "0", "-x264-params", "repeat-headers=1"), audio: soundOfClip},
		{name: "h264_bframes", codec: media.H264, video: append(h264Args, "-bf", "2", "-x264-params", "repeat-headers=1"), audio: soundOfClip},
		{name: "h264_silent", codec: media.H264, video: append(h264Args, "-bf", "0", "-x264-params", "repeat-headers=1"), audio: []string{"-an"}},
		{
			name: "h265", codec: media.H265, audio: soundOfClip,
			video: []string{"-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-x265-params", "keyint=25:bframes=0:repeat-headers=1:log-level=none"},
		},
	}
)

// requireTool skips the test where a program is missing, and fails it where the environment says that everything must run.
func requireTool(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		if os.Getenv("MEDIAPUSHER_E2E") == "require" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed; scripts/deps.sh installs it", name)
	}
}

// clip is a generated recording, 640x360 at 25 pictures a second with AAC of 16 kHz.
type clip struct {
	data    []byte
	packets []clipPacket
	video   *media.Track
	audio   *media.Track // nil where silent
}

type clipPacket struct {
	kind          string
	pts, dts      int64 // 1/90000 s
	position, len int
	key           bool
}

func makeClip(t testing.TB, kind clipKind, seconds int) *clip {
	t.Helper()
	requireTool(t, "ffmpeg", "ffprobe")
	file := filepath.Join(t.TempDir(), "clip.mp4")
	args := []string{
		"-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=16000",
		"-t", strconv.Itoa(seconds),
	}
	args = append(append(append(args, kind.video...), kind.audio...), file)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &clip{data: data, video: &media.Track{Codec: kind.codec, Width: 640, Height: 360, FrameRate: 25}}
	if kind.audio[0] != "-an" {
		c.audio = aacTrack()
	}
	probed := probe(t, t.Context(), file)
	for _, p := range probed.Packets {
		position, err := strconv.Atoi(p.Position)
		if err != nil {
			t.Fatal(err)
		}
		length, err := strconv.Atoi(p.Size)
		if err != nil {
			t.Fatal(err)
		}
		// One second later, since the first DTS of a clip with B pictures is below zero.
		c.packets = append(c.packets, clipPacket{p.Kind, ticks(t, p.PTS) + media.ClockRate, ticks(t, p.DTS) + media.ClockRate, position, length, p.Flags[0] == 'K'})
	}
	return c
}

// unit is the n-th packet as an access unit, round steps of the clip's length later.
func (c *clip) unit(t testing.TB, n int, later int64) *media.AccessUnit {
	t.Helper()
	p := c.packets[n]
	track := c.video
	payload := [][]byte{c.data[p.position:][:p.len]}
	if p.kind == "audio" {
		track = c.audio
	} else {
		payload = splitLengths(payload[0])
		c.learn(payload)
	}
	au := media.NewAccessUnit(track)
	au.PTS, au.DTS, au.RandomAccess = p.pts+later, p.dts+later, p.key && p.kind == "video"
	for _, nal := range payload {
		if err := au.Append(nal); err != nil {
			t.Fatal(err)
		}
	}
	return au
}

// learn takes the parameter sets from the first picture.
func (c *clip) learn(nals [][]byte) {
	if c.video.SPS != nil {
		return
	}
	for _, nal := range nals {
		kind := nal[0] & 0x1F
		if c.video.Codec == media.H265 {
			kind = nal[0] >> 1 & 0x3F
		}
		switch {
		case c.video.Codec == media.H264 && kind == 7 || c.video.Codec == media.H265 && kind == 33:
			c.video.SPS = bytes.Clone(nal)
		case c.video.Codec == media.H264 && kind == 8 || c.video.Codec == media.H265 && kind == 34:
			c.video.PPS = bytes.Clone(nal)
		case c.video.Codec == media.H265 && kind == 32:
			c.video.VPS = bytes.Clone(nal)
		}
	}
}

func splitLengths(b []byte) [][]byte {
	var nals [][]byte
	for len(b) > 4 {
		n := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
		nals = append(nals, b[4:4+n])
		b = b[4+n:]
	}
	return nals
}

// tracks is what a source would promise.
func (c *clip) tracks() []*media.Track {
	if c.audio == nil {
		return []*media.Track{c.video}
	}
	return []*media.Track{c.video, c.audio}
}

// play writes the clip into a queue at the pace of its times, over and over, until ctx ends; then it closes the queue.
func (c *clip) play(ctx context.Context, t testing.TB, queue *media.Queue) {
	t.Helper()
	defer queue.Close()
	begin := time.Now()
	length := int64(0)
	for _, p := range c.packets {
		length = max(length, p.dts-c.packets[0].dts)
	}
	length += media.ClockRate / 25
	for later := int64(0); ; later += length {
		for n := range c.packets {
			au := c.unit(t, n, later)
			due := begin.Add(time.Duration(au.DTS-c.packets[0].dts) * time.Second / media.ClockRate)
			select {
			case <-time.After(time.Until(due)):
			case <-ctx.Done():
				au.Release()
				return
			}
			if queue.Write(au) != nil {
				return
			}
		}
	}
}

// probed is what ffprobe tells.
type probed struct {
	Streams []struct {
		Kind   string `json:"codec_type"`
		Codec  string `json:"codec_name"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
	} `json:"streams"`
	Packets []probedPacket `json:"packets"`
}

type probedPacket struct {
	Kind     string `json:"codec_type"`
	PTS      string `json:"pts_time"`
	DTS      string `json:"dts_time"`
	Size     string `json:"size"`
	Position string `json:"pos"`
	Flags    string `json:"flags"`
}

func ticks(t testing.TB, text string) int64 {
	t.Helper()
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatalf("ffprobe: time %q", text)
	}
	return int64(math.Round(seconds * media.ClockRate))
}

// probe runs ffprobe with more arguments before the input.
func probe(t testing.TB, ctx context.Context, input string, args ...string) probed {
	t.Helper()
	args = append(append([]string{"-v", "warning", "-of", "json"}, args...),
		"-show_entries", "stream=codec_type,codec_name,width,height:packet=codec_type,pts_time,dts_time,size,pos,flags", input)
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "ffprobe", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ffprobe: %v\n%s", err, stderr.String())
	}
	if stderr.Len() > 0 {
		t.Logf("ffprobe warns: %s", stderr.String())
	}
	var p probed
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	return p
}
