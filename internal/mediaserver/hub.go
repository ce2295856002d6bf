package mediaserver

import (
	"context"
	"sync"
	"time"
)

// hub knows the live streams by name.
type hub struct {
	cfg Config

	mu      sync.Mutex
	streams map[string]*stream
	closed  bool
	// changed is closed, and made anew, when a stream appears.
	changed chan struct{}
}

func newHub(cfg Config) *hub {
	return &hub{cfg: cfg, streams: make(map[string]*stream), changed: make(chan struct{})}
}

func (h *hub) add(name string) (*stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	if _, busy := h.streams[name]; busy {
		return nil, ErrBusy
	}
	s := newStream(name, h.cfg)
	h.streams[name] = s
	close(h.changed)
	h.changed = make(chan struct{})
	return s, nil
}

func (h *hub) remove(s *stream) {
	h.mu.Lock()
	if h.streams[s.name] == s {
		delete(h.streams, s.name)
	}
	h.mu.Unlock()
	s.end()
}

func (h *hub) find(name string) (*stream, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.streams[name], h.changed
}

// await calls use with the live stream of a name, again with its successor if use returns false. It waits a little for a stream that is
// not there: a player often comes just before the first message, or within a reconnect. It fails with errNoStream, or when ctx ends.
func (h *hub) await(ctx context.Context, name string, use func(*stream) bool) error {
	deadline := time.NewTimer(h.cfg.StreamWait)
	defer deadline.Stop()
	for {
		s, changed := h.find(name)
		if s != nil && use(s) {
			return nil
		}
		select {
		case <-changed:
		case <-deadline.C:
			return errNoStream
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// join adds a viewer to the stream of this name. It fails as await does.
func (h *hub) join(ctx context.Context, name string) (joined *stream, v *viewer, err error) {
	v = newViewer(h.cfg)
	err = h.await(ctx, name, func(s *stream) bool {
		joined = s
		return s.join(v)
	})
	return joined, v, err
}

// close ends all streams; none can be added afterwards.
func (h *hub) close() {
	h.mu.Lock()
	h.closed = true
	all := h.streams
	h.streams = nil
	h.mu.Unlock()
	for _, s := range all {
		s.end()
	}
}
