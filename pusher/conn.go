package pusher

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// closeTimeout bounds Close.
const closeTimeout = 500 * time.Millisecond

// farewell is how long a failed write waits for what the server may have said before it closed.
const farewell = 100 * time.Millisecond

// rtmpConn is an accepted publish over RTMP.
type rtmpConn struct {
	raw, conn net.Conn // conn is raw, or TLS above it
	point     *publishPoint
	in        *inbound
	out       *chunkWriter
	streamID  uint32
	server    string
	hevc      HEVC
	guessed   bool // hevc is an assumption

	done       chan struct{} // closed by end, after err is set
	readerDone chan struct{} // closed by read
	closing    sync.Once

	mu  sync.Mutex
	err error
}

var _ Conn = (*rtmpConn)(nil)

// newRTMPConn starts the goroutine that reads.
func newRTMPConn(raw, conn net.Conn, n *negotiation, cfg RTMPConfig) *rtmpConn {
	c := &rtmpConn{
		raw: raw, conn: conn, point: n.point, in: n.in, out: n.out,
		streamID: n.streamID,
		server:   n.server.name,
		hevc:     n.server.hevc(cfg.HEVC),
		guessed:  n.server.guesses(cfg.HEVC),
		done:     make(chan struct{}), readerDone: make(chan struct{}),
	}
	c.out.setTimeout(cfg.WriteTimeout)
	go c.read()
	return c
}

// read answers what the server asks until the connection ends. It ends it when the server does, or takes the publish back.
func (c *rtmpConn) read() {
	defer close(c.readerDone)
	defer c.in.close()
	for {
		cmd, err := c.in.next()
		if err != nil {
			c.end(c.failure(StepRead, err))
			return
		}
		if cmd.name != "_error" && cmd.failed() {
			c.end(c.point.refusal(StepPublish, cmd))
			return
		}
	}
}

// settle returns an error if the connection ends within d.
func (c *rtmpConn) settle(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.done:
		err := c.Err()
		if closedByPeer(err) {
			return c.failure(StepPublish, errClosedOnPublish)
		}
		return err
	}
}

// WriteMessage implements Conn.
func (c *rtmpConn) WriteMessage(typeID byte, timestamp uint32, body [][]byte) error {
	if c.ended() {
		return c.Err()
	}
	var err error
	switch typeID {
	case TypeAudio:
		err = c.out.hold(chunkAudio, typeID, c.streamID, timestamp, body...)
	case TypeVideo:
		err = c.out.write(chunkVideo, typeID, c.streamID, timestamp, body...)
	default:
		err = c.out.write(chunkData, typeID, c.streamID, timestamp, body...)
	}
	if err != nil {
		return c.writeFailed(err)
	}
	return nil
}

// Flush implements Conn.
func (c *rtmpConn) Flush() error {
	if c.ended() {
		return c.Err()
	}
	if err := c.out.release(); err != nil {
		return c.writeFailed(err)
	}
	return nil
}

// KeepAlive implements Conn with an acknowledgement, which every server takes and none forwards.
func (c *rtmpConn) KeepAlive() error {
	if c.ended() {
		return c.Err()
	}
	if err := c.out.acknowledge(c.in.received()); err != nil {
		return c.writeFailed(err)
	}
	return nil
}

func (c *rtmpConn) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// writeFailed ends the connection. Where the server has closed it, the reason may still wait to be read, and counts.
func (c *rtmpConn) writeFailed(err error) error {
	if errors.Is(err, errMessageSize) {
		return err
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		timer := time.NewTimer(farewell)
		defer timer.Stop()
		select {
		case <-c.done:
		case <-timer.C:
		}
	}
	c.end(c.failure(StepWrite, err))
	return c.Err()
}

// HEVC implements Conn.
func (c *rtmpConn) HEVC() HEVC { return c.hevc }

// Server implements Conn.
func (c *rtmpConn) Server() string { return c.server }

// Done implements Conn.
func (c *rtmpConn) Done() <-chan struct{} { return c.done }

// Err implements Conn. After Close it is net.ErrClosed.
func (c *rtmpConn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close implements Conn. It takes at most about half a second, also while the server takes nothing. It returns nil: an error of a
// connection that is given up is of no use.
func (c *rtmpConn) Close() error {
	c.closing.Do(func() {
		guard := time.AfterFunc(closeTimeout, func() { _ = c.raw.Close() })
		defer guard.Stop()
		if c.Err() == nil {
			c.unpublish()
		}
		c.end(net.ErrClosed)
	})
	<-c.readerDone
	return nil
}

// unpublish says good-bye. Whether it arrives makes no difference to what follows.
func (c *rtmpConn) unpublish() {
	_ = c.out.command(0, "FCUnpublish", transactionFCUnpublish, nil, c.point.name)
	_ = c.out.command(0, "deleteStream", transactionDeleteStream, nil, c.streamID)
}

// end latches the first error and closes the connection.
func (c *rtmpConn) end(err error) {
	if !c.latch(err) {
		return
	}
	close(c.done)
	// Closing TLS may wait for a server that takes nothing; the connection below ends that.
	guard := time.AfterFunc(closeTimeout, func() { _ = c.raw.Close() })
	defer guard.Stop()
	_ = c.conn.Close()
}

// latch keeps the first error and tells whether this was it.
func (c *rtmpConn) latch(err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return false
	}
	c.err = err
	return true
}

func (c *rtmpConn) failure(step string, err error) *Error {
	return &Error{Address: c.point.address, Step: step, Err: err}
}
