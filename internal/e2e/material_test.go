//go:build unix

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// materialSeconds is the length of what the foreign RTSP server sends: a test of a minute and its beginning and end.
const materialSeconds = 75

// material makes files for the foreign RTSP server: 640x360, 25 pictures a second, a picture that flashes white and a beep of 1 kHz
// in the first 120 ms of each second. They are made once for a run of the tests.
type material struct {
	dir   string
	mu    sync.Mutex
	files map[string]*file
}

type file struct {
	once sync.Once
	path string
	err  error
}

const (
	flash = "drawbox=t=fill:c=white:enable='lt(mod(t,1),0.119)'"
	beep  = "if(lt(mod(t\\,1)\\,0.12)\\,0.5*sin(2*PI*1000*t)\\,0)"
)

var videoCodings = map[string][]string{
	"h264": {"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "50", "-bf", "0", "-pix_fmt", "yuv420p"},
	"h264-bframes": {
		"-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-bf", "2", "-x264-params", "b-adapt=0:b-pyramid=none:scenecut=0",
		"-pix_fmt", "yuv420p",
	},
	"h265": {"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=50:bframes=0", "-pix_fmt", "yuv420p"},
}

var audioCodings = map[string][]string{
	"":     {"-an"},
	"aac":  {"-c:a", "aac", "-ar", "16000", "-ac", "1", "-b:a", "32k"},
	"pcma": {"-c:a", "pcm_alaw", "-ar", "8000", "-ac", "1"},
	"pcmu": {"-c:a", "pcm_mulaw", "-ar", "8000", "-ac", "1"},
}

// get returns the path of the file with these codings.
func (m *material) get(t testing.TB, video, audio string) string {
	t.Helper()
	ffmpeg := need(t, "ffmpeg")
	m.mu.Lock()
	f := m.files[video+audio]
	if f == nil {
		f = &file{path: filepath.Join(m.dir, fmt.Sprintf("%s-%s.mov", video, audio))}
		m.files[video+audio] = f
	}
	m.mu.Unlock()
	f.once.Do(func() {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		args := []string{
			ffmpeg, "-v", "error", "-y",
			"-f", "lavfi", "-i", fmt.Sprintf("testsrc2=s=640x360:r=25:d=%d,eq=brightness=-0.3,%s", materialSeconds, flash),
			"-f", "lavfi", "-i", fmt.Sprintf("aevalsrc='%s':s=48000:d=%d", beep, materialSeconds),
		}
		args = append(append(append(args, videoCodings[video]...), audioCodings[audio]...), "-shortest", f.path)
		if _, stderr, err := run(t, ctx, args...); err != nil {
			f.err = fmt.Errorf("%w: %s", err, stderr)
		}
	})
	if f.err != nil {
		t.Fatal(f.err)
	}
	return f.path
}

// launch is the GStreamer line that sends a file of these codings.
func (m *material) launch(t testing.TB, video, audio string) string {
	t.Helper()
	parse, pay := "h264parse", "rtph264pay"
	if video == "h265" {
		parse, pay = "h265parse", "rtph265pay"
	}
	line := fmt.Sprintf("( filesrc location=%s ! qtdemux name=d d.video_0 ! queue ! %s ! %s name=pay0 pt=96 config-interval=-1",
		m.get(t, video, audio), parse, pay)
	switch audio {
	case "aac":
		line += " d.audio_0 ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97"
	case "pcma", "pcmu":
		line += fmt.Sprintf(" d.audio_0 ! queue ! rtp%spay name=pay1 min-ptime=20000000 max-ptime=40000000", audio)
	}
	return line + " )"
}

var clips = &material{files: make(map[string]*file)}

func makeMaterialDir() (remove func(), err error) {
	if clips.dir, err = os.MkdirTemp("", "mediapusher-e2e"); err != nil {
		return nil, err
	}
	return func() { os.RemoveAll(clips.dir) }, nil
}
