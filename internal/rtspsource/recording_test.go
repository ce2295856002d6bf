package rtspsource_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/media"
	"mediapusher/internal/rtspsource"
)

const playbackPath = "/Streaming/tracks/101?starttime=20160720t120000z&endtime=20160720t130000z&name=ch1%20a&size=1048576"

var recordedSDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Media Presentation\r\nt=0 0\r\na=control:*\r\na=range:clock=20160720T120000Z-20160720T130000Z\r\n" +
	h264Media("trackID=video") + pcmaMedia("trackID=audio")

// recorder answers as "Media Server V4.60.000" of Hikvision does, and what at gives an answer for.
func recorder(at func(p *peer, r request) bool) func(p *peer) {
	return func(p *peer) {
		for r := range p.requests() {
			if at != nil && at(p, r) {
				continue
			}
			switch r.method {
			case "SETUP":
				p.answer(r, "200 OK", "", "Session:       77;timeout=60", "Transport: "+r.header.Get("Transport"), "Accept-Ranges: UTC",
					`Media-Properties: Random-Access=1.0s, Unlimited, Immutable, Scales="-1, 0.5, 0.25, 0.125,:1, 2, 4"`)
			case "PLAY":
				p.answer(r, "200 OK", "", "Session: 77", "Range: clock=20160720T120000.5Z-20160720T130000Z", "Scale: "+r.header.Get("Scale"))
				oneFrame(p)
			default:
				p.respond(r, recordedSDP)
			}
		}
	}
}

func recorded(d *device, scale float64, began func(rtspsource.Began)) rtspsource.Config {
	cfg := patient(d)
	cfg.URL = d.url(playbackPath)
	cfg.Recording = &rtspsource.Recording{Scale: scale, Began: began}
	return cfg
}

// watched is a sink that notes whether it had been told of the beginning when the first unit came.
type watched struct {
	*sink
	began   []rtspsource.Began
	tooSoon bool
}

func (w *watched) Write(au *media.AccessUnit) error {
	w.tooSoon = w.tooSoon || len(w.began) != 1
	return w.sink.Write(au)
}

func TestRecordingBegins(t *testing.T) {
	const clock = "clock=20160720T120000.5Z-20160720T130000Z"
	refuse := func(status string) func(p *peer, r request) bool {
		return func(p *peer, r request) bool {
			if r.header.Get("Scale") != "" {
				p.answer(r, status, "")
			}
			return r.header.Get("Scale") != ""
		}
	}
	tests := map[string]struct {
		scale  float64
		script func(p *peer, r request) bool
		want   rtspsource.Began
		scales string // of each PLAY
	}{
		"real time":        {0, nil, rtspsource.Began{Range: clock}, "-"},
		"real time, named": {1, nil, rtspsource.Began{Range: clock}, "-"},
		"fast":             {4, nil, rtspsource.Began{Range: clock, Scale: 4}, "4.0"},
		"slow":             {0.125, nil, rtspsource.Began{Range: clock, Scale: 0.125}, "0.125"},
		"refused by 406":   {8, refuse("406 Not Acceptable"), rtspsource.Began{Range: clock, Scale: 1}, "8.0 -"},
		"refused by 551":   {2, refuse("551 Option not supported"), rtspsource.Began{Range: clock, Scale: 1}, "2.0 -"},
		"nothing told": {2, func(p *peer, r request) bool {
			if r.method == "PLAY" {
				p.answer(r, "200 OK", "", "Range: npt=0.000-\x01", "Scale: fast")
				oneFrame(p)
			}
			return r.method == "PLAY"
		}, rtspsource.Began{Range: "npt=0.000-"}, "2.0"},
		"media before the answer": {2, func(p *peer, r request) bool {
			if r.method == "PLAY" {
				oneFrame(p)
				p.answer(r, "200 OK", "", "Scale: 2")
			}
			return r.method == "PLAY"
		}, rtspsource.Began{Scale: 2}, "2.0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDevice(t, recorder(test.script))
			out := &watched{sink: newSink(1)}
			cfg := recorded(d, test.scale, func(b rtspsource.Began) { out.began = append(out.began, b) })
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			go func() {
				select {
				case <-out.done:
				case <-ctx.Done():
				}
				cancel()
			}()
			if err := newSource(t, cfg).Run(ctx, out); err != nil {
				t.Fatal(err)
			}
			if out.tooSoon || len(out.units) == 0 || len(out.began) != 1 || out.began[0] != test.want {
				t.Errorf("told %+v, too late %v, %d units; want %+v", out.began, out.tooSoon, len(out.units), test.want)
			}
			var scales []string
			for _, r := range d.heard("PLAY") {
				if got := r.header.Get("Range"); got != "npt=0.000-" {
					t.Errorf("Range %q", got)
				}
				scale := r.header.Get("Scale")
				if scale == "" {
					scale = "-"
				}
				scales = append(scales, scale)
			}
			if got := strings.Join(scales, " "); got != test.scales {
				t.Errorf("Scale %q, want %q", got, test.scales)
			}
		})
	}
}

// The relative controls of a recorder stand behind the query, the absolute ones of a camera before it.
func TestRecordingAddresses(t *testing.T) {
	const dahuaPath = "/cam/playback?channel=1&subtype=0&starttime=2016_07_20_12_00_00&endtime=2016_07_20_13_00_00"
	tests := map[string]struct {
		path, contentBase, sdp string
		setups                 []string
		play                   string
	}{
		"relative": {
			playbackPath, "", recordedSDP,
			[]string{playbackPath + "/trackID=video", playbackPath + "/trackID=audio"},
			playbackPath,
		},
		"relative, Content-Base": {
			dahuaPath, "rtsp://192.168.1.108:554" + dahuaPath + "/", sdp(h264Media("trackID=0")),
			[]string{dahuaPath + "/trackID=0"},
			dahuaPath + "/",
		},
		"absolute": {
			playbackPath, "", sdp(h264Media("rtsp://10.0.0.9/Streaming/tracks/101/trackID=1?starttime=20160720T120000Z")),
			[]string{"/Streaming/tracks/101/trackID=1?starttime=20160720T120000Z"},
			playbackPath,
		},
		"absolute, Content-Base": {
			playbackPath, "rtsp://10.0.0.9" + playbackPath + "/", sdp(h264Media("rtsp://10.0.0.9:1554" + playbackPath + "/trackID=1")),
			[]string{playbackPath + "/trackID=1"},
			playbackPath + "/",
		},
		"file": {
			"//mnt/dvr/2016-07-20/0/dav/12/12.00.00-13.00.00[R][0@0][0].dav", "", sdp(h264Media("trackID=0")),
			[]string{"//mnt/dvr/2016-07-20/0/dav/12/12.00.00-13.00.00[R][0@0][0].dav/trackID=0"},
			"//mnt/dvr/2016-07-20/0/dav/12/12.00.00-13.00.00[R][0@0][0].dav",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDevice(t, recorder(func(p *peer, r request) bool {
				if r.method != "DESCRIBE" {
					return false
				}
				if test.contentBase == "" {
					p.answer(r, "200 OK", test.sdp)
				} else {
					p.answer(r, "200 OK", test.sdp, "Content-Base: "+test.contentBase)
				}
				return true
			}))
			cfg := recorded(d, 0, nil)
			cfg.URL = d.url(test.path)
			if err := pull(t, newSource(t, cfg), newSink(1)); err != nil {
				t.Fatal(err)
			}
			var setups []string
			for _, r := range d.heard("SETUP") {
				setups = append(setups, strings.TrimPrefix(r.url, d.url("")))
			}
			if strings.Join(setups, "\n") != strings.Join(test.setups, "\n") {
				t.Errorf("SETUP %q, want %q", setups, test.setups)
			}
			for _, method := range []string{"PLAY", "TEARDOWN"} {
				if heard := d.heard(method); len(heard) != 1 || heard[0].url != d.url(test.play) {
					t.Errorf("%s %+v, want %s", method, heard, test.play)
				}
			}
		})
	}
}

// abort closes a connection by a reset.
func (p *peer) abort() {
	_ = p.Conn.(*net.TCPConn).SetLinger(0)
	_ = p.Close()
}

func TestRecordingEnds(t *testing.T) {
	bye := frame(1, []byte{0x81, 203, 0, 1, 0, 0, 0, 9})
	send := func(method string) func(p *peer) {
		return func(p *peer) { p.send(method + " rtsp://x/ RTSP/1.0\r\nCSeq: 9\r\n\r\n") }
	}
	tests := map[string]struct {
		end    func(p *peer)
		before error // where it comes before any media
		after  error
	}{
		"BYE":         {func(p *peer) { p.Write(bye) }, nil, nil},
		"ANNOUNCE":    {send("ANNOUNCE"), nil, nil},
		"PLAY_NOTIFY": {send("PLAY_NOTIFY"), nil, nil},
		"TEARDOWN":    {send("TEARDOWN"), nil, nil},
		"close":       {func(p *peer) { p.Close() }, rtspsource.ErrClosed, nil},
		"reset":       {func(p *peer) { p.abort() }, rtspsource.ErrClosed, rtspsource.ErrClosed},
	}
	for name, test := range tests {
		for _, played := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, media %v", name, played), func(t *testing.T) {
				t.Parallel()
				taken := make(chan struct{})
				d := newDevice(t, recorder(func(p *peer, r request) bool {
					if r.method != "PLAY" {
						return false
					}
					p.answer(r, "200 OK", "")
					if played {
						oneFrame(p)
						<-taken // a reset overtakes what was not read
					}
					test.end(p)
					return true
				}))
				out := newSink(1)
				result := make(chan error, 1)
				go func() { result <- newSource(t, recorded(d, 0, nil)).Run(t.Context(), out) }()
				want := test.before
				if played {
					<-out.done
					close(taken)
					want = test.after
				}
				var err error
				select {
				case err = <-result:
				case <-time.After(limit):
					t.Fatal("no end")
				}
				if want == nil && err != nil || want != nil && !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			})
		}
	}
}

func TestSilentRecording(t *testing.T) {
	for name, test := range map[string]struct {
		script func(p *peer)
		want   error
		took   time.Duration
	}{
		"nothing comes": {serve(recordedSDP, nil), rtspsource.ErrSilent, 10 * time.Second},
		"disks think": {serve(recordedSDP, func(p *peer) {
			for range 3 {
				oneFrame(p)
				<-time.After(9 * time.Second)
			}
			p.Write(frame(1, []byte{0x81, 203, 0, 1, 0, 0, 0, 9}))
		}), nil, 27*time.Second + 500*time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			bubbleOf(t, &rtspsource.Recording{}, test.script, func(d *device, run func(media.Sink) error) {
				start := time.Now()
				err := run(newSink(-1))
				if took := time.Since(start); took != test.took || !errors.Is(err, test.want) {
					t.Errorf("%v after %v, want %v after %v", err, took, test.want, test.took)
				}
				if n := len(d.heard("TEARDOWN")); n != 1 {
					t.Errorf("%d TEARDOWN", n)
				}
			})
		})
	}
}

// gate is a sink that holds the first unit back until it is opened.
type gate struct {
	*sink
	reached, open chan struct{}
	once          sync.Once
}

func newGate(want int) *gate {
	return &gate{sink: newSink(want), reached: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) Write(au *media.AccessUnit) error {
	g.once.Do(func() { close(g.reached) })
	<-g.open
	return g.sink.Write(au)
}

// flood plays as fast as the connection takes it, so that the recorder's sending is stopped while a sink blocks. A recorder answers on
// the way. What it hears goes to alive.
func flood(units uint32, alive chan<- request) func(p *peer) {
	return recorder(func(p *peer, r request) bool {
		switch r.method {
		case "SETUP":
			p.answer(r, "200 OK", "", "Session: 77;timeout=1", "Transport: "+r.header.Get("Transport"))
		case "PLAY":
			p.answer(r, "200 OK", "")
			p.d.wg.Go(func() {
				for i := range units {
					if _, err := p.Write(p.rtp(0, 96, i*3600, true, append([]byte{0x41}, make([]byte, 1200)...)...)); err != nil {
						return
					}
				}
			})
		case "OPTIONS", "GET_PARAMETER":
			if len(p.d.heard("PLAY")) == 0 {
				return false
			}
			alive <- r // its answer would stand behind the media
		default:
			return false
		}
		return true
	})
}

// A sink may block for longer than every time limit: the session is kept alive, and then everything comes.
func TestBlockedRecording(t *testing.T) {
	const units = 20000 // 24 MB, more than the connection holds
	alive := make(chan request, 64)
	d := newDevice(t, flood(units, alive))
	cfg := recorded(d, 0, nil)
	cfg.Timeout, cfg.Silence = 300*time.Millisecond, 500*time.Millisecond
	out := newGate(units)
	ctx, cancel := context.WithTimeout(t.Context(), 2*limit)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- newSource(t, cfg).Run(ctx, out) }()
	<-out.reached
	for range 3 { // every 2 s by what the session's time limit allows
		select {
		case <-alive:
		case err := <-result:
			t.Fatalf("ended by %v", err)
		case <-ctx.Done():
			t.Fatal("no keep-alive")
		}
	}
	close(out.open)
	select {
	case <-out.done:
	case err := <-result:
		t.Fatalf("ended by %v after %d units", err, len(out.units))
	}
	cancel()
	if err := <-result; err != nil {
		t.Error(err)
	}
	for _, u := range out.units[1:] {
		if u.lost {
			t.Fatal("units are missing")
		}
	}
}

// The end of ctx while the sink blocks frees the recorder's slot as soon as the sink gives way, which then is given nothing more.
func TestBlockedRecordingIsTornDown(t *testing.T) {
	d := newDevice(t, flood(20000, make(chan request, 64)))
	out := newGate(1)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- newSource(t, recorded(d, 0, nil)).Run(ctx, out) }()
	<-out.reached
	cancel()
	start := time.Now()
	close(out.open)
	if err := <-result; err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	if n := len(d.heard("TEARDOWN")); n != 1 || len(out.units) != 1 {
		t.Errorf("%d TEARDOWN after %d units", n, len(out.units))
	}
}

// Whatever fails after a recorder gave a session, that session is torn down: a leaked one may take its slot until the recorder starts anew.
func TestNoSessionIsLeft(t *testing.T) {
	tests := map[string]struct {
		method string
		nth    int    // which request of the method fails
		answer string // the status line; empty for a hang that the end of ctx ends
		left   int    // sessions that the recorder opened
	}{
		"DESCRIBE 453":         {"DESCRIBE", 1, "453 Not Enough Bandwidth", 0},
		"SETUP 453":            {"SETUP", 1, "453 Not Enough Bandwidth", 0},
		"SETUP of audio hangs": {"SETUP", 2, "", 1},
		"SETUP of audio 401":   {"SETUP", 2, "401 Unauthorized", 1},
		"PLAY 453":             {"PLAY", 1, "453 Not Enough Bandwidth", 1},
		"PLAY 551":             {"PLAY", 1, "551 Option not supported", 1},
		"PLAY hangs":           {"PLAY", 1, "", 1},
		"late answer to SETUP": {"SETUP", 1, "late", 1},
		"SETUP by UDP":         {"SETUP", 1, "udp", 1},
		"playing":              {"", 0, "", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			n, closed := 0, make(chan struct{})
			var sessions, torn int
			script := recorder(func(p *peer, r request) bool {
				if r.method == "TEARDOWN" && r.header.Get("Session") == "77" {
					torn++
				}
				if r.method == test.method {
					n++
				}
				hit := r.method == test.method && n >= test.nth
				if r.method == "SETUP" && (!hit || test.answer == "late" || test.answer == "udp") {
					sessions = 1
				}
				switch {
				case !hit:
					return false
				case test.answer == "":
					cancel()
				case test.answer == "udp":
					p.answer(r, "200 OK", "", "Session: 77", "Transport: RTP/AVP;unicast;client_port=1-2;server_port=3-4")
				case test.answer == "late":
					cancel()
					<-time.After(50 * time.Millisecond)
					return false
				default:
					p.answer(r, test.answer, "")
				}
				return true
			})
			d := newDevice(t, func(p *peer) {
				defer close(closed)
				script(p)
			})
			cfg := recorded(d, 0, nil)
			out := newSink(1)
			go func() {
				select {
				case <-out.done:
				case <-ctx.Done():
				}
				cancel()
			}()
			_ = newSource(t, cfg).Run(ctx, out)
			<-closed
			if sessions != test.left || torn != test.left {
				t.Errorf("%d sessions opened, %d torn down; want %d", sessions, torn, test.left)
			}
		})
	}
}

func TestRecordingIsRefused(t *testing.T) {
	for _, step := range []string{"DESCRIBE", "SETUP", "PLAY"} {
		for _, status := range []string{"403 Forbidden", "404 Not Found", "453 Not Enough Bandwidth", "551 Option not supported"} {
			t.Run(step+" "+status, func(t *testing.T) {
				t.Parallel()
				d := newDevice(t, recorder(func(p *peer, r request) bool {
					if r.method == step {
						p.answer(r, status, "")
					}
					return r.method == step
				}))
				began := func(b rtspsource.Began) { t.Errorf("told %+v", b) }
				err := pull(t, newSource(t, recorded(d, 4, began)), newSink(1))
				var e *rtspsource.Error
				if !errors.As(err, &e) || e.Step != step || fmt.Sprint(e.Status) != status[:3] {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// Timestamps of recordings repeat and step back (Dahua); they come as they are.
func TestRecordedTimestamps(t *testing.T) {
	d := newDevice(t, recorder(func(p *peer, r request) bool {
		if r.method == "PLAY" {
			p.answer(r, "200 OK", "")
			for _, ts := range []uint32{90000, 90000, 86400, 180000} {
				p.Write(p.rtp(0, 96, ts, true, idr...))
			}
		}
		return r.method == "PLAY"
	}))
	out := newSink(4)
	if err := pull(t, newSource(t, recorded(d, 0, nil)), out); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{90000, 90000, 86400, 180000} {
		if out.units[i].pts != want {
			t.Errorf("unit %d: PTS %d, want %d", i, out.units[i].pts, want)
		}
	}
}

// A nonce that has run out must not leave the session at the recorder.
func TestTeardownWithAnotherNonce(t *testing.T) {
	for name, test := range map[string]struct {
		challenge string
		want      int // TEARDOWN
	}{
		"new nonce":        {`Digest realm="r", nonce="n2", stale=true`, 2},
		"nonce taken once": {`Digest realm="r", nonce="n2"`, 2},
		"no challenge":     {"", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDevice(t, recorder(func(p *peer, r request) bool {
				authorization := r.header.Get("Authorization")
				switch {
				case r.method == "OPTIONS":
					return false
				case authorization == "":
					p.answer(r, "401 Unauthorized", "", `WWW-Authenticate: Digest realm="r", nonce="n1"`)
				case r.method == "TEARDOWN" && strings.Contains(authorization, `"n1"`) && test.challenge == "":
					p.answer(r, "401 Unauthorized", "")
				case r.method == "TEARDOWN" && strings.Contains(authorization, `"n1"`):
					p.answer(r, "401 Unauthorized", "", "WWW-Authenticate: "+test.challenge)
				default:
					return false
				}
				return true
			}))
			start := time.Now()
			if err := pull(t, newSource(t, recorded(d, 0, nil)), newSink(1)); err != nil {
				t.Fatal(err)
			}
			heard := d.heard("TEARDOWN")
			if len(heard) != test.want || time.Since(start) > limit/4 {
				t.Fatalf("%d TEARDOWN in %v, want %d", len(heard), time.Since(start), test.want)
			}
			last := heard[len(heard)-1]
			if last.url != d.url(playbackPath) || last.header.Get("Session") != "77" {
				t.Errorf("TEARDOWN %+v", last)
			}
			if test.want == 2 && (!strings.Contains(last.header.Get("Authorization"), `nonce="n2"`) || last.cseq() == heard[0].cseq()) {
				t.Errorf("TEARDOWN %+v", last)
			}
		})
	}
}
