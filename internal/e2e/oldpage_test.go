//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// TestOldPage: a page written from the printed document alone plays, beats, seeks, moves and stops in a browser, from another origin, with
// JSON and with forms; and the JavaScript client keeps its streams. It is not parallel: a browser takes the time that others measure.
func TestOldPage(t *testing.T) {
	node := need(t, "node")
	for _, file := range []string{"/usr/bin/chromium", "../../web/node_modules/playwright-core", "../../web/vendor/mpegts.js"} {
		if fileMissing(file) {
			lacking(t, file)
		}
	}
	const beat = time.Second // a handle lives five without
	s := startService(t, settings{interval: 4 * beat, grace: beat})
	client := filepath.Join(t.TempDir(), "client.js")
	download(t, s.admin+"/console/client/mediapusher-client.js", client)
	site := http.NewServeMux()
	for path, file := range map[string]string{
		"/old.html": "oldpage/old.html", "/old.js": "oldpage/old.js", "/client.html": "oldpage/client.html",
		"/jquery.js": npm(t, "oldpage", "jquery/dist/jquery.js"), "/mpegts.js": "../../web/vendor/mpegts.js",
		"/client.js": client,
	} {
		site.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	}
	var recorders []*recorder
	var described []map[string]any
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		r := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, 0, 600, 1200, 1203)})
		recorders = append(recorders, r)
		body := r.request(1)
		described = append(described, map[string]any{
			"vendor": vendor, "category": body["nvr_category"], "port": body["nvr_port"], "channel": body["nvr_channel"],
			"http_port": body["http_port"], "rtsp_port": body["rtsp_port"],
		})
	}
	site.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	site.HandleFunc("/snippet.html", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(documentedPage(t, s, recorders[0]))
	})
	pages := httptest.NewServer(site)
	defer pages.Close()
	asked, err := json.Marshal(map[string]any{
		"api": s.api, "reference": s.admin, "beat": beat.Milliseconds(), "user": user, "password": password, "recorders": described,
		"start": clockText(noon), "end": clockText(noon.Add(1203 * time.Second)), "seek": clockText(noon.Add(5 * time.Minute)),
		"last": clockText(noon.Add(597 * time.Second)),
	})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if kept := os.Getenv("MEDIAPUSHER_SCREENSHOTS"); kept != "" {
		folder = kept
	}
	driver := exec.CommandContext(t.Context(), node, "oldpage/drive.mjs", pages.URL, folder)
	driver.Stdin = bytes.NewReader(asked)
	out, err := driver.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\n%s", err, out, s.process.tail())
	}
	// Two movements for each variant, and one of the client.
	for i, r := range recorders {
		r.stands(4 + (1 - i))
		r.left(5 * time.Second)
	}
}

// documentedPage is the page that docs/client.md shows, with the addresses of this test.
func documentedPage(t *testing.T, s *service, r *recorder) []byte {
	t.Helper()
	text, err := os.ReadFile("../../docs/client.md")
	if err != nil {
		t.Error(err)
	}
	request, err := json.Marshal(r.request(1))
	if err != nil {
		t.Error(err)
	}
	shown := regexp.MustCompile("(?s)```html\n(.*?)```").FindSubmatch(text)
	if shown == nil {
		t.Error("docs/client.md shows no page")
		return nil
	}
	page := regexp.MustCompile(`(?s)\{\s*nvr_category.*?\}`).ReplaceAllLiteral(shown[1], request)
	page = bytes.ReplaceAll(page, []byte("http://192.0.2.2:8090"), []byte(s.api))
	return bytes.ReplaceAll(page, []byte("mediapusher-client.js"), []byte("client.js"))
}

// download keeps what the service hands out.
func download(t *testing.T, from, file string) {
	t.Helper()
	response, err := http.Get(from)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", from, response.Status, err)
	}
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
}
