package worker

import (
	"slices"
	"sync"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

// search is one search under way. The service asks for each page, so that it never gets more than it takes.
type search struct {
	next chan struct{} // holds a token when the next page is asked for
	done chan struct{} // closed when no more is wanted
	once sync.Once
}

func (s *search) end() { s.once.Do(func() { close(s.done) }) }

func (w *Worker) openSearch(id uint32) *search {
	s := &search{next: make(chan struct{}, 1), done: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.searches[id] = s
	if w.ending {
		s.end()
	}
	return s
}

func (w *Worker) closeSearch(id uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.searches, id)
}

// proceed lets a search go on or end.
func (w *Worker) proceed(id uint32, more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.searches[id]
	switch {
	case s == nil:
	case more:
		nudge(s.next)
	default:
		s.end()
	}
}

// search sends what the library finds, a page at a time. The call into the library waits meanwhile, as a slow reader of its answers would
// let it; the service takes pages at once.
func (w *Worker) search(id uint32, device sdk.Device, request wire.Request, s *search) error {
	defer w.closeSearch(id)
	if request.Search == nil {
		return errRequest
	}
	var failed error
	err := device.Search(*request.Search, func(files []sdk.File) bool {
		for page := range slices.Chunk(files, pageFiles) {
			frame, err := wire.Encode(wire.TypePage, id, page)
			if err == nil {
				err = w.out.send(frame)
			}
			if err != nil {
				failed = err
				return false
			}
			select {
			case <-s.next:
			case <-s.done:
				return false
			}
		}
		return true
	})
	if failed != nil {
		return failed
	}
	return err
}
