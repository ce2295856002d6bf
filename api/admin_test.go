package api_test

import (
	"context"
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

func (l list) Past() []task.Trace {
	if len(l) == 0 {
		return nil
	}
	return []task.Trace{refusedStart()}
}

func (l list) TraceOf(id string) (task.Trace, error) {
	for _, t := range []task.Trace{running(), refusedStart()} {
		if t.ID == id {
			return t, nil
		}
	}
	return task.Trace{}, task.ErrNoSession
}

// admin is the handler of the admin listener with a scheduler that knows the handle 12681.
func admin(cfg api.AdminConfig, sessions api.Sessions) http.Handler {
	return api.NewAdmin(cfg, publicConfig(), newFake(), sessions)
}

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
	documented(r, w)
	return w
}

func TestStreams(t *testing.T) {
	older := snapshot("zz", "1")
	older.Started = now.Add(-time.Hour)
	h := admin(api.AdminConfig{Loopback: true, Now: func() time.Time { return now }}, list{snapshot("b", "2"), snapshot("a", "3"), older})
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
	if w := ask(admin(api.AdminConfig{Loopback: true}, list{}), "/STREAMS"); w.Body.String() != strings.TrimSuffix(okText, "}")+`,"streams":[],"ended":[]}` {
		t.Errorf("no streams: %s", w.Body)
	}
}

func TestHealth(t *testing.T) {
	var wrong error
	h := admin(api.AdminConfig{Loopback: true, Healthy: func() error { return wrong }}, list{})
	if w := ask(h, "/healthz"); w.Code != 200 || w.Body.String() != okText {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	wrong = errors.New("the service is\nshutting down")
	if w := ask(h, "/healthz"); w.Code != 503 || w.Body.String() != said(503, "the service is shutting down") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(admin(api.AdminConfig{Loopback: true}, list{}), "/healthz"); w.Code != 200 {
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
		h := admin(api.AdminConfig{Loopback: test.loopback, Token: func() device.Secret { return test.token }}, list{})
		for _, path := range []string{"/STREAMS", "/healthz"} {
			if w := ask(h, path, "Authorization", test.header); w.Code != test.want {
				t.Errorf("%s, %s: %d, want %d", test.name, path, w.Code, test.want)
			}
		}
	}
}

// A page whose name was turned to 127.0.0.1 must not read the list.
func TestAdminNames(t *testing.T) {
	h := admin(api.AdminConfig{Loopback: true}, list{})
	for host, want := range map[string]int{
		"127.0.0.1:8091": 200, "localhost:8091": 200, "LOCALHOST": 200, "[::1]:8091": 200, "": 200, "evil.example:8091": 403, "127.0.0.1.evil": 403,
	} {
		if w := ask(h, "/STREAMS", "Host", host); w.Code != want {
			t.Errorf("%q: %d, want %d", host, w.Code, want)
		}
	}
	h = admin(api.AdminConfig{Loopback: true, Token: func() device.Secret { return device.NewSecret("x") }}, list{})
	if w := ask(h, "/STREAMS", "Host", "proxy.example", "Authorization", "Bearer x"); w.Code != 200 {
		t.Errorf("with a token by name: %d", w.Code)
	}
}

// A proxy on this machine serves others: without a token they are not let in through it.
func TestAdminBehindAProxy(t *testing.T) {
	var token string
	h := admin(api.AdminConfig{Loopback: true, Token: func() device.Secret { return device.NewSecret(token) }}, list{})
	for _, name := range []string{"X-Forwarded-For", "X-Real-IP", "Forwarded"} {
		token = ""
		if w := ask(h, "/STREAMS", name, "192.0.2.7"); w.Code != 403 || !strings.Contains(w.Body.String(), "admin.token") {
			t.Errorf("%s without a token: %d %s", name, w.Code, w.Body)
		}
		token = "x"
		if w := ask(h, "/STREAMS", name, "192.0.2.7", "Authorization", "Bearer x"); w.Code != 200 {
			t.Errorf("%s with the token: %d", name, w.Code)
		}
	}
}

// What the configuration leaves out is not there; names of files keep their letters.
func TestAdminLeavesOut(t *testing.T) {
	h := admin(api.AdminConfig{Loopback: true}, list{})
	for _, path := range []string{"/", "/console/", "/demo/", "/docs/", "/openapi.yaml", "/INFO", "/metrics"} {
		if w := ask(h, path); w.Code != 404 || w.Body.String() != said(404, "there is no such path") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	files := http.FileServerFS(fstest.MapFS{"Player.js": {Data: []byte("play()")}})
	h = admin(api.AdminConfig{Loopback: true, Console: files}, list{})
	for path, want := range map[string]int{"/console/Player.js": 200, "/console/player.js": 404} {
		if w := ask(h, path); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// Whatever the API answers the admin listener answers too: in the same words, under its own token, and to no other origin.
func TestAdminAnswersTheAPI(t *testing.T) {
	public := publicConfig()
	settings := public.Settings
	public.Settings = func() api.Settings {
		changed := settings()
		changed.Token = device.NewSecret("of-the-api")
		return changed
	}
	f := newFake()
	h := api.NewAdmin(api.AdminConfig{Loopback: true}, public, f, list{})
	for _, test := range []struct{ method, path, body, want string }{
		{"POST", "/real_stream/", six, liveAnswer},
		{"POST", "/BACK_STREAM", strings.TrimSuffix(six, "}") + twelve, backAnswer},
		{"GET", "/STREAM/12681/BEATS", "", okText},
		{"POST", "//STREAM/ 12681 /ptzcontrol", `{"command":0}`, okText},
		{"GET", "/stream/12681/stop", "", okText},
		{"GET", "/STREAM/12681", "", said(605, noSession)},
	} {
		w := call(h, test.method, strings.ReplaceAll(test.path, " ", "%20"), test.body, "Origin", "http://10.8.30.2:8090", "Sec-Fetch-Site", "same-origin")
		if w.Code != 200 || w.Body.String() != test.want {
			t.Errorf("%s %s: %d %s\nwant %s", test.method, test.path, w.Code, w.Body, test.want)
		}
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s: another origin may read: %q", test.path, got)
		}
	}
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site", "Origin", "http://page.example"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "http://page.example"},
	} {
		if w := call(h, "POST", "/REAL_STREAM", six, headers...); w.Code != 403 || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("a page of another origin (%v): %d %s", headers, w.Code, w.Body)
		}
	}
	// Whoever shows the token is no stranger: a proxy may stand before the console, and name another host.
	guarded := api.NewAdmin(api.AdminConfig{Loopback: true, Token: func() device.Secret { return device.NewSecret("open-sesame") }}, public, newFake(), list{})
	if w := call(guarded, "POST", "/REAL_STREAM", six, "Origin", "http://proxy.example", "Authorization", "Bearer open-sesame"); w.Body.String() != liveAnswer {
		t.Errorf("by a proxy: %d %s", w.Code, w.Body)
	}
	if w := call(h, "OPTIONS", "/REAL_STREAM", "", "Origin", "http://page.example"); w.Code != 405 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a preflight: %d %s", w.Code, w.Body)
	}
	if w := call(handler(newFake()), "GET", "/INFO", ""); w.Code != 404 {
		t.Errorf("the API's listener answers what is the operator's: %d", w.Code)
	}
}

// The pages need no token, for it is they that ask for it; what they ask does.
func TestAdminPages(t *testing.T) {
	files := http.FileServerFS(fstest.MapFS{
		"index.html": {Data: []byte("console")}, "docs/index.html": {Data: []byte("reference")},
		"openapi.yaml": {Data: []byte("english")}, "openapi.zh.yaml": {Data: []byte("chinese")},
	})
	h := admin(api.AdminConfig{
		Token:   func() device.Secret { return device.NewSecret("open-sesame") },
		Console: files, Docs: files, Metrics: http.NotFoundHandler(),
	}, list{})
	for path, want := range map[string]string{"/console/": "console", "/docs/": "reference", "/openapi.yaml": "english", "/openapi.zh.yaml": "chinese"} {
		if w := ask(h, path); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for path, want := range map[string]string{
		"/": "/console/", "/demo": "/console/", "/demo/?api=x&y": "/console/?api=x&y", "/console?demo": "/console/?demo", "/docs": "/docs/",
	} {
		if w := ask(h, path); w.Code != 302 || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %v, want %s", path, w.Code, w.Header()["Location"], want)
		}
	}
	for _, path := range []string{"/STREAMS", "/metrics", "/healthz", "/readyz", "/STREAM/12681", "/demo/player.js", "/openapi.json", "/nothing"} {
		if w := ask(h, path); w.Code != 401 {
			t.Errorf("%s without token: %d", path, w.Code)
		}
	}
}

func TestMetrics(t *testing.T) {
	h := admin(api.AdminConfig{Loopback: true, Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("up 1"))
	})}, list{})
	if w := ask(h, "/metrics"); w.Code != 200 || w.Body.String() != "up 1" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestReadiness(t *testing.T) {
	var wrong error
	h := admin(api.AdminConfig{Loopback: true, Ready: func(context.Context) error { return wrong }}, list{})
	if w := ask(h, "/readyz"); w.Code != 200 || w.Body.String() != okText {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	wrong = errors.New("RTMP server 192.0.2.1:1935: connection refused")
	if w := ask(h, "/readyz"); w.Code != 503 || w.Body.String() != said(503, wrong.Error()) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(h, "/healthz"); w.Code != 200 {
		t.Errorf("a server that is away makes the process ill: %d", w.Code)
	}
}

// settings is a configuration whose next reading fails with err.
type settings struct {
	err    error
	change api.Change
	state  api.ConfigState
}

func (s *settings) Reload(context.Context) (api.Change, error) { return s.change, s.err }
func (s *settings) State() api.ConfigState                     { return s.state }

func TestReload(t *testing.T) {
	s := &settings{change: api.Change{Applied: []string{"log.level"}}}
	h := admin(api.AdminConfig{Loopback: true, Configuration: s}, list{})
	want := strings.TrimSuffix(okText, "}") + `,"applied":["log.level"],"restart_needed":[]}`
	if w := call(h, "POST", "/CONFIG/RELOAD", ""); w.Code != 200 || w.Body.String() != want {
		t.Errorf("%d %s, want %s", w.Code, w.Body, want)
	}
	s.err = errors.New("log.level: \"x\" must be\none of debug, info")
	if w := call(h, "POST", "/CONFIG/RELOAD", ""); w.Code != 200 || w.Body.String() != said(600, `log.level: \"x\" must be one of debug, info`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := call(h, "GET", "/CONFIG/RELOAD", ""); w.Code != 405 {
		t.Errorf("GET: %d", w.Code)
	}
}

func TestInfo(t *testing.T) {
	clock := func() time.Time { return now }
	info := api.Info{
		Version: "v1.2.3", Started: now.Add(-time.Hour), Addresses: []string{"0.0.0.0:8090"}, Media: "rtmp://192.0.2.1/live/{stream}",
		Server: api.ServerInfo{Kind: "srs", Version: "6.0.155", HEVC: "enhanced", APIURL: "http://192.0.2.1:1985", Err: errors.New("http://u:hush@192.0.2.1: refused")},
	}
	h := admin(api.AdminConfig{
		Loopback: true, Now: clock, Info: func(context.Context) api.Info { return info },
		Configuration: &settings{state: api.ConfigState{
			File: "/etc/mediapusher.yml", Loaded: now.Add(-time.Minute), RestartNeeded: []string{"api.listen"}, Err: errors.New("line 3"),
		}},
	}, list{snapshot("a", "1"), snapshot("b", "2")})
	want := strings.TrimSuffix(okText, "}") + `,"version":"v1.2.3","uptime":3600,"api":["0.0.0.0:8090"],` +
		`"media":"rtmp://192.0.2.1/live/{stream}","server":{"kind":"srs","version":"6.0.155","hevc":"enhanced",` +
		`"api_url":"http://192.0.2.1:1985","error":"http://***@192.0.2.1: refused"},"config":{"file":"/etc/mediapusher.yml",` +
		`"loaded_age":60,"restart_needed":["api.listen"],"error":"line 3"},"sessions":2}`
	if w := ask(h, "/INFO"); w.Code != 200 || w.Body.String() != want {
		t.Errorf("got  %d %s\nwant %s", w.Code, w.Body, want)
	}
	info = api.Info{Server: api.ServerInfo{Kind: "unknown"}}
	h = admin(api.AdminConfig{Loopback: true, Now: clock, Info: func(context.Context) api.Info { return info }}, list{})
	want = strings.TrimSuffix(okText, "}") + `,"version":"","uptime":null,"api":[],"media":"",` +
		`"server":{"kind":"unknown","version":"","hevc":"","api_url":"","error":""},` +
		`"config":{"file":"","loaded_age":null,"restart_needed":[],"error":""},"sessions":0}`
	if w := ask(h, "/info"); w.Body.String() != want {
		t.Errorf("got  %s\nwant %s", w.Body, want)
	}
}
