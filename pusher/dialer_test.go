package pusher_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"mediapusher/pusher"
)

func dialer(t testing.TB, cfg pusher.RTMPConfig) *pusher.RTMPDialer {
	t.Helper()
	d, err := pusher.NewRTMPDialer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestNewRTMPDialerRefuses(t *testing.T) {
	for name, cfg := range map[string]pusher.RTMPConfig{
		"empty":             {},
		"other scheme":      {URL: "http://srs/live/{stream}"},
		"no stream":         {URL: "rtmp://srs/live/name"},
		"stream in query":   {URL: "rtmp://srs/live/name?x={stream}"},
		"stream before end": {URL: "rtmp://srs/{stream}/"},
		"no host":           {URL: "rtmp:///live/{stream}"},
		"bad port":          {URL: "rtmp://srs:port/live/{stream}"},
		"credentials":       {URL: "rtmp://user:hunter2@srs/live/{stream}?key=hunter2"},
		"policy":            {URL: "rtmp://srs/live/{stream}", HEVC: "h265"},
	} {
		_, err := pusher.NewRTMPDialer(cfg)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells a secret: %v", name, err)
		}
	}
}

// TestAddressForms looks at what arrives of an address in connect and publish.
func TestAddressForms(t *testing.T) {
	for _, tt := range []struct{ path, tcPath, app, name string }{
		{"/live/{stream}", "/live", "live", "cam1"},
		{"/live/{stream}?secret=a&vhost=b.example", "/live", "live", "cam1?secret=a&vhost=b.example"},
		{"/a/b/{stream}.sdp", "/a/b", "a/b", "cam1.sdp"},
		{"/{stream}", "/", "", "cam1"},
		{"/{stream}/live", "/cam1", "cam1", "live"},
	} {
		var connect, publish []any
		addr := serve(t, func(p *peer) {
			if p.shake() != nil {
				return
			}
			connect, _ = p.await("connect")
			p.command(0, "_result", 1, nil, map[string]any{"level": "status"})
			if p.answerCreateStream() != nil {
				return
			}
			publish, _ = p.await("publish")
			p.status("status", "NetStream.Publish.Start", "")
			_ = p.drain(func(received) {})
		})
		conn, err := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + tt.path}).Dial(t.Context(), "cam1")
		if err != nil {
			t.Fatalf("%s: %v", tt.path, err)
		}
		conn.Close()
		object := connect[2].(map[string]any)
		if object["tcUrl"] != "rtmp://"+addr+tt.tcPath || object["app"] != tt.app {
			t.Errorf("%s: tcUrl %v, app %q", tt.path, object["tcUrl"], object["app"])
		}
		if !reflect.DeepEqual(object["fourCcList"], []any{"hvc1"}) {
			t.Errorf("%s: fourCcList %v", tt.path, object["fourCcList"])
		}
		if publish[3] != tt.name || publish[4] != "live" {
			t.Errorf("%s: published as %v", tt.path, publish[3:])
		}
	}
}

func TestDialRefusesBadStreamName(t *testing.T) {
	d := dialer(t, pusher.RTMPConfig{URL: "rtmp://127.0.0.1:1/live/{stream}?key=hunter2"})
	for _, name := range []string{"", "a b", "a?b", "a#b", "a&b", "a\n", strings.Repeat("x", 256)} {
		_, err := d.Dial(t.Context(), name)
		var e *pusher.Error
		if !errors.As(err, &e) || e.Step != pusher.StepDial || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestServersRepeatNoKey: a server that repeats the name it was asked for may cut it within the key.
func TestServersRepeatNoKey(t *testing.T) {
	for said, want := range map[string]string{
		"cam1?key=hunter2hunter2 is busy":             "cam1?… is busy",
		"cam1?key=hunter2hu":                          "cam1?…",
		"no: 'cam1?key=hunt', and no cam1?key=hunter": "no: 'cam1?…', and no cam1?…",
		"cam10 is busy":                               "cam10 is busy",
	} {
		addr := serve(t, func(p *peer) {
			if p.shake() != nil {
				return
			}
			_, _ = p.await("connect")
			p.command(0, "_result", 1, nil, map[string]any{"level": "status"})
			if p.answerCreateStream() != nil {
				return
			}
			_, _ = p.await("publish")
			p.status("error", "NetStream.Publish.BadName", said)
			_ = p.drain(func(received) {})
		})
		_, err := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}?key=hunter2hunter2&more=1"}).Dial(t.Context(), "cam1")
		var e *pusher.Error
		if !errors.As(err, &e) || e.Words != "NetStream.Publish.BadName: "+want {
			t.Errorf("%q: %v", said, err)
		}
	}
}

// TestServer looks at what is made of the version that a server tells.
func TestServer(t *testing.T) {
	for _, tt := range []struct {
		version string
		policy  pusher.HEVCPolicy
		server  string
		hevc    pusher.HEVC
	}{
		{"3.0.168", "", "SRS/3.0.168", pusher.HEVCNone},
		{"4.0.271", "auto", "SRS/4.0.271", pusher.HEVCNone},
		{"5.0.216", "auto", "SRS/5.0.216", pusher.HEVCNone},
		{"6.0.1", "auto", "SRS/6.0.1", pusher.HEVCNone},
		{"6.0.2", "auto", "SRS/6.0.2", pusher.HEVCLegacy},
		{"6.0.41", "auto", "SRS/6.0.41", pusher.HEVCLegacy},
		{"6.0.42", "auto", "SRS/6.0.42", pusher.HEVCEnhanced},
		{"6.0.155-dev", "auto", "SRS/6.0.155-dev", pusher.HEVCEnhanced},
		{"6.1.0", "auto", "SRS/6.1.0", pusher.HEVCEnhanced},
		{"7.0.18", "auto", "SRS/7.0.18", pusher.HEVCEnhanced},
		{"7.0.18", "legacy", "SRS/7.0.18", pusher.HEVCLegacy},
		{"5.0.216", "enhanced", "SRS/5.0.216", pusher.HEVCEnhanced},
		{"7.0.18", "none", "SRS/7.0.18", pusher.HEVCNone},
		{"nonsense", "auto", "FMS/3,5,3,888", pusher.HEVCEnhanced},
		{"", "auto", "FMS/3,5,3,888", pusher.HEVCEnhanced},
		{"", "none", "FMS/3,5,3,888", pusher.HEVCNone},
	} {
		addr := serve(t, func(p *peer) {
			var data map[string]any
			if tt.version != "" {
				data = map[string]any{"srs_version": tt.version, "srs_server": "SRS"}
			}
			if p.accept(data) == nil {
				_ = p.drain(func(received) {})
			}
		})
		conn, err := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}", HEVC: tt.policy}).Dial(t.Context(), "cam1")
		if err != nil {
			t.Fatalf("%s: %v", tt.version, err)
		}
		conn.Close()
		if conn.Server() != tt.server || conn.HEVC() != tt.hevc {
			t.Errorf("%q, policy %q: server %q, H.265 form %d, want %q and %d", tt.version, tt.policy, conn.Server(), conn.HEVC(), tt.server, tt.hevc)
		}
	}
}

// TestDialTrouble lets the server fail in each step in each way, and expects an error that names the step.
func TestDialTrouble(t *testing.T) {
	refuse := map[string]func(p *peer){
		"connect": func(p *peer) {
			_, _ = p.await("connect")
			p.command(0, "_error", 1, nil, map[string]any{
				"level": "error", "code": "NetConnection.Connect.Rejected", "description": "no hunter2 here\nplease",
			})
		},
		"createStream": func(p *peer) {
			_, _ = p.await("createStream")
			p.command(0, "_error", 4, nil, nil)
		},
		"publish": func(p *peer) {
			_, _ = p.await("publish")
			p.status("error", "NetStream.Publish.BadName", "cam1?key=hunter2 is busy")
		},
	}
	garbage := func(p *peer) {
		for i := range 64 {
			if _, err := p.conn.Write([]byte(strings.Repeat(string(rune('!'+i)), 4096))); err != nil {
				return
			}
		}
	}
	ways := map[string]func(p *peer, step string){
		"closes":  func(*peer, string) {},
		"silent":  func(p *peer, _ string) { _, _ = io.Copy(io.Discard, p.in.r) },
		"garbage": func(p *peer, _ string) { garbage(p); _, _ = io.Copy(io.Discard, p.in.r) },
		"refuses": func(p *peer, step string) { refuse[step](p); _ = p.drain(func(received) {}) },
	}
	words := map[string]string{
		"connect":      "NetConnection.Connect.Rejected: no … here please",
		"createStream": "_error",
		"publish":      "NetStream.Publish.BadName: cam1?… is busy",
	}
	for i, step := range publishSteps {
		for way, trouble := range ways {
			if way == "refuses" && refuse[step.name] == nil || way == "garbage" && step.name == "handshake" {
				continue
			}
			t.Run(step.name+" "+way, func(t *testing.T) {
				t.Parallel()
				addr := serve(t, func(p *peer) {
					for _, before := range publishSteps[:i] {
						if before.do(p) != nil {
							return
						}
					}
					trouble(p, step.name)
				})
				d := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}?key=hunter2", Timeout: 700 * time.Millisecond})
				var err error
				within(t, 5*time.Second, func() { _, err = d.Dial(t.Context(), "cam1") })
				var e *pusher.Error
				if !errors.As(err, &e) {
					t.Fatalf("got %v, want an *Error", err)
				}
				if e.Step != step.name || e.Address != "rtmp://"+addr+"/live/cam1" || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("step %q, address %q: %v", e.Step, e.Address, err)
				}
				if refused := way == "refuses" || way == "closes" && step.name == "publish"; e.Refused() != refused && way != "garbage" {
					t.Errorf("refused %v: %v", e.Refused(), err)
				}
				switch way {
				case "silent":
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("got %v, want DeadlineExceeded", err)
					}
				case "refuses":
					if e.Words != words[step.name] {
						t.Errorf("words %q", e.Words)
					}
				}
			})
		}
	}
}

func TestDialUnreachable(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	_, err = dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}"}).Dial(t.Context(), "cam1")
	var e *pusher.Error
	if !errors.As(err, &e) || e.Step != pusher.StepDial {
		t.Errorf("got %v", err)
	}
}

func TestDialCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	addr := serve(t, func(p *peer) {
		if p.shake() == nil {
			_, _ = p.await("connect")
			cancel()
			_ = p.drain(func(received) {})
		}
	})
	_, err := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}"}).Dial(ctx, "cam1")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled", err)
	}
}

// TestOldSRSClosesAfterStart: SRS up to 4 accepts a second publisher of a name and closes it only then.
func TestOldSRSClosesAfterStart(t *testing.T) {
	addr := serve(t, func(p *peer) {
		_ = p.accept(map[string]any{"srs_version": "4.0.271"})
	})
	_, err := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}"}).Dial(t.Context(), "cam1")
	var e *pusher.Error
	if !errors.As(err, &e) || e.Step != pusher.StepPublish || !e.Refused() || !strings.Contains(err.Error(), "the name is taken") {
		t.Errorf("got %v", err)
	}
}

// TestUnknownMessagesArePassedOver puts in front of each answer what makes the library's own client give up.
func TestUnknownMessagesArePassedOver(t *testing.T) {
	addr := serve(t, func(p *peer) {
		oddities := func() {
			p.send(2, 4, 0, []byte{0, 26, 0, 0, 0, 1})     // user control of an unknown kind
			p.send(2, 4, 0, []byte{0, 31})                 // one cut short
			p.send(3, 17, 0, []byte{0, 2, 0, 1, 'x'})      // AMF3 command
			p.send(5, 18, 1, amf(p.t, "onWhatever", true)) // data
			p.send(7, 22, 1, []byte{1, 2, 3})              // aggregate
			p.send(7, 99, 1, []byte{1, 2, 3})              // unknown type
			p.send(3, 20, 0, []byte{0x0A, 0xFF, 0xFF, 0xFF, 0xFF})
			p.command(0, "_result", 77, nil)
			p.send(3, 20, 0, append(amf(p.t, "onStatus", 0, nil), 0x0A, 0x7F, 0xFF, 0xFF, 0xFF))
		}
		for _, step := range publishSteps {
			if step.do(p) != nil {
				return
			}
			oddities()
		}
		_ = p.drain(func(received) {})
	})
	conn, err := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}"}).Dial(t.Context(), "cam1")
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.KeepAlive(); err != nil {
		t.Error(err)
	}
	conn.Close()
}

// TestRTMPS dials a TLS server with a certificate of its own.
func TestRTMPS(t *testing.T) {
	server, client := tlsConfigs(t)
	bodies := make(chan []byte, 1)
	addr := serve(t, func(p *peer) {
		secureServer(p, server)
		if p.accept(nil) != nil {
			return
		}
		_ = p.drain(func(m received) {
			if m.typeID == pusher.TypeVideo {
				bodies <- m.body
			}
		})
	})
	url := fmt.Sprintf("rtmps://%s/live/{stream}", addr)
	if _, err := dialer(t, pusher.RTMPConfig{URL: url}).Dial(t.Context(), "cam1"); err == nil {
		t.Error("a certificate of nobody's was accepted")
	}
	conn, err := dialer(t, pusher.RTMPConfig{URL: url, TLS: client}).Dial(t.Context(), "cam1")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.WriteMessage(pusher.TypeVideo, 0, [][]byte{[]byte("a"), []byte("bc")}); err != nil {
		t.Fatal(err)
	}
	if got := <-bodies; string(got) != "abc" {
		t.Errorf("got %q", got)
	}
}
