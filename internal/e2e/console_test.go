//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"mediapusher/internal/e2e/rtmp"
	"mediapusher/internal/nvrsim"
)

// black is a stream whose viewer sees nothing, or nearly, and what the console must say of it.
type black struct {
	Console string `json:"console"`
	// Handle is what the operator types; empty: the stream is found in the list by its Session.
	Handle   string `json:"handle"`
	Session  string `json:"session"`
	Cause    string `json:"cause"`
	Step     string `json:"step"`
	Severity string `json:"severity"`
	// EN and ZH must stand in the verdict.
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// adminToken is what the console must ask for.
const adminToken = "a-token/of+the=operator"

// traced is what the service says of a stream by itself.
type traced struct {
	Session string `json:"session_id"`
	Verdict struct {
		Cause string `json:"cause"`
	} `json:"verdict"`
	Steps []json.RawMessage `json:"steps"`
}

// The console explains to an operator why pictures are black, in both languages, with recorders, media servers and viewers that fail each
// in their own way.
func TestConsoleExplains(t *testing.T) {
	web := consoleTests(t)
	t.Setenv("MEDIAPUSHER_ADMIN_TOKEN", adminToken)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	embedded := startService(t, settings{start: 4 * time.Second})
	address, loseServer := mortalServer(t)
	pushing := startService(t, settings{start: 4 * time.Second, publish: "rtmp://" + address + "/live/{stream}"})

	recorder := func(vendor string, faults nvrsim.Faults) *recorder {
		return startRecorder(t, nvrsim.Config{Vendor: vendor, Faults: faults, Channels: []nvrsim.Channel{{Clip: vendor + "-h264"}, {Clip: vendor + "-h265"}}})
	}
	one, two := recorder(nvrsim.Hikvision, nvrsim.Faults{}), recorder(nvrsim.Dahua, nvrsim.Faults{})
	offline, silent := recorder(nvrsim.Hikvision, nvrsim.Faults{Offline: []int{1}}), recorder(nvrsim.Dahua, nvrsim.Faults{})

	byHandle := func(s *service, a answer, one black) black {
		one.Console, one.Handle = s.admin, strconv.Itoa(int(a.Handle))
		return one
	}
	failed := func(s *service, body map[string]any, code int, one black) black {
		checkFailure(t, s.call("/REAL_STREAM", body), code, "")
		one.Console, one.Session = s.admin, newestEnded(t, s)
		return one
	}
	silentStream := embedded.live(silent, 1)
	silent.SetFaults(nvrsim.Faults{SilentStream: true})
	lostServer := pushing.live(two, 1)
	loseServer()
	watched := embedded.live(two, 1)
	viewer, leave := play(t, watched.URL)
	defer leave()
	eventually(t, 15*time.Second, "a picture at the viewer", func() bool { return viewer.pictures() > 0 })
	cases := []black{
		failed(embedded, one.request(1, "nvr_pwd", "wrong", "nvr_user", "stranger"), 606,
			black{Cause: "refused_login", Step: "login", Severity: "error", EN: "password", ZH: "密码"}),
		failed(embedded, offline.request(1), 603, black{Cause: "camera_offline", Step: "open", Severity: "error", EN: "not connected", ZH: "摄像机不在线"}),
		byHandle(embedded, embedded.live(one, 1), black{Cause: "nobody_watches", Step: "viewers", Severity: "warning", EN: "no player", ZH: "没有播放端"}),
		byHandle(embedded, embedded.live(one, 2), black{Cause: "hevc_browser", Step: "viewers", Severity: "warning", EN: "H.265", ZH: "浏览器"}),
		byHandle(embedded, watched, black{Cause: "healthy", Step: "viewers", Severity: "ok", EN: "All is well", ZH: "一切正常"}),
		byHandle(pushing, lostServer, black{Cause: "rtmp_unreachable", Step: "publish", Severity: "error", EN: "cannot be reached", ZH: "连不上"}),
		byHandle(embedded, silentStream, black{Cause: "no_stream_data", Step: "receive", Severity: "error", EN: "no video", ZH: "没有视频数据"}),
	}
	for _, one := range cases {
		eventually(t, 45*time.Second, "the service says "+one.Cause, func() bool {
			said := trace(t, one)
			return said.Verdict.Cause == one.Cause && len(said.Steps) == 8
		})
	}
	list, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	cmd := command(ctx, need(t, "node"), "test/explained.mjs", string(list), adminToken, screenshots(t))
	cmd.Dir = web
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// trace asks as the console does.
func trace(t *testing.T, one black) (said traced) {
	t.Helper()
	path := "/STREAM/" + one.Handle + "/TRACE"
	if one.Handle == "" {
		path = "/STREAMS/" + one.Session + "/TRACE"
	}
	getAdmin(t, one.Console+path, &said)
	return said
}

// newestEnded is the session that ended last.
func newestEnded(t *testing.T, s *service) string {
	t.Helper()
	var list struct {
		Ended []traced `json:"ended"`
	}
	getAdmin(t, s.admin+"/STREAMS", &list)
	if len(list.Ended) == 0 {
		t.Fatal("no session has ended")
	}
	return list.Ended[0].Session
}

func getAdmin(t *testing.T, address string, answer any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true
	request.Header.Set("Authorization", "Bearer "+adminToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// mortalServer is an RTMP server that can be taken away.
func mortalServer(t *testing.T) (address string, lose func()) {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", freePort(t)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- rtmp.NewServer(rtmp.Config{OnMessage: func(string, rtmp.Message) {}}).Run(ctx, l) }()
	t.Cleanup(cancel)
	return l.Addr().String(), func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// consoleTests returns the folder with the browser tests' scripts and what they need.
func consoleTests(t *testing.T) string {
	t.Helper()
	need(t, "node")
	web, err := filepath.Abs("../../web")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"/usr/bin/chromium", filepath.Join(web, "node_modules/playwright-core"), filepath.Join(web, "node_modules/axe-core")} {
		if fileMissing(file) {
			lacking(t, file)
		}
	}
	return web
}

// screenshots is the folder that keeps them, or one that is removed.
func screenshots(t *testing.T) string {
	t.Helper()
	if kept := os.Getenv("MEDIAPUSHER_SCREENSHOTS"); kept != "" {
		return kept
	}
	return t.TempDir()
}
