package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

// drainLimit is how long the pipes of a process that has ended may stay open: something that it has started may hold them.
const drainLimit = time.Second

// worker is one worker process, as long as it lives.
type worker struct {
	name        string
	log         *zap.Logger
	limits      limits
	memoryLimit int64
	process     *process
	out         *outgoing
	words       *words
	crashes     *crashes
	observer    Observer
	greeting    *pending
	arrivals    atomic.Uint64 // packets of all streams
	pong        atomic.Uint32 // the last ping that was answered

	down chan struct{} // closed when err is set
	gone chan struct{} // closed when the process has ended and nothing of it is left here

	mu      sync.Mutex
	err     error // why no call is taken any more: a *WorkerError or ErrClosed
	endBy   time.Time
	hello   wire.Hello
	lastID  uint32
	pending map[uint32]*pending
	streams map[uint32]*Stream
}

// start starts a process for a recorder. secret is kept out of the log, whatever the library prints.
func (s *Supervisor) start(ctx context.Context, name, secret string) (*worker, error) {
	log := s.cfg.Log.With(zap.String("device", name))
	p, err := startProcess(ctx, &s.cfg)
	if err != nil {
		failure := &WorkerError{Cause: causeNoStart, Detail: err.Error()}
		wait, count := s.crashes.add(name, failure, time.Now())
		s.cfg.Observer.Failed(failure.Cause)
		logFailure(log, failure, wait, count)
		return nil, failure
	}
	log = log.With(zap.Int("pid", p.cmd.Process.Pid))
	w := &worker{
		name: name, log: log, limits: s.limits, memoryLimit: s.cfg.MemoryLimit, process: p, out: newOutgoing(),
		words: &words{log: log, secret: secret}, crashes: s.crashes, observer: s.cfg.Observer,
		greeting: newPending("loading the library", s.limits.start),
		down:     make(chan struct{}), gone: make(chan struct{}),
		pending: make(map[uint32]*pending), streams: make(map[uint32]*Stream),
	}
	w.pending[0] = w.greeting
	w.observer.Started()
	go w.run()
	return w, nil
}

// run keeps the worker until its process has ended.
func (w *worker) run() {
	defer close(w.gone)
	defer w.observer.Ended()
	p := w.process
	defer p.job.close()
	exited := make(chan string, 1)
	go func() { exited <- p.wait() }()
	var pipes sync.WaitGroup
	pipes.Go(func() { w.words.read(p.words) })
	pipes.Go(func() { w.read(p.out) })
	pipes.Go(func() { w.out.write(p.in) })
	state := w.watch(exited)
	w.out.close()
	// What it sent before its end is taken, and its last words.
	drain := time.AfterFunc(drainLimit, func() { closeAll([]*os.File{p.in, p.out, p.words}) })
	pipes.Wait()
	drain.Stop()
	closeAll([]*os.File{p.in, p.out, p.words})
	cause := causeCrashed
	if w.version() == "" {
		cause = causeNoStart
	}
	if said := w.words.String(); said != "" {
		state += ": " + said
	}
	w.fail(cause, state)
	if errors.Is(w.reason(), ErrClosed) {
		w.log.Info("the SDK worker has ended", zap.String("state", state))
	}
}

// fail ends the worker because of a failure of its own, unless it ends already.
func (w *worker) fail(cause, detail string) {
	failure := &WorkerError{Cause: cause, Detail: detail}
	w.mu.Lock()
	if w.err != nil {
		w.mu.Unlock()
		return
	}
	// It counts before anybody hears of it, who may start the next one at once.
	wait, count := w.crashes.add(w.name, failure, time.Now())
	w.endWith(failure)
	w.mu.Unlock()
	w.process.kill()
	w.observer.Failed(cause)
	logFailure(w.log, failure, wait, count)
}

// replace ends the worker for what may be a failure of its own, and may be none. It does not count.
func (w *worker) replace(detail string) {
	if w.end(&WorkerError{Cause: causeHangs, Detail: detail}) {
		w.observer.Failed(causeHangs)
		w.process.kill()
		w.log.Warn("the SDK worker is replaced", zap.String("detail", detail))
	}
}

func logFailure(log *zap.Logger, failure *WorkerError, wait time.Duration, count int) {
	log.Warn("the SDK worker failed", zap.String("cause", failure.Cause), zap.String("detail", failure.Detail),
		zap.Int("failures", count), zap.Duration("next_start_in", wait))
}

// shut lets the worker end in good order. It does not wait for that.
func (w *worker) shut() {
	if w.end(ErrClosed) {
		w.out.close()
	}
}

// end ends all calls and streams with err, and reports whether that is news.
func (w *worker) end(err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return false
	}
	w.endWith(err)
	return true
}

// endWith is called with mu held, once.
func (w *worker) endWith(err error) {
	w.err, w.endBy = err, time.Now().Add(w.limits.end)
	close(w.down)
	for _, s := range w.streams {
		s.end(err)
	}
	clear(w.streams)
	clear(w.pending)
}

// version is what the library reports, "" until the worker has said hello.
func (w *worker) version() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hello.Version
}

// send sends a frame that is small.
func (w *worker) send(frame wire.Frame) {
	if err := w.out.send(frame); err != nil {
		w.fail(causeCrashed, err.Error())
	}
}

// read takes what the worker sends. It never waits for a consumer.
func (w *worker) read(from io.Reader) {
	in := wire.NewReader(from)
	for {
		frame, err := in.Next()
		if err == nil {
			err = w.take(frame)
		}
		switch {
		case err == nil:
		case errors.Is(err, wire.ErrFrame):
			w.fail(causeCrashed, err.Error())
			return
		default: // the end, or nearly: its exit tells more
			w.mu.Lock()
			if w.endBy.IsZero() {
				w.endBy = time.Now().Add(w.limits.end)
			}
			w.mu.Unlock()
			return
		}
	}
}

func (w *worker) take(frame wire.Frame) error {
	switch frame.Type {
	case wire.TypeMedia:
		return w.media(frame)
	case wire.TypePong:
		w.pong.Store(frame.ID)
		return nil
	case wire.TypeHello:
		return w.greet(frame)
	case wire.TypeAnswer:
		var answer wire.Answer
		if err := wire.Decode(frame, &answer); err != nil {
			return err
		}
		return w.deliver(frame.ID, reply{answer: answer, err: answer.Failure.Err()})
	case wire.TypePage:
		var files []sdk.File
		if err := wire.Decode(frame, &files); err != nil {
			return err
		}
		return w.deliver(frame.ID, reply{page: files, more: true})
	default:
		return fmt.Errorf("%w: type %d from a worker", wire.ErrFrame, frame.Type)
	}
}

// media gives a packet to its stream. One of a stream that has ended here is late.
func (w *worker) media(frame wire.Frame) error {
	packet, err := wire.ParseMedia(frame.Payload)
	if err != nil {
		return err
	}
	w.arrivals.Add(1)
	w.mu.Lock()
	s := w.streams[frame.ID]
	w.mu.Unlock()
	if s != nil && !s.put(packet) {
		return fmt.Errorf("%w: more of stream %d than granted", wire.ErrFrame, frame.ID)
	}
	return nil
}

func (w *worker) greet(frame wire.Frame) error {
	var hello wire.Hello
	if err := wire.Decode(frame, &hello); err != nil {
		return err
	}
	if hello.Protocol != wire.Protocol {
		w.fail(causeNoStart, fmt.Sprintf("it speaks version %d of the protocol, not %d", hello.Protocol, wire.Protocol))
		return nil
	}
	if hello.Version == "" {
		hello.Version = "unknown"
	}
	w.mu.Lock()
	w.hello = hello
	w.mu.Unlock()
	if hello.Failure == nil {
		w.log.Info("the SDK worker has started", zap.String("vendor", hello.Vendor), zap.String("version", hello.Version))
	}
	return w.deliver(0, reply{err: hello.Failure.Err()})
}
