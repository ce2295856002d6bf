package worker

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

var (
	errNoStream = errors.New("no such stream")
	errNoLogin  = errors.New("not logged in")
	errRequest  = errors.New("a request that makes no sense")
)

// Config says what a worker serves, and where.
type Config struct {
	// Vendor is told to the service.
	Vendor string
	// Open loads the library.
	Open func() (sdk.Library, error)
	// In and Out carry the protocol. The worker ends when In ends.
	In  io.Reader
	Out io.Writer
	// Words takes what nobody asked for, a line each: the standard error. It must be safe for concurrent use.
	Words io.Writer
	// Grace is how long ending in good order may take, default 3 s.
	Grace time.Duration
}

// Worker serves one library.
type Worker struct {
	cfg    Config
	out    *outbox
	active atomic.Int32
	calls  sync.WaitGroup

	mu       sync.Mutex
	library  sdk.Library // nil until loaded
	device   sdk.Device  // nil until logged in
	asked    bool        // for a login; there is one only
	ending   bool
	streams  map[uint32]*stream
	searches map[uint32]*search
}

// New returns a worker that has loaded nothing yet.
func New(cfg Config) *Worker {
	if cfg.Grace == 0 {
		cfg.Grace = defaultGrace
	}
	return &Worker{cfg: cfg, out: newOutbox(), streams: make(map[uint32]*stream), searches: make(map[uint32]*search)}
}

// Run loads the library and serves it until In ends; it stops what plays, ends searches, logs out and frees the library then. It returns
// when that is done, or when it takes longer than the grace: a library that hangs ends with the process only, so the caller ends it. The
// error is that of loading the library (the service knows it already), of bytes that are not the protocol, or of the grace.
func (w *Worker) Run() error {
	go func() {
		if err := w.out.write(w.cfg.Out); err != nil {
			w.say("the service does not read: %v", err)
		}
	}()
	defer w.out.close()
	loaded := make(chan error, 1)
	go func() { loaded <- w.load() }() // loading may hang as any call
	err := w.read()
	grace := time.NewTimer(w.cfg.Grace)
	defer grace.Stop()
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(<-loaded, w.end()) }()
	select {
	case endErr := <-ended:
		return errors.Join(err, endErr)
	case <-grace.C:
		return errors.Join(err, fmt.Errorf("the library did not stop within %s", w.cfg.Grace))
	}
}

// load loads the library and says hello. After a failure there is nothing to do but to wait until the service has read why, and goes.
func (w *Worker) load() error {
	library, err := w.cfg.Open()
	hello := wire.Hello{Protocol: wire.Protocol, Vendor: w.cfg.Vendor, Failure: wire.NewFailure(err)}
	if err == nil {
		hello.Version = library.Version()
		w.mu.Lock()
		w.library = library
		w.mu.Unlock()
	}
	w.tell(wire.TypeHello, 0, hello)
	return err
}

// read takes what the service sends until it ends.
func (w *Worker) read() error {
	in := wire.NewReader(w.cfg.In)
	for {
		frame, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = w.take(frame)
		}
		if err != nil {
			return err
		}
	}
}

func (w *Worker) take(frame wire.Frame) error {
	switch frame.Type {
	case wire.TypePing:
		return w.out.send(wire.Frame{Type: wire.TypePong, ID: frame.ID})
	case wire.TypeCredit:
		bytes, err := wire.ParseCredit(frame.Payload)
		w.out.grant(frame.ID, bytes)
		return err
	case wire.TypeContinue:
		w.proceed(frame.ID, len(frame.Payload) == 1 && frame.Payload[0] == 1)
		return nil
	case wire.TypeRequest:
		var request wire.Request
		if err := wire.Decode(frame, &request); err != nil {
			return err
		}
		w.begin(frame.ID, request)
		return nil
	default:
		return fmt.Errorf("%w: type %d from the service", wire.ErrFrame, frame.Type)
	}
}

// begin makes the call of a request in its own goroutine: it may take long, or never return.
func (w *Worker) begin(id uint32, request wire.Request) {
	if w.active.Load() >= maxCalls {
		w.answer(id, wire.Answer{}, errors.New("too many requests at a time"))
		return
	}
	var found *search
	if request.Op == wire.Search {
		found = w.openSearch(id) // before the next frame is read, which may end it
	}
	w.active.Add(1)
	w.calls.Go(func() {
		defer w.active.Add(-1)
		answer, err := w.serve(id, request, found)
		w.answer(id, answer, err)
	})
}

func (w *Worker) answer(id uint32, answer wire.Answer, err error) {
	answer.Failure = wire.NewFailure(err)
	w.tell(wire.TypeAnswer, id, answer)
}

// tell sends a message of ours, which is always small.
func (w *Worker) tell(t wire.Type, id uint32, message any) {
	frame, err := wire.Encode(t, id, message)
	if err == nil {
		err = w.out.send(frame)
	}
	if err != nil {
		w.say("no message: %v", err)
	}
}

// say writes a line where nobody has to listen.
func (w *Worker) say(format string, values ...any) {
	_, _ = fmt.Fprintf(w.cfg.Words, format+"\n", values...)
}

// end gives up what is held at the recorder, from the inside out. What requests that are still under way bring is given up too.
func (w *Worker) end() error {
	w.mu.Lock()
	w.ending = true
	for _, search := range w.searches {
		search.end()
	}
	w.mu.Unlock()
	w.stopStreams()
	w.calls.Wait()
	w.stopStreams()
	w.mu.Lock()
	device, library := w.device, w.library
	w.mu.Unlock()
	var err error
	if device != nil {
		err = device.LogOut()
	}
	if library != nil {
		err = errors.Join(err, library.Close())
	}
	return err
}

// stopStreams stops all streams side by side: each may take a while.
func (w *Worker) stopStreams() {
	w.mu.Lock()
	streams := w.streams
	w.streams = make(map[uint32]*stream)
	w.mu.Unlock()
	var stops sync.WaitGroup
	for _, s := range streams {
		stops.Go(func() {
			if err := s.stop(); err != nil {
				w.say("stopping a stream: %v", err)
			}
		})
	}
	stops.Wait()
}
