//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// The console in a browser, with the service as it is built and a recorder of each maker: the wall, the recorder's page, recordings with
// their timeline, and the pad. web/test/watch.mjs says what is proven. It runs alone, because it looks at times.
func TestConsoleWatches(t *testing.T) {
	web := consoleTests(t)
	if player := filepath.Join(web, "vendor/mpegts.js"); fileMissing(player) {
		lacking(t, player)
	}
	s := startService(t, settings{})
	recorders := map[string]*recorder{}
	ports := map[string]map[string]any{}
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		r := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: watched(vendor)})
		recorders[vendor] = r
		ports[vendor] = map[string]any{
			"nvr_port": r.sdk, "http_port": r.cfg.HTTPPort, "rtsp_port": r.cfg.RTSPPort, "nvr_user": user, "nvr_pwd": password,
		}
	}
	control := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		journals := map[string][]nvrsim.Entry{}
		for vendor, r := range recorders {
			journals[vendor] = r.Journal()
		}
		_ = json.NewEncoder(w).Encode(journals) // a browser that has gone needs none
	}))
	defer control.Close()
	where, err := json.Marshal(ports)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	cmd := command(ctx, need(t, "node"), filepath.Join(web, "test/watch.mjs"), s.admin, screenshots(t), control.URL, string(where))
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recorders {
		r.stands(2)
		r.left(10 * time.Second) // the page has gone, and its streams with it
	}
}

// watched are the channels of a recorder: one that has recorded something with a gap, one that cannot be moved, and one that is offline.
func watched(vendor string) []nvrsim.Channel {
	now := time.Now().UTC().Truncate(time.Minute)
	before := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	return []nvrsim.Channel{
		{
			Name: "Gate", Clip: vendor + "-h264-aac", SubClip: vendor + "-sub-aac",
			Recordings: []nvrsim.Recording{{Start: before(20), End: before(9)}, {Start: before(8), End: before(2)}},
		},
		{Name: "Yard", Clip: vendor + "-h264", SubClip: vendor + "-sub", NoPTZ: true},
		{Name: "Store", Clip: vendor + "-h264", Offline: true},
	}
}
