//go:build unix

package e2e

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	remove, err := makeMaterialDir()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer remove()
	// Most tests wait for other programs and for time to pass, so more of them than there are processors run at once.
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// The harness judges a road that is known to be good in what is looked at here, ffmpeg's: what fails is no fault of ours. (Not so
// in all: that road sends two messages of the same time at each key frame, which watch would not let pass.)
func TestHarness(t *testing.T) {
	server := startNginx(t)
	source := startGStreamer(t, map[string]string{
		"/Streaming/Channels/101": clips.launch(t, "h264", "aac"),
		"/cam/realmonitor":        clips.launch(t, "h264", "aac"),
	})
	for name, path := range map[string]string{"hikvision": "/Streaming/Channels/101", "dahua": "/cam/realmonitor?channel=1&subtype=0"} {
		t.Run(name, func(t *testing.T) {
			from := fmt.Sprintf("rtsp://%s:%s@127.0.0.1:%d%s", user, password, source.port, path)
			start(t, "", need(t, "ffmpeg"), "-v", "error", "-rtsp_transport", "tcp", "-i", from, "-c", "copy", "-f", "flv", server.URL(name))
			eventually(t, 15*time.Second, "published", func() bool { return len(server.publishing()) > 0 })
			r, stop := play(t, server.URL(name))
			eventually(t, 20*time.Second, "5 s of pictures", func() bool { return r.pictures() > 125 })
			stop()
			r.checkOrder(t)
			recorded := r.flv(t)
			if v := probe(t, recorded)["video"]; v.CodecName != "h264" || v.Width != 640 || v.Height != 360 {
				t.Errorf("video %+v", v)
			}
			checkSync(t, recorded)
		})
	}
}
