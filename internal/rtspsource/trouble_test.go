package rtspsource_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/media"
	"mediapusher/internal/rtspsource"
)

// patient has time limits that no test waits for; what waits for them runs in a bubble.
func patient(d *device) rtspsource.Config {
	return rtspsource.Config{URL: d.url("/live?channel=1&subtype=0"), Timeout: limit, Silence: limit}
}

// bubble runs a source against a script in the fake time of testing/synctest, with the default time limits.
func bubble(t *testing.T, script func(p *peer), check func(d *device, run func(media.Sink) error)) {
	t.Helper()
	bubbleOf(t, nil, script, check)
}

// bubbleOf is bubble for a recording.
func bubbleOf(t *testing.T, recording *rtspsource.Recording, script func(p *peer), check func(d *device, run func(media.Sink) error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		d := &device{t: t}
		go script(&peer{d: d, Conn: server, r: textproto.NewReader(bufio.NewReader(server))})
		s := newSource(t, rtspsource.Config{
			URL:         "rtsp://recorder/live",
			Recording:   recording,
			DialContext: func(context.Context, string, string) (net.Conn, error) { return client, nil },
		})
		check(d, func(out media.Sink) error {
			defer server.Close()
			return s.Run(t.Context(), out)
		})
	})
}

var liveSDP = sdp(h264Media("trackID=0"))

var steps = []string{"OPTIONS", "DESCRIBE", "SETUP", "PLAY"}

// until answers well up to a method, and gives that one to at.
func until(method string, at func(p *peer, r request)) func(p *peer) {
	return func(p *peer) {
		for r := range p.requests() {
			if r.method == method {
				at(p, r)
				continue
			}
			p.respond(r, liveSDP)
		}
	}
}

func TestStatusIsKept(t *testing.T) {
	for _, step := range steps {
		for _, status := range []string{"403 Forbidden", "453 Not Enough Bandwidth", "500 Internal Server Error", "503 Service Unavailable", "404 Not Found"} {
			if step == "OPTIONS" && strings.HasPrefix(status, "404") {
				continue
			}
			t.Run(step+" "+status, func(t *testing.T) {
				t.Parallel()
				d := newDevice(t, until(step, func(p *peer, r request) { p.answer(r, status, ""); p.Close() }))
				err := pull(t, newSource(t, patient(d)), newSink(1))
				var e *rtspsource.Error
				if !errors.As(err, &e) || e.Step != step || status[:3] != strings.Fields(e.Error())[3] || e.Reason != status[4:] {
					t.Fatalf("got %v", err)
				}
			})
		}
	}
}

func TestSilentAtEachStep(t *testing.T) {
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			bubble(t, until(step, func(*peer, request) {}), func(_ *device, run func(media.Sink) error) {
				start := time.Now()
				expect(t, run(newSink(1)), step, rtspsource.ErrTimeout)
				if took := time.Since(start); took < 4*time.Second || took > 5*time.Second {
					t.Errorf("took %v", took)
				}
			})
		})
	}
	t.Run("read", func(t *testing.T) {
		bubble(t, serve(liveSDP, nil), func(d *device, run func(media.Sink) error) {
			start := time.Now()
			expect(t, run(newSink(1)), "read", rtspsource.ErrSilent)
			if took := time.Since(start); took != 5*time.Second {
				t.Errorf("took %v", took)
			}
			if n := len(d.heard("TEARDOWN")); n != 1 {
				t.Errorf("%d TEARDOWN", n)
			}
		})
	})
}

// Sound that goes on without pictures is silence: a viewer sees a picture that stands still.
func TestSoundAloneIsSilence(t *testing.T) {
	script := serve(liveSDP+"m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=control:trackID=1\r\n", func(p *peer) {
		p.Write(p.rtp(0, 96, 0, true, idr...))
		go func() {
			for i := range uint32(20) {
				<-time.After(time.Second)
				if _, err := p.Write(p.rtp(2, 8, i*8000, true, make([]byte, 160)...)); err != nil {
					return
				}
			}
		}()
	})
	bubble(t, script, func(_ *device, run func(media.Sink) error) {
		start := time.Now()
		expect(t, run(newSink(100)), "read", rtspsource.ErrSilent)
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
		<-time.After(2 * time.Second) // the device notices
	})
}

func TestClosedAtEachStep(t *testing.T) {
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			d := newDevice(t, until(step, func(p *peer, _ request) { p.Close() }))
			err := pull(t, newSource(t, patient(d)), newSink(1))
			expect(t, err, step, rtspsource.ErrClosed)
		})
	}
	for name, play := range map[string]func(p *peer){
		"close":    func(p *peer) { p.Close() },
		"teardown": func(p *peer) { p.send("TEARDOWN rtsp://x/ RTSP/1.0\r\nCSeq: 9\r\n\r\n") },
		"bye":      func(p *peer) { p.Write(frame(1, []byte{0x81, 203, 0, 1, 0, 0, 0, 9})) },
		"bye, then sound": func(p *peer) {
			p.Write(frame(1, []byte{0x81, 203, 0, 1, 0, 0, 0, 9}))
			p.Write(p.rtp(2, 8, 0, true))
		},
		"announce": func(p *peer) { p.send("ANNOUNCE rtsp://x/ RTSP/1.0\r\nCSeq: 9\r\nContent-Length: 3\r\n\r\nend") },
	} {
		t.Run("playing, "+name, func(t *testing.T) {
			t.Parallel()
			d := newDevice(t, func(p *peer) {
				for r := range p.requests() {
					p.respond(r, sdp(h264Media("trackID=0"), pcmaMedia("trackID=1")))
					if r.method == "PLAY" {
						play(p)
						break
					}
				}
				for p.r != nil {
					if _, err := p.r.ReadLine(); err != nil {
						return
					}
				}
			})
			cfg := patient(d)
			err := pull(t, newSource(t, cfg), newSink(1))
			expect(t, err, "read", rtspsource.ErrClosed)
		})
	}
}

func expect(t *testing.T, err error, step string, target error) {
	t.Helper()
	var e *rtspsource.Error
	if !errors.As(err, &e) || e.Step != step || !errors.Is(err, target) {
		t.Fatalf("got %v, want %s: %v", err, step, target)
	}
	if strings.Contains(err.Error(), password) {
		t.Errorf("the password is in %v", err)
	}
}

func TestDialErrors(t *testing.T) {
	refuse := errors.New("not allowed here")
	s := newSource(t, rtspsource.Config{
		URL:         "rtsp://10.0.0.1/live",
		DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, refuse },
	})
	expect(t, pull(t, s, newSink(1)), "dial", refuse)
	s = newSource(t, rtspsource.Config{
		URL:     "rtsp://10.0.0.1/live",
		Timeout: 10 * time.Millisecond,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			if address != "10.0.0.1:554" {
				t.Errorf("dialled %s", address)
			}
			<-ctx.Done()
			return nil, ctx.Err()
		},
	})
	expect(t, pull(t, s, newSink(1)), "dial", rtspsource.ErrTimeout)
}

func TestNothingOfAnotherProtocol(t *testing.T) {
	for name, answer := range map[string]string{
		"HTTP":              "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
		"status":            "RTSP/1.0 abc\r\n\r\n",
		"huge body":         "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99999999999\r\n\r\n",
		"endless head":      "RTSP/1.0 200 OK\r\nX: " + strings.Repeat("y", 20000),
		"garbage, binary":   strings.Repeat("\x01\x02$\xff\xff", 5000),
		"endless garbage":   strings.Repeat("\x01", 2<<20),
		"nothing but zeros": strings.Repeat("\x00", 100),
	} {
		t.Run(name, func(t *testing.T) {
			script := until("OPTIONS", func(p *peer, _ request) { p.send(answer) })
			bubble(t, script, func(_ *device, run func(media.Sink) error) {
				err := run(newSink(1))
				var e *rtspsource.Error
				if !errors.As(err, &e) || e.Step != "OPTIONS" || !errors.Is(err, rtspsource.ErrProtocol) && !errors.Is(err, rtspsource.ErrTimeout) {
					t.Fatalf("got %v", err)
				}
			})
		})
	}
}

func TestNoVideo(t *testing.T) {
	for name, test := range map[string]struct{ media, word string }{
		"program stream": {"m=video 0 RTP/AVP 96\r\na=rtpmap:96 MP2P/90000\r\n", "MP2P"},
		"JPEG":           {"m=video 0 RTP/AVP 26\r\n", "JPEG"},
		"sound only":     {pcmaMedia("a"), "none"},
		"interleaved":    {"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=2\r\n", "H264"},
		"empty":          {"", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDevice(t, serve(sdp(test.media), nil))
			err := pull(t, newSource(t, patient(d)), newSink(1))
			expect(t, err, "DESCRIBE", rtspsource.ErrNoVideo)
			if !strings.Contains(err.Error(), test.word) {
				t.Errorf("%v does not name %s", err, test.word)
			}
		})
	}
}

func TestEndOfContextIsQuick(t *testing.T) {
	for _, step := range append(steps, "TEARDOWN") {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			reached := make(chan struct{})
			script := until(step, func(*peer, request) { close(reached) })
			if step == "TEARDOWN" {
				script = serveThenFreeze(reached)
			}
			d := newDevice(t, script)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out := newSink(1)
			cfg := patient(d)
			result := make(chan error, 1)
			go func() { result <- newSource(t, cfg).Run(ctx, out) }()
			<-reached
			start := time.Now()
			cancel()
			if err := <-result; err != nil {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// serveThenFreeze plays, floods the client and reads nothing more.
func serveThenFreeze(reached chan struct{}) func(p *peer) {
	return func(p *peer) {
		for r := range p.requests() {
			p.respond(r, liveSDP)
			if r.method != "PLAY" {
				continue
			}
			for i := range uint32(1 << 30) {
				if _, err := p.Write(p.rtp(0, 96, i, true, make([]byte, 1000)...)); err != nil {
					return
				}
				if i == 100 {
					close(reached)
				}
			}
		}
	}
}

func TestSinkErrorsEndTheRun(t *testing.T) {
	d := newDevice(t, serve(liveSDP, nil))
	out := newSink(1)
	out.fail = errors.New("no room")
	if err := pull(t, newSource(t, patient(d)), out); !errors.Is(err, out.fail) {
		t.Errorf("got %v", err)
	}
	if n := len(d.heard("TEARDOWN")); n != 1 {
		t.Errorf("%d TEARDOWN", n)
	}
	if n := len(d.heard("PLAY")); n != 0 {
		t.Errorf("%d PLAY", n)
	}
}

// full is a sink that refuses units.
type full struct {
	sink
	err error
}

func (f *full) Write(au *media.AccessUnit) error {
	au.Release()
	return f.err
}

func TestUnitRefusedBySinkEndsTheRun(t *testing.T) {
	d := newDevice(t, serve(liveSDP, oneFrame))
	out := &full{err: errors.New("queue closed")}
	cfg := patient(d)
	if err := newSource(t, cfg).Run(t.Context(), out); !errors.Is(err, out.err) {
		t.Errorf("got %v", err)
	}
	if n := len(d.heard("TEARDOWN")); n != 1 {
		t.Errorf("%d TEARDOWN", n)
	}
}

// slow is a sink that blocks for longer than the silence that the source bears.
type slow struct {
	*sink
	pause time.Duration
}

func (s *slow) Write(au *media.AccessUnit) error {
	<-time.After(s.pause)
	return s.sink.Write(au)
}

// A sink that makes the device wait is not silence of the device.
func TestBlockingSinkIsNotSilence(t *testing.T) {
	script := serve(liveSDP, func(p *peer) {
		for i := range uint32(5) {
			p.Write(p.rtp(0, 96, i*3600, true, idr...))
		}
	})
	bubble(t, script, func(_ *device, run func(media.Sink) error) {
		start := time.Now()
		out := &slow{sink: newSink(5), pause: 10 * time.Second}
		expect(t, run(out), "read", rtspsource.ErrSilent)
		if took := time.Since(start); len(out.units) != 5 || took != 55*time.Second {
			t.Errorf("%d units in %v", len(out.units), took)
		}
	})
}

func TestTLS(t *testing.T) {
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	d := newDevice(t, serve(liveSDP, oneFrame))
	plain := d.listener.Addr().String()
	secure, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	defer secure.Close()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		in, err := secure.Accept()
		if err != nil {
			return
		}
		defer in.Close()
		out, err := net.Dial("tcp", plain)
		if err != nil {
			return
		}
		wg.Go(func() {
			defer out.Close()
			_, _ = io.Copy(out, in)
		})
		_, _ = io.Copy(in, out)
	})
	cfg := patient(d)
	cfg.URL = "rtsps://" + secure.Addr().String() + "/live"
	if err := pull(t, newSource(t, cfg), newSink(1)); err != nil {
		t.Fatal(err)
	}
	if got := d.heard("DESCRIBE")[0].url; got != cfg.URL {
		t.Errorf("DESCRIBE %s", got)
	}
}

func TestTLSIsRefusedByPlainServer(t *testing.T) {
	d := newDevice(t, func(p *peer) { p.send("RTSP/1.0 400 Bad Request\r\n\r\n") })
	cfg := patient(d)
	cfg.URL = "rtsps" + strings.TrimPrefix(cfg.URL, "rtsp")
	var e *rtspsource.Error
	if err := pull(t, newSource(t, cfg), newSink(1)); !errors.As(err, &e) || e.Step != "dial" {
		t.Errorf("got %v", err)
	}
}
