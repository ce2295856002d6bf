package device

import (
	"context"
	"slices"
	"sync"
)

// defaultMaxStarts is how many streams of one recorder may be starting at once where the settings do not say.
const defaultMaxStarts = 8

// maxSearches is how many searches run on one recorder at once: recorders answer a second one busy, or mix up the pages.
const maxSearches = 1

// maxInspections is how many descriptions and single pictures of one recorder are asked for at once: recorders fail beside another one.
const maxInspections = 1

// use is what streams are counted by.
type use uint8

const (
	liveUse use = iota
	playbackUse
	uses
)

// step is what callers take turns at.
type step uint8

const (
	starting   step = iota // of a stream
	searching              // for recordings
	inspecting             // what the recorder tells, and single pictures of it
	steps
)

// budgets counts what runs on each recorder. It is safe for concurrent use.
type budgets struct {
	mu        sync.Mutex
	recorders map[recorder]*budget
}

// budget is what one recorder has to give.
type budget struct {
	streams [uses]int // that run or wait for their turn to start
	turns   [steps]turns
}

// turns are taken in the order of asking.
type turns struct {
	taken int
	queue []chan struct{} // who waits, in order; closed by whoever hands the turn on
}

// take takes one of limit streams, 0 for no limit. Who got true gives it back by give.
func (b *budgets) take(r recorder, u use, limit int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.of(r)
	if limit > 0 && one.streams[u] >= limit {
		return false
	}
	one.streams[u]++
	return true
}

func (b *budgets) give(r recorder, u use) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.recorders[r].streams[u]--
	b.tidy(r)
}

// takeTurn waits for one of limit turns, in the order of asking. Who got nil gives it back by giveTurn; the error is ctx's.
func (b *budgets) takeTurn(ctx context.Context, r recorder, s step, limit int) error {
	b.mu.Lock()
	waiting := &b.of(r).turns[s]
	if waiting.taken < limit {
		waiting.taken++
		b.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	waiting.queue = append(waiting.queue, turn)
	b.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(waiting.queue, turn); i >= 0 {
		waiting.queue = slices.Delete(waiting.queue, i, i+1)
	} else {
		waiting.passOn() // the turn came while ctx ended
	}
	b.tidy(r)
	return context.Cause(ctx)
}

func (b *budgets) giveTurn(r recorder, s step) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.recorders[r].turns[s].passOn()
	b.tidy(r)
}

// of returns a recorder's budget and makes one where there is none. The lock is held.
func (b *budgets) of(r recorder) *budget {
	one := b.recorders[r]
	if one == nil {
		one = &budget{}
		b.recorders[r] = one
	}
	return one
}

// tidy forgets a recorder that gives nothing. The lock is held.
func (b *budgets) tidy(r recorder) {
	one := b.recorders[r]
	for _, n := range one.streams {
		if n > 0 {
			return
		}
	}
	for _, t := range one.turns {
		if t.taken > 0 { // nobody waits for a turn that nobody has
			return
		}
	}
	delete(b.recorders, r)
}

// passOn hands a turn to the next in the queue. The lock is held.
func (t *turns) passOn() {
	if len(t.queue) == 0 {
		t.taken--
		return
	}
	close(t.queue[0])
	t.queue = slices.Delete(t.queue, 0, 1)
}
