//go:build unix

package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// TestForeignRoad: a foreign RTSP server behind a recorder's login, a foreign RTMP server, and foreign judges on the playing side.
func TestForeignRoad(t *testing.T) {
	tests := []struct {
		vendor       string
		channel      int
		path         string
		video, audio string
		length       time.Duration
	}{
		{nvrsim.Hikvision, 1, "/Streaming/Channels/101", "h264", "aac", 60 * time.Second},
		{nvrsim.Hikvision, 2, "/Streaming/Channels/201", "h264", "pcma", 20 * time.Second},
		{nvrsim.Hikvision, 3, "/Streaming/Channels/301", "h264", "pcmu", 20 * time.Second},
		{nvrsim.Dahua, 1, "/cam/realmonitor", "h264-bframes", "aac", 60 * time.Second},
	}
	server := startNginx(t)
	mounts := map[string]string{}
	for _, tt := range tests {
		mounts[tt.path] = clips.launch(t, tt.video, tt.audio)
	}
	source := startGStreamer(t, mounts)
	s := startService(t, settings{publish: server.Template()})
	fronts := map[string]*recorder{}
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		fronts[vendor] = startRecorder(t, nvrsim.Config{Vendor: vendor})
		fronts[vendor].rtsp = source.port
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s %s %s", tt.vendor, tt.video, tt.audio), func(t *testing.T) {
			t.Parallel()
			a := s.call("/REAL_STREAM", fronts[tt.vendor].request(tt.channel))
			if a.Code != http.StatusOK {
				t.Fatalf("REAL_STREAM: %+v", a)
			}
			r, stop := play(t, a.URL)
			streams := probe(t, a.URL)
			if v := streams["video"]; v.CodecName != "h264" || v.Width != 640 || v.Height != 360 {
				t.Errorf("video %+v", v)
			}
			wantRate := "48000"
			if tt.audio == "aac" {
				wantRate = "16000"
			}
			if v := streams["audio"]; v.CodecName != "aac" || v.SampleRate != wantRate || v.Channels != 1 {
				t.Errorf("audio %+v", v)
			}
			watch(t, a.URL, tt.length)
			stop()
			r.checkOrder(t)
			if tt.video == "h264-bframes" {
				reordered(t, r)
			}
			recorded := r.flv(t)
			checkSync(t, recorded)
			hears(t, recorded)
		})
	}
}

// reordered fails where a stream of B-frames has no composition offsets, or presents two pictures at one time.
func reordered(t *testing.T, r *recording) {
	t.Helper()
	offsets, shown := 0, map[int64]bool{}
	for _, m := range r.all() {
		p, ok := picture(m)
		if !ok {
			continue
		}
		if p.cts > 0 {
			offsets++
		}
		at := int64(m.Timestamp) + int64(p.cts)
		if shown[at] {
			t.Errorf("two pictures at %d ms", at)
		}
		shown[at] = true
	}
	if offsets < r.pictures()/3 {
		t.Errorf("%d of %d pictures have a composition offset", offsets, r.pictures())
	}
}
