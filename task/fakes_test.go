package task_test

import (
	"context"
	"encoding/hex"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/pusher"
	"mediapusher/task"
)

// recorder is a device.Driver with one recorder behind it, whose faults a test sets.
type recorder struct {
	mu     sync.Mutex
	open   func(ctx context.Context) error // nil: let in
	live   func(ctx context.Context) error // nil: go on
	run    func(ctx context.Context, r *recorder, stream device.Stream, sink media.Sink) error
	logins atomic.Int32 // now
	plays  atomic.Int32 // now
	starts atomic.Int32 // ever
	stream atomic.Int32 // the newest stream type
	lost   chan struct{}

	disk disk // what is recorded
}

func newRecorder() *recorder {
	return &recorder{run: play(h264, nil), lost: make(chan struct{}), disk: disk{track: h264}}
}

// lose breaks all streams at once.
func (r *recorder) lose() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.lost)
	r.lost = make(chan struct{})
}

func (r *recorder) breaks() chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}

// set changes the recorder's faults.
func (r *recorder) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

func (r *recorder) Open(ctx context.Context, _ device.Target) (device.Device, error) {
	r.mu.Lock()
	open := r.open
	r.mu.Unlock()
	if open != nil {
		if err := open(ctx); err != nil {
			return nil, err
		}
	}
	r.logins.Add(1)
	return &login{r: r}, nil
}

type login struct{ r *recorder }

func (l *login) Info() device.Info { return device.Info{Way: "net"} }

func (l *login) Close() error {
	l.r.logins.Add(-1)
	return nil
}

func (l *login) Live(ctx context.Context, request device.LiveRequest) (media.Source, error) {
	l.r.mu.Lock()
	live := l.r.live
	l.r.mu.Unlock()
	if live != nil {
		if err := live(ctx); err != nil {
			return nil, err
		}
	}
	return &stream{l.r, request.Stream}, nil
}

type stream struct {
	r      *recorder
	stream device.Stream
}

func (s *stream) Run(ctx context.Context, sink media.Sink) error {
	s.r.plays.Add(1)
	defer s.r.plays.Add(-1)
	s.r.starts.Add(1)
	s.r.stream.Store(int32(s.stream))
	s.r.mu.Lock()
	run := s.r.run
	s.r.mu.Unlock()
	return run(ctx, s.r, s.stream, sink)
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// Tracks with parameter sets made by x264 and x265, 640x360.
var (
	h264 = &media.Track{
		Codec: media.H264, SPS: unhex("6764001eacb201405ff2e022000003000200000300641e2c5c90"), PPS: unhex("68ebc3cb22c0"),
	}
	h265 = &media.Track{
		Codec: media.H265, VPS: unhex("40010c01ffff01600000030090000003000003003f959809"), PPS: unhex("4401c172b46240"),
		SPS: unhex("42010101600000030090000003000003003fa00502016965959a4932bc05a02000000300200000030321"),
	}
	h264Bare = &media.Track{Codec: media.H264}

	errLost   = &device.Error{Op: device.OpLive, Kind: device.KindUnreachable, Meaning: "connection lost"}
	errClosed = errors.New("closed")
)

const frame = 40 * time.Millisecond

// play sends 25 pictures a second, a key frame every second; sub is the track of the sub stream where it is another.
func play(main, sub *media.Track) func(context.Context, *recorder, device.Stream, media.Sink) error {
	return func(ctx context.Context, r *recorder, stream device.Stream, sink media.Sink) error {
		track := main
		if stream == device.SubStream && sub != nil {
			track = sub
		}
		if err := sink.SetTracks([]*media.Track{track}); err != nil {
			return err
		}
		lost := r.breaks()
		ticker := time.NewTicker(frame)
		defer ticker.Stop()
		for i := 0; ; i++ {
			au := media.NewAccessUnit(track)
			au.PTS, au.Arrival = int64(i)*3600, time.Now()
			nal := []byte{0x41, 0x9A, 1}
			if i%25 == 0 {
				nal = []byte{0x65, 0x88, 0x84, 0, 0x10}
			}
			if track.Codec == media.H265 {
				nal = []byte{1 << 1, 1, 0xD0}
				if i%25 == 0 {
					nal = []byte{19 << 1, 1, 0xAF}
				}
			}
			if err := au.Append(nal); err != nil {
				return err
			}
			if err := sink.Write(au); err != nil {
				return err
			}
			select {
			case <-ticker.C:
			case <-lost:
				return errLost
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// silent tells its tracks and sends nothing.
func silent(ctx context.Context, _ *recorder, _ device.Stream, sink media.Sink) error {
	if err := sink.SetTracks([]*media.Track{h264}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// server is a pusher.Dialer with one RTMP server behind it.
type server struct {
	hevc pusher.HEVC

	mu        sync.Mutex
	refuse    error // what Dial fails with
	hang      bool  // Dial waits for its context's end
	stall     bool  // WriteMessage waits for the connection's end
	conns     map[*conn]bool
	dials     int
	published []string
	messages  []message
}

type message struct {
	typeID    byte
	timestamp uint32
	at        time.Time
	key       bool
}

func newServer() *server { return &server{hevc: pusher.HEVCEnhanced, conns: make(map[*conn]bool)} }

func (s *server) Dial(ctx context.Context, stream string) (pusher.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials++
	if s.hang {
		s.mu.Unlock()
		<-ctx.Done()
		s.mu.Lock()
		return nil, ctx.Err()
	}
	if s.refuse != nil {
		return nil, s.refuse
	}
	c := &conn{s: s, done: make(chan struct{})}
	s.conns[c] = true
	s.published = append(s.published, stream)
	return c, nil
}

// restart ends all connections and lets the server fail with err until set says otherwise.
func (s *server) restart(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = err
	for c := range s.conns {
		c.end()
	}
}

func (s *server) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// video returns the video messages so far, without decoder configurations.
func (s *server) video() []message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var video []message
	for _, m := range s.messages {
		if m.typeID == pusher.TypeVideo {
			video = append(video, m)
		}
	}
	return video
}

type conn struct {
	s    *server
	done chan struct{}
}

func (c *conn) WriteMessage(typeID byte, timestamp uint32, body [][]byte) error {
	select {
	case <-c.done:
		return &pusher.Error{Step: pusher.StepWrite, Err: errClosed}
	default:
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.s.stall {
		c.s.mu.Unlock()
		<-c.done
		c.s.mu.Lock()
		return &pusher.Error{Step: pusher.StepWrite, Err: errClosed}
	}
	isConfig := typeID == pusher.TypeVideo && (body[0][0]&0x80 == 0 && body[0][1] == 0 || body[0][0]&0x80 != 0 && body[0][0]&0x0F == 0)
	if !isConfig {
		key := typeID == pusher.TypeVideo && body[0][0]>>4&7 == 1
		c.s.messages = append(c.s.messages, message{typeID, timestamp, time.Now(), key})
	}
	return nil
}

func (c *conn) Flush() error          { return nil }
func (c *conn) KeepAlive() error      { return nil }
func (c *conn) HEVC() pusher.HEVC     { return c.s.hevc }
func (c *conn) Server() string        { return "fake/1" }
func (c *conn) Done() <-chan struct{} { return c.done }
func (c *conn) Err() error            { return &pusher.Error{Step: pusher.StepRead, Err: errClosed} }

func (c *conn) Close() error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.end()
	return nil
}

// end closes the connection; the server's mutex is held.
func (c *conn) end() {
	if c.s.conns[c] {
		delete(c.s.conns, c)
		close(c.done)
	}
}

// scene is a scheduler with a recorder and a server, in a bubble of its own time.
type scene struct {
	*task.Scheduler
	t        *testing.T
	recorder *recorder
	server   *server
	cancel   context.CancelFunc
	over     chan error
}

func inScene(t *testing.T, cfg task.Config, play func(s *scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &scene{t: t, recorder: newRecorder(), server: newServer(), over: make(chan error, 1)}
		cfg.Devices, cfg.RTMP = s.recorder, s.server
		var err error
		if s.Scheduler, err = task.New(cfg); err != nil {
			t.Fatal(err)
		}
		var ctx context.Context
		ctx, s.cancel = context.WithCancel(t.Context())
		go func() { s.over <- s.Run(ctx) }()
		play(s)
		s.cancel()
		if err := <-s.over; err != nil {
			t.Errorf("Run: %v", err)
		}
		s.nothingLeft()
	})
}

// start starts channel n and fails the test where that fails.
func (s *scene) start(n int) task.Started {
	s.t.Helper()
	started, err := s.StartLive(s.t.Context(), request(n))
	if err != nil {
		s.t.Fatalf("start: %v", err)
	}
	return started
}

func request(n int) task.LiveRequest {
	return task.LiveRequest{Target: device.Target{Vendor: device.Hikvision, Host: "10.0.0.1", Port: 8000, User: "admin"}, Channel: n}
}

// nothingLeft waits until all is quiet and fails where a login, a play or a publish is left.
func (s *scene) nothingLeft() {
	s.t.Helper()
	synctest.Wait()
	r := s.recorder
	l, p, f, c := r.logins.Load(), r.plays.Load(), r.disk.searches.Load(), s.server.open()
	if l+p+f != 0 || c != 0 {
		s.t.Errorf("left behind: %d logins, %d plays, %d searches, %d publishes", l, p, f, c)
	}
	if list := s.Snapshots(); len(list) != 0 {
		s.t.Errorf("left behind: %d sessions", len(list))
	}
}

// pictureThenNothing sends one key frame.
func pictureThenNothing(ctx context.Context, _ *recorder, _ device.Stream, sink media.Sink) error {
	if err := sink.SetTracks([]*media.Track{h264}); err != nil {
		return err
	}
	au := media.NewAccessUnit(h264)
	if err := au.Append([]byte{0x65, 0x88, 0x84, 0, 0x10}); err != nil {
		return err
	}
	if err := sink.Write(au); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// pass lets the bubble's time go on.
func (s *scene) pass(d time.Duration) { <-time.After(d) }
