package playback

import (
	"context"
	"slices"
	"time"
)

// Seek goes on at another time. It returns when the first picture of the new place has been written, or with ErrOutside, ErrEnded,
// ErrNoPicture, the device's refusal (the playback then goes on where it was) or the context's error, which ends only the waiting. A
// later command overtakes it, and answers for it. While paused it only moves the position.
func (p *Player) Seek(ctx context.Context, at time.Time) error {
	span, asked := p.cfg.Table.Span(), p.cfg.Table.Asked()
	if at.Before(asked.Start) && at.Before(span.Start) || at.After(later(asked.End, span.End)) {
		return ErrOutside
	}
	return p.command(ctx, func(w *wish) bool {
		w.from, w.sought = at, true
		return !w.paused
	})
}

// SetSpeed goes on at another speed, from MinSpeed to MaxSpeed. It returns as Seek does, and ErrSpeed.
func (p *Player) SetSpeed(ctx context.Context, speed float64) error {
	if !(speed >= MinSpeed && speed <= MaxSpeed) {
		return ErrSpeed
	}
	return p.command(ctx, func(w *wish) bool {
		same := w.speed == speed
		w.speed = speed
		return !w.paused && !same
	})
}

// Pause ends the device's session and holds the playback where it is on air. While Run is not running, between two tries of the source,
// it returns at once; the other commands wait for the next Run then. It fails with ErrEnded and the context's error.
func (p *Player) Pause(ctx context.Context) error {
	return p.command(ctx, func(w *wish) bool {
		was := w.paused
		w.paused = true
		return !was
	})
}

// Resume goes on after Pause, or does nothing. It returns as Seek does.
func (p *Player) Resume(ctx context.Context) error {
	return p.command(ctx, func(w *wish) bool {
		was := w.paused
		w.paused = false
		return was
	})
}

// Position is the recorded time on air; behind a command the place from which the device is asked to play.
func (p *Player) Position() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.position()
}

func (p *Player) position() time.Time {
	if at := p.cfg.OnAir(); !p.open && !p.wish.paused && !at.IsZero() {
		return at
	}
	return p.cfg.Table.within(p.wish.from)
}

// Speed is the speed in use, 1 for real time.
func (p *Player) Speed() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wish.speed
}

// Paused tells whether the playback is held by Pause.
func (p *Player) Paused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wish.paused
}

// command changes what is wanted; where change says so it ends the present run and waits for the answer.
func (p *Player) command(ctx context.Context, change func(*wish) bool) error {
	p.mu.Lock()
	if p.over {
		p.mu.Unlock()
		return ErrEnded
	}
	before := p.wish
	wanted := before
	wanted.from = p.position().Truncate(time.Second)
	wanted.sought = before.sought && (p.open || before.paused)
	if !change(&wanted) {
		if before.paused { // it is what Resume begins with
			p.wish = wanted
		}
		p.mu.Unlock()
		return nil
	}
	if !p.open {
		before.from = p.position().Truncate(time.Second)
		p.back = before
	}
	p.wish, p.open = wanted, true
	p.seq++
	answer := make(chan error, 1)
	p.waiters = append(p.waiters, answer)
	if p.cancel != nil {
		p.cancel()
	}
	p.cfg.Flush()
	if wanted.paused && !p.running {
		p.answer(nil)
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
	p.mu.Unlock()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiters = slices.DeleteFunc(p.waiters, func(c chan error) bool { return c == answer })
	return ctx.Err()
}

// answer settles the newest command and all that it overtook.
func (p *Player) answer(err error) {
	p.open = false
	for _, waiter := range p.waiters {
		waiter <- err
	}
	p.waiters = nil
}

// settle says that a run's first picture has been written.
func (p *Player) settle(r *run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seq == r.seq && p.open {
		p.answer(nil)
	}
}

// overtaken tells whether a command has come since a run was planned.
func (p *Player) overtaken(r *run) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seq != r.seq
}
