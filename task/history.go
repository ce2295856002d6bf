package task

import (
	"slices"
	"sync"
	"time"
)

// What is remembered of sessions and handles that have ended.
const (
	maxPast       = 256
	maxDepartures = 4096
	pastLimit     = time.Hour
)

// history remembers sessions that have ended, the oldest first, and which handles had them. It has a mutex of its own, because nobody who
// starts or stops shall wait while a list is copied. It is safe for concurrent use.
type history struct {
	mu         sync.Mutex
	traces     []Trace
	handles    []int32 // in the order of their end
	departures map[int32]departure
}

// departure is the end of a handle, whose session may live on.
type departure struct {
	session string // its ID
	at      time.Time
	reason  error
}

func newHistory() *history { return &history{departures: make(map[int32]departure)} }

// add remembers a session. The newest stands last.
func (h *history) add(t Trace) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	if len(h.traces) == maxPast {
		spare := h.spare()
		h.traces = slices.Delete(h.traces, spare, spare+1)
	}
	h.traces = append(h.traces, t)
}

// spare is which trace can be missed first: the oldest of a stream that has a newer one, so that a page which tries an offline camera
// again and again pushes nobody else out; the oldest of all where each has one only. The mutex is held.
func (h *history) spare() int {
	type stream struct {
		kind, address, streamType string
		channel                   int
	}
	found, newer := 0, make(map[stream]bool, len(h.traces))
	for i, t := range slices.Backward(h.traces) {
		of := stream{t.Kind, t.Address, t.StreamType, t.Channel}
		if newer[of] {
			found = i
		}
		newer[of] = true
	}
	return found
}

// depart remembers the end of a handle.
func (h *history) depart(handle int32, d departure) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	if len(h.handles) == maxDepartures {
		delete(h.departures, h.handles[0])
		h.handles = append(h.handles[:0], h.handles[1:]...)
	}
	h.handles = append(h.handles, handle)
	h.departures[handle] = d
}

// forget drops what is older than the limit. The mutex is held.
func (h *history) forget() {
	n := 0
	for n < len(h.traces) && time.Since(h.traces[n].EndedAt) > pastLimit {
		n++
	}
	if n > 0 {
		kept := copy(h.traces, h.traces[n:])
		clear(h.traces[kept:])
		h.traces = h.traces[:kept]
	}
	n = 0
	for n < len(h.handles) && time.Since(h.departures[h.handles[n]].at) > pastLimit {
		delete(h.departures, h.handles[n])
		n++
	}
	h.handles = append(h.handles[:0], h.handles[n:]...)
}

// departed returns the end of a handle, the zero departure where it is not known.
func (h *history) departed(handle int32) departure {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	return h.departures[handle]
}

// find fails with ErrNoSession.
func (h *history) find(id string) (Trace, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	for i := len(h.traces) - 1; i >= 0; i-- {
		if h.traces[i].ID == id {
			return h.traces[i].copied(), nil
		}
	}
	return Trace{}, ErrNoSession
}

// list returns what is remembered, the newest first.
func (h *history) list() []Trace {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	list := make([]Trace, 0, len(h.traces))
	for i := len(h.traces) - 1; i >= 0; i-- {
		list = append(list, h.traces[i].copied())
	}
	return list
}

// copied is the trace with a slice of its own.
func (t *Trace) copied() Trace {
	c := *t
	c.Passages = append([]Passage(nil), t.Passages...)
	return c
}
