package rtspsource_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"iter"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/media"
	"mediapusher/internal/rtspsource"
)

const (
	user     = "admin"
	password = "s3cret-word"
)

// device is a scripted RTSP server for one test. Each connection runs the script.
type device struct {
	t        testing.TB
	listener net.Listener
	script   func(p *peer)
	wg       sync.WaitGroup

	mu       sync.Mutex
	requests []request
}

// request is what the device heard.
type request struct {
	method, url string
	header      textproto.MIMEHeader
}

func (r request) cseq() string { return r.header.Get("CSeq") }

// peer is the device's side of a connection.
type peer struct {
	d *device
	net.Conn
	r   *textproto.Reader
	seq [4]uint16
}

func newDevice(t testing.TB, script func(p *peer)) *device {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &device{t: t, listener: listener, script: script}
	d.wg.Add(1)
	go d.accept()
	t.Cleanup(func() {
		listener.Close()
		d.wg.Wait()
	})
	return d
}

func (d *device) accept() {
	defer d.wg.Done()
	for {
		conn, err := d.listener.Accept()
		if err != nil {
			return
		}
		d.wg.Go(func() {
			defer conn.Close()
			d.script(&peer{d: d, Conn: conn, r: textproto.NewReader(bufio.NewReader(conn))})
		})
	}
}

func (d *device) url(path string) string { return "rtsp://" + d.listener.Addr().String() + path }

// heard returns the requests with a method, all with "".
func (d *device) heard(method string) []request {
	d.mu.Lock()
	defer d.mu.Unlock()
	var found []request
	for _, r := range d.requests {
		if method == "" || r.method == method {
			found = append(found, r)
		}
	}
	return found
}

// requests reads one request after another until the client has gone.
func (p *peer) requests() iter.Seq[request] {
	return func(yield func(request) bool) {
		for {
			if r, ok := p.next(); !ok || !yield(r) {
				return
			}
		}
	}
}

// next reads a request; ok is false when the client has gone.
func (p *peer) next() (r request, ok bool) {
	line, err := p.r.ReadLine()
	if err != nil {
		return r, false
	}
	parts := strings.Fields(line)
	if len(parts) != 3 {
		p.d.t.Errorf("request line %q", line)
		return r, false
	}
	header, err := p.r.ReadMIMEHeader()
	if err != nil {
		return r, false
	}
	r = request{method: parts[0], url: parts[1], header: header}
	p.d.mu.Lock()
	p.d.requests = append(p.d.requests, r)
	p.d.mu.Unlock()
	return r, true
}

// answer sends a status line, headers ("Name: value") and a body.
func (p *peer) answer(r request, status, body string, headers ...string) {
	var b strings.Builder
	fmt.Fprintf(&b, "RTSP/1.0 %s\r\nCSeq: %s\r\n", status, r.cseq())
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	if body != "" {
		fmt.Fprintf(&b, "Content-Type: application/sdp\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n" + body)
	p.send(b.String())
}

func (p *peer) send(s string) { _, _ = p.Write([]byte(s)) }

// rtp makes an interleaved RTP packet; the sequence number counts by itself for each channel.
func (p *peer) rtp(channel byte, payloadType uint8, timestamp uint32, marker bool, payload ...byte) []byte {
	p.seq[channel]++
	return frame(channel, rtpPacket(payloadType, p.seq[channel], timestamp, marker, payload...))
}

func frame(channel byte, b []byte) []byte {
	return append([]byte{'$', channel, byte(len(b) >> 8), byte(len(b))}, b...)
}

func rtpPacket(payloadType uint8, seq uint16, timestamp uint32, marker bool, payload ...byte) []byte {
	b := make([]byte, 12, 12+len(payload))
	b[0], b[1] = 0x80, payloadType
	if marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], timestamp)
	binary.BigEndian.PutUint32(b[8:], 0x1234)
	return append(b, payload...)
}

var (
	sps   = []byte{0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x47, 0xfe, 0xc8}
	pps   = []byte{0x68, 0xce, 0x3c, 0x80}
	idr   = []byte{0x65, 0x88, 0x84, 0x00, 0x10}
	inter = []byte{0x41, 0x9a, 0x02, 0x03}
)

func sdp(media ...string) string {
	return "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Media Server\r\nt=0 0\r\na=control:*\r\n" + strings.Join(media, "")
}

func h264Media(control string) string {
	return "m=video 0 RTP/AVP 96\r\na=control:" + control + "\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;" +
		"sprop-parameter-sets=" + base64.StdEncoding.EncodeToString(sps) + "," + base64.StdEncoding.EncodeToString(pps) + "\r\n"
}

func pcmaMedia(control string) string {
	return "m=audio 0 RTP/AVP 8\r\na=control:" + control + "\r\na=rtpmap:8 PCMA/8000\r\n"
}

// respond answers one request as a well-behaved recorder does.
func (p *peer) respond(r request, description string) {
	switch r.method {
	case "OPTIONS":
		p.answer(r, "200 OK", "", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
	case "DESCRIBE":
		p.answer(r, "200 OK", description)
	case "SETUP":
		p.answer(r, "200 OK", "", "Session: 77;timeout=60", "Transport: "+r.header.Get("Transport")+";ssrc=1234")
	default:
		p.answer(r, "200 OK", "", "Session: 77")
	}
}

// serve answers everything; after PLAY it calls play, then goes on answering. It returns when the client has gone.
func serve(description string, play func(p *peer)) func(p *peer) {
	return func(p *peer) {
		for r := range p.requests() {
			p.respond(r, description)
			if r.method == "PLAY" && play != nil {
				play(p)
			}
		}
	}
}

// unit is a copy of what a sink was given.
type unit struct {
	track   int
	pts     int64
	nals    []string
	lost    bool
	wall    time.Time
	arrival time.Time
}

// sink keeps copies of units; want closes done.
type sink struct {
	mu     sync.Mutex
	tracks []*media.Track
	units  []unit
	want   int
	done   chan struct{}
	fail   error
}

func newSink(want int) *sink { return &sink{want: want, done: make(chan struct{})} }

func (s *sink) SetTracks(tracks []*media.Track) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tracks = tracks
	return s.fail
}

func (s *sink) Write(au *media.AccessUnit) error {
	defer au.Release()
	s.mu.Lock()
	defer s.mu.Unlock()
	u := unit{track: au.Track.ID, pts: au.PTS, lost: au.Lost, wall: au.Wall, arrival: au.Arrival}
	for _, nal := range au.Units {
		u.nals = append(u.nals, fmt.Sprintf("%x", nal))
	}
	s.units = append(s.units, u)
	if len(s.units) == s.want {
		close(s.done)
	}
	return nil
}

func newSource(t testing.TB, cfg rtspsource.Config) *rtspsource.Source {
	t.Helper()
	if cfg.User == "" {
		cfg.User, cfg.Password = user, password
	}
	s, err := rtspsource.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// limit is how long anything in these tests may take.
const limit = 20 * time.Second

// pull runs the source until the sink has what it wants, and returns the error of Run.
func pull(t testing.TB, s *rtspsource.Source, out *sink) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- s.Run(ctx, out) }()
	select {
	case <-out.done:
		cancel()
		return <-result
	case err := <-result:
		if ctx.Err() != nil {
			t.Fatalf("not enough came: %d units", len(out.units))
		}
		return err
	}
}
