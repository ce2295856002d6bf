package worker

import (
	"io"
	"sync"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

// outbox is all that waits to be sent: messages first, then the streams in turn, one chunk each, as far as their credit goes. Nothing but
// its writer waits for the service.
type outbox struct {
	wake chan struct{} // holds a token when there may be something to send

	mu      sync.Mutex
	control []byte
	streams []*outflow
	turn    int
	closed  bool
}

// outflow is what one stream has to send. Its outbox guards it.
type outflow struct {
	out      *outbox
	id       uint32
	playback bool
	pace     chan struct{} // holds a token when a playback's queue has crossed a mark

	queue    wire.Queue
	credit   int
	dropping bool // until there is room again
	lost     bool // the next packet says so
	above    bool // the high mark was crossed last
	closed   bool
}

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

// nudge puts a token into a channel that holds one.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// send queues a message. Its error is that of a message that is too large.
func (o *outbox) send(frame wire.Frame) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil // nobody reads any more
	}
	control, err := wire.Append(o.control, frame)
	o.control = control
	nudge(o.wake)
	return err
}

// open begins a stream's queue.
func (o *outbox) open(id uint32, playback bool, credit int) *outflow {
	flow := &outflow{out: o, id: id, playback: playback, credit: credit, pace: make(chan struct{}, 1)}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.streams = append(o.streams, flow)
	return flow
}

// grant lets a stream send more. A stream that is not there any more needs none.
func (o *outbox) grant(id uint32, bytes int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, flow := range o.streams {
		if flow.id == id {
			flow.credit += bytes
			nudge(o.wake)
			return
		}
	}
}

// close throws away what is queued, and whatever comes.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed, o.control = true, nil
	for _, flow := range o.streams {
		flow.closed = true
		flow.queue.Clear()
	}
	o.streams = nil
	nudge(o.wake)
}

// write sends until the outbox is closed, or until to fails, whose error it returns.
func (o *outbox) write(to io.Writer) error {
	var spare []byte
	for {
		control, chunk, closed := o.next(spare)
		var err error
		switch {
		case closed:
			return nil
		case len(control) > 0:
			_, err = to.Write(control)
			spare = control[:0]
		case chunk != nil:
			_, err = to.Write(chunk.Bytes())
			chunk.Free()
		default:
			<-o.wake
		}
		if err != nil {
			o.close()
			return err
		}
	}
}

// next takes what is to be sent next. spare becomes the place for further messages where the old one is taken.
func (o *outbox) next(spare []byte) (control []byte, chunk *wire.Chunk, closed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.control) > 0 {
		control, o.control = o.control, spare
		return control, nil, o.closed
	}
	for range o.streams {
		o.turn = (o.turn + 1) % len(o.streams)
		if chunk = o.streams[o.turn].pop(); chunk != nil {
			break
		}
	}
	return nil, chunk, o.closed
}

// pop takes a chunk for which there is credit.
func (f *outflow) pop() *wire.Chunk {
	if f.credit < wire.MaxMediaFrame {
		return nil
	}
	chunk := f.queue.Pop()
	if chunk == nil {
		return nil
	}
	f.credit -= len(chunk.Bytes())
	if f.above && f.queue.Size() <= resumeBelow {
		f.above = false
		nudge(f.pace)
	}
	return chunk
}

// take is the sdk.Take of the stream.
func (f *outflow) take(packet sdk.Packet) {
	f.out.mu.Lock()
	defer f.out.mu.Unlock()
	if f.closed {
		return
	}
	if !f.admits(packet) {
		f.lost = true
		return
	}
	packet.Lost = packet.Lost || f.lost
	f.lost = false
	f.queue.Put(f.id, packet)
	if f.playback && !f.above && f.queue.Size() > pauseAbove {
		f.above = true
		nudge(f.pace)
	}
	nudge(f.out.wake)
}

// admits tells whether there is room for a packet.
func (f *outflow) admits(packet sdk.Packet) bool {
	if packet.Kind < sdk.Head || packet.Kind > sdk.Broken {
		return false
	}
	ceiling, resume := liveCeiling, liveCeiling/2
	if f.playback {
		ceiling, resume = playbackCeiling, pauseAbove
	}
	size := f.queue.Size() + len(packet.Data)
	if packet.Kind != sdk.Data {
		return size <= ceiling+slack
	}
	if size > ceiling {
		f.dropping = true
	} else if size <= resume {
		f.dropping = false
	}
	return !f.dropping
}

// full tells whether the playback should pause.
func (f *outflow) full() bool {
	f.out.mu.Lock()
	defer f.out.mu.Unlock()
	return f.above
}

// close ends the stream's queue: nothing of it is sent any more, but for what the writer holds already.
func (f *outflow) close() {
	f.out.mu.Lock()
	defer f.out.mu.Unlock()
	f.closed = true
	f.queue.Clear()
	for i, flow := range f.out.streams {
		if flow == f {
			f.out.streams = append(f.out.streams[:i], f.out.streams[i+1:]...)
			return
		}
	}
}
