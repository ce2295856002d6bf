package web_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/mediaserver"
	"mediapusher/web"
)

// need finds what the browser test cannot do without, and skips the test unless the environment insists.
func need(t *testing.T, files ...string) {
	t.Helper()
	for _, file := range files {
		if _, err := exec.LookPath(file); err == nil {
			continue
		}
		if _, err := os.Stat(file); err == nil {
			continue
		}
		if os.Getenv("MEDIAPUSHER_E2E") == "require" {
			t.Fatalf("%s is missing", file)
		}
		t.Skipf("%s is missing", file)
	}
}

// The players with a real media server behind them, and a double in place of the service: one stream with sound and one without.
func TestPlayerInBrowser(t *testing.T) {
	need(t, "ffmpeg", "node", "/usr/bin/chromium", "node_modules/playwright-core", "node_modules/axe-core", "vendor/mpegts.js")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	server, err := mediaserver.New(mediaserver.Config{HTTPListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() {
		if err := server.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	for name, sound := range map[string]string{"hikvision": "anullsrc=channel_layout=mono:sample_rate=16000", "dahua": ""} {
		clip := makeClip(t, sound)
		publication, err := server.Publish(name)
		if err != nil {
			t.Fatal(err)
		}
		running.Go(func() { feed(ctx, t, publication, clip) })
	}
	api := &double{media: server.HTTPAddr().String(), handles: map[int]int{}}
	service := httptest.NewServer(api)
	defer service.Close()

	folder := t.TempDir()
	if kept := os.Getenv("MEDIAPUSHER_SCREENSHOTS"); kept != "" {
		folder = kept
	}
	out, err := exec.CommandContext(ctx, "node", "test/player.mjs", service.URL, folder).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	api.mu.Lock()
	defer api.mu.Unlock()
	if api.started != 15 || len(api.handles) != 0 {
		t.Errorf("%d streams started, want two lost, the same again, one that cannot be decoded, one by WebRTC and nine; %d not stopped", api.started,
			len(api.handles))
	}
}

// double is a service that knows two streams. It loses the first handle of each at once, so that the page must ask again, and moves no
// camera.
type double struct {
	media string

	mu      sync.Mutex
	handles map[int]int // to nvr_category
	started int
}

func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/console/") {
		http.StripPrefix("/console", web.Handler()).ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	answer := map[string]any{"status_code": 200, "status_message": "OK"}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	d.mu.Lock()
	defer d.mu.Unlock()
	switch parts[0] {
	case "REAL_STREAM":
		var request struct {
			Category int `json:"nvr_category"`
			Channel  int `json:"nvr_channel"`
			HTTPPort int `json:"http_port"`
		}
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil || request.HTTPPort == 0 {
			answer["status_code"] = 600
		}
		handle := rand.IntN(1<<31-1) + 1
		if d.started++; d.started > 2 {
			d.handles[handle] = request.Category
		}
		answer["play_handle"] = handle
		name := []string{"hikvision", "dahua"}[request.Category]
		answer["flv_url"] = fmt.Sprintf("http://%s/live/%s.flv", d.media, name)
		answer["rtmp_url"] = "rtmp://127.0.0.1/live/" + name
		if request.Category == 1 {
			answer["webrtc_url"] = fmt.Sprintf("http://%s/rtc/v1/whep/?app=live&stream=%s", d.media, name)
		}
	case "DEVICE":
		if len(parts) > 1 {
			answer["status_code"], answer["status_message"] = 603, "the camera gives no picture"
		}
		answer["device"] = doubleDevice()
	case "STREAM":
		var handle int
		_, _ = fmt.Sscan(parts[1], &handle)
		category, known := d.handles[handle]
		if !known {
			answer["status_code"], answer["status_message"] = 605, "no such handle"
		}
		if len(parts) == 3 && parts[2] == "STOP" {
			delete(d.handles, handle)
		}
		if len(parts) == 3 && parts[2] == "PTZControl" && known {
			answer["status_code"], answer["status_message"] = 609, "the camera has no PTZ"
		}
		if len(parts) == 2 && known {
			answer["state"], answer["video_codec"], answer["audio_codec"] = "streaming", "H.264", []string{"AAC", ""}[category]
			answer["frames_per_second"], answer["bits_per_second"], answer["last_frame_age"] = 25, 500000, 0.04
			answer["width"], answer["height"] = 320, 180
		}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// doubleDevice is a recorder of which little is known, with a clock that is an hour slow and a name that is none of the page's elements.
func doubleDevice() map[string]any {
	return map[string]any{
		"vendor": "dahua", "address": "nvr.example:37777", "model": "", "serial": "", "firmware": "", "way": "net", "way_reason": "",
		"ways": []map[string]string{
			{"way": "net", "state": "used", "reason": ""},
			{"way": "sdk", "state": "failed", "reason": "port 37777 is closed"},
			{"way": "other", "state": "odd", "reason": ""},
		},
		"time": "2026-07-20 12:00:00", "time_zone": "", "clock_offset": -3720.4,
		"live_slots": map[string]int{"used": 3, "max": 16}, "playback_slots": nil,
		"channels": []map[string]any{
			{"channel": 0, "name": "<b>gate</b>", "online": nil, "reason": "", "ptz": nil, "main": nil, "sub": nil},
			{
				"channel": 1, "name": "", "online": false, "reason": "no network", "ptz": false, "sub": nil,
				"main": map[string]any{"codec": "H.265", "width": nil, "height": nil, "frame_rate": nil, "bits_per_second": nil},
			},
		},
	}
}

type tag struct {
	typeID    byte
	timestamp uint32
	body      []byte
}

// makeClip lets ffmpeg make a few seconds of FLV and cuts it into tags.
func makeClip(t *testing.T, sound string) []tag {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clip.flv")
	args := []string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"}
	if sound != "" {
		args = append(args, "-f", "lavfi", "-i", sound)
	}
	args = append(args, "-t", "4", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", file)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v %s", err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tags []tag
	for b = b[13:]; len(b) >= 15; {
		size := int(binary.BigEndian.Uint32(b) & 0xFFFFFF)
		timestamp := binary.BigEndian.Uint32(b[4:])>>8 | uint32(b[7])<<24
		tags = append(tags, tag{b[0], timestamp, b[11 : 11+size]})
		b = b[15+size:]
	}
	return tags
}

// feed plays the clip again and again, in its own time, until ctx ends.
func feed(ctx context.Context, t *testing.T, p *mediaserver.Publication, clip []tag) {
	t.Helper()
	began := time.Now()
	for base := uint32(0); ; base += 4000 {
		for _, one := range clip {
			timestamp := base + one.timestamp
			select {
			case <-time.After(time.Until(began.Add(time.Duration(timestamp) * time.Millisecond))):
			case <-ctx.Done():
				return
			}
			if err := p.WriteMessage(one.typeID, timestamp, [][]byte{one.body}); err != nil {
				if ctx.Err() == nil {
					t.Error(err)
				}
				return
			}
		}
	}
}
