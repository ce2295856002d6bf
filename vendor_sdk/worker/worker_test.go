package worker_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
	"mediapusher/vendor_sdk/worker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// library writes down what is called, and lets the test be the device.
type library struct {
	mu      sync.Mutex
	calls   []string
	take    sdk.Take
	refuse  error
	hold    chan struct{} // what login and Live wait for, where it is not nil
	endless chan struct{} // what LogOut waits for
}

func (l *library) note(call string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, call)
}

func (l *library) noted() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls)
}

func (l *library) Version() string { return "1.2" }

func (l *library) Close() error {
	l.note("close")
	return nil
}

func (l *library) LogIn(sdk.Account) (sdk.Device, sdk.Identity, error) {
	l.note("login")
	if l.hold != nil {
		<-l.hold
	}
	return l, sdk.Identity{Serial: "S"}, l.refuse
}

func (l *library) LogOut() error {
	l.note("logout")
	if l.endless != nil {
		<-l.endless
	}
	return nil
}

func (l *library) begin(name string, take sdk.Take) (sdk.Stream, error) {
	l.note(name)
	l.take = take
	take(sdk.Packet{Kind: sdk.Head, Data: []byte("head")})
	return &stream{l}, nil
}

func (l *library) Live(_ sdk.LiveRequest, take sdk.Take) (sdk.Stream, error) {
	return l.begin("live", take)
}

func (l *library) Playback(_ sdk.PlaybackRequest, take sdk.Take) (sdk.Stream, error) {
	return l.begin("playback", take)
}

func (l *library) Search(_ sdk.SearchRequest, page func([]sdk.File) bool) error {
	for page([]sdk.File{{Name: "a"}}) {
	}
	l.note("searched")
	return nil
}

func (l *library) Move(sdk.Movement) error { return l.refuse }

func (l *library) KeyFrame(_, _ int) error { return nil }

type stream struct{ *library }

func (s *stream) Seek(time.Time) error { return nil }
func (s *stream) Speed(float64) error  { return nil }
func (s *stream) Pause() error {
	s.note("pause")
	return nil
}

func (s *stream) Resume() error {
	s.note("resume")
	return nil
}

func (s *stream) Stop() error {
	s.note("stop")
	return nil
}

// service is the other side of a worker.
type service struct {
	t      *testing.T
	to     *io.PipeWriter
	frames chan wire.Frame // what the worker sent; closed at its end
	ended  chan error
	words  lockedBuffer
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func start(t *testing.T, lib *library, loading error) *service {
	t.Helper()
	in, to := io.Pipe()
	from, out := io.Pipe()
	s := &service{t: t, to: to, frames: make(chan wire.Frame, 1<<12), ended: make(chan error, 1)}
	w := worker.New(worker.Config{
		Vendor: "fake", In: in, Out: out, Words: &s.words, Grace: 300 * time.Millisecond,
		Open: func() (sdk.Library, error) {
			if loading != nil {
				return nil, loading
			}
			return lib, nil
		},
	})
	go func() {
		s.ended <- w.Run()
		out.Close()
	}()
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		defer close(s.frames)
		reader := wire.NewReader(from)
		for {
			frame, err := reader.Next()
			if err != nil {
				return
			}
			frame.Payload = slices.Clone(frame.Payload)
			s.frames <- frame
		}
	}()
	t.Cleanup(func() {
		to.Close()
		<-reading
	})
	return s
}

func (s *service) send(frame wire.Frame) {
	s.t.Helper()
	bytes, err := wire.Append(nil, frame)
	if err == nil {
		_, err = s.to.Write(bytes)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *service) ask(id uint32, request wire.Request) {
	s.t.Helper()
	frame, err := wire.Encode(wire.TypeRequest, id, request)
	if err != nil {
		s.t.Fatal(err)
	}
	s.send(frame)
}

// next returns the next frame of a type; others before it are left out.
func (s *service) next(want wire.Type) wire.Frame {
	s.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case frame, ok := <-s.frames:
			if !ok {
				s.t.Fatalf("the end instead of type %d", want)
			}
			if frame.Type == want {
				return frame
			}
		case <-limit:
			s.t.Fatalf("no frame of type %d", want)
		}
	}
}

func (s *service) answer(id uint32) error {
	s.t.Helper()
	frame := s.next(wire.TypeAnswer)
	var answer wire.Answer
	if err := wire.Decode(frame, &answer); err != nil || frame.ID != id {
		s.t.Fatalf("answer to %d: %v", frame.ID, err)
	}
	return answer.Failure.Err()
}

func (s *service) logIn() {
	s.t.Helper()
	s.next(wire.TypeHello)
	s.ask(1, wire.Request{Op: wire.LogIn, Account: &sdk.Account{Password: "geheim"}})
	if err := s.answer(1); err != nil {
		s.t.Fatal(err)
	}
}

// end ends the worker's input, and returns its error.
func (s *service) end() error {
	s.t.Helper()
	s.to.Close()
	select {
	case err := <-s.ended:
		return err
	case <-time.After(20 * time.Second):
		s.t.Fatal("the worker does not end")
		return nil
	}
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !condition(); <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

func TestHello(t *testing.T) {
	for name, loading := range map[string]error{"loaded": nil, "missing": &sdk.LoadError{File: "lib", Reason: "no"}} {
		t.Run(name, func(t *testing.T) {
			s := start(t, &library{}, loading)
			var hello wire.Hello
			if err := wire.Decode(s.next(wire.TypeHello), &hello); err != nil {
				t.Fatal(err)
			}
			err := hello.Failure.Err()
			if hello.Protocol != wire.Protocol || hello.Vendor != "fake" || (hello.Version == "1.2") != (loading == nil) ||
				errors.As(err, new(*sdk.LoadError)) != (loading != nil) {
				t.Errorf("%+v", hello)
			}
			if err := s.end(); !errors.Is(err, loading) {
				t.Error(err)
			}
		})
	}
}

func TestAllIsGivenUpInOrderWhenTheServiceIsGone(t *testing.T) {
	lib := &library{}
	s := start(t, lib, nil)
	s.logIn()
	s.ask(2, wire.Request{Op: wire.Live, Live: &sdk.LiveRequest{Channel: 1}, Credit: 1 << 20})
	if err := s.answer(2); err != nil {
		t.Fatal(err)
	}
	s.ask(3, wire.Request{Op: wire.Search, Search: &sdk.SearchRequest{Channel: 1}})
	s.next(wire.TypePage)
	if err := s.end(); err != nil {
		t.Error(err)
	}
	got := lib.noted()
	if want := []string{"login", "live", "logout", "close"}; !slices.Equal(without(got, "stop", "searched"), want) {
		t.Errorf("calls %q", got)
	}
	for _, first := range []string{"stop", "searched"} {
		if at := slices.Index(got, first); at < 0 || at > slices.Index(got, "logout") {
			t.Errorf("%s is not before the logout: %q", first, got)
		}
	}
}

func without(list []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(name string) bool { return slices.Contains(names, name) })
}

func TestALoginUnderWayIsGivenUp(t *testing.T) {
	lib := &library{hold: make(chan struct{})}
	s := start(t, lib, nil)
	s.next(wire.TypeHello)
	s.ask(1, wire.Request{Op: wire.LogIn, Account: &sdk.Account{}})
	eventually(t, "the login begins", func() bool { return slices.Contains(lib.noted(), "login") })
	s.to.Close()
	close(lib.hold)
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if got := lib.noted(); !slices.Equal(got, []string{"login", "logout", "close"}) {
		t.Errorf("calls %q", got)
	}
}

func TestALibraryThatHangsDoesNotHoldTheEnd(t *testing.T) {
	lib := &library{endless: make(chan struct{})}
	defer close(lib.endless)
	s := start(t, lib, nil)
	s.logIn()
	if err := s.end(); err == nil || !strings.Contains(err.Error(), "did not stop within") {
		t.Error(err)
	}
}

func TestLoadingThatHangsDoesNotHoldTheEnd(t *testing.T) {
	in, to := io.Pipe()
	loading := make(chan struct{})
	w := worker.New(worker.Config{
		In: in, Out: io.Discard, Words: io.Discard, Grace: 50 * time.Millisecond,
		Open: func() (sdk.Library, error) {
			<-loading
			return nil, sdk.ErrNotBuilt
		},
	})
	to.Close()
	if err := w.Run(); err == nil || errors.Is(err, sdk.ErrNotBuilt) {
		t.Error(err)
	}
	close(loading)
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	s := start(t, &library{refuse: &sdk.Error{Call: "C", Code: 5}}, nil)
	s.next(wire.TypeHello)
	s.ask(9, wire.Request{Op: wire.Move, Move: &sdk.Movement{}})
	if err := s.answer(9); err == nil {
		t.Error("a movement without login")
	}
	s.ask(10, wire.Request{Op: wire.LogIn, Account: &sdk.Account{}})
	if err := s.answer(10); !errors.As(err, new(*sdk.Error)) {
		t.Errorf("a refused login: %v", err)
	}
	s.ask(11, wire.Request{Op: wire.LogIn, Account: &sdk.Account{}})
	if err := s.answer(11); err == nil || errors.As(err, new(*sdk.Error)) {
		t.Errorf("a second login: %v", err)
	}
	s = start(t, &library{}, nil)
	s.logIn()
	for id, request := range map[uint32]wire.Request{
		20: {Op: "dance"}, 21: {Op: wire.Live}, 22: {Op: wire.Stop, Stream: 5}, 23: {Op: wire.Search}, 24: {Op: wire.KeyFrame},
		25: {Op: wire.Seek, Stream: 1}, 26: {Op: wire.Move},
	} {
		s.ask(id, request)
		if err := s.answer(id); err == nil {
			t.Errorf("%+v is answered well", request)
		}
	}
	s.send(wire.Frame{Type: wire.TypePing, ID: 77})
	if pong := s.next(wire.TypePong); pong.ID != 77 {
		t.Errorf("pong %d", pong.ID)
	}
	s.send(wire.Frame{Type: wire.TypeHello})
	if err := <-s.ended; !errors.Is(err, wire.ErrFrame) {
		t.Errorf("a hello from the service: %v", err)
	}
}

func TestALiveStreamWithoutCreditLosesPackets(t *testing.T) {
	lib := &library{}
	s := start(t, lib, nil)
	s.logIn()
	s.ask(2, wire.Request{Op: wire.Live, Live: &sdk.LiveRequest{}, Credit: 128 << 10})
	if err := s.answer(2); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 10_000)
	for range 2000 { // 20 MB
		lib.take(sdk.Packet{Kind: sdk.Data, Data: data})
	}
	lib.take(sdk.Packet{Kind: sdk.Broken, Code: 7})
	credit := wire.Credit(100 << 20)
	s.send(wire.Frame{Type: wire.TypeCredit, ID: 2, Payload: credit[:]})
	lost, size := 0, 0
	for {
		packet, err := wire.ParseMedia(s.next(wire.TypeMedia).Payload)
		if err != nil {
			t.Fatal(err)
		}
		size += len(packet.Data)
		if packet.Lost {
			lost++
		}
		if packet.Kind == sdk.Broken {
			if packet.Code != 7 || !packet.Lost {
				t.Errorf("%+v", packet)
			}
			break
		}
	}
	if lost != 1 || size < 3<<20 || size > 5<<20 {
		t.Errorf("%d marks, %d bytes kept", lost, size)
	}
}

func TestAPlaybackIsPausedAndGoesOn(t *testing.T) {
	lib := &library{}
	s := start(t, lib, nil)
	s.logIn()
	s.ask(2, wire.Request{Op: wire.Playback, Playback: &sdk.PlaybackRequest{}, Credit: 128 << 10})
	if err := s.answer(2); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 10_000)
	for range 1000 { // 10 MB
		lib.take(sdk.Packet{Kind: sdk.Data, Data: data})
	}
	eventually(t, "paused", func() bool { return slices.Contains(lib.noted(), "pause") })
	for range 4000 { // a device that does not pause
		lib.take(sdk.Packet{Kind: sdk.Data, Data: data})
	}
	lib.take(sdk.Packet{Kind: sdk.End})
	credit := wire.Credit(100 << 20)
	s.send(wire.Frame{Type: wire.TypeCredit, ID: 2, Payload: credit[:]})
	size := 0
	for {
		packet, err := wire.ParseMedia(s.next(wire.TypeMedia).Payload)
		if err != nil {
			t.Fatal(err)
		}
		size += len(packet.Data)
		if packet.Lost != (packet.Kind == sdk.End) {
			t.Fatalf("lost %t at kind %d", packet.Lost, packet.Kind)
		}
		if packet.Kind == sdk.End {
			break
		}
	}
	if size < 30<<20 || size > 34<<20 {
		t.Errorf("%d bytes kept", size)
	}
	eventually(t, "resumed", func() bool { return slices.Contains(lib.noted(), "resume") })
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if got := lib.noted(); !slices.Equal(got, []string{"login", "playback", "pause", "resume", "stop", "logout", "close"}) {
		t.Errorf("calls %q", got)
	}
}
