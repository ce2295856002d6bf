package sdkway

import (
	"sync"
	"sync/atomic"
	"time"
)

// fresh is how long ago another stream of a login may have brought something, for the login to count as good.
const fresh = 2 * time.Second

// neighbours are the streams of one login. It is safe for concurrent use.
type neighbours struct {
	mu    sync.Mutex
	heard map[*run]*atomic.Int64 // when each of them last brought something, in ns since 1970
}

// join adds a stream. The function it returns takes it out again.
func (n *neighbours) join(r *run) (leave func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.heard == nil {
		n.heard = map[*run]*atomic.Int64{}
	}
	n.heard[r] = &r.heard
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.heard, r)
	}
}

// flow tells whether another stream has brought something lately.
func (n *neighbours) flow(besides *run) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for r, heard := range n.heard {
		if r != besides && time.Since(time.Unix(0, heard.Load())) < fresh {
			return true
		}
	}
	return false
}
