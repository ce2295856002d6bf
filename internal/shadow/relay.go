package shadow

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

const (
	// maxClients is how many connections are forwarded at once; more wait in the system's queue.
	maxClients = 2048
	// dialLimit is how long the old server may take to be reached, quiet how long a connection may stand without a byte.
	dialLimit = 5 * time.Second
	quiet     = 15 * time.Minute
	// refusalLimit is how long a client may take to send the request that is answered with 502.
	refusalLimit = 5 * time.Second
	// endLimit is how long a connection may go on at the end, until its answer is there; it has come when nothing follows for a pause.
	endLimit = 10 * time.Second
	pause    = 100 * time.Millisecond
	// lostAnswer is the answer of a proxy whose server is away, in the form that clients of the API read.
	lostAnswer = `{"status_code":502,"status_message":"the old server cannot be reached"}`
)

// relay forwards connections to the old server, byte for byte.
type relay struct {
	old  string // host:port
	seen func(requests, responses *tap)
	lost func() // a client was told that the old server is away
	log  *zap.Logger
}

// run forwards what listener accepts until ctx ends, and returns when no connection is left: at once where none waits for an answer.
func (r *relay) run(ctx context.Context, listener net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	var clients sync.WaitGroup
	defer clients.Wait()
	places := make(chan struct{}, maxClients)
	for {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		client, err := listener.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = client.Close()
			}
			return nil
		}
		if err != nil {
			<-places
			var temporary net.Error
			if errors.As(err, &temporary) && !errors.Is(err, net.ErrClosed) { // out of files, mostly
				r.log.Warn("a connection could not be taken", zap.Error(err))
				select {
				case <-ctx.Done():
				case <-time.After(100 * time.Millisecond):
				}
				continue
			}
			return err
		}
		clients.Go(func() {
			defer func() { <-places }()
			r.forward(ctx, client)
		})
	}
}

// forward serves one client to its end.
func (r *relay) forward(ctx context.Context, client net.Conn) {
	defer func() { _ = client.Close() }()
	old, err := (&net.Dialer{Timeout: dialLimit}).DialContext(ctx, "tcp", r.old)
	if err != nil {
		if ctx.Err() == nil {
			r.lost()
			r.log.Warn("the old server cannot be reached", zap.Error(err))
			refuse(client)
		}
		return
	}
	defer func() { _ = old.Close() }()
	var said talk
	stop := context.AfterFunc(ctx, func() {
		said.awaitAnswer()
		_ = client.Close()
		_ = old.Close()
	})
	defer stop()
	requests, responses := newTap(), newTap()
	var running sync.WaitGroup
	running.Go(func() { r.seen(requests, responses) })
	running.Go(func() {
		carry(old, client, requests, &said, &said.client)
	})
	carry(client, old, responses, &said, &said.old)
	// The old server has ended. What the client still says reaches nobody; a short while lets it read the answer first.
	said.ended.Store(true)
	_ = client.SetReadDeadline(time.Now().Add(time.Second))
	running.Wait()
}

// talk is when the two sides of a connection said something last, as Unix time in ns.
type talk struct {
	client, old atomic.Int64
	ended       atomic.Bool // the old side has
}

// quiet tells that neither side says anything any more.
func (t *talk) quiet() bool {
	return t.ended.Load() || time.Since(time.Unix(0, max(t.client.Load(), t.old.Load()))) >= quiet
}

// awaitAnswer waits, within endLimit, while the client waits for an answer or gets one.
func (t *talk) awaitAnswer() {
	for limit := time.Now().Add(endLimit); time.Now().Before(limit) && !t.ended.Load(); {
		asked, answered := t.client.Load(), t.old.Load()
		if asked <= answered && time.Since(time.Unix(0, answered)) >= pause {
			return
		}
		<-time.After(pause / 4)
	}
}

// carry forwards one direction to its end and passes the end on. latest is when this direction of said had its last byte.
func carry(to, from net.Conn, seen *tap, said *talk, latest *atomic.Int64) {
	defer seen.close()
	defer closeWrite(to)
	buffer := make([]byte, 32<<10)
	_ = from.SetReadDeadline(time.Now().Add(quiet))
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			latest.Store(time.Now().UnixNano())
			_, _ = seen.Write(buffer[:n])
			_ = to.SetWriteDeadline(time.Now().Add(quiet))
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		switch {
		case err == nil:
			_ = from.SetReadDeadline(time.Now().Add(quiet))
		case errors.Is(err, os.ErrDeadlineExceeded) && !said.quiet(): // the other direction is at work
			_ = from.SetReadDeadline(time.Now().Add(quiet))
		default:
			return
		}
	}
}

// closeWrite tells the peer that nothing comes any more; the other direction goes on.
func closeWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// refuse reads one request, so that the client gets to read the answer, and answers 502.
func refuse(client net.Conn) {
	_ = client.SetDeadline(time.Now().Add(refusalLimit))
	limited := &io.LimitedReader{R: client, N: maxHeader}
	if request, err := http.ReadRequest(bufio.NewReader(limited)); err == nil {
		limited.N = maxRequest
		_, _ = io.Copy(io.Discard, request.Body)
	}
	_, _ = io.WriteString(client, "HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"+
		"Access-Control-Allow-Origin: *\r\nContent-Length: "+strconv.Itoa(len(lostAnswer))+"\r\nConnection: close\r\n\r\n"+lostAnswer)
	closeWrite(client)
}
