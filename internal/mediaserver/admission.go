package mediaserver

import (
	"net"
	"sync"
)

// admission bounds the connections. A stranger who opens many of them fills the places of those that do not play yet, of which
// one address gets only a part, and never takes one from a player.
type admission struct {
	maxPlayers, maxPending, maxPerHost int

	mu      sync.Mutex
	players int
	pending int
	hosts   map[string]int // pending, by address
}

func newAdmission(cfg Config) *admission {
	return &admission{
		maxPlayers: cfg.MaxPlayers, maxPending: cfg.MaxPending, maxPerHost: cfg.MaxPendingPerHost,
		hosts: make(map[string]int),
	}
}

// ticket is the place of one connection. Its fields are guarded by the admission's lock.
type ticket struct {
	admission *admission
	host      string
	playing   bool
	returned  bool
}

// admit returns nil where there is no place for another connection.
func (a *admission) admit(remote net.Addr) *ticket {
	host, _, err := net.SplitHostPort(remote.String())
	if err != nil {
		host = remote.String()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pending >= a.maxPending || a.hosts[host] >= a.maxPerHost {
		return nil
	}
	a.pending++
	a.hosts[host]++
	return &ticket{admission: a, host: host}
}

// play moves the connection among the players. It returns false where these are full.
func (t *ticket) play() bool {
	a := t.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	if t.returned || t.playing || a.players >= a.maxPlayers {
		return false
	}
	t.playing = true
	a.players++
	a.unpend(t.host)
	return true
}

// stop moves the connection back. The next request on it may play again.
func (t *ticket) stop() {
	a := t.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	if t.returned || !t.playing {
		return
	}
	t.playing = false
	a.players--
	a.pending++
	a.hosts[t.host]++
}

// giveBack frees the place. It may be called twice.
func (t *ticket) giveBack() {
	a := t.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	if t.returned {
		return
	}
	t.returned = true
	if t.playing {
		a.players--
		return
	}
	a.unpend(t.host)
}

func (a *admission) unpend(host string) {
	a.pending--
	if a.hosts[host]--; a.hosts[host] == 0 {
		delete(a.hosts, host)
	}
}
