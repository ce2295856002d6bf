package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"mediapusher/api"
	"mediapusher/internal/device"
	"mediapusher/task"
)

type list []task.Snapshot

func (l list) Snapshots() []task.Snapshot { return l }

func ask(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "127.0.0.1:8091"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestStreams(t *testing.T) {
	older := snapshot("zz", "1")
	older.Started = now.Add(-time.Hour)
	h := api.NewAdmin(api.AdminConfig{Loopback: true, Now: func() time.Time { return now }}, list{snapshot("b", "2"), snapshot("a", "3"), older})
	w := ask(h, "/STREAMS", "Origin", "http://page")
	var got struct {
		Code    int              `json:"status_code"`
		Streams []map[string]any `json:"streams"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Code != 200 || w.Code != 200 {
		t.Fatalf("%d %s, %v", w.Code, w.Body, err)
	}
	if !strings.HasPrefix(w.Body.String(), strings.TrimSuffix(okText, "}")+`,"streams":[{"session_id":"zz","kind":"live",`) {
		t.Errorf("the list begins %.120s", w.Body)
	}
	if len(got.Streams) != 3 || got.Streams[1]["session_id"] != "a" || got.Streams[2]["session_id"] != "b" || got.Streams[0]["age"] != 3600.0 {
		t.Errorf("the order is wrong: %s", w.Body)
	}
	for _, secret := range []string{"hush", "handle"} {
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("the list holds %q: %s", secret, w.Body)
		}
	}
	if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("a page of another origin may read: %q", got)
	}
	checkHeaders(t, "/STREAMS", w.Header(), w.Body.Len())
	if w := ask(api.NewAdmin(api.AdminConfig{Loopback: true}, list{}), "/STREAMS"); w.Body.String() != strings.TrimSuffix(okText, "}")+`,"streams":[]}` {
		t.Errorf("no streams: %s", w.Body)
	}
}

func TestHealth(t *testing.T) {
	var wrong error
	h := api.NewAdmin(api.AdminConfig{Loopback: true, Healthy: func() error { return wrong }}, list{})
	if w := ask(h, "/healthz"); w.Code != 200 || w.Body.String() != okText {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	wrong = errors.New("the service is\nshutting down")
	if w := ask(h, "/healthz"); w.Code != 503 || w.Body.String() != said(503, "the service is shutting down") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(api.NewAdmin(api.AdminConfig{Loopback: true}, list{}), "/healthz"); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAdminToken(t *testing.T) {
	secret := device.NewSecret("open-sesame")
	for _, test := range []struct {
		name     string
		loopback bool
		token    device.Secret
		header   string
		want     int
	}{
		{"loopback", true, device.Secret{}, "", 200},
		{"loopback with token, none given", true, secret, "", 401},
		{"loopback with token", true, secret, "Bearer open-sesame", 200},
		{"outside, none given", false, secret, "", 401},
		{"outside, wrong", false, secret, "Bearer sesame", 401},
		{"outside", false, secret, "Bearer open-sesame", 200},
		{"outside without token", false, device.Secret{}, "", 401},
		{"outside without token, empty given", false, device.Secret{}, "Bearer ", 401},
	} {
		h := api.NewAdmin(api.AdminConfig{Loopback: test.loopback, Token: func() device.Secret { return test.token }, Demo: http.NotFoundHandler()}, list{})
		for _, path := range []string{"/STREAMS", "/healthz"} {
			if w := ask(h, path, "Authorization", test.header); w.Code != test.want {
				t.Errorf("%s, %s: %d, want %d", test.name, path, w.Code, test.want)
			}
		}
		if w := ask(h, "/demo/", "Authorization", test.header); (w.Code == 401) != (test.want == 401) {
			t.Errorf("%s, demo page: %d", test.name, w.Code)
		}
	}
}

// A page whose name was turned to 127.0.0.1 must not read the list.
func TestAdminNames(t *testing.T) {
	h := api.NewAdmin(api.AdminConfig{Loopback: true}, list{})
	for host, want := range map[string]int{
		"127.0.0.1:8091": 200, "localhost:8091": 200, "LOCALHOST": 200, "[::1]:8091": 200, "": 200, "evil.example:8091": 403, "127.0.0.1.evil": 403,
	} {
		if w := ask(h, "/STREAMS", "Host", host); w.Code != want {
			t.Errorf("%q: %d, want %d", host, w.Code, want)
		}
	}
	h = api.NewAdmin(api.AdminConfig{Loopback: true, Token: func() device.Secret { return device.NewSecret("x") }}, list{})
	if w := ask(h, "/STREAMS", "Host", "proxy.example", "Authorization", "Bearer x"); w.Code != 200 {
		t.Errorf("with a token by name: %d", w.Code)
	}
}

func TestDemoPage(t *testing.T) {
	files := fstest.MapFS{"index.html": {Data: []byte("<h1>demo</h1>")}, "Player.js": {Data: []byte("play()")}}
	h := api.NewAdmin(api.AdminConfig{Loopback: true, Demo: http.FileServerFS(files)}, list{})
	for path, want := range map[string]string{"/demo/": "<h1>demo</h1>", "/demo/Player.js": "play()"} {
		if w := ask(h, path); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := ask(h, "/demo"); w.Code != 302 || w.Header().Get("Location") != "/demo/" {
		t.Errorf("/demo: %d %v", w.Code, w.Header())
	}
	if w := ask(h, "/demo/player.js"); w.Code != 404 {
		t.Errorf("a file of another case: %d", w.Code)
	}
	for _, path := range []string{"/", "/streams", "/REAL_STREAM", "/STREAM/1/STOP"} {
		if w := ask(h, path); w.Code != 404 || w.Body.String() != said(404, "there is no such path") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := ask(api.NewAdmin(api.AdminConfig{Loopback: true}, list{}), "/demo/"); w.Code != 404 {
		t.Errorf("no demo: %d", w.Code)
	}
}
