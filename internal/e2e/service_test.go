//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// service is bin/mediapusher serve as it is built.
type service struct {
	t          testing.TB
	process    *process
	api, admin string
	file       string // the configuration
	// rtmp is the port of the embedded server, flv that of HTTP-FLV.
	rtmp, flv int
}

// settings are what tests change in the configuration.
type settings struct {
	publish         string // template; empty: the embedded server
	hevc            string
	start           time.Duration
	interval, grace time.Duration
	data            string // data_dir; empty: one of its own
	more            string // further YAML
	build           func() (string, error)
}

var (
	build    = sync.OnceValues(func() (string, error) { return buildProgram("mediapusher") })
	buildSDK = sync.OnceValues(func() (string, error) { return buildProgram("mediapusher-sdk", "-tags", "hiksdk,dahuasdk") })
)

// buildProgram builds the service, instrumented as the tests are.
func buildProgram(name string, flags ...string) (string, error) {
	program := filepath.Join(clips.dir, name)
	args := append([]string{"go", "build", "-o", program}, append(flags, instrumented...)...)
	var out bytes.Buffer
	cmd := command(context.Background(), append(args, "mediapusher/cmd/mediapusher")...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out.String())
	}
	return program, nil
}

func startService(t testing.TB, with settings) *service {
	t.Helper()
	if with.build == nil {
		with.build = build
	}
	program, err := with.build()
	if err != nil {
		t.Fatal(err)
	}
	api, admin := freePort(t), freePort(t)
	s := &service{t: t, rtmp: freePort(t), flv: freePort(t)}
	s.api, s.admin = fmt.Sprintf("http://127.0.0.1:%d", api), fmt.Sprintf("http://127.0.0.1:%d", admin)
	config := fmt.Sprintf(`
api: {listen: "127.0.0.1:%d"}
admin: {listen: "127.0.0.1:%d"}
embedded: {rtmp_listen: "127.0.0.1:%d", http_listen: "127.0.0.1:%d"}
rtmp: {publish_url: %q, hevc: %s}
heartbeat: {interval: %v, grace: %v}
start_timeout: %v
log: {level: debug}
data_dir: %q
%s
`, api, admin, s.rtmp, s.flv, with.publish, or(with.hevc, "auto"), or(with.interval, time.Hour), or(with.grace, 500*time.Millisecond),
		or(with.start, 10*time.Second), or(with.data, t.TempDir()), with.more)
	file := filepath.Join(t.TempDir(), "mediapusher.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s.file = file
	s.process = start(t, "", program, "serve", "--config", file)
	t.Cleanup(func() {
		for _, bad := range []string{"panic", "DATA RACE"} {
			if said := s.process.tail(); strings.Contains(said, bad) {
				t.Errorf("the service says %q: %s", bad, said)
			}
		}
	})
	accepts(t, api)
	accepts(t, admin)
	return s
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// terminate sends SIGTERM and returns the exit code and how long the end took.
func (s *service) terminate() (code int, took time.Duration) {
	s.t.Helper()
	begin := time.Now()
	if err := s.process.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.process.exited:
	case <-time.After(10 * time.Second):
		s.t.Fatal("the service does not end")
	}
	return s.process.cmd.ProcessState.ExitCode(), time.Since(begin)
}

// descriptors counts the open files and sockets of the service.
func (s *service) descriptors() int {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.process.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(entries)
}

// answer is what the API says.
type answer struct {
	Code    int    `json:"status_code"`
	Message string `json:"status_message"`
	URL     string `json:"rtmp_url"`
	FLV     string `json:"flv_url"`
	Handle  int32  `json:"play_handle"`
	Start   string `json:"start_time"`
	Stop    string `json:"stop_time"`
	Files   []struct {
		Name  string `json:"file_name"`
		Size  int64  `json:"file_size"`
		Start string `json:"start_time"`
		Stop  string `json:"stop_time"`
	} `json:"record_files"`
}

// call sends a request; body nil means GET.
func (s *service) call(path string, body any) answer {
	s.t.Helper()
	a, err := s.try(path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *service) try(path string, body any) (a answer, err error) {
	method, content := http.MethodGet, []byte(nil)
	switch b := body.(type) {
	case nil:
	case string:
		method, content = http.MethodPost, []byte(b)
	default:
		method = http.MethodPost
		if content, err = json.Marshal(b); err != nil {
			return a, err
		}
	}
	request, err := http.NewRequest(method, s.api+path, bytes.NewReader(content))
	if err != nil {
		return a, err
	}
	request.Close = true
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return a, fmt.Errorf("%s: HTTP status %d", path, response.StatusCode)
	}
	content, err = documented(s.t, response)
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(content, &a)
}

func (s *service) beat(a answer) int {
	return s.call(fmt.Sprintf("/STREAM/%d/BEATS", a.Handle), nil).Code
}

func (s *service) stop(a answer) int {
	return s.call(fmt.Sprintf("/STREAM/%d/STOP", a.Handle), nil).Code
}

// live asks for a channel and expects it to come.
func (s *service) live(r *recorder, channel int, more ...any) answer {
	s.t.Helper()
	a := s.call("/REAL_STREAM", r.request(channel, more...))
	if a.Code != http.StatusOK || a.URL == "" || a.Handle <= 0 {
		s.t.Fatalf("REAL_STREAM of channel %d: %+v", channel, a)
	}
	return a
}

// recorder is a simulated one, in this process.
type recorder struct {
	*nvrsim.Recorder
	t      testing.TB
	cfg    nvrsim.Config
	cancel context.CancelFunc
	ended  chan struct{}
	// rtsp replaces the simulator's own RTSP server where it is not 0.
	rtsp int
	// sdk is what callers give as nvr_port. Each recorder of a test has another, for address and SDK port are what a recorder is
	// known by: a wrong password at one must not be held against the next.
	sdk int
}

var recorders atomic.Int32

func startRecorder(t testing.TB, cfg nvrsim.Config) *recorder {
	t.Helper()
	cfg.User, cfg.Password = user, password
	r := &recorder{t: t, cfg: cfg, sdk: 30000 + int(recorders.Add(1))}
	r.start()
	t.Cleanup(func() { r.stop() })
	return r
}

// start runs the recorder, on the ports it had before.
func (r *recorder) start() {
	r.t.Helper()
	var err error
	if r.Recorder, err = nvrsim.New(r.cfg); err != nil {
		r.t.Fatal(err)
	}
	r.cfg.HTTPPort, r.cfg.RTSPPort = port(r.t, r.HTTPAddr()), port(r.t, r.RTSPAddr())
	if r.cfg.SDK {
		r.cfg.SDKPort = port(r.t, r.SDKAddr())
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	ended := make(chan struct{})
	r.ended = ended
	go func(running *nvrsim.Recorder) {
		defer close(ended)
		if err := running.Run(ctx); err != nil && !errors.Is(err, net.ErrClosed) {
			r.t.Error(err)
		}
	}(r.Recorder)
}

// stop ends the recorder and cuts all connections.
func (r *recorder) stop() {
	r.cancel()
	<-r.ended
}

func port(t testing.TB, address string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if _, err := fmt.Sscan(text, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// request is the body of a REAL_STREAM for a channel counted from 1, with further fields in pairs of name and value.
func (r *recorder) request(channel int, more ...any) map[string]any {
	category, number := 0, channel+32
	if r.cfg.Vendor == nvrsim.Dahua {
		category, number = 1, channel-1
	}
	body := map[string]any{
		"nvr_category": category, "nvr_addr": "127.0.0.1", "nvr_port": r.sdk, "nvr_user": user, "nvr_pwd": password, "nvr_channel": number,
		"http_port": r.cfg.HTTPPort, "rtsp_port": or(r.rtsp, r.cfg.RTSPPort),
	}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return body
}

// left waits until nothing of us is left at the recorder.
func (r *recorder) left(limit time.Duration) {
	r.t.Helper()
	eventually(r.t, limit, "no RTSP session left", func() bool {
		c := r.Counts()
		return c.Sessions == 0 && c.Connections == 0
	})
}
