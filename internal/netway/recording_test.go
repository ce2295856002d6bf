package netway_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

// description is that of a recording whose parameter sets come with the stream.
const description = "v=0\r\ns=Media Presentation\r\na=control:*\r\na=range:clock=20160720T120000Z-20160720T130000Z\r\n" +
	"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=video\r\n"

// rtspServer answers every request by 200, but what answers says; PLAY with one picture and the end of the recording.
type rtspServer struct {
	listener net.Listener
	answers  map[string]string // status line without the protocol, and further headers, by method
	wg       sync.WaitGroup

	mu    sync.Mutex
	heard []string // method and URL
	scale string   // of PLAY
}

func serveRTSP(t *testing.T, answers map[string]string) *rtspServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rtspServer{listener: listener, answers: answers}
	s.wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.wg.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		s.wg.Wait()
	})
	return s
}

func (s *rtspServer) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for reader := textproto.NewReader(bufio.NewReader(conn)); ; {
		line, err := reader.ReadLine()
		if err != nil {
			return
		}
		header, err := reader.ReadMIMEHeader()
		if err != nil {
			return
		}
		method, _, _ := strings.Cut(line, " ")
		if strings.HasPrefix(method, "RTSP/") {
			continue // the answer to our TEARDOWN
		}
		s.mu.Lock()
		s.heard = append(s.heard, strings.TrimSuffix(line, " RTSP/1.0"))
		if method == "PLAY" {
			s.scale = header.Get("Scale")
		}
		s.mu.Unlock()
		s.answer(conn, method, header)
	}
}

func (s *rtspServer) answer(conn io.Writer, method string, header textproto.MIMEHeader) {
	status := s.answers[method]
	if status == "" {
		status = "200 OK\r\n"
	}
	text := "RTSP/1.0 " + status + "CSeq: " + header.Get("Cseq") + "\r\n"
	switch method {
	case "DESCRIBE":
		text += fmt.Sprintf("Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(description), description)
	case "SETUP":
		text += "Session: 7\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
	default:
		text += "\r\n"
	}
	if method == "PLAY" && strings.HasPrefix(status, "200") {
		text += "$\x00\x00\x10\x80\xe0\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x65\x88\x84\x00" // an RTP packet with a key frame
		text += "TEARDOWN rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"
	}
	_, _ = io.WriteString(conn, text)
}

// silentSink takes everything.
type silentSink struct{ units int }

func (s *silentSink) SetTracks([]*media.Track) error { return nil }

func (s *silentSink) Write(au *media.AccessUnit) error {
	s.units++
	au.Release()
	return nil
}

// connect opens a recorder whose HTTP asks for the password, or one with RTSP alone.
func connect(t *testing.T, s *rtspServer, pages http.Handler) *netway.Recorder {
	t.Helper()
	target := device.Target{
		Vendor: device.Hikvision, Host: "127.0.0.1", Port: 1, User: "admin", Password: device.NewSecret("s3cret-word"),
		RTSPPort: s.listener.Addr().(*net.TCPAddr).Port,
	}
	if pages != nil {
		server := httptest.NewServer(pages)
		t.Cleanup(server.Close)
		target.HTTPPort = server.Listener.Addr().(*net.TCPAddr).Port
	} else {
		target.HTTPPort = 1 // nobody is there
	}
	r, err := netway.Connect(t.Context(), netway.Config{Timeout: 10 * time.Second}.WithDefaults(), netway.Vendor{LoginPath: "/x"}, target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	if pages != nil {
		if _, err := r.Get(t.Context(), device.OpLogin, "/x"); err != nil || !r.Proven() {
			t.Fatalf("proven %v, error %v", r.Proven(), err)
		}
	}
	return r
}

// locked is a page behind a password that is always right.
var locked = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") == "" {
		w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
})

func wall(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05.999", text)
	if err != nil {
		panic(err)
	}
	return t
}

const playbackPath = "/Streaming/tracks/101?starttime=20160720T120000Z&endtime=20160720T130000Z"

func TestRecording(t *testing.T) {
	east := func(t time.Time) time.Time { return t.Add(8 * time.Hour) }
	tests := map[string]struct {
		play  string // headers of the answer
		speed float64
		wall  func(time.Time) time.Time
		want  playback.Began
		scale string
	}{
		"clock":              {"Range: clock=20160720T120001.5Z-20160720T130000Z\r\n", 1, nil, playback.Began{Start: wall("2016-07-20 12:00:01.5")}, ""},
		"clock in small":     {"Range: clock=20160720t120500z-\r\n", 1, nil, playback.Began{Start: wall("2016-07-20 12:05:00")}, ""},
		"clock in UTC":       {"Range: clock=20160720T040000Z-\r\n", 1, east, playback.Began{Start: wall("2016-07-20 12:00:00")}, ""},
		"of a key frame":     {"Range: clock=20160720T115958Z-\r\n", 1, nil, playback.Began{Start: wall("2016-07-20 11:59:58")}, ""},
		"of the whole file":  {"Range: clock=20160720T080000Z-20160720T140000Z\r\n", 1, nil, playback.Began{}, ""},
		"of another day":     {"Range: clock=20160721T120000Z-\r\n", 1, nil, playback.Began{}, ""},
		"npt":                {"Range: npt=0.000-3600.000\r\n", 1, nil, playback.Began{}, ""},
		"nothing":            {"", 2, nil, playback.Began{}, "2.0"},
		"speed":              {"Scale: 4.000000\r\n", 4, nil, playback.Began{Speed: 4}, "4.0"},
		"another speed":      {"Scale: 2\r\n", 8, nil, playback.Began{Speed: 2}, "8.0"},
		"slow":               {"Scale: 0.5\r\n", 0.5, nil, playback.Began{Speed: 0.5}, "0.5"},
		"speed, no number":   {"Scale: x\r\n", 0.5, nil, playback.Began{}, "0.5"},
		"nobody told it one": {"Scale: 1.0\r\n", 0, nil, playback.Began{Speed: 1}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serveRTSP(t, map[string]string{"PLAY": "200 OK\r\n" + test.play})
			var told []playback.Began
			source, err := connect(t, s, locked).Recording(netway.Recording{
				Path: playbackPath, Wall: test.wall,
				Request: playback.Request{
					Range: playback.Range{Start: wall("2016-07-20 12:00:00"), End: wall("2016-07-20 13:00:00")},
					Speed: test.speed, Began: func(b playback.Began) { told = append(told, b) },
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			var out silentSink
			if err := source.Run(t.Context(), &out); err != nil || out.units != 1 {
				t.Errorf("%d units, error %v", out.units, err)
			}
			if len(told) != 1 || told[0] != test.want {
				t.Errorf("told %+v, want %+v", told, test.want)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.scale != test.scale {
				t.Errorf("Scale %q, want %q", s.scale, test.scale)
			}
		})
	}
}

// The operator's path for live streams does not stand in for a recording's, and nobody has to listen to what the recorder tells.
func TestRecordingPath(t *testing.T) {
	s := serveRTSP(t, nil)
	r := connect(t, s, locked)
	r.Settings.LivePath = "/live"
	source, err := r.Recording(netway.Recording{Path: playbackPath})
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Run(t.Context(), &silentSink{}); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	base := "rtsp://" + s.listener.Addr().String() + playbackPath
	if got := strings.Join(s.heard, "\n"); !strings.Contains(got, "DESCRIBE "+base+"\nSETUP "+base+"/trackID=video\nPLAY "+base+"\nTEARDOWN "+base) {
		t.Errorf("heard %s", got)
	}
	for _, bad := range []netway.Recording{{Path: "/x y"}, {Path: "/x", Request: playback.Request{Speed: -1}}} {
		var failure *device.Error
		if _, err := r.Recording(bad); !errors.As(err, &failure) || failure.Op != device.OpPlayback || failure.Kind != device.KindUnsupported {
			t.Errorf("error %v", err)
		}
	}
}

func TestRecordingRefused(t *testing.T) {
	tests := []struct {
		status string
		known  bool
		kind   device.Kind
	}{
		{"403 Forbidden", true, device.KindBusy},
		{"404 Not Found", true, device.KindNoRecording},
		{"404 Not Found", false, device.KindNoSuchChannel},
		{"453 Not Enough Bandwidth", true, device.KindBusy},
		{"457 Invalid Range", true, device.KindNoRecording},
		{"500 Internal Server Error", false, device.KindBusy},
		{"503 Service Unavailable", true, device.KindBusy},
		{"551 Option not supported", true, device.KindProtocol},
	}
	for _, step := range []string{"DESCRIBE", "SETUP", "PLAY"} {
		for _, test := range tests {
			t.Run(fmt.Sprintf("%s %s, known %v", step, test.status, test.known), func(t *testing.T) {
				t.Parallel()
				s := serveRTSP(t, map[string]string{step: test.status + "\r\n"})
				source, err := connect(t, s, locked).Recording(netway.Recording{Path: playbackPath, Known: test.known})
				if err != nil {
					t.Fatal(err)
				}
				var failure *device.Error
				if err := source.Run(t.Context(), &silentSink{}); !errors.As(err, &failure) {
					t.Fatalf("error %v", err)
				}
				if failure.Op != device.OpPlayback || failure.Kind != test.kind || fmt.Sprint(failure.Code) != test.status[:3] || failure.Meaning == "" {
					t.Errorf("%v (%v at %v), want %v", failure, failure.Kind, failure.Op, test.kind)
				}
			})
		}
	}
}

func TestRecordingFailures(t *testing.T) {
	net := netway.Failures{Op: device.OpPlayback, Reach: device.OpPlayback, Login: device.OpPlayback, Meanings: map[int]netway.Meaning{
		403: {Kind: device.KindProtocol, Words: "of live"}, 418: {Kind: device.KindOffline, Words: "of this vendor"},
	}}
	alone := netway.Failures{Op: device.OpPlayback, Reach: device.OpLogin, Login: device.OpLogin}
	tests := []struct {
		name     string
		failures netway.Failures
		err      error
		kind     device.Kind
		op       device.Operation
	}{
		{"403 against the vendor's words", net, netway.Status(403), device.KindBusy, device.OpPlayback},
		{"418 of the vendor", net, netway.Status(418), device.KindOffline, device.OpPlayback},
		{"461", net, netway.Status(461), device.KindProtocol, device.OpPlayback},
		{"auth", net, netway.ErrAuth, device.KindAuth, device.OpPlayback},
		{"auth where RTSP is the login", alone, netway.ErrAuth, device.KindAuth, device.OpLogin},
		{"403 where RTSP is the login", alone, netway.Status(403), device.KindAuth, device.OpLogin},
		{"453 where RTSP is the login", alone, netway.Status(453), device.KindBusy, device.OpPlayback},
		{"silent", net, netway.ErrSilent, device.KindNoData, device.OpPlayback},
		{"connection lost", net, netway.ErrCut, device.KindUnreachable, device.OpPlayback},
		{"dial where RTSP is the login", alone, netway.ErrDial, device.KindUnreachable, device.OpLogin},
		{"no video", net, netway.ErrNoVideo, device.KindUnsupported, device.OpPlayback},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var failure *device.Error
			if err := tt.failures.Explain(tt.err); !errors.As(err, &failure) || failure.Kind != tt.kind || failure.Op != tt.op {
				t.Errorf("%v, want %v at %v", err, tt.kind, tt.op)
			}
		})
	}
}

// Where RTSP is all there is, it plays recordings too, and the HTTP API is not missed by a crash.
func TestRecordingByRTSPAlone(t *testing.T) {
	r := connect(t, serveRTSP(t, nil), nil)
	if r.Way != device.WayRTSP {
		t.Fatalf("way %q", r.Way)
	}
	source, err := r.Recording(netway.Recording{Path: playbackPath})
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Run(t.Context(), &silentSink{}); err != nil {
		t.Error(err)
	}
	var failure *device.Error
	if _, err := r.Get(t.Context(), device.OpSearch, "/x"); !errors.As(err, &failure) || failure.Op != device.OpSearch || failure.Kind != device.KindUnsupported {
		t.Errorf("error %v", err)
	}
}

// A range comes from outside: what is read of it is a time with the digits that it begins with, or none.
func FuzzParseClock(f *testing.F) {
	f.Add("clock=20160720T120000.5Z-20160720T130000Z")
	f.Add("Clock = 20160720t120000z-")
	f.Add("npt=0.000-")
	f.Add("clock=20160720T240000Z-")
	f.Fuzz(func(t *testing.T, text string) {
		start := netway.ParseClock(text)
		if start.IsZero() {
			return
		}
		if digits := start.Format("20060102T150405"); start.Location() != time.UTC || !strings.Contains(strings.ToUpper(text), digits) {
			t.Errorf("%q is %v", text, start)
		}
	})
}

func TestSend(t *testing.T) {
	var (
		mu     sync.Mutex
		bodies []string
	)
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/x" {
			locked.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		bodies = append(bodies, r.Method+" "+r.Header.Get("Content-Type")+" "+string(body))
		mu.Unlock()
		switch locked.ServeHTTP(w, r); {
		case r.Header.Get("Authorization") == "":
		case r.Method != http.MethodPut:
			http.Error(w, "methodNotAllowed", http.StatusMethodNotAllowed)
		default:
			_, _ = io.WriteString(w, "<ResponseStatus/>")
		}
	})
	r := connect(t, serveRTSP(t, nil), pages)
	tests := []struct {
		method, contentType, body string
		status                    int
		want                      string
	}{
		{http.MethodPut, "application/xml", "<PTZData/>", http.StatusOK, "<ResponseStatus/>"},
		{http.MethodPut, "", "", http.StatusOK, "<ResponseStatus/>"},
		{http.MethodPost, "application/json", "{}", http.StatusMethodNotAllowed, "methodNotAllowed\n"},
	}
	for _, tt := range tests {
		bodies = nil
		answer, err := r.Send(t.Context(), device.OpPTZ, tt.method, "/ptz", tt.contentType, []byte(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status != tt.status || string(answer.Body) != tt.want || answer.Attempts != 1 {
			t.Errorf("%s: answer %d %q after %d attempts", tt.method, answer.Status, answer.Body, answer.Attempts)
		}
		if one := tt.method + " " + tt.contentType + " " + tt.body; len(bodies) != 2 || bodies[0] != one || bodies[1] != one {
			t.Errorf("heard %q, want twice %q", bodies, one)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var failure *device.Error
	if _, err := r.Send(ctx, device.OpPTZ, http.MethodPut, "/ptz", "", nil); !errors.As(err, &failure) || failure.Op != device.OpPTZ {
		t.Errorf("error %v", err)
	}
}
