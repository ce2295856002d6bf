package mediaserver

import (
	"context"
	"sync"
)

// A viewer is given messages in batches, which one gathered write carries to the socket.
const (
	maxBatchMessages = 64
	maxBatchBytes    = 128 << 10
)

// maxOverflows is how often a viewer may fall behind without once catching up before it is given up.
const maxOverflows = 8

// viewer is one player's bounded queue. The stream offers, one goroutine of the player takes.
//
// A viewer that is too slow loses all that waits and goes on at the next key frame, so that it never sees half a GOP.
type viewer struct {
	maxBytes, maxMessages int
	wake                  chan struct{} // of capacity 1

	mu    sync.Mutex
	queue []*message
	// burst is how many at the head of queue are the GOP that it joined with, which does not count against the bounds.
	burst int
	bytes int // of the others
	// waiting says that nothing is taken before the stream can be joined again.
	waiting bool
	// from is the time of the first message with media: the headers stand at it.
	from uint32
	// described is the metadata that it was given last.
	described *message
	overflows int
	err       error
}

func newViewer(cfg Config) *viewer {
	return &viewer{
		maxBytes: cfg.QueueBytes, maxMessages: cfg.QueueMessages,
		wake: make(chan struct{}, 1), waiting: true,
	}
}

// begin gives the first messages at once. It is called before the first offer.
func (v *viewer) begin(meta *message, burst []*message) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waiting = false
	v.describe(meta, 0)
	if len(burst) > 0 {
		v.from = burst[0].timestamp
	}
	for _, m := range burst {
		v.push(m)
	}
	v.burst, v.bytes = len(v.queue), 0
	v.signal()
}

// describe queues metadata that the viewer does not have. The first stands at time 0, whatever follows: FFmpeg takes an onMetaData of
// any other time for a track of texts, and waits for more of it.
func (v *viewer) describe(meta *message, timestamp uint32) {
	if meta == nil || meta == v.described {
		return
	}
	if v.described == nil {
		timestamp = 0
	}
	v.described = meta
	v.push(meta.at(timestamp))
}

// offer queues a message, or drops it. The stream's lock is held.
func (v *viewer) offer(m *message, s *stream) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil {
		return
	}
	if !v.waiting && (v.bytes+len(m.tag) > v.maxBytes || len(v.queue)-v.burst >= v.maxMessages) {
		v.overflow()
	}
	if v.waiting {
		if v.err != nil || !s.startsAt(m) {
			return
		}
		v.waiting, v.from = false, m.timestamp
		v.describe(s.metaMessage, m.timestamp)
		for _, h := range headers(m.timestamp, s.video, s.audio) {
			v.push(h)
		}
	}
	if m.class == classMetadata {
		v.describe(m, m.timestamp)
	} else {
		v.push(m)
	}
	v.signal()
}

func (v *viewer) overflow() {
	clear(v.queue)
	v.queue, v.burst, v.bytes, v.waiting = nil, 0, 0, true
	v.overflows++
	if v.overflows > maxOverflows {
		v.err = errTooSlow
		v.signal()
	}
}

// push queues a message. Sound from before the picture that the viewer begins with would fall behind its own header.
func (v *viewer) push(m *message) {
	if m.class == classAudio && int32(m.timestamp-v.from) < 0 {
		return
	}
	v.queue = append(v.queue, m)
	v.bytes += len(m.tag)
}

// end lets the viewer take what waits; then it gets err.
func (v *viewer) end(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err == nil {
		v.err = err
	}
	v.signal()
}

func (v *viewer) signal() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// take waits for messages and appends a batch of them to buf. It fails with the reason for which the viewer was ended, or with that of ctx.
func (v *viewer) take(ctx context.Context, buf []*message) ([]*message, error) {
	for {
		batch, err := v.pop(buf)
		if err != nil || len(batch) > len(buf) {
			return batch, err
		}
		select {
		case <-v.wake:
		case <-ctx.Done():
			return buf, context.Cause(ctx)
		}
	}
}

func (v *viewer) pop(buf []*message) ([]*message, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.queue) == 0 {
		if !v.waiting {
			v.overflows = 0
		}
		return buf, v.err
	}
	n, size := 0, 0
	for n < len(v.queue) && n < maxBatchMessages && size < maxBatchBytes {
		m := v.queue[n]
		v.queue[n] = nil
		buf = append(buf, m)
		size += len(m.tag)
		if v.burst > 0 {
			v.burst--
		} else {
			v.bytes -= len(m.tag)
		}
		n++
	}
	if v.queue = v.queue[n:]; len(v.queue) == 0 {
		v.queue = nil
	} else {
		v.signal()
	}
	return buf, nil
}
