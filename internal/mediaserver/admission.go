package mediaserver

import (
	"container/list"
	"net"
	"sync"
)

// admission bounds the players of all listeners together. A stranger who opens many connections never takes a place from one.
type admission struct {
	maxPlayers int

	mu      sync.Mutex
	players int
}

// entrance bounds the connections of one listener that do not play. Where it is full, the one that has waited longest makes room: a
// player asks at once, so that strangers who say nothing lose their places to players and not the other way round.
type entrance struct {
	admission           *admission
	maxPending, maxHost int

	// The rest is guarded by the admission's lock.
	pending *list.List // of *ticket, the oldest first
	hosts   map[string]int
}

func newEntrance(a *admission, cfg Config) *entrance {
	return &entrance{
		admission: a, maxPending: cfg.MaxPending, maxHost: cfg.MaxPendingPerHost, pending: list.New(), hosts: make(map[string]int),
	}
}

// ticket is the place of one connection: pending, among the players, or given back. Its fields are guarded by the admission's lock.
type ticket struct {
	entrance *entrance
	conn     *admittedConn
	host     string
	waits    *list.Element // nil where it does not
	playing  bool
}

// admit gives a connection its place.
func (e *entrance) admit(conn net.Conn) *admittedConn {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		host = conn.RemoteAddr().String()
	}
	admitted := &admittedConn{Conn: conn}
	admitted.ticket = &ticket{entrance: e, conn: admitted, host: host}
	if leaving := e.enter(admitted.ticket); leaving != nil {
		_ = leaving.conn.Close() // what it had to say comes too late
	}
	return admitted
}

// enter returns the ticket that has lost its place, nil where there was room.
func (e *entrance) enter(t *ticket) *ticket {
	e.admission.mu.Lock()
	defer e.admission.mu.Unlock()
	var leaving *ticket
	if full := e.hosts[t.host] >= e.maxHost; full || e.pending.Len() >= e.maxPending {
		for at := e.pending.Front(); at != nil && leaving == nil; at = at.Next() {
			if other, ok := at.Value.(*ticket); ok && (!full || other.host == t.host) {
				leaving = other
			}
		}
	}
	if leaving != nil {
		leaving.unpend()
	}
	t.pend()
	return leaving
}

// play moves the connection among the players. It returns false where these are full, or the place is lost.
func (t *ticket) play() bool {
	a := t.entrance.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	if t.waits == nil || a.players >= a.maxPlayers {
		return false
	}
	t.unpend()
	t.playing = true
	a.players++
	return true
}

// stop moves the connection back. The next request on it may play again.
func (t *ticket) stop() {
	a := t.entrance.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	if t.playing {
		t.playing = false
		a.players--
		t.pend()
	}
}

// giveBack frees the place. It may be called twice.
func (t *ticket) giveBack() {
	a := t.entrance.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case t.playing:
		t.playing = false
		a.players--
	case t.waits != nil:
		t.unpend()
	}
}

func (t *ticket) pend() {
	t.waits = t.entrance.pending.PushBack(t)
	t.entrance.hosts[t.host]++
}

func (t *ticket) unpend() {
	t.entrance.pending.Remove(t.waits)
	t.waits = nil
	if t.entrance.hosts[t.host]--; t.entrance.hosts[t.host] == 0 {
		delete(t.entrance.hosts, t.host)
	}
}
