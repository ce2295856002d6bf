package supervisor

import (
	"io"
	"sync"

	"mediapusher/vendor_sdk/wire"
)

// maxOutgoing is how much may wait for a worker that does not read. Such a worker answers no ping either.
const maxOutgoing = 1 << 20

// outgoing is what waits to be written to a worker, so that nobody waits for a worker that does not read.
type outgoing struct {
	wake chan struct{} // holds a token when there is something to do

	mu     sync.Mutex
	waits  []byte
	closed bool
}

func newOutgoing() *outgoing { return &outgoing{wake: make(chan struct{}, 1)} }

// nudge puts a token into a channel that holds one.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// send queues a frame. The error is that of a frame that is too large.
func (o *outgoing) send(frame wire.Frame) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || len(o.waits) > maxOutgoing {
		return nil
	}
	waits, err := wire.Append(o.waits, frame)
	o.waits = waits
	nudge(o.wake)
	return err
}

// close lets write end when it has written what waits.
func (o *outgoing) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	nudge(o.wake)
}

// write writes to the worker until the queue is closed or the worker is gone, and closes to then.
func (o *outgoing) write(to io.WriteCloser) {
	defer to.Close()
	var spare []byte
	for {
		o.mu.Lock()
		waits, closed := o.waits, o.closed
		o.waits = spare
		o.mu.Unlock()
		if len(waits) > 0 {
			if _, err := to.Write(waits); err != nil {
				o.close()
				return // its exit says more
			}
			spare = waits[:0]
			continue
		}
		if closed {
			return
		}
		spare = waits[:0]
		<-o.wake
	}
}
