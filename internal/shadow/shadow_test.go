package shadow_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mediapusher/api"
	"mediapusher/internal/shadow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	six = `{ "nvr_category":0, "nvr_addr":"10.8.30.109", "nvr_port":8000, "nvr_user":"admin", "nvr_pwd":"hush123", "nvr_channel":30 `

	// The answers as the old document prints them, with what is wrong in them.
	printedLive = `{ "status_code":200, "status_message":"OK", "rtmp_url": "rtmp://10.8.30.109:8554/142595818.sdp", "play_handle":12681 }`
	printedBack = `{ "status_code":200, "status_message":"OK", "rtmp_url": "rtmp://10.8.30.109:8554/142595818.sdp", "play_handle":13579 ` +
		`"start_time" : "2016-07-20 12:00:00", "stop_time" : "2016-07-20 13:30:00", "record_files":[{ "file_name": "ch0010_01000001613000000", ` +
		`"file_size": 900417012, "start_time": "2016-07-20 11:50:00", "stop_time": "2016-07-20 12:50:00" }, { "file_name": "ch0010_01000001613000100", ` +
		`"file_size": 161928736, "start_time": "2016-07-20 12:50:00", "stop_time": "2016-07-20 13:30:00" }] }`
	printedOK    = `{ "status_code":200, "status_message": "OK" }`
	printedComma = `{ "status_code":200, "status_message": "OK", }`
)

// old is an old server: raw answers by path, as a C++ server writes them.
type old struct {
	listener net.Listener
	answers  map[string]string // "METHOD /PATH" to a whole HTTP answer or to a body
	start    func() string     // the body to REAL_STREAM, instead
	mu       sync.Mutex
	heard    []string // requests, whole
	serving  sync.WaitGroup
}

func newOld(t *testing.T, answers map[string]string) *old {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &old{listener: listener, answers: answers}
	o.serving.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			o.serving.Go(func() { o.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		o.serving.Wait()
	})
	return o
}

func (o *old) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	for {
		var raw bytes.Buffer
		request, err := http.ReadRequest(bufio.NewReader(io.TeeReader(in, &raw)))
		if err != nil {
			_, _ = io.WriteString(c, o.answers["malformed"])
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		o.mu.Lock()
		o.heard = append(o.heard, request.Method+" "+request.RequestURI+" "+request.Proto+" "+string(body))
		answer, found := o.answers[request.Method+" "+request.URL.Path]
		if o.start != nil && request.URL.Path == "/REAL_STREAM" {
			answer, found = o.start(), true
		}
		o.mu.Unlock()
		switch {
		case !found:
			answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
		case !strings.HasPrefix(answer, "HTTP/"):
			answer = fmt.Sprintf("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nX-Old: as it is\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
		}
		if _, err := io.WriteString(c, answer); err != nil || request.Close || !strings.Contains(strings.ToLower(answer), "length") {
			return
		}
	}
}

func (o *old) requests() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.heard...)
}

// clock goes on when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// scene is a shadow before an old server.
type scene struct {
	*testing.T
	shadow  *shadow.Shadow
	address string
	report  *lines
	clock   *clock
	end     func() // without waiting
}

// lines are a report.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newScene(t *testing.T, oldAddress string) *scene {
	t.Helper()
	s := &scene{T: t, report: &lines{}, clock: &clock{now: time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC)}}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	s.shadow, err = shadow.New(shadow.Config{
		Old: oldAddress, Lease: 30 * time.Second, Report: s.report, Now: s.clock.time,
		Settings: api.Settings{URLs: api.URLs{RTMP: "rtmp://{host}:1935/live/{stream}", FLV: "http://{host}:8080/live/{stream}.flv"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.end = cancel
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.shadow.Run(ctx, listener); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return s
}

// call makes a request on a connection of its own and returns the whole answer as it came.
func (s *scene) call(method, path, proto, body string, headers ...string) string {
	s.Helper()
	return s.raw(fmt.Sprintf("%s %s %s\r\nHost: shadow:8089\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n%s",
		method, path, proto, len(body), strings.Join(append(headers, ""), "\r\n"), body))
}

func (s *scene) raw(request string) string {
	s.Helper()
	c, err := (&net.Dialer{}).DialContext(s.Context(), "tcp", s.address)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		s.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		s.Fatalf("%v behind %q", err, answer)
	}
	return string(answer)
}

// until waits for the summary that fits.
func (s *scene) until(what string, fits func(shadow.Summary) bool) shadow.Summary {
	s.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		sum := s.shadow.Summary()
		if fits(sum) {
			return sum
		}
		if time.Now().After(deadline) {
			s.Fatalf("%s: %+v", what, sum)
		}
		<-time.After(2 * time.Millisecond)
	}
}

func (s *scene) compared(n int) shadow.Summary {
	s.Helper()
	return s.until(fmt.Sprintf("%d compared", n), func(sum shadow.Summary) bool { return sum.Requests == n })
}

// differences are endpoint, field and kind of all that differs but for added fields.
func differences(sum shadow.Summary) string {
	var list []string
	for _, d := range sum.Differences {
		if d.Kind != shadow.KindAdded {
			list = append(list, d.Endpoint+" "+d.Field+" "+string(d.Kind))
		}
	}
	return strings.Join(list, "; ")
}

// The contract's sequence against the printed answers: the client gets them byte for byte, the new side answers alike.
func TestPrintedSequence(t *testing.T) {
	o := newOld(t, map[string]string{
		"POST /REAL_STREAM": printedLive, "POST /BACK_STREAM": printedBack, "GET /STREAM/12681/BEATS": printedOK,
		"POST /STREAM/13579/POSITION": printedComma, "POST /STREAM/12681/PTZControl": printedComma, "GET /STREAM/12681/STOP": printedOK,
		"GET /STREAM/13579/STOP": printedOK,
	})
	s := newScene(t, o.listener.Addr().String())
	for i, call := range []struct{ method, path, body, want string }{
		{"POST", "/REAL_STREAM", six + "}", printedLive},
		{"POST", "/BACK_STREAM", six + `, "startTime" : "2016-07-20 12:00:00", "endTime" : "2016-07-20 13:00:00" }`, printedBack},
		{"GET", "/STREAM/12681/BEATS?_=17", "", printedOK},
		{"POST", "/STREAM/13579/POSITION", `{ "pos_time": "2016-07-20 12:35:00" }`, printedComma},
		{"POST", "/STREAM/12681/PTZControl", `{ "command": 0, "duration":200 }`, printedComma},
		{"GET", "/STREAM/12681/STOP", "", printedOK},
		{"GET", "/STREAM/13579/STOP", "", printedOK},
	} {
		want := fmt.Sprintf("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nX-Old: as it is\r\nContent-Length: %d\r\n\r\n%s", len(call.want), call.want)
		if got := s.call(call.method, call.path, "HTTP/1.1", call.body); got != want {
			t.Errorf("%s: the client got\n%q, want\n%q", call.path, got, want)
		}
		s.compared(i + 1)
	}
	sum := s.compared(7)
	if got := differences(sum); got != "" || sum.Alike != 7 {
		t.Errorf("differences %s of %d alike\n%s", got, sum.Alike, s.report)
	}
	if len(sum.Endpoints) != 6 || sum.Endpoints[0].Endpoint != "/STREAM/{play_handle}/STOP" || sum.Endpoints[0].Requests != 2 {
		t.Errorf("endpoints %+v", sum.Endpoints)
	}
	if len(o.requests()) != 7 || strings.Contains(s.report.String(), "hush") || strings.Contains(s.report.String(), "12681") {
		t.Errorf("the old server heard %q; report\n%s", o.requests(), s.report)
	}
}

// What the old server does otherwise is told, by field and kind, without values that could be secrets.
func TestDifferences(t *testing.T) {
	back := six + `, "startTime" : "2016-07-20 12:00:00", "endTime" : "2016-07-20 13:00:00" }`
	for _, test := range []struct{ name, path, body, answer, want string }{
		{"handle as text", "/REAL_STREAM", six + "}", strings.Replace(printedLive, "12681", `"12681"`, 1), "/REAL_STREAM play_handle type"},
		{"handle too large", "/REAL_STREAM", six + "}", strings.Replace(printedLive, "12681", "99999999999", 1), "/REAL_STREAM play_handle shape"},
		{"a field of its own", "/REAL_STREAM", six + "}", strings.Replace(printedLive, "{", `{"own":"hush123",`, 1), "/REAL_STREAM own missing"},
		{"another code", "/REAL_STREAM", `{"nvr_category":7}`, printedLive, "/REAL_STREAM play_handle missing; /REAL_STREAM rtmp_url missing; " +
			"/REAL_STREAM status_code value; /REAL_STREAM status_message value"},
		{"HTTP's own status", "/REAL_STREAM", six + "}", "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "/REAL_STREAM body type; " +
			"/REAL_STREAM header:Content-Type value; /REAL_STREAM http_status value"},
		{"login refused", "/REAL_STREAM", six + "}", `{"status_code":606,"status_message":"hush123 is wrong"}`, ""},
		{"no recording", "/BACK_STREAM", back, `{"status_code":607,"status_message":"none"}`, ""},
		{"server away", "/BACK_STREAM", back, `{"status_code":602,"status_message":"none"}`, ""},
		{"playback failed", "/BACK_STREAM", back, `{"status_code":604,"status_message":"none"}`, ""},
		{"times without zeros", "/BACK_STREAM", back, strings.ReplaceAll(printedBack, "2016-07-20 12:00:00", "2016-7-20 12:00:00"), "/BACK_STREAM start_time shape"},
		{"sizes as text", "/BACK_STREAM", back, strings.ReplaceAll(printedBack, "900417012", `"900417012"`), "/BACK_STREAM record_files[].file_size type"},
		{"GBK", "/REAL_STREAM", six + "}", "{\"status_code\":603,\"status_message\":\"\xcd\xa8\xb5\xc0\"}", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := newOld(t, map[string]string{"POST " + test.path: test.answer})
			s := newScene(t, o.listener.Addr().String())
			s.call("POST", test.path, "HTTP/1.1", test.body)
			sum := s.compared(1)
			if got := differences(sum); got != test.want {
				t.Errorf("differences %q, want %q\n%s", got, test.want, s.report)
			}
			if strings.Contains(s.report.String(), "hush") {
				t.Errorf("the report holds a password:\n%s", s.report)
			}
			for line := range strings.Lines(s.report.String()) {
				var decoded map[string]any
				if err := json.Unmarshal([]byte(line), &decoded); err != nil || decoded["endpoint"] != test.path {
					t.Errorf("line %s: %v", line, err)
				}
			}
		})
	}
}

// Sessions live and end on the new side by its own rules.
func TestSessionsLiveByOurRules(t *testing.T) {
	o := newOld(t, map[string]string{
		"POST /REAL_STREAM": printedLive, "GET /STREAM/12681/BEATS": printedOK, "POST /STREAM/12681/POSITION": `{"status_code":608,"status_message":"live"}`,
		"GET /STREAM/12681/STOP": printedOK, "GET /STREAM/77/BEATS": printedOK, "GET /STREAM/78/BEATS": `{"status_code":605,"status_message":"gone"}`,
	})
	s := newScene(t, o.listener.Addr().String())
	s.call("POST", "/REAL_STREAM", "HTTP/1.1", six+"}")
	s.call("POST", "/STREAM/12681/POSITION", "HTTP/1.1", `{"pos_time":"2016-07-20 12:35:00"}`)
	s.clock.pass(29 * time.Second)
	s.call("GET", "/stream/%2012681%20/beats/", "HTTP/1.0", "") // unknown to this old server
	s.call("GET", "/STREAM/78/BEATS", "HTTP/1.0", "")
	if got := differences(s.compared(4)); !strings.Contains(got, "BEATS http_status") || strings.Contains(got, "POSITION") {
		t.Errorf("differences %s\n%s", got, s.report)
	}
	s.call("GET", "/STREAM/77/BEATS", "HTTP/1.1", "") // began before the shadow
	s.until("a call to an earlier session", func(sum shadow.Summary) bool { return sum.Earlier == 1 })
	s.clock.pass(31 * time.Second)
	s.call("GET", "/STREAM/12681/BEATS", "HTTP/1.1", "")
	sum := s.compared(5)
	if got := differences(sum); !strings.Contains(got, "BEATS status_code value") || !strings.Contains(s.report.String(), "no heartbeat for 31s") {
		t.Errorf("differences %s\n%s", got, s.report)
	}
}

// A recording is over, or the old server was started anew: what it has forgotten is no difference, and is forgotten here, too.
func TestSessionsEndWithTheOldServer(t *testing.T) {
	gone := `{"status_code":605,"status_message":"gone"}`
	o := newOld(t, map[string]string{
		"POST /REAL_STREAM": printedLive, "GET /STREAM/12681/BEATS": gone, "POST /STREAM/12681/PTZControl": gone, "GET /STREAM/12681/STOP": printedOK,
	})
	s := newScene(t, o.listener.Addr().String())
	s.call("POST", "/REAL_STREAM", "HTTP/1.1", six+"}")
	s.call("GET", "/STREAM/12681/BEATS", "HTTP/1.1", "")
	s.call("POST", "/STREAM/12681/PTZControl", "HTTP/1.1", `{"command":0}`)
	sum := s.compared(3)
	if got := differences(sum); got != "" || sum.EndedByOld != 1 {
		t.Errorf("differences %s, %d ended\n%s", got, sum.EndedByOld, s.report)
	}
	s.call("GET", "/STREAM/12681/STOP", "HTTP/1.1", "") // one that knows it again is wrong
	if got := differences(s.compared(4)); !strings.Contains(got, "STOP status_code value") {
		t.Errorf("differences %s", got)
	}
}

// An old server that breaks off in the middle of an answer has not answered.
func TestBrokenAnswers(t *testing.T) {
	o := newOld(t, map[string]string{
		"GET /STREAM/1/BEATS": "HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n{ \"status_code\":200, ",
		"GET /STREAM/2/BEATS": "HTTP/1.1 200 O", "GET /STREAM/3/BEATS": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{ \"status_",
	})
	s := newScene(t, o.listener.Addr().String())
	for i := range 3 {
		s.call("GET", fmt.Sprintf("/STREAM/%d/BEATS", i+1), "HTTP/1.1", "")
	}
	sum := s.until("three without an answer", func(sum shadow.Summary) bool { return sum.Unanswered == 3 })
	if sum.Requests != 0 || sum.Unreadable != 0 || s.report.String() != "" {
		t.Errorf("%+v\n%s", sum, s.report)
	}
}

// Requests that the old server takes and net/http does not are a difference of their own, told without the path and its handle.
func TestMalformedRequests(t *testing.T) {
	ok := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 44\r\nConnection: close\r\n\r\n{ \"status_code\":200, \"status_message\": \"OK\" }"
	for _, test := range []struct{ name, request, old, want string }{
		{"a blank in the path", "GET /STREAM/12681 /BEATS HTTP/1.1\r\nHost: h\r\n\r\n", ok, "other http_status value"},
		{"half an escape", "GET /STREAM/12681%/BEATS HTTP/1.1\r\nHost: h\r\n\r\n", ok, "other http_status value"},
		{"refused by both", "GET /STREAM/12681 /BEATS HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", ""},
		{"no host", "GET /STREAM/12681/BEATS HTTP/1.1\r\nConnection: close\r\n\r\n", ok, "/STREAM/{play_handle}/BEATS http_status value"},
		{"no host in HTTP/1.0", "GET /STREAM/12681/STOP HTTP/1.0\r\n\r\n", ok, "/STREAM/{play_handle}/STOP status_code value; /STREAM/{play_handle}/STOP status_message value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := newOld(t, map[string]string{
				"malformed": test.old, "GET /STREAM/12681/BEATS": test.old, "POST /REAL_STREAM": printedLive,
				"GET /STREAM/12681/STOP": `{"status_code":600,"status_message":"no"}`,
			})
			s := newScene(t, o.listener.Addr().String())
			s.call("POST", "/REAL_STREAM", "HTTP/1.1", six+"}")
			s.raw(test.request)
			if got := differences(s.compared(2)); got != test.want {
				t.Errorf("differences %q, want %q\n%s", got, test.want, s.report)
			}
			if strings.Contains(s.report.String(), "12681") {
				t.Errorf("the report holds a handle:\n%s", s.report)
			}
		})
	}
}

// Who has asked before the end gets the answer, and then the shadow is gone.
func TestEndWaitsForAnswers(t *testing.T) {
	o := newOld(t, nil)
	asked, answer := make(chan struct{}), make(chan struct{})
	o.start = func() string {
		close(asked)
		<-answer
		return printedLive
	}
	s := newScene(t, o.listener.Addr().String())
	idle, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	got := make(chan string, 1)
	go func() { got <- s.call("POST", "/REAL_STREAM", "HTTP/1.1", six+"}") }()
	<-asked
	s.end()
	_ = idle.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := idle.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("a connection without a request is kept")
	}
	close(answer)
	if text := <-got; !strings.HasSuffix(text, printedLive) {
		t.Errorf("the client got %q", text)
	}
	s.compared(1)
}

// Whatever HTTP there is passes unchanged.
func TestForwarding(t *testing.T) {
	chunked := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" +
		"1e;x=y\r\n{ \"status_code\":200, \"status_m\r\n10\r\nessage\": \"OK\", }\r\n0\r\n\r\n"
	endless := "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + printedOK
	large := "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3000000\r\n\r\n" + strings.Repeat("x", 3000000)
	o := newOld(t, map[string]string{"GET /STREAM/1/BEATS": chunked, "GET /STREAM/2/BEATS": endless, "POST /REAL_STREAM": printedLive, "GET /large": large})
	s := newScene(t, o.listener.Addr().String())
	if got := s.call("GET", "/STREAM/1/BEATS", "HTTP/1.1", ""); got != chunked {
		t.Errorf("chunked: %q", got)
	}
	if got := s.call("GET", "/STREAM/2/BEATS", "HTTP/1.0", ""); got != endless {
		t.Errorf("HTTP/1.0: %q", got)
	}
	if got := s.call("GET", "/large", "HTTP/1.1", ""); got != large {
		t.Errorf("large: %d bytes", len(got))
	}
	body := six + "}"
	got := s.raw(fmt.Sprintf("POST /REAL_STREAM HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n",
		10, body[:10], len(body)-10, body[10:]))
	if !strings.HasSuffix(got, printedLive) {
		t.Errorf("chunked request: %q", got)
	}
	s.until("both starts and /large", func(sum shadow.Summary) bool { return sum.Requests+sum.Earlier == 4 })
	heavy := `{"x":"` + strings.Repeat("y", 200<<10) + `"}`
	if got := s.call("POST", "/REAL_STREAM", "HTTP/1.1", heavy); !strings.HasSuffix(got, printedLive) {
		t.Errorf("large request: %q", got)
	}
	sum := s.until("the large request", func(sum shadow.Summary) bool { return sum.Requests+sum.Earlier == 5 })
	if got := differences(sum); !strings.Contains(got, "/REAL_STREAM http_status value") { // 413
		t.Errorf("differences %s", got)
	}
	if got := o.requests(); !strings.HasSuffix(got[3], " "+body) || !strings.HasSuffix(got[4], heavy) || !strings.Contains(got[1], "HTTP/1.0") {
		t.Errorf("the old server heard %d requests, the fourth %q", len(got), got[3])
	}
}

// A connection that goes on, and one that speaks something else.
func TestConnections(t *testing.T) {
	o := newOld(t, map[string]string{"POST /REAL_STREAM": printedLive, "GET /STREAM/12681/BEATS": printedOK})
	s := newScene(t, o.listener.Addr().String())
	transport := &http.Transport{}
	client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
	defer transport.CloseIdleConnections()
	for i := range 5 {
		method, path, body := "GET", "/STREAM/12681/BEATS", ""
		if i == 0 {
			method, path, body = "POST", "/REAL_STREAM", six+"}"
		}
		request, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.address+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Error(err)
		}
		_ = response.Body.Close()
	}
	if got := differences(s.compared(5)); got != "" {
		t.Errorf("differences %s\n%s", got, s.report)
	}
	_ = s.raw("\x16\x03\x01 no HTTP at all\r\n\r\n")
	s.until("what is no HTTP", func(sum shadow.Summary) bool { return sum.Unreadable == 1 })
}

func TestOldServerAway(t *testing.T) {
	o := newOld(t, nil)
	_ = o.listener.Close()
	s := newScene(t, o.listener.Addr().String())
	got := s.call("POST", "/REAL_STREAM", "HTTP/1.1", six+"}")
	if !strings.HasPrefix(got, "HTTP/1.1 502 ") || !strings.Contains(got, `"status_code":502`) {
		t.Errorf("the client got %q", got)
	}
	s.until("counted", func(sum shadow.Summary) bool { return sum.OldAway == 1 && sum.Requests == 0 })
}

// An old server that does not answer lets the client wait as long as the client wants to.
func TestOldServerHangs(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	s := newScene(t, listener.Addr().String())
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "GET /STREAM/1/BEATS HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	if _, err := http.ReadRequest(bufio.NewReader(server)); err != nil {
		t.Fatal(err)
	}
	_ = c.Close() // the client gives up, and the old server must see that
	_ = server.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := server.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the old server sees %v", err)
	}
	if sum := s.shadow.Summary(); sum.Requests != 0 {
		t.Errorf("compared without an answer: %+v", sum)
	}
}

func TestSummaryPage(t *testing.T) {
	o := newOld(t, map[string]string{"POST /REAL_STREAM": printedLive})
	s := newScene(t, o.listener.Addr().String())
	s.call("POST", "/REAL_STREAM", "HTTP/1.1", six+"}")
	s.compared(1)
	w := httptest.NewRecorder()
	s.shadow.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	var sum shadow.Summary
	if err := json.Unmarshal(w.Body.Bytes(), &sum); err != nil || sum.Requests != 1 || sum.Alike != 1 || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%s, %v", w.Body, err)
	}
	w = httptest.NewRecorder()
	s.shadow.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

// Many callers at once, each call on a connection of its own: no call comes before the start of its session.
func TestManyCallers(t *testing.T) {
	const callers = 40
	answers := map[string]string{}
	for i := range callers {
		handle := 1000 + i
		answers[fmt.Sprintf("GET /STREAM/%d/BEATS", handle)] = printedOK
		answers[fmt.Sprintf("GET /STREAM/%d/STOP", handle)] = printedOK
	}
	var drawn int
	o := newOld(t, answers)
	o.start = func() string {
		drawn++
		return strings.Replace(printedLive, "12681", fmt.Sprint(999+drawn), 1)
	}
	s := newScene(t, o.listener.Addr().String())
	var calling sync.WaitGroup
	for range callers {
		calling.Go(func() {
			answer := s.call("POST", "/REAL_STREAM", "HTTP/1.1", six+"}")
			_, rest, _ := strings.Cut(answer, `"play_handle":`)
			handle := strings.TrimRight(rest, " }")
			for _, call := range []string{"BEATS", "BEATS", "STOP"} {
				if got := s.call("GET", "/STREAM/"+handle+"/"+call, "HTTP/1.1", ""); !strings.HasSuffix(got, printedOK) {
					t.Errorf("%s of %s: %q", call, handle, got)
				}
			}
		})
	}
	calling.Wait()
	sum := s.compared(4 * callers)
	if got := differences(sum); got != "" || sum.Alike != 4*callers || sum.Earlier != 0 || sum.LeftOut != 0 {
		t.Errorf("differences %s, %+v\n%s", got, sum, s.report)
	}
}
