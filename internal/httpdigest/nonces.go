package httpdigest

import (
	"sync"
	"time"

	"github.com/icholy/digest"
)

const (
	// nonceLife is how long a challenge is used again after it was new; devices let theirs expire after a minute or more.
	nonceLife = 30 * time.Second
	// maxNonces is the ceiling for paths whose challenge is kept.
	maxNonces = 64
)

// nonces are the challenges that led to good answers, by the path of the URL. The zero value is empty. It is safe for concurrent use.
type nonces struct {
	mu     sync.Mutex
	byPath map[string]*nonce
}

// nonce is a challenge that is used again.
type nonce struct {
	challenge *digest.Challenge // which nobody changes
	count     int               // how often it was used
	since     time.Time
}

// use returns the challenge of a path and which use of it this is, counted from 1.
func (n *nonces) use(path string) (challenge *digest.Challenge, count int, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	one := n.byPath[path]
	if one == nil || time.Since(one.since) > nonceLife {
		return nil, 0, false
	}
	one.count++
	return one.challenge, one.count, true
}

// keep keeps a challenge that was used once.
func (n *nonces) keep(path string, challenge *digest.Challenge) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byPath == nil || len(n.byPath) >= maxNonces {
		n.byPath = map[string]*nonce{}
	}
	n.byPath[path] = &nonce{challenge: challenge, count: 1, since: time.Now()}
}

func (n *nonces) forget(path string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.byPath, path)
}
