package rtspsource

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// lingerTime bounds everything that is done to part from a device in good order: writing TEARDOWN, and waiting for its answer.
const lingerTime = 300 * time.Millisecond

// answers is the connection that gortsplib believes to have. What it writes goes to the socket; what it reads are the answers that the
// reader of the socket hands over, complete ones only. It never sees a media frame, so that its own watchdog has to be out of reach.
//
// Closing it does not close the socket: the TEARDOWN that gortsplib sends last still has to go out.
type answers struct {
	net.Conn
	timeout time.Duration // for each answer

	writing sync.Mutex // held for each message written to the socket

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced when anything below changes
	data     []byte
	err      error     // what reading ends with
	deadline time.Time // of reading; zero for none
	awaited  string    // method of the request whose answer gortsplib waits for, "" for none
	playing  bool      // gortsplib reads without waiting for an answer
	leaving  bool      // nothing but a TEARDOWN may be written any more
	lingers  bool      // the run is over
	teardown []byte    // the TEARDOWN that was sent, nil before
}

func newAnswers(socket net.Conn, timeout time.Duration) *answers {
	return &answers{Conn: socket, timeout: timeout, changed: make(chan struct{})}
}

// change wakes Read. The mutex is held.
func (a *answers) change() {
	close(a.changed)
	a.changed = make(chan struct{})
}

// Read waits for an answer.
func (a *answers) Read(p []byte) (int, error) {
	for {
		a.mu.Lock()
		n := copy(p, a.data)
		a.data = a.data[n:]
		err, deadline, changed := a.err, a.deadline, a.changed
		a.mu.Unlock()
		if n > 0 {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		if deadline.IsZero() {
			<-changed
			continue
		}
		timer := time.NewTimer(time.Until(deadline))
		select {
		case <-changed:
			timer.Stop()
		case <-timer.C:
			a.mu.Lock()
			a.awaited = ""
			a.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// Write sends one request.
func (a *answers) Write(p []byte) (int, error) {
	method, _, _ := bytes.Cut(p, []byte(" "))
	isTeardown := string(method) == "TEARDOWN"
	a.mu.Lock()
	if !isTeardown && (a.err != nil || a.leaving) {
		defer a.mu.Unlock()
		return 0, cmp.Or(a.err, net.ErrClosed)
	}
	a.awaited = ""
	if !a.playing && !isTeardown {
		a.awaited = string(method)
	}
	a.mu.Unlock()

	a.writing.Lock()
	n, err := a.Conn.Write(p)
	a.writing.Unlock()
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("%w: %w", ErrClosed, err)
	}
	if isTeardown && err == nil {
		a.mu.Lock()
		a.teardown = bytes.Clone(p)
		a.mu.Unlock()
	}
	return n, err
}

// reply sends our answer to a request of the server. It may not hold up the reader for longer than a run may take to end.
func (a *answers) reply(b []byte) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	if err := a.Conn.SetWriteDeadline(time.Now().Add(lingerTime)); err != nil {
		return err
	}
	_, err := a.Conn.Write(b)
	return err
}

// deliver hands over an answer. It returns the method that was asked for, "" where no answer is awaited.
func (a *answers) deliver(answer []byte) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	method := a.awaited
	if method == "" {
		return ""
	}
	a.awaited = ""
	a.data = append(a.data, answer...)
	a.change()
	return method
}

// leave lets nothing but a TEARDOWN be written any more, and returns the method of the request that is still to be answered, "" for none.
func (a *answers) leave() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.leaving = true
	return a.awaited
}

// end makes reading fail with err, behind what was delivered, and lets nothing but a TEARDOWN be written, for lingerTime at most.
func (a *answers) end(err error) {
	a.mu.Lock()
	a.lingers = true
	if a.err == nil {
		a.err = err
	}
	a.change()
	a.mu.Unlock()
	_ = a.Conn.SetWriteDeadline(time.Now().Add(lingerTime))
}

// teardownSent is the TEARDOWN, nil where none went out.
func (a *answers) teardownSent() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.teardown
}

// Close ends reading.
func (a *answers) Close() error {
	a.end(net.ErrClosed)
	return nil
}

// SetReadDeadline is how gortsplib tells what it waits for: a time ahead means an answer, which has the run's own time limit; zero means
// that it plays; the present means that it stops.
func (a *answers) SetReadDeadline(t time.Time) error {
	now := time.Now()
	if t.After(now) {
		t = now.Add(a.timeout)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.deadline = t
	a.playing = t.IsZero()
	a.change()
	return nil
}

// SetWriteDeadline is gortsplib's, before each request.
func (a *answers) SetWriteDeadline(t time.Time) error {
	a.mu.Lock()
	lingers := a.lingers
	a.mu.Unlock()
	if lingers {
		t = time.Now().Add(lingerTime)
	}
	return a.Conn.SetWriteDeadline(t)
}

// SetDeadline implements net.Conn.
func (a *answers) SetDeadline(t time.Time) error {
	if err := a.SetWriteDeadline(t); err != nil {
		return err
	}
	return a.SetReadDeadline(t)
}

// answersTeardown tells whether h is the answer to our TEARDOWN: it carries its CSeq, or none.
func (a *answers) answersTeardown(h *head) bool {
	sent, err := parseHead(a.teardownSent())
	return err == nil && h.status >= 200 && (h.cseq() == sent.cseq() || h.cseq() < 0)
}
