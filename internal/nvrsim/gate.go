package nvrsim

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"strconv"
	"sync"
	"time"
)

// verdict is what the gate says about one request.
type verdict int

const (
	accepted  verdict = iota
	challenge         // no credentials, or of a kind that is not offered
	stale             // the nonce is unknown, too old or used up
	refused           // wrong user or password
	locked            // the address rests after too many wrong passwords
)

// The life of a nonce, and how many are remembered.
const (
	nonceLife = 10 * time.Minute
	maxNonces = 4096
)

// gate owns the password, the nonces and the count of wrong passwords for each client address. HTTP and RTSP share it, as they do
// in the recorders. It is safe for concurrent use.
type gate struct {
	cfg   Config
	realm string

	mu       sync.Mutex
	nonces   map[string]nonce
	order    []string
	attempts map[string]attempts
}

type nonce struct {
	issued time.Time
	target string // what it was issued for
}

type attempts struct {
	wrong int
	until time.Time // locked until then; zero where not locked
}

func newGate(cfg Config) *gate {
	g := &gate{cfg: cfg, realm: "DNVRS-Webs"}
	if cfg.Vendor == Dahua {
		g.realm = "Login to 4c8f2e0a91d34b57"
	}
	if cfg.Auth == BasicOnly && cfg.Vendor == Dahua {
		g.realm = "Device_CGI"
	}
	g.reset()
	return g
}

func (g *gate) reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.nonces = make(map[string]nonce)
	g.order = nil
	g.attempts = make(map[string]attempts)
}

// newNonce issues a nonce: with Hikvision hex digits, a colon and milliseconds.
func (g *gate) newNonce(target string) string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	now := g.cfg.Clock()
	value := hex.EncodeToString(random[:])
	if g.cfg.Vendor == Hikvision {
		value += ":" + strconv.FormatInt(now.UnixMilli(), 10)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.order) >= maxNonces {
		delete(g.nonces, g.order[0])
		g.order = g.order[1:]
	}
	g.nonces[value] = nonce{issued: now, target: target}
	g.order = append(g.order, value)
	return value
}

// known tells whether a nonce is good for a target. A nonce that is for one use is forgotten.
func (g *gate) known(value, target string, once bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, ok := g.nonces[value]
	if !ok || g.cfg.Clock().Sub(n.issued) > nonceLife {
		return false
	}
	if once {
		delete(g.nonces, value)
	}
	return g.cfg.Auth != DigestSHA256 || n.target == target
}

// lockLeft tells how long an address remains locked, 0 where it is not.
func (g *gate) lockLeft(host string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(g.attempts[host].until.Sub(g.cfg.Clock()), 0)
}

// triesLeft is how many wrong passwords an address may still send.
func (g *gate) triesLeft(host string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(g.cfg.LockAfter-g.attempts[host].wrong, 0)
}

// note counts a right or a wrong password and tells whether the address is locked. Trying while locked locks anew.
func (g *gate) note(host string, right bool) (isLocked bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.cfg.Clock()
	a := g.attempts[host]
	if a.until.After(now) {
		a.until = now.Add(g.cfg.LockFor)
		g.attempts[host] = a
		return true
	}
	if !a.until.IsZero() {
		a = attempts{}
	}
	if right {
		delete(g.attempts, host)
		return false
	}
	a.wrong++
	if g.cfg.LockAfter > 0 && a.wrong >= g.cfg.LockAfter {
		a.until = now.Add(g.cfg.LockFor)
	}
	g.attempts[host] = a
	return a.until.After(now)
}

// hostOf is the address without port, the unit of lock-out.
func hostOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	return host
}
