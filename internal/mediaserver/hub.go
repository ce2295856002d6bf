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

// join adds a viewer to a stream. It waits a little for a stream that is not there: a player often comes with the answer that names
// the stream, just before the first message or within a reconnect. It fails with errNoStream, or when ctx ends.
func (h *hub) join(ctx context.Context, name string) (*stream, *viewer, error) {
	deadline := time.NewTimer(h.cfg.StreamWait)
	defer deadline.Stop()
	for {
		s, changed := h.find(name)
		if s != nil {
			v := newViewer(h.cfg)
			if err := s.join(v); err == nil {
				return s, v, nil
			}
		}
		select {
		case <-changed:
		case <-deadline.C:
			return nil, nil, errNoStream
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
	}
}

// close ends all streams; none can be added afterwards.
func (h *hub) close() []*stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	all := make([]*stream, 0, len(h.streams))
	for name, s := range h.streams {
		all = append(all, s)
		delete(h.streams, name)
	}
	return all
}
