package api_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"mediapusher/api"
	"mediapusher/task"
)

const patience = 20 * time.Second

// listen serves a handler as the service does, and returns its address.
func listen(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config = api.NewServer(h, zap.NewNop())
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// exchange sends the bytes and returns all that comes until the server closes.
func exchange(t *testing.T, address, text string) string {
	t.Helper()
	conn := dial(t, address)
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("after %q: %v", answer, err)
	}
	return string(answer)
}

func post(path, version, body string, headers ...string) string {
	return "POST " + path + " " + version + "\r\nHost: 10.8.30.2:8090\r\n" + strings.Join(append(headers, ""), "\r\n") +
		"Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

// Old clients end at the end of the connection or count the bytes; chunks they do not know.
func TestOldConnections(t *testing.T) {
	address := listen(t, handler(newFake()))
	for name, request := range map[string]string{
		"HTTP/1.0":              post("/REAL_STREAM", "HTTP/1.0", six),
		"HTTP/1.0 without host": strings.Replace(post("/REAL_STREAM", "HTTP/1.0", six), "Host: 10.8.30.2:8090\r\n", "", 1),
		"close":                 post("/REAL_STREAM", "HTTP/1.1", six, "Connection: close"),
		"chunked body":          "POST /REAL_STREAM HTTP/1.1\r\nHost: 10.8.30.2\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + strconv.FormatInt(int64(len(six)), 16) + "\r\n" + six + "\r\n0\r\n\r\n",
		"in capitals":           post("/REAL_STREAM", "HTTP/1.1", six, "CONNECTION: Close"),
	} {
		answer := exchange(t, address, request)
		head, body, _ := strings.Cut(answer, "\r\n\r\n")
		want := liveAnswer
		if name == "HTTP/1.0 without host" { // then it is the address of the connection
			want = strings.ReplaceAll(liveAnswer, "10.8.30.2", "127.0.0.1")
		}
		if !strings.Contains(head, " 200 OK\r\n") || !strings.Contains(head, "\r\nContent-Length: "+strconv.Itoa(len(want))) ||
			strings.Contains(head, "chunked") || body != want {
			t.Errorf("%s: %s", name, answer)
		}
	}
}

func TestKeptConnection(t *testing.T) {
	f := newFake()
	conn := dial(t, listen(t, handler(f)))
	reader := bufio.NewReader(conn)
	for _, request := range []string{
		post("/REAL_STREAM", "HTTP/1.1", six),
		"GET /STREAM/12681/BEATS HTTP/1.1\r\nHost: h\r\n\r\n",
		post("/STREAM/12681/BEATS", "HTTP/1.1", "a body nobody asked for"),
		"OPTIONS /x HTTP/1.1\r\nHost: h\r\nOrigin: http://page\r\n\r\n",
		"HEAD /STREAM/12681/BEATS HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET /unknown HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET /STREAM/12681/STOP HTTP/1.1\r\nHost: h\r\n\r\n",
	} {
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		method, _, _ := strings.Cut(request, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(reader, r)
		if err != nil {
			t.Fatalf("%s: %v", request, err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.ContentLength < 0 || (method != "HEAD" && answer.ContentLength != int64(len(body))) || answer.Close {
			t.Errorf("%s: length %d for %q, close %v, %v", request, answer.ContentLength, body, answer.Close, err)
		}
	}
	if got := f.told(); got != "start answered:12681 beat:12681 beat:12681 stop:12681" {
		t.Errorf("the scheduler was asked %q", got)
	}
}

func TestLargeBodies(t *testing.T) {
	f := newFake()
	address := listen(t, handler(f))
	fill := func(n int) string { return six[:len(six)-1] + `,"x":"` + strings.Repeat("x", n-len(six)-7) + `"}` }
	if got := len(fill(1 << 16)); got != 1<<16 {
		t.Fatalf("the test's body has %d bytes", got)
	}
	answer := exchange(t, address, post("/REAL_STREAM", "HTTP/1.1", fill(1<<16), "Connection: close"))
	if !strings.HasSuffix(answer, liveAnswer) {
		t.Errorf("64 KiB: %s", answer)
	}
	const told = "start answered:12681"
	large := fill(1<<16 + 1)
	chunked := "Transfer-Encoding: chunked\r\n\r\n" + strconv.FormatInt(int64(len(large)), 16) + "\r\n" + large + "\r\n0\r\n\r\n"
	for name, request := range map[string]string{
		"a byte more":  post("/REAL_STREAM", "HTTP/1.1", large),
		"chunked":      "POST /REAL_STREAM HTTP/1.1\r\nHost: h\r\n" + chunked,
		"a stop":       post("/STREAM/12681/STOP", "HTTP/1.1", large),
		"only claimed": "POST /REAL_STREAM HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n",
	} {
		answer := exchange(t, address, request)
		if !strings.HasPrefix(answer, "HTTP/1.1 413 ") || !strings.HasSuffix(answer, said(413, "the body is larger than 64 KiB")) || f.told() != told {
			t.Errorf("%s: %s, %q", name, answer, f.told())
		}
	}
}

func TestExpectContinue(t *testing.T) {
	conn := dial(t, listen(t, handler(newFake())))
	if _, err := io.WriteString(conn, strings.TrimSuffix(post("/REAL_STREAM", "HTTP/1.1", six, "Expect: 100-continue", "Connection: close"), six)); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	line, err := reader.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := io.WriteString(conn, six); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(reader); err != nil || !bytes.HasSuffix(rest, []byte(liveAnswer)) {
		t.Errorf("%s, %v", rest, err)
	}
}

// A client promises a body with its beat and never sends it. The beat counts all the same.
func TestPromisedBody(t *testing.T) {
	f := newFake()
	answer := exchange(t, listen(t, handler(f)), "GET /STREAM/12681/BEATS HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n")
	if !strings.HasSuffix(answer, okText) || f.told() != "beat:12681" {
		t.Errorf("%s, %q", answer, f.told())
	}
}

// A body that ends too early starts nothing.
func TestBrokenBody(t *testing.T) {
	f := newFake()
	answer := exchange(t, listen(t, handler(f)), "POST /REAL_STREAM HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	if !strings.HasSuffix(answer, said(600, "the body cannot be read to its end")) || f.told() != "" {
		t.Errorf("%s, %q", answer, f.told())
	}
}

// The caller leaves while the start goes on: the start is given up.
func TestCallerLeavesDuringStart(t *testing.T) {
	f := newFake()
	begun, ended := make(chan struct{}), make(chan error, 1)
	f.start = func(ctx context.Context) (task.Started, error) {
		close(begun)
		select {
		case <-ctx.Done():
		case <-time.After(patience):
		}
		ended <- ctx.Err()
		return task.Started{}, ctx.Err()
	}
	conn := dial(t, listen(t, handler(f)))
	if _, err := io.WriteString(conn, post("/REAL_STREAM", "HTTP/1.1", six)); err != nil {
		t.Fatal(err)
	}
	<-begun
	conn.Close()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the start ended with %v", err)
	}
}

// The caller is gone when the start succeeds: nobody has the handle, so it is stopped, with a context that has not ended.
func TestCallerLeftBeforeAnswer(t *testing.T) {
	f := newFake()
	ctx, leave := context.WithCancel(t.Context())
	f.start = func(context.Context) (task.Started, error) {
		leave()
		return task.Started{Handle: 12681, Stream: "s"}, nil
	}
	w := httptest.NewRecorder()
	handler(f).ServeHTTP(w, httptest.NewRequestWithContext(ctx, "POST", "/REAL_STREAM", strings.NewReader(six)))
	if got := f.told(); got != "start stop:12681" || strings.Contains(w.Body.String(), "12681") {
		t.Errorf("%q, %s", got, w.Body)
	}
}

// The answer cannot be written, or is lost on the way out.
func TestAnswerNotWritten(t *testing.T) {
	for name, w := range map[string]http.ResponseWriter{
		"write": &brokenWriter{ResponseRecorder: httptest.NewRecorder(), write: errors.New("broken pipe")},
		"flush": &brokenWriter{ResponseRecorder: httptest.NewRecorder(), flush: errors.New("broken pipe")},
	} {
		f := newFake()
		handler(f).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/REAL_STREAM", strings.NewReader(six)))
		if got := f.told(); got != "start stop:12681" {
			t.Errorf("%s: the scheduler was asked %q", name, got)
		}
	}
}

type brokenWriter struct {
	*httptest.ResponseRecorder
	write, flush error
}

func (w *brokenWriter) Write(b []byte) (int, error) {
	if w.write != nil {
		return 0, w.write
	}
	return w.ResponseRecorder.Write(b)
}

func (w *brokenWriter) FlushError() error { return w.flush }

// A page says STOP while it closes and does not wait.
func TestStopOfLeavingPage(t *testing.T) {
	f := newFake()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	handler(f).ServeHTTP(w, httptest.NewRequestWithContext(ctx, "POST", "/STREAM/12681/STOP", nil))
	if w.Body.String() != okText || f.told() != "stop:12681" {
		t.Errorf("%s, %q", w.Body, f.told())
	}
}

// A start may last longer than the limits for headers and bodies; while it does, another call on another connection is answered.
func TestSlowStart(t *testing.T) {
	f := newFake()
	begun, goOn := make(chan struct{}), make(chan struct{})
	f.start = func(ctx context.Context) (task.Started, error) {
		close(begun)
		<-goOn
		return task.Started{Handle: 12681, Stream: "142595818"}, ctx.Err()
	}
	address := listen(t, handler(f))
	slow := make(chan string, 1)
	conn := dial(t, address)
	if _, err := io.WriteString(conn, post("/REAL_STREAM", "HTTP/1.1", six, "Connection: close")); err != nil {
		t.Fatal(err)
	}
	go func() {
		answer, _ := io.ReadAll(conn)
		slow <- string(answer)
	}()
	<-begun
	if answer := exchange(t, address, "GET /STREAM/12681/BEATS HTTP/1.0\r\n\r\n"); !strings.HasSuffix(answer, okText) {
		t.Errorf("the beat: %s", answer)
	}
	close(goOn)
	if answer := <-slow; !strings.HasSuffix(answer, liveAnswer) {
		t.Errorf("the start: %s", answer)
	}
}

// Many at once, each with an answer of its own.
func TestManyCallers(t *testing.T) {
	f := newFake()
	address := listen(t, handler(f))
	answers := make(chan string)
	const callers = 32
	for range callers {
		conn := dial(t, address)
		go func() {
			_, _ = io.WriteString(conn, post("/REAL_STREAM", "HTTP/1.0", six))
			answer, _ := io.ReadAll(conn)
			answers <- string(answer)
		}()
	}
	for range callers {
		if answer := <-answers; !strings.HasSuffix(answer, liveAnswer) {
			t.Errorf("%s", answer)
		}
	}
	if got := strings.Count(f.told(), "answered"); got != callers {
		t.Errorf("%d of %d were told as answered", got, callers)
	}
}
