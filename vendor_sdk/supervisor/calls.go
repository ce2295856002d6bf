package supervisor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

// pending is a request that the worker has not answered yet. Its worker guards deadline and late.
type pending struct {
	name     string
	limit    time.Duration
	replies  chan reply
	deadline time.Time       // the worker hangs from then on; zero while it is our turn
	late     func(err error) // takes the answer when nobody waits for it any more; must not wait
}

// reply is what comes for a request: pages of a search, and the answer.
type reply struct {
	page   []sdk.File
	more   bool // it was a page
	answer wire.Answer
	err    error
}

func newPending(name string, limit time.Duration) *pending {
	// A page and the answer: the worker waits after each page.
	return &pending{name: name, limit: limit, replies: make(chan reply, 2), deadline: time.Now().Add(limit)}
}

// ask sends a request. It begins stream, where that is not nil. late may be nil.
func (w *worker) ask(request wire.Request, limit time.Duration, stream *Stream, late func(error)) (uint32, *pending, error) {
	p := newPending(request.String(), limit)
	p.late = late
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return 0, nil, w.err
	}
	w.lastID++
	frame, err := wire.Encode(wire.TypeRequest, w.lastID, request)
	if err == nil {
		err = w.out.send(frame)
	}
	if err != nil {
		return 0, nil, err
	}
	w.pending[w.lastID] = p
	if stream != nil {
		stream.id = w.lastID
		w.streams[w.lastID] = stream
	}
	return w.lastID, p, nil
}

// call makes one call into the library. late takes the answer where ctx has ended before; it may be nil.
func (w *worker) call(ctx context.Context, request wire.Request, limit time.Duration, late func(error)) (wire.Answer, error) {
	_, p, err := w.ask(request, limit, nil, nil)
	if err != nil {
		return wire.Answer{}, err
	}
	answer, err := w.await(ctx, p, late)
	return answer.answer, err
}

// await waits for a reply.
func (w *worker) await(ctx context.Context, p *pending, late func(error)) (reply, error) {
	select {
	case r := <-p.replies:
		return r, r.err
	case <-w.down:
		return reply{}, w.reason()
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case r := <-p.replies: // it has come just now
		return r, r.err
	default:
	}
	if p.late = late; late == nil {
		p.late = func(error) {}
	}
	if p.deadline.IsZero() {
		p.deadline = time.Now().Add(p.limit)
	}
	return reply{}, ctx.Err()
}

// reason is why the worker ends.
func (w *worker) reason() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// deliver hands a reply over to whoever waits for it.
func (w *worker) deliver(id uint32, r reply) error {
	w.mu.Lock()
	p := w.pending[id]
	if p == nil {
		defer w.mu.Unlock()
		if w.err == nil {
			return fmt.Errorf("%w: an answer to nothing", wire.ErrFrame)
		}
		return nil // it ends, and all requests have ended
	}
	late := p.late
	switch {
	case !r.more:
		delete(w.pending, id)
	case late == nil:
		p.deadline = time.Time{}
	}
	full := false
	if late == nil {
		select {
		case p.replies <- r:
		default:
			full = true
		}
	}
	w.mu.Unlock()
	if full {
		return fmt.Errorf("%w: a page that nobody asked for", wire.ErrFrame)
	}
	if late != nil && !r.more {
		late(r.err)
	}
	return nil
}

// begin starts a stream.
func (w *worker) begin(ctx context.Context, request wire.Request, s *Stream) (*Stream, error) {
	s.w, s.arrived, s.granted = w, make(chan struct{}, 1), window
	request.Credit = window
	id, p, err := w.ask(request, w.limits.begin, s, nil)
	if err != nil {
		return nil, err
	}
	_, err = w.await(ctx, p, func(err error) {
		if err == nil { // begun, but nobody wants it any more
			w.stopLater(id)
		}
	})
	if err != nil {
		w.forget(id)
		return nil, err
	}
	return s, nil
}

// forget lets media of a stream go by.
func (w *worker) forget(id uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.streams, id)
}

// stop stops a stream. Where the worker has ended, so has the stream.
func (w *worker) stop(id uint32) error {
	_, err := w.call(context.Background(), wire.Request{Op: wire.Stop, Stream: id}, w.limits.stop, nil)
	w.forget(id)
	if failure := (*WorkerError)(nil); errors.As(err, &failure) || errors.Is(err, ErrClosed) {
		return nil
	}
	return err
}

// stopLater stops a stream for which nobody waits. Where it cannot be asked, the worker ends, and the stream with it.
func (w *worker) stopLater(id uint32) {
	_, _, _ = w.ask(wire.Request{Op: wire.Stop, Stream: id}, w.limits.stop, nil, func(error) {})
}

// search asks for page after page.
func (w *worker) search(ctx context.Context, request sdk.SearchRequest, page func(files []sdk.File)) error {
	id, p, err := w.ask(wire.Request{Op: wire.Search, Search: &request}, w.limits.search, nil, nil)
	if err != nil {
		return err
	}
	for {
		r, err := w.await(ctx, p, nil)
		if err != nil {
			// Where ctx has ended the search ends; where the search has ended this goes nowhere.
			w.send(wire.Frame{Type: wire.TypeContinue, ID: id, Payload: []byte{0}})
			return err
		}
		if !r.more {
			return nil
		}
		page(r.page)
		w.mu.Lock()
		p.deadline = time.Now().Add(p.limit)
		w.mu.Unlock()
		w.send(wire.Frame{Type: wire.TypeContinue, ID: id, Payload: []byte{1}})
	}
}
