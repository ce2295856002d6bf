package playback

import (
	"context"
	"time"
)

// tailSteps are how long before the last end a run begins that shows the last picture: the next one where no key frame came.
func tailSteps() []time.Duration {
	return []time.Duration{time.Second, 4 * time.Second, 12 * time.Second}
}

// plan waits until there is something to play and returns the run for it. It fails with ErrEnded and the context's error.
func (p *Player) plan(ctx context.Context) (*run, error) {
	for {
		p.mu.Lock()
		w, seq := p.wish, p.seq
		if w.paused {
			p.answer(nil)
		}
		p.mu.Unlock()
		if seq != p.handled {
			p.handled, p.barren, p.step, p.tail, p.furthest, p.explore = seq, 0, 0, 0, time.Time{}, true
			p.pace = pace{cost: p.pace.cost}
		}
		seen := p.cfg.Table.outlook()
		if !w.paused {
			if r, err := p.choose(w, seq, seen); r != nil || err != nil {
				return r, err
			}
		}
		changed := seen.changed
		if w.paused {
			changed = nil
		}
		p.pace.rest()
		select {
		case <-changed:
		case <-p.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// choose returns the run for a wish; nil where more must be known first.
func (p *Player) choose(w wish, seq uint64, seen outlook) (*run, error) {
	r := &run{player: p, seq: seq, speed: w.speed, known: seen.version}
	r.Start = w.from
	stretch, ok := p.cfg.Table.Next(w.from)
	last := p.cfg.Table.Span().End
	switch {
	case w.sought && seen.complete && seen.known && (!ok || !w.from.Before(last.Add(-time.Second))):
		r.tail = true
		r.Start = last.Add(-tailSteps()[p.tail])
		if stretch, ok = p.cfg.Table.Next(last.Add(-time.Nanosecond)); ok {
			r.Start, r.End = later(r.Start, stretch.Start), stretch.End
		}
	case ok:
		r.Start, r.End = later(w.from, stretch.Start), stretch.End
		r.atStart = !w.from.After(stretch.Start)
		if !seen.complete && stretch.End.Equal(last) {
			r.End = later(r.End, p.cfg.Table.Asked().End)
		}
	case seen.complete:
		return nil, ErrEnded
	case p.explore && w.from.Before(p.cfg.Table.Asked().End):
		r.End = p.cfg.Table.Asked().End
		r.blind, r.base = true, r.Start
	default:
		return nil, nil
	}
	r.stop, r.inside = r.End, ok && r.Start.After(stretch.Start)
	r.content = content{start: r.Start, speed: w.speed, scale: 1}
	return r, nil
}
