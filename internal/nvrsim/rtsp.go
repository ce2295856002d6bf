package nvrsim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
)

// writeTimeout ends a connection whose client does not read what is live.
const writeTimeout = 10 * time.Second

// serveRTSP serves until ctx ends and returns when all connections are closed.
func (r *Recorder) serveRTSP(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		_ = r.rtsp.Close()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ended = true
		for c := range r.conns {
			c.drop("recorder stopped")
		}
	})
	defer stop()
	defer func() { _ = r.rtsp.Close() }()
	var open sync.WaitGroup
	defer open.Wait()
	listener := pickyListener{r.rtsp, func() bool { return r.Faults().RTSPRefuse }}
	for {
		nc, err := listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("recorder: RTSP: %w", err)
		}
		c := &conn{r: r, nc: nc, remote: nc.RemoteAddr().String(), br: bufio.NewReaderSize(nc, 2*maxRTSPLine)}
		if !r.enter(c) {
			_ = nc.Close()
			return nil
		}
		open.Go(func() {
			defer r.leave(c)
			c.serve(ctx)
		})
	}
}

func (r *Recorder) enter(c *conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return false
	}
	r.conns[c] = struct{}{}
	r.journal.change(1, 0, 0)
	return true
}

func (r *Recorder) leave(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
	r.journal.change(-1, 0, 0)
	r.journal.add(Close, c.remote, c.sessionID(), c.reason())
}

// conn is one RTSP connection. serve's goroutine reads; it and the goroutines of playing sessions write.
type conn struct {
	r      *Recorder
	nc     net.Conn
	br     *bufio.Reader
	remote string

	// Of serve's goroutine.
	loggedIn    bool
	lastRequest time.Time
	session     *session

	writeMu sync.Mutex // one message or frame at a time

	mu    sync.Mutex
	cause string
}

// serve answers requests until the connection ends.
func (c *conn) serve(ctx context.Context) {
	defer c.end()
	c.lastRequest = time.Now()
	for {
		// Only requests keep a session alive, receiver reports do not.
		if err := c.nc.SetReadDeadline(c.lastRequest.Add(c.r.cfg.SessionTimeout)); err != nil {
			return
		}
		req, err := readRTSP(c.br)
		if err != nil {
			c.ended(err)
			return
		}
		c.lastRequest = time.Now()
		if req.method == "" {
			continue
		}
		answer := c.handle(req)
		if answer == nil {
			continue
		}
		if err := c.answer(req, answer); err != nil {
			c.ended(err)
			return
		}
		if c.session != nil && c.session.started && c.session.player == nil {
			c.session.play(ctx)
		}
	}
}

// ended notes why the connection ends, and tells the client where it broke the protocol.
func (c *conn) ended(err error) {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.drop("time-out")
	case errors.Is(err, errRTSPSyntax):
		_ = c.answer(&rtspRequest{}, &reply{status: 400})
		c.drop(err.Error())
	default:
		c.drop("closed by the client")
	}
}

// answer writes a reply with what every answer has. Hikvision's Date is in no form that a standard knows.
func (c *conn) answer(req *rtspRequest, p *reply) error {
	if c.r.cfg.Vendor == Hikvision {
		p.add("Date", " "+c.r.now().UTC().Format("Mon, Jan 02 2006 15:04:05")+" GMT")
	} else {
		p.add("Server", "Rtsp Server/3.0")
	}
	c.r.log.Debug("rtsp", zap.String("remote", c.remote), zap.String("method", req.method), zap.Int("status", p.status))
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	if err := c.nc.SetWriteDeadline(time.Now().Add(c.session.stretch())); err != nil {
		return err
	}
	return p.writeTo(c.nc, req.header["cseq"])
}

// write sends a frame, for which it waits so long.
func (c *conn) write(frame []byte, patience time.Duration) error {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	if err := c.nc.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := c.nc.Write(frame)
	return err
}

// drop closes the connection; the first cause stays.
func (c *conn) drop(cause string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == "" {
		c.cause = cause
	}
	_ = c.nc.Close()
}

// hangUp ends the sending side behind all that was sent, and goes on reading until the client has closed. To close at once would throw away
// what still waits to be sent, where a request of the client lies unread.
func (c *conn) hangUp(cause string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	half, ok := c.nc.(interface{ CloseWrite() error })
	if c.cause == "" {
		c.cause = cause
	}
	if !ok || half.CloseWrite() != nil {
		_ = c.nc.Close()
	}
}

func (c *conn) reason() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// end frees what the connection holds.
func (c *conn) end() {
	c.drop("closed")
	if c.session != nil {
		c.session.end()
	}
}
