package playback

import (
	"context"
	"errors"
	"sync"
	"time"

	"mediapusher/internal/media"
)

const (
	// maxLate is how far units may be behind the schedule and catch up; beyond it the schedule moves.
	maxLate = 5 * time.Second
	// frameTicks is a usual frame's duration, in 1/90000 s.
	frameTicks = media.ClockRate / 25
)

// Pacer stands between a media.Queue and a publish, and hands each unit over when its time has come in real time, by its DTS. A device
// that stalls catches up with the schedule where it can; one that is late by more than 5 s moves it, so that nothing comes in a burst.
// Behind a Flush the next unit is due at once, and its timestamps go on one frame behind those handed over last.
//
// One goroutine calls Attach, Detach, Ready and Next; Flush, Drained and Position may be called by any.
type Pacer struct {
	queue *media.Queue
	wake  chan struct{}
	timer *time.Timer // of Next alone

	mu   sync.Mutex
	held *media.AccessUnit // popped and not yet due
	// pts and dts are the held unit's as they were in the queue.
	pts, dts int64
	drained  chan struct{} // closed when there is nothing left to hand over; nil where nobody waits for it
	// began and zero are the schedule: a unit of DTS zero is due at began. fresh says that the next unit begins a new one, flushed that
	// it does not continue the timestamps.
	began          time.Time
	zero           int64
	fresh, flushed bool
	shift          int64 // added to each timestamp
	last           [media.MaxTracks]int64
	sent           bool
	end            time.Time // when the unit handed over last has been shown
	position       time.Time
}

// NewPacer returns a Pacer in front of queue, of which it is the only reader.
func NewPacer(queue *media.Queue) *Pacer {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &Pacer{queue: queue, wake: make(chan struct{}, 1), timer: timer, fresh: true}
}

// Attach begins a publish: what Next returns first is a random-access unit.
func (p *Pacer) Attach() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue.Attach()
	p.fresh = true
	p.tell()
}

// Detach ends a publish. What was not handed over is kept for the next one.
func (p *Pacer) Detach() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held != nil {
		p.held.PTS, p.held.DTS = p.pts, p.dts
		p.queue.PutBack(p.held)
		p.held = nil
	}
	p.queue.Detach()
}

// Ready tells whether Next would return at once with a unit or with media.ErrQueueClosed.
func (p *Pacer) Ready() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	wait, err := p.due()
	return wait <= 0 && (err == nil || errors.Is(err, media.ErrQueueClosed))
}

// Next hands over the next unit, with its ownership, when it is due. It fails with media.ErrIdle when none is due within wait, with
// media.ErrQueueClosed one frame time after the last one, and with the context's error.
func (p *Pacer) Next(ctx context.Context, wait time.Duration) (*media.AccessUnit, error) {
	deadline := time.Now().Add(wait)
	for {
		au, left, err := p.take()
		if au != nil {
			return au, nil
		}
		if errors.Is(err, media.ErrQueueClosed) && left <= 0 {
			return nil, err
		}
		if errors.Is(err, media.ErrIdle) {
			if err := p.queue.Wait(ctx, time.Until(deadline)); err != nil {
				return nil, err
			}
			continue
		}
		if err := p.sleep(ctx, min(left, time.Until(deadline))); err != nil {
			return nil, err
		}
		if !time.Now().Before(deadline) && !p.Ready() {
			return nil, media.ErrIdle
		}
	}
}

// Flush drops what was not handed over yet, here and in the queue.
func (p *Pacer) Flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop()
	p.queue.Flush()
	p.fresh, p.flushed = true, true
	p.position = time.Time{}
	p.tell()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Drained returns a channel that is closed when all that was written before has been handed over, or dropped. Who calls it must not
// write meanwhile. It may be called by any goroutine.
func (p *Pacer) Drained() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drained == nil {
		p.drained = make(chan struct{})
	}
	drained := p.drained
	p.tell()
	return drained
}

// tell lets those know who wait for the end of what was written.
func (p *Pacer) tell() {
	if p.drained != nil && p.held == nil && p.queue.Empty() {
		close(p.drained)
		p.drained = nil
	}
}

// Position is the recorded time (the Wall) of the picture handed over last, zero where there is none since the last Flush.
func (p *Pacer) Position() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.position
}

// sleep waits for d or less.
func (p *Pacer) sleep(ctx context.Context, d time.Duration) error {
	p.timer.Reset(d)
	defer p.timer.Stop()
	select {
	case <-p.timer.C:
	case <-p.wake:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// take hands over the held unit if it is due, else it returns what due does.
func (p *Pacer) take() (*media.AccessUnit, time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left, err := p.due()
	if err != nil || left > 0 {
		return nil, left, err
	}
	au := p.held
	p.held = nil
	p.last[au.Track.ID] = au.DTS
	p.sent = true
	p.end = time.Now().Add(duration(frameTicks))
	if au.Track.Codec.Video() && !au.Wall.IsZero() {
		p.position = au.Wall
	}
	p.tell()
	return au, 0, nil
}

// due makes sure that a unit is held and returns how long it has to wait. It fails with media.ErrIdle where the queue is empty, and
// with media.ErrQueueClosed at the end, which has to wait as well.
func (p *Pacer) due() (time.Duration, error) {
	now := time.Now()
	if p.held == nil {
		au, err := p.queue.Take()
		if errors.Is(err, media.ErrQueueClosed) {
			return p.end.Sub(now), err
		}
		if err != nil {
			return 0, err
		}
		p.pts, p.dts = au.PTS, au.DTS
		p.stamp(au)
		p.held = au
	}
	at := p.began.Add(duration(p.held.DTS - p.zero))
	late := now.Sub(at)
	if p.fresh || late > maxLate {
		p.fresh, p.began, p.zero = false, now, p.held.DTS
		return 0, nil
	}
	return -late, nil
}

// stamp lets the timestamps go on behind what was handed over last, and rise.
func (p *Pacer) stamp(au *media.AccessUnit) {
	if p.flushed && p.sent {
		newest := p.last[0]
		for _, dts := range p.last {
			newest = max(newest, dts)
		}
		p.shift = newest + frameTicks - au.DTS
	}
	p.flushed = false
	au.DTS += p.shift
	au.PTS += p.shift
	if p.sent {
		au.DTS = max(au.DTS, p.last[au.Track.ID]+media.ClockRate/1000)
		au.PTS = max(au.PTS, au.DTS)
	}
}

func (p *Pacer) drop() {
	if p.held != nil {
		p.held.Release()
		p.held = nil
	}
}

func duration(ticks int64) time.Duration {
	return time.Duration(ticks) * (time.Second / 10000) / (media.ClockRate / 10000)
}
