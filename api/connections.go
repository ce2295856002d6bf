package api

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// maxConnections is how many connections one listener keeps open: far more than its callers need, and few enough to leave the
// service the file descriptors that recorders and the RTMP server need.
const maxConnections = 1024

// connections bounds the connections of one server. One more closes the oldest on which no call is being answered, so that those who
// say nothing lock nobody out.
type connections struct {
	limit int

	mu    sync.Mutex
	all   map[net.Conn]*connection
	quiet *list.List // of *connection, the oldest first
}

// connection is one of them; its fields are guarded by the lock of connections.
type connection struct {
	conn  net.Conn
	quiet *list.Element // nil while a call is being answered
}

// connectionKey is the key of a *connection in the context of its requests.
type connectionKey struct{}

func newConnections(limit int) *connections {
	return &connections{limit: limit, all: make(map[net.Conn]*connection), quiet: list.New()}
}

// opened is http.Server.ConnContext.
func (cs *connections) opened(ctx context.Context, conn net.Conn) context.Context {
	c := &connection{conn: conn}
	if leaving := cs.add(c); leaving != nil {
		_ = leaving.Close() // nothing is being said on it
	}
	return context.WithValue(ctx, connectionKey{}, c)
}

// add returns the connection that must be closed, nil where there was room. It is the new one where all others are at work.
func (cs *connections) add(c *connection) (leaving net.Conn) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if len(cs.all) >= cs.limit {
		leaving = c.conn
		if oldest, ok := cs.oldest(); ok {
			leaving = oldest.conn
			cs.remove(oldest)
		}
	}
	cs.all[c.conn] = c
	c.quiet = cs.quiet.PushBack(c)
	return leaving
}

func (cs *connections) oldest() (*connection, bool) {
	front := cs.quiet.Front()
	if front == nil {
		return nil, false
	}
	c, ok := front.Value.(*connection)
	return c, ok
}

func (cs *connections) remove(c *connection) {
	delete(cs.all, c.conn)
	if c.quiet != nil {
		cs.quiet.Remove(c.quiet)
		c.quiet = nil
	}
}

// changed is http.Server.ConnState.
func (cs *connections) changed(conn net.Conn, state http.ConnState) {
	if state != http.StateClosed && state != http.StateHijacked {
		return
	}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if c := cs.all[conn]; c != nil {
		cs.remove(c)
	}
}

// protecting keeps a connection open while one of its calls is being answered.
func (cs *connections) protecting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(connectionKey{}).(*connection); ok {
			cs.begin(c)
			defer cs.end(c)
		}
		next.ServeHTTP(w, r)
	})
}

func (cs *connections) begin(c *connection) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if c.quiet != nil {
		cs.quiet.Remove(c.quiet)
		c.quiet = nil
	}
}

func (cs *connections) end(c *connection) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.all[c.conn] == c && c.quiet == nil {
		c.quiet = cs.quiet.PushBack(c)
	}
}
