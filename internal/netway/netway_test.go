package netway_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCandidates(t *testing.T) {
	tests := []struct {
		name     string
		target   device.Target
		settings device.Settings
		want     string
	}{
		{"SDK port", device.Target{Port: 8000}, device.Settings{}, "http:80 https:443"},
		{"another port of the caller", device.Target{Port: 8081}, device.Settings{}, "http:8081 https:8081 http:80 https:443"},
		{"caller gives 80", device.Target{Port: 80}, device.Settings{}, "http:80 https:80 https:443"},
		{"caller gives 443", device.Target{Port: 443}, device.Settings{}, "http:443 https:443 http:80"},
		{"named by the caller", device.Target{Port: 8000, HTTPPort: 81}, device.Settings{HTTPPort: 82}, "http:81 https:81"},
		{"named by the operator", device.Target{Port: 8000}, device.Settings{HTTPPort: 82}, "http:82 https:82"},
		{"HTTPS only", device.Target{Port: 8000}, device.Settings{HTTPS: "only"}, "https:443"},
		{"HTTPS only, named", device.Target{HTTPPort: 8443}, device.Settings{HTTPS: "only"}, "https:8443"},
		{"HTTPS never", device.Target{Port: 8081}, device.Settings{HTTPS: "never"}, "http:8081 http:80"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.target.Host = "h"
			got := netway.Search{Target: tt.target, Settings: tt.settings, SDKPort: 8000}.Candidates()
			if text := strings.ReplaceAll(strings.Join(got, " "), "://h", ""); text != tt.want {
				t.Errorf("%s, want %s", text, tt.want)
			}
		})
	}
	ipv6 := netway.Endpoint{Scheme: "http", Host: "::1", Port: 80}
	if ipv6.URL("/x") != "http://[::1]:80/x" {
		t.Errorf("URL %s", ipv6.URL("/x"))
	}
}

// redirected sends the default ports of a search to servers of the test.
type redirected map[string]string

func (r redirected) dial(ctx context.Context, network, address string) (net.Conn, error) {
	to, ok := r[address]
	switch {
	case !ok:
		return nil, errors.New("refused by the test")
	case to == "":
		<-ctx.Done() // a black hole
		return nil, ctx.Err()
	}
	return (&net.Dialer{}).DialContext(ctx, network, to)
}

func TestFind(t *testing.T) {
	status := func(code int) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
		t.Cleanup(server.Close)
		return server.Listener.Addr().String()
	}
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(secure.Close)
	moved := httptest.NewServer(http.RedirectHandler("https://192.168.1.64:8443/x", http.StatusMovedPermanently))
	t.Cleanup(moved.Close)
	loaded := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-time.After(2500 * time.Millisecond)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(loaded.Close)
	tests := []struct {
		name string
		dial redirected
		want string // "" for ErrNoHTTP
	}{
		{"a recorder under load", redirected{"h:80": loaded.Listener.Addr().String()}, "http://h:80"},
		{"plain HTTP", redirected{"h:80": status(401), "h:443": secure.Listener.Addr().String()}, "http://h:80"},
		{"HTTPS behind a black hole", redirected{"h:80": "", "h:443": secure.Listener.Addr().String()}, "https://h:443"},
		{"another web server", redirected{"h:80": status(404), "h:443": secure.Listener.Addr().String()}, "https://h:443"},
		{"busy is an answer", redirected{"h:80": status(503)}, "http://h:80"},
		{"sent on to HTTPS", redirected{"h:80": moved.Listener.Addr().String()}, "https://h:8443"},
		{"nobody", redirected{}, ""},
		{"nothing but black holes", redirected{"h:80": "", "h:443": ""}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			found, err := netway.Search{
				Target: device.Target{Host: "h", Port: 8000}, SDKPort: 8000, Path: "/page", DialContext: tt.dial.dial,
			}.Find(t.Context())
			if got := found.URL(""); tt.want != "" && (err != nil || got != tt.want) {
				t.Errorf("%s, %v; want %s", got, err, tt.want)
			}
			if tt.want == "" && !errors.Is(err, netway.ErrNoHTTP) {
				t.Errorf("error %v", err)
			}
			if took := time.Since(start); took > 4*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestAskRTSP(t *testing.T) {
	dialer := &net.Dialer{}
	for answer, want := range map[string]string{
		"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n": "",
		"HTTP/1.1 400 Bad Request\r\n\r\n":   "does not speak RTSP",
		"":                                   "OPTIONS",
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan struct{})
		go func() {
			defer close(served)
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			buffer := make([]byte, 1024)
			_, _ = conn.Read(buffer)
			_, _ = conn.Write([]byte(answer))
			_ = conn.Close()
		}()
		err = netway.AskRTSP(t.Context(), dialer.DialContext, listener.Addr().String())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("answer %q: %v, want %q", answer, err, want)
		}
		_ = listener.Close()
		<-served
	}
}

func TestForbiddenAddressIsKept(t *testing.T) {
	forbidden := &device.Error{Kind: device.KindNotAllowed, Meaning: "not in allow_devices"}
	cfg := netway.Config{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, forbidden }}.WithDefaults()
	_, err := netway.Connect(t.Context(), cfg, netway.Vendor{SDKPort: 8000, LoginPath: "/x"}, device.Target{Host: "h", Port: 8000})
	if kind, _ := device.KindOf(err); kind != device.KindNotAllowed {
		t.Errorf("error %v", err)
	}
}

func TestFailures(t *testing.T) {
	net := netway.Failures{
		Vendor: device.Dahua, Address: "h:554", Op: device.OpLive, Reach: device.OpLive, Login: device.OpLive,
		Meanings: map[int]netway.Meaning{403: {Kind: device.KindBusy, Words: "limit"}},
	}
	alone, known, plain, unasked := net, net, net, net
	alone.Reach, alone.Login, alone.Meanings = device.OpLogin, device.OpLogin, nil
	plain.Meanings = nil
	unasked.Login, unasked.Meanings = device.OpLogin, nil
	known.Known = true
	tests := []struct {
		name     string
		failures netway.Failures
		err      error
		kind     device.Kind
		op       device.Operation
	}{
		{"auth", net, netway.ErrAuth, device.KindAuth, device.OpLive},
		{"auth where RTSP is the login", alone, netway.ErrAuth, device.KindAuth, device.OpLogin},
		{"401", net, netway.Status(401), device.KindAuth, device.OpLive},
		{"401 where HTTP asked for nothing", unasked, netway.Status(401), device.KindAuth, device.OpLogin},
		{"dial where HTTP asked for nothing", unasked, netway.ErrDial, device.KindUnreachable, device.OpLive},
		{"403", plain, netway.Status(403), device.KindBusy, device.OpLive},
		{"403 where RTSP is the login", alone, netway.Status(403), device.KindAuth, device.OpLogin},
		{"461", net, netway.Status(461), device.KindProtocol, device.OpLive},
		{"no answer", net, netway.ErrMute, device.KindUnreachable, device.OpLive},
		{"403 of the vendor", net, netway.Status(403), device.KindBusy, device.OpLive},
		{"404", net, netway.Status(404), device.KindNoSuchChannel, device.OpLive},
		{"404 of a listed channel", known, netway.Status(404), device.KindOffline, device.OpLive},
		{"453", net, netway.Status(453), device.KindBusy, device.OpLive},
		{"500", net, netway.Status(500), device.KindBusy, device.OpLive},
		{"503", alone, netway.Status(503), device.KindBusy, device.OpLive},
		{"418", net, netway.Status(418), device.KindProtocol, device.OpLive},
		{"silent", net, netway.ErrSilent, device.KindNoData, device.OpLive},
		{"no video", net, netway.ErrNoVideo, device.KindUnsupported, device.OpLive},
		{"dial", net, netway.ErrDial, device.KindUnreachable, device.OpLive},
		{"dial where RTSP is the login", alone, netway.ErrDial, device.KindUnreachable, device.OpLogin},
		{"connection lost while playing", alone, netway.ErrCut, device.KindUnreachable, device.OpLive},
		{"garbage", net, netway.ErrGarbage, device.KindProtocol, device.OpLive},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var failure *device.Error
			if err := tt.failures.Explain(fmt.Errorf("run: %w", tt.err)); !errors.As(err, &failure) {
				t.Fatalf("error %v", err)
			}
			if failure.Kind != tt.kind || failure.Op != tt.op || !errors.Is(failure, tt.err) {
				t.Errorf("%v (%v at %v), want %v at %v", failure, failure.Kind, failure.Op, tt.kind, tt.op)
			}
		})
	}
	if words := net.Explain(netway.ErrMute).Error(); !strings.Contains(words, "did not answer DESCRIBE") || strings.Contains(words, "rtsp_port") {
		t.Errorf("a step without an answer is %q", words)
	}
	sinks := errors.New("the sink's own")
	if err := net.Explain(sinks); !errors.Is(err, sinks) {
		t.Errorf("error %v", err)
	}
	if err := net.Explain(nil); err != nil {
		t.Errorf("error %v for none", err)
	}
}

func TestRanges(t *testing.T) {
	for want, numbers := range map[string][]int{
		"no channels": nil, "channels 3": {3}, "channels 1-4, 33, 35-36": {36, 1, 2, 3, 4, 33, 35, 1},
	} {
		if got := netway.Ranges(slices.Clone(numbers)); got != want {
			t.Errorf("%v is %q, want %q", numbers, got, want)
		}
	}
	many := make([]int, 0, 500)
	for i := range 500 {
		many = append(many, i*2)
	}
	if got := netway.Ranges(many); len(got) > 200 || !strings.HasSuffix(got, "...") {
		t.Errorf("many channels are %q", got)
	}
}

// A recorder whose pages need no password has proven nothing about it.
func TestProven(t *testing.T) {
	for name, want := range map[string]bool{"open": false, "behind a password": true} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if want && r.Header.Get("Authorization") == "" {
					w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth"`)
					w.WriteHeader(http.StatusUnauthorized)
				}
			}))
			defer server.Close()
			address := server.Listener.Addr().(*net.TCPAddr)
			target := device.Target{Host: "127.0.0.1", HTTPPort: address.Port, User: "admin", Password: device.NewSecret("x")}
			r, err := netway.Connect(t.Context(), netway.Config{}.WithDefaults(), netway.Vendor{LoginPath: "/x"}, target)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			if _, err := r.Get(t.Context(), device.OpLogin, "/x"); err != nil || r.Proven() != want {
				t.Errorf("proven %v, error %v; want %v", r.Proven(), err, want)
			}
		})
	}
}

// A search may take longer than other exchanges, since a recorder reads its disks for it.
func TestSearchMayTakeLonger(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
			}
		}
	}))
	defer server.Close()
	address := server.Listener.Addr().(*net.TCPAddr)
	target := device.Target{Host: "127.0.0.1", HTTPPort: address.Port, User: "admin", Password: device.NewSecret("x")}
	cfg := netway.Config{Timeout: 300 * time.Millisecond}.WithDefaults()
	r, err := netway.Connect(t.Context(), cfg, netway.Vendor{LoginPath: "/x"}, target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if _, err := r.Get(t.Context(), device.OpSearch, "/slow"); err != nil {
		t.Error(err)
	}
	_, err = r.Get(t.Context(), device.OpPlayback, "/slow")
	if kind, _ := device.KindOf(err); err == nil || kind != device.KindUnreachable {
		t.Errorf("another exchange: %v", err)
	}
}

// A movement at the same page as the last one needs one request.
func TestSendAgain(t *testing.T) {
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.Header.Get("Authorization") == "" {
			w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	address := server.Listener.Addr().(*net.TCPAddr)
	target := device.Target{Host: "127.0.0.1", HTTPPort: address.Port, User: "admin", Password: device.NewSecret("x")}
	r, err := netway.Connect(t.Context(), netway.Config{}.WithDefaults(), netway.Vendor{LoginPath: "/x"}, target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	for _, want := range []int32{2, 1, 1} {
		requests.Store(0)
		answer, err := r.SendAgain(t.Context(), device.OpPTZ, http.MethodPut, "/move", "application/xml", []byte("<x/>"))
		if err != nil || answer.Status != http.StatusOK || requests.Load() != want {
			t.Errorf("%+v, %v after %d requests, want %d", answer, err, requests.Load(), want)
		}
	}
}
