package devicetest

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
)

// Limits: a start must not take longer than startLimit on a slow machine, and what was opened is closed within cleanLimit.
const (
	startLimit = 15 * time.Second
	cleanLimit = 5 * time.Second
)

const wrongPassword = "never-to-be-seen-1"

// open opens a device that the test closes at its end, and then looks whether the recorder is left as it was.
func (h Harness) open(t *testing.T, r Recorder) device.Device {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	d, err := h.Driver(nil).Open(ctx, r.Target)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

func live(t *testing.T, d device.Device, channel int) media.Source {
	t.Helper()
	source, err := d.Live(t.Context(), device.LiveRequest{Channel: channel})
	if err != nil {
		t.Fatalf("live %d: %v", channel, err)
	}
	return source
}

// expect checks an error of a device: kind, operation, and that it holds no password.
func expect(t *testing.T, r Recorder, err error, op device.Operation, kinds ...device.Kind) {
	t.Helper()
	_ = failureOf(t, r, err, op, kinds...)
}

// failureOf checks as expect does, for a closer look at the error.
func failureOf(t *testing.T, r Recorder, err error, op device.Operation, kinds ...device.Kind) *device.Error {
	t.Helper()
	var failure *device.Error
	if !errors.As(err, &failure) {
		t.Fatalf("error %v, want a *device.Error of kind %v", err, kinds)
	}
	right := false
	for _, kind := range kinds {
		right = right || failure.Kind == kind
	}
	if !right || failure.Op != op {
		t.Fatalf("error %v of kind %v at %v, want %v at %v", err, failure.Kind, failure.Op, kinds, op)
	}
	for _, password := range []string{wrongPassword, r.Target.Password.Reveal()} {
		if password != "" && strings.Contains(err.Error(), password) {
			t.Errorf("a password in %q", err)
		}
	}
	if failure.Vendor != r.Target.Vendor || failure.Address == "" {
		t.Errorf("error names vendor %q and address %q", failure.Vendor, failure.Address)
	}
	return failure
}

// leftNothing waits until the recorder has no media session and no search open.
func leftNothing(t *testing.T, r Recorder) {
	t.Helper()
	leftNothingWithin(t, r, cleanLimit)
}

func leftNothingWithin(t *testing.T, r Recorder, limit time.Duration) {
	t.Helper()
	waitFor(t, limit, "everything closed at the recorder", func() bool {
		counts := r.Counts()
		return counts.Connections == 0 && counts.Sessions == 0 && counts.Searches == 0
	})
}

// waitFor polls a condition, up to a limit.
func waitFor(t *testing.T, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for !condition() {
		select {
		case <-poll.C:
		case <-deadline.C:
			t.Fatalf("waited %v in vain for: %s", limit, what)
		}
	}
}

// running is a source that runs in the background.
type running struct {
	sink   *sink
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

func run(t *testing.T, source media.Source) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{sink: newSink(), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.err = source.Run(ctx, media.NewNormaliser(r.sink))
	}()
	t.Cleanup(func() {
		cancel()
		<-r.done
	})
	return r
}

// picture waits for the first picture that a decoder can start with.
func (r *running) picture(t *testing.T) {
	t.Helper()
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	select {
	case <-r.sink.picture:
	case <-r.done:
		t.Fatalf("ended before a picture: %v", r.err)
	case <-limit.C:
		t.Fatalf("no picture within %v", startLimit)
	}
}

// ended waits for the end of the run.
func (r *running) ended(t *testing.T) error {
	t.Helper()
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	select {
	case <-r.done:
		return r.err
	case <-limit.C:
		t.Fatalf("still running after %v", startLimit)
		return nil
	}
}

// stop ends the run, which must then return nil.
func (r *running) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	if err := r.ended(t); err != nil {
		t.Errorf("cancelled run: %v", err)
	}
}

// sink takes what passes the Normaliser.
type sink struct {
	picture chan struct{} // closed with the first random-access picture
	first   sync.Once
	tracks  []*media.Track
	early   bool // something was written before the tracks were told
	err     error
	width   int
	// The times of the first and the last picture in 1/90000 s.
	start, end int64
	units      [][]byte // of the first picture
}

func newSink() *sink { return &sink{picture: make(chan struct{})} }

func (s *sink) SetTracks(tracks []*media.Track) error {
	s.tracks = tracks
	return s.err
}

func (s *sink) Write(au *media.AccessUnit) error {
	s.early = s.early || s.tracks == nil
	if au.Track.Codec.Video() {
		s.end = max(s.end, au.PTS)
	}
	if au.Track.Codec.Video() && au.RandomAccess {
		s.first.Do(func() {
			s.width, s.start = au.Track.Width, au.PTS
			for _, unit := range au.Units {
				s.units = append(s.units, bytes.Clone(unit))
			}
			close(s.picture)
		})
	}
	au.Release()
	return nil
}

// deafListener takes connections and never says a word. It returns its port.
func deafListener(t *testing.T) int {
	t.Helper()
	listener := listen(t)
	var (
		mu    sync.Mutex
		conns []net.Conn
	)
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-accepting
		for _, conn := range conns {
			_ = conn.Close()
		}
	})
	return portOf(listener)
}

// ClosedPort returns a port of 127.0.0.1 at which nobody listens.
func ClosedPort(t *testing.T) int {
	t.Helper()
	listener := listen(t)
	_ = listener.Close()
	return portOf(listener)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func portOf(listener net.Listener) int {
	if address, ok := listener.Addr().(*net.TCPAddr); ok {
		return address.Port
	}
	return 0
}

// at moves a target to one port for everything.
func at(target device.Target, port int) device.Target {
	target.Host, target.Port, target.HTTPPort, target.RTSPPort = "127.0.0.1", port, port, port
	return target
}

// Play runs a channel's live stream until the first picture and returns how it failed, nil where the picture came.
func Play(t *testing.T, d device.Device, channel int) error {
	t.Helper()
	source, err := d.Live(t.Context(), device.LiveRequest{Channel: channel})
	if err != nil {
		return err
	}
	stream := run(t, source)
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	select {
	case <-stream.sink.picture:
		stream.stop(t)
		return nil
	case <-stream.done:
		return stream.err
	case <-limit.C:
		return errors.New("neither a picture nor an error")
	}
}
