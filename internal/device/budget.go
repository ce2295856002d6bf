package device

import (
	"context"
	"slices"
	"sync"
)

// defaultMaxStarts is how many streams of one recorder may be starting at once where the settings do not say.
const defaultMaxStarts = 8

// budgets counts the live streams of each recorder. It is safe for concurrent use.
type budgets struct {
	mu        sync.Mutex
	recorders map[recorder]*budget
}

// budget is what one recorder has to give.
type budget struct {
	live     int // streams that run or wait for their turn to start
	starting int
	queue    []chan struct{} // who waits for a turn, in order; closed by whoever hands the turn on
}

// takeLive takes one of limit streams, 0 for no limit. Who got true gives it back by giveLive.
func (b *budgets) takeLive(r recorder, limit int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.recorders[r]
	if one == nil {
		one = &budget{}
		b.recorders[r] = one
	}
	if limit > 0 && one.live >= limit {
		return false
	}
	one.live++
	return true
}

func (b *budgets) giveLive(r recorder) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.recorders[r]
	if one.live--; one.live == 0 {
		delete(b.recorders, r)
	}
}

// takeStart waits for a turn to start, in the order of asking. The caller holds a live stream. Who got nil gives the turn back by
// giveStart; the error is ctx's.
func (b *budgets) takeStart(ctx context.Context, r recorder, limit int) error {
	if limit <= 0 {
		limit = defaultMaxStarts
	}
	b.mu.Lock()
	one := b.recorders[r]
	if one.starting < limit {
		one.starting++
		b.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	one.queue = append(one.queue, turn)
	b.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(one.queue, turn); i >= 0 {
		one.queue = slices.Delete(one.queue, i, i+1)
	} else {
		one.passOn() // the turn came while ctx ended
	}
	return context.Cause(ctx)
}

func (b *budgets) giveStart(r recorder) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.recorders[r].passOn()
}

// passOn hands a turn to the next in the queue. The lock is held.
func (one *budget) passOn() {
	if len(one.queue) == 0 {
		one.starting--
		return
	}
	close(one.queue[0])
	one.queue = slices.Delete(one.queue, 0, 1)
}
