//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mediapusher/internal/e2e/rtmp"
	"mediapusher/internal/nvrsim"
)

// explained is what TRACE says.
type explained struct {
	Code    int    `json:"status_code"`
	ID      string `json:"session_id"`
	Address string `json:"address"`
	Verdict struct {
		Cause, Step, Severity string
		What, Next            struct{ EN, ZH string }
	} `json:"verdict"`
	Steps []struct {
		Step, State, Error string
		Took, Age          *float64
	} `json:"steps"`
	Server struct {
		Kind, Version, Error string
		Known, Publishing    bool
		Codec                string `json:"video_codec"`
		Viewers              int
	} `json:"server_view"`
	Ended *float64 `json:"ended_age"`
	Error *struct {
		Kind, Meaning, Step string
		Code                int
	} `json:"error"`
	text string
}

// states are the steps on one line.
func (e explained) states() string {
	var b strings.Builder
	for _, s := range e.Steps {
		fmt.Fprintf(&b, "%s:%s ", s.Step, s.State)
	}
	return strings.TrimSpace(b.String())
}

// get asks a listener, holds the answer against the reference and decodes it.
func (s *service) get(address string, into any) string {
	s.t.Helper()
	response, err := (&http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}).Get(address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := documented(s.t, response)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		s.t.Fatalf("%s: %s: %v", address, text, err)
	}
	return string(text)
}

// why is the trace of a handle.
func (s *service) why(a answer) (e explained) {
	s.t.Helper()
	e.text = s.get(fmt.Sprintf("%s/STREAM/%d/TRACE", s.api, a.Handle), &e)
	return e
}

// whyNot is the trace of the newest session with a recorder that has ended, whether or not it ever had a handle. Who has the answer of
// a failed start finds it.
func (s *service) whyNot(r *recorder) (e explained) {
	s.t.Helper()
	var list struct {
		Ended []struct {
			ID      string `json:"session_id"`
			Address string
			Reason  string
			Code    int `json:"status_code"`
		}
	}
	s.get(s.admin+"/STREAMS", &list)
	for _, one := range list.Ended {
		if one.Address == fmt.Sprintf("127.0.0.1:%d", r.sdk) {
			e.text = s.get(s.admin+"/STREAMS/"+one.ID+"/TRACE", &e)
			return e
		}
	}
	s.t.Fatalf("no ended session with 127.0.0.1:%d in %+v", r.sdk, list.Ended)
	return e
}

// becomes waits until a stream is explained by a cause.
func (s *service) becomes(a answer, cause string, limit time.Duration) (e explained) {
	s.t.Helper()
	eventually(s.t, limit, cause, func() bool {
		e = s.why(a)
		return e.Verdict.Cause == cause
	})
	s.t.Logf("%s: %s", e.Verdict.Cause, e.Verdict.What.EN)
	return e
}

// check holds a trace against what it must say: the cause, the step, words in both languages and no password.
func (e explained) check(t *testing.T, cause, step string, says ...string) {
	t.Helper()
	t.Logf("%s at %s: %s / %s", e.Verdict.Cause, e.Verdict.Step, e.Verdict.What.EN, e.Verdict.What.ZH)
	v := e.Verdict
	if v.Cause != cause || v.Step != step {
		t.Errorf("cause %s at %q, want %s at %q: %s", v.Cause, v.Step, cause, step, e.text)
	}
	for _, want := range says {
		if !strings.Contains(v.What.EN+v.Next.EN, want) || !strings.Contains(v.What.ZH+v.Next.ZH, want) {
			t.Errorf("%q is not in %+v", want, v)
		}
	}
	for _, secret := range []string{password, "Secret", "{", "}"} {
		if strings.Contains(v.What.EN+v.What.ZH+v.Next.EN+v.Next.ZH, secret) || len(secret) > 1 && strings.Contains(e.text, secret) {
			t.Errorf("%s in %s", secret, e.text)
		}
	}
}

// A start that fails at the recorder is explained by what was wrong there, though its caller never got a handle.
func TestFailedStartsAreExplained(t *testing.T) {
	t.Parallel()
	server := startFake(t, rtmp.Config{OnMessage: func(string, rtmp.Message) {}})
	s := startService(t, settings{publish: server.template(), start: 4 * time.Second})
	faults := func(f nvrsim.Faults) nvrsim.Config { return nvrsim.Config{Faults: f} }
	wrong := []any{"nvr_pwd", "wrong-Secret.1"}
	for _, tt := range []struct {
		name, vendor string
		cfg          nvrsim.Config
		channel      int
		more         []any
		cause, step  string
		says         string
	}{
		{"wrong password", nvrsim.Hikvision, nvrsim.Config{}, 1, wrong, "refused_login", "login", "nvr_pwd"},
		{"wrong password", nvrsim.Dahua, nvrsim.Config{}, 1, wrong, "refused_login", "login", "nvr_pwd"},
		{"account locked", nvrsim.Hikvision, nvrsim.Config{LockAfter: 1}, 1, wrong, "locked", "login", "127.0.0.1"},
		{"resets", nvrsim.Dahua, faults(nvrsim.Faults{HTTPRefuse: true, RTSPRefuse: true}), 1, nil, "unreachable", "login", "doctor"},
		{"no such channel", nvrsim.Hikvision, nvrsim.Config{}, 99, nil, "no_such_channel", "open", "131"},
		{"no such channel", nvrsim.Dahua, nvrsim.Config{}, 99, nil, "no_such_channel", "open", "98"},
		{"camera offline", nvrsim.Hikvision, nvrsim.Config{}, 6, nil, "camera_offline", "open", "38"},
		{"silent stream", nvrsim.Hikvision, faults(nvrsim.Faults{SilentStream: true}), 1, nil, "no_stream_data", "receive", "33"},
		{"stream limit", nvrsim.Hikvision, faults(nvrsim.Faults{RTSPStatus: map[string]int{"SETUP": 453}}), 1, nil, "busy", "open", "453"},
		{"no parameter sets", nvrsim.Dahua, faults(nvrsim.Faults{NoParameterSets: true}), 1, nil, "no_key_frame", "picture", ""},
		{"JPEG", nvrsim.Hikvision, faults(nvrsim.Faults{VideoAs: nvrsim.VideoAsMJPEG}), 1, nil, "unsupported_codec", "open", "H.264"},
	} {
		t.Run(tt.vendor+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Vendor = tt.vendor
			source := startRecorder(t, tt.cfg)
			if a, err := s.try("/REAL_STREAM", source.request(tt.channel, tt.more...)); err != nil || a.Code == http.StatusOK {
				t.Fatalf("%+v, %v", a, err)
			}
			e := s.whyNot(source)
			e.check(t, tt.cause, tt.step, tt.says)
			if e.Code != 605 || e.Ended == nil || e.Verdict.Severity != "error" {
				t.Errorf("%s", e.text)
			}
			if tt.cause == "refused_login" {
				if e.Error == nil || e.Error.Kind != "auth" || e.Error.Step != "login" {
					t.Errorf("the device's own words: %s", e.text)
				}
				_, _ = s.try("/REAL_STREAM", source.request(tt.channel, tt.more...))
				s.whyNot(source).check(t, "resting", "login", "login.cool_down")
			}
		})
	}
	t.Run("off", func(t *testing.T) {
		t.Parallel()
		source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
		body := source.request(1)
		source.stop()
		defer source.start()
		if a, err := s.try("/REAL_STREAM", body); err != nil || a.Code != 606 {
			t.Fatalf("%+v, %v", a, err)
		}
		s.whyNot(source).check(t, "unreachable", "login", "127.0.0.1")
	})
}

// What the RTMP server does wrong at a start is not held against the recorder.
func TestFailedPublishesAreExplained(t *testing.T) {
	t.Parallel()
	silent := listen(t, func(net.Conn) {})
	for _, tt := range []struct{ name, template, cause, says string }{
		{"down", fmt.Sprintf("rtmp://127.0.0.1:%d/live/{stream}?token=Secret", freePort(t)), "rtmp_unreachable", "refused"},
		{"refuses", startNginx(t).Refusing(), "rtmp_refused", "on_publish"},
		{"refuses with words", startFake(t, rtmp.Config{Reject: "NetStream.Publish.BadName"}).template(), "rtmp_refused", "BadName"},
		{"says nothing", "rtmp://" + silent + "/live/{stream}", "rtmp_silent", "1985"},
		{"drops H.265", startFake(t, rtmp.Config{SRSVersion: "5.0.216", OnMessage: func(string, rtmp.Message) {}}).template(), "hevc_server", "6.0.42"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Channels: []nvrsim.Channel{{Clip: "hikvision-h264"}, {Clip: "hikvision-h265-aac"}}})
			s := startService(t, settings{publish: tt.template, start: 6 * time.Second})
			channel := 1
			if tt.cause == "hevc_server" {
				channel = 2
			}
			if a := s.call("/REAL_STREAM", source.request(channel)); a.Code != 602 && a.Code != 601 {
				t.Fatalf("%+v", a)
			}
			e := s.whyNot(source)
			if e.Verdict.Step != "publish" && e.Verdict.Step != "send" { // a server may accept, and think better of it
				t.Errorf("step %s", e.Verdict.Step)
			}
			e.check(t, tt.cause, e.Verdict.Step, tt.says, strings.TrimPrefix(strings.Split(tt.template, "/{")[0], "rtmp://"))
		})
	}
}

const roadDone = "login:done open:done receive:done picture:done publish:done send:done"

// A stream that is well says so to the end of the road, and what comes over it later is explained while it is there.
func TestStreamIsExplained(t *testing.T) {
	t.Parallel()
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Dahua})
	s := startService(t, settings{interval: 3 * time.Second, more: "source_timeout: 2s"})
	a := s.live(source, 1)
	e := s.becomes(a, "healthy", 5*time.Second)
	if got := e.states(); got != roadDone+" server:done viewers:warning" {
		t.Errorf("steps %s", got)
	}
	if v := e.Server; v.Kind != "embedded" || !v.Known || !v.Publishing || v.Codec != "H.264" {
		t.Errorf("the embedded server: %+v", v)
	}
	_, leave := play(t, a.URL)
	eventually(t, 5*time.Second, "a viewer", func() bool { return strings.HasSuffix(s.why(a).states(), "server:done viewers:done") })
	leave()

	s.beat(a)
	source.SetFaults(nvrsim.Faults{SilentStream: true})
	s.becomes(a, "no_stream_data", 10*time.Second)
	s.beat(a)
	source.SetFaults(nvrsim.Faults{})
	s.becomes(a, "healthy", 15*time.Second)
	s.beat(a)
	source.stop()
	s.becomes(a, "source_lost", 10*time.Second)
	s.beat(a)
	source.start()
	s.becomes(a, "healthy", 15*time.Second)

	// Nobody beats any more. The handle knows why it ended, and asking did not keep it.
	e = s.becomes(a, "heartbeat_missed", 10*time.Second)
	if e.Code != 605 || e.Ended == nil || s.beat(a) != 605 {
		t.Errorf("after its end: %s", e.text)
	}
	b := s.live(source, 4)
	s.becomes(b, "hevc_browser", 5*time.Second)
	s.stop(b)
	s.becomes(b, "stopped", 5*time.Second)
}

// The RTMP server that goes away while a stream plays.
func TestLostServerIsExplained(t *testing.T) {
	t.Parallel()
	server := startNginx(t)
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	s := startService(t, settings{publish: server.URL("{stream}")})
	a := s.live(source, 1)
	e := s.becomes(a, "healthy", 5*time.Second)
	if e.Server.Kind != "unknown" || e.Server.Known || e.Server.Error != "" || e.states() != roadDone+" server:unknown viewers:unknown" {
		t.Errorf("a server that is no SRS: %s", e.text)
	}
	server.Stop()
	s.becomes(a, "rtmp_unreachable", 10*time.Second).check(t, "rtmp_unreachable", "publish", "rtmp.publish_url")
	server.start()
	s.becomes(a, "healthy", 15*time.Second)
	s.stop(a)
}

// srsAPI answers as the HTTP API of SRS 6 does.
type srsAPI struct {
	publishing atomic.Bool
	clients    atomic.Int32
	name       atomic.Value // string
	requests   atomic.Int32
}

func (s *srsAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	user, secret, _ := r.BasicAuth()
	switch {
	case user != "operator" || secret != "api-Secret":
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/api/v1/versions":
		_, _ = w.Write([]byte(`{"code":0,"server":"vid-99m6l81","data":{"major":6,"minor":0,"revision":155,"version":"6.0.155"}}`))
	case r.URL.Path == "/api/v1/streams/":
		name, _ := s.name.Load().(string)
		rate := 163
		if !s.publishing.Load() {
			rate = 0
		}
		_, _ = fmt.Fprintf(w, `{"code":0,"server":"vid-99m6l81","streams":[{"id":"vid-454q426","name":%q,"vhost":"vid-89zm207","app":"live",`+
			`"clients":%d,"kbps":{"recv_30s":%d,"send_30s":0},"publish":{"active":%t,"cid":"t233d558"},"video":{"codec":"H264","width":640,"height":360}}]}`,
			name, s.clients.Load(), rate, s.publishing.Load())
	default:
		http.NotFound(w, r)
	}
}

// An SRS says whether it has the stream and who plays it; few requests serve all who ask.
func TestServersViewIsExplained(t *testing.T) {
	t.Parallel()
	server := startFake(t, rtmp.Config{SRSVersion: "6.0.155", OnMessage: func(string, rtmp.Message) {}})
	view := &srsAPI{}
	api := httptest.NewServer(view)
	defer api.Close()
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	s := startService(t, settings{
		publish: server.template(), more: "srs: {api_url: " + strings.Replace(api.URL, "//", "//operator:api-Secret@", 1) + "}",
	})
	a := s.live(source, 1)
	view.name.Store(a.URL[strings.LastIndex(a.URL, "/")+1:])
	view.publishing.Store(true)
	view.clients.Store(3)
	eventually(t, 5*time.Second, "two viewers", func() bool { return s.why(a).Server.Viewers == 2 })
	e := s.why(a)
	e.check(t, "healthy", "")
	if v := e.Server; v.Kind != "srs" || v.Version != "6.0.155" || !v.Known || !v.Publishing || e.states() != roadDone+" server:done viewers:done" {
		t.Errorf("%s", e.text)
	}
	before, begin := view.requests.Load(), time.Now()
	for range 50 {
		s.why(a)
	}
	if n, most := view.requests.Load()-before, int32(time.Since(begin)/time.Second)+2; n > most {
		t.Errorf("%d requests for fifty traces in %v", n, time.Since(begin))
	}
	view.publishing.Store(false)
	s.becomes(a, "server_lost_stream", 10*time.Second).check(t, "server_lost_stream", "server", "srs.api_url", api.URL)
	var info struct {
		Server struct{ Kind, Version, HEVC, Error string } `json:"server"`
		Media  string
	}
	text := s.get(s.admin+"/INFO", &info)
	if v := info.Server; v.Kind != "srs" || v.Version != "6.0.155" || v.HEVC != "enhanced" || v.Error != "" || strings.Contains(text, "Secret") {
		t.Errorf("INFO %s", text)
	}
	api.Close()
	eventually(t, 10*time.Second, "the server cannot be asked", func() bool { return !s.why(a).Server.Known })
	if e := s.why(a); e.Verdict.Cause != "healthy" || e.Server.Error == "" || !strings.HasSuffix(e.states(), "server:unknown viewers:unknown") {
		t.Errorf("%s", e.text)
	}
	if response, err := http.Get(s.admin + "/readyz"); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("readyz: %+v, %v", response, err)
	} else {
		response.Body.Close()
	}
	s.stop(a)
}
