package shadow

import (
	"bytes"
	"io"
	"sync"
	"time"
)

// maxTapped is how many bytes of one direction of a connection may wait for being looked at.
const maxTapped = 4 << 20

// tap is where the bytes of one direction of a connection are looked at while they are forwarded. Who writes never waits: what is too much
// is not looked at, and the rest of the direction neither. One goroutine writes, one reads.
type tap struct {
	mu     sync.Mutex
	more   *sync.Cond
	buffer bytes.Buffer
	closed bool
	latest time.Time // of the last bytes
}

func newTap() *tap {
	t := &tap{}
	t.more = sync.NewCond(&t.mu)
	return t
}

// Write always takes all.
func (t *tap) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return len(p), nil
	}
	t.latest = time.Now()
	if t.buffer.Len()+len(p) > maxTapped {
		t.closed, t.buffer = true, bytes.Buffer{}
	} else {
		t.buffer.Write(p)
	}
	t.more.Broadcast()
	return len(p), nil
}

// Read waits for bytes. It ends with io.EOF.
func (t *tap) Read(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.buffer.Len() == 0 {
		if t.closed {
			return 0, io.EOF
		}
		t.more.Wait()
	}
	return t.buffer.Read(p)
}

// written is when the last bytes came. They are forwarded after that, so what somebody does because of them has a later time.
func (t *tap) written() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.latest
}

// close lets Read end behind what is there.
func (t *tap) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.more.Broadcast()
}

// shut drops what is there, too: nobody looks any more.
func (t *tap) shut() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed, t.buffer = true, bytes.Buffer{}
	t.more.Broadcast()
}
