package media

import (
	"context"
	"errors"
	"sync"
	"time"
)

var (
	// ErrIdle is returned by Queue.Next when nothing came for the time given.
	ErrIdle = errors.New("nothing to send")
	// ErrQueueClosed is returned by Queue.Write and, once it is empty, by Queue.Next after Close.
	ErrQueueClosed = errors.New("queue closed")
)

// maxSoundWait is how long sound waits for the picture behind it, so that the publish goroutine wakes once for both: every waking costs as
// much as the work that it is for.
const maxSoundWait = ClockRate / 20

// QueueConfig bounds a Queue. The zero value means the defaults.
type QueueConfig struct {
	// MaxBytes bounds the payload held, default 8 MiB.
	MaxBytes int
	// MaxSpan bounds the time between the oldest and the newest unit: while a publish is attached, default 3 s, where Full is
	// DropGroups; at any time, default 2 s, where it is WaitForRoom.
	MaxSpan time.Duration
	// Full says what a full queue does.
	Full Full
}

// Full is what a Queue does when it is full.
type Full uint8

const (
	// DropGroups gives up groups of pictures, as live pictures need it: the source never waits.
	DropGroups Full = iota
	// WaitForRoom lets Write wait, as recordings need it: nothing is given up, and the source is slowed down.
	WaitForRoom
)

// Queue stands between the source goroutine, which must never wait for a slow server, and the publish goroutine.
//
// Full means for live pictures: everything up to the next random-access unit is dropped and counted. While no publish is attached it
// keeps the newest group of pictures, so that a server that comes back is sent a key frame at once. For recordings it means that Write
// waits; then only Flush and Attach drop, the latter what lies before the oldest random-access unit.
//
// Write and SetTracks belong to one goroutine, Attach, Wait, Next and Detach to another; the rest may be called by any.
type Queue struct {
	maxBytes int
	maxSpan  int64
	full     Full
	wake     chan struct{}
	room     chan struct{} // wakes a Write that waits
	timer    *time.Timer   // of Next alone

	mu       sync.Mutex
	units    []*AccessUnit // a ring: count units from head
	head     int
	count    int
	bytes    int
	attached bool
	// starved says that units are worthless until the next random-access one.
	starved bool
	closed  bool
	dropped uint64
	gaveUp  time.Time // when dropped last rose
	flushes uint64
}

// NewQueue returns an empty queue that no publish is attached to.
func NewQueue(cfg QueueConfig) *Queue {
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = MaxUnitSize
	}
	if cfg.MaxSpan <= 0 {
		cfg.MaxSpan = 3 * time.Second
		if cfg.Full == WaitForRoom {
			cfg.MaxSpan = 2 * time.Second
		}
	}
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &Queue{
		maxBytes: cfg.MaxBytes,
		maxSpan:  int64(cfg.MaxSpan) * ClockRate / int64(time.Second),
		full:     cfg.Full,
		wake:     make(chan struct{}, 1),
		room:     make(chan struct{}, 1),
		timer:    timer,
		units:    make([]*AccessUnit, 16),
		starved:  true,
	}
}

// SetTracks implements Sink. What was queued stays.
func (q *Queue) SetTracks([]*Track) error { return nil }

// Write implements Sink. It fails only with ErrQueueClosed, and waits only as QueueConfig.Full says. A unit that waits when Flush comes
// is dropped with the others.
func (q *Queue) Write(au *AccessUnit) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	flushes := q.flushes
	for q.full == WaitForRoom && !q.closed && q.flushes == flushes && !q.fits(au) {
		q.signal()
		q.mu.Unlock()
		<-q.room
		q.mu.Lock()
	}
	if q.closed {
		au.Release()
		return ErrQueueClosed
	}
	if q.flushes != flushes || q.starved && !au.RandomAccess {
		q.drop(au)
		return nil
	}
	q.starved = false
	if au.RandomAccess && !q.attached && q.full == DropGroups {
		q.discard(q.count)
	}
	video := au.Track.Codec.Video()
	q.push(au)
	if q.full == DropGroups && (q.bytes > q.maxBytes || q.attached && q.span() > q.maxSpan) {
		q.overflow()
	}
	if video || q.span() >= maxSoundWait {
		q.signal()
	}
	return nil
}

// fits tells whether there is room for a unit; an empty queue has room for any.
func (q *Queue) fits(au *AccessUnit) bool {
	return q.count == 0 || q.bytes+au.Size() <= q.maxBytes && au.DTS-q.at(0).DTS <= q.maxSpan
}

// vacate wakes Write.
func (q *Queue) vacate() {
	select {
	case q.room <- struct{}{}:
	default:
	}
}

// signal wakes Next.
func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Attach begins a publish: what Next returns first is a random-access unit.
func (q *Queue) Attach() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.attached = true
	n := 0
	for n < q.count && !q.at(n).RandomAccess {
		n++
	}
	q.discard(n)
	q.starved = q.count == 0
}

// Detach ends a publish. Of what was not sent, the newest group of pictures is kept; all of it where a full queue waits.
func (q *Queue) Detach() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.attached = false
	if q.full == WaitForRoom {
		return
	}
	q.discard(q.newestRandomAccess())
	q.starved = q.count == 0
}

// Flush drops everything: what comes next has nothing to do with it, because the source was changed for another.
func (q *Queue) Flush() {
	q.mu.Lock()
	defer q.mu.Unlock()
	dropped, gaveUp := q.dropped, q.gaveUp // for another place of a recording, say: the server was not slow
	q.discard(q.count)
	q.dropped, q.gaveUp = dropped, gaveUp
	q.starved = true
	q.flushes++
	q.vacate()
}

// Ready tells whether there is a unit, or no more to come, so that Next would not wait.
func (q *Queue) Ready() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count > 0 || q.closed
}

// Empty tells whether all that was written has been taken or dropped.
func (q *Queue) Empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count == 0
}

// Take hands over the oldest unit with its ownership, without waiting. It fails with ErrIdle when there is none now, and with
// ErrQueueClosed when there is no more.
func (q *Queue) Take() (*AccessUnit, error) {
	au, err := q.pop()
	if au == nil && err == nil {
		return nil, ErrIdle
	}
	return au, err
}

// PutBack takes back, with its ownership, the unit that was handed over last: it is the oldest again. It belongs to the goroutine of
// Next, and is never without room.
func (q *Queue) PutBack(au *AccessUnit) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.grow()
	q.head = (q.head + len(q.units) - 1) % len(q.units)
	q.units[q.head] = au
	q.count++
	q.bytes += au.Size()
}

// Next waits for the oldest unit and hands it over with its ownership. It fails with ErrIdle when nothing came for wait, with
// ErrQueueClosed when there is no more, and with the context's error.
func (q *Queue) Next(ctx context.Context, wait time.Duration) (*AccessUnit, error) {
	au, err := q.pop()
	if au != nil || err != nil {
		return au, err
	}
	q.timer.Reset(wait)
	defer q.timer.Stop()
	for {
		waited := q.await(ctx)
		if waited != nil && !errors.Is(waited, ErrIdle) {
			return nil, waited
		}
		if au, err := q.pop(); au != nil || err != nil {
			return au, err
		}
		if waited != nil {
			return nil, waited
		}
	}
}

// Wait returns when the queue is Ready. It fails with ErrIdle when that takes longer than wait, and with the context's error.
func (q *Queue) Wait(ctx context.Context, wait time.Duration) error {
	if q.Ready() {
		return nil
	}
	q.timer.Reset(wait)
	defer q.timer.Stop()
	for {
		waited := q.await(ctx)
		if waited != nil && !errors.Is(waited, ErrIdle) {
			return waited
		}
		if q.Ready() {
			return nil
		}
		if waited != nil {
			return waited
		}
	}
}

// await returns nil when something may have come, and ErrIdle when the timer says that it took too long.
func (q *Queue) await(ctx context.Context) error {
	select {
	case <-q.wake:
		return nil
	case <-q.timer.C:
		return ErrIdle
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close lets Next return what is left and then ErrQueueClosed. It is safe to call it twice.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
	q.vacate()
}

// Dropped counts the units that were given up because the server was slow or away, without those of Flush.
func (q *Queue) Dropped() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}

// LastDropped is when Dropped rose last, zero where it never did.
func (q *Queue) LastDropped() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.gaveUp
}

func (q *Queue) pop() (*AccessUnit, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.count == 0 {
		if q.closed {
			return nil, ErrQueueClosed
		}
		return nil, nil
	}
	au := q.at(0)
	q.units[q.head] = nil
	q.head = (q.head + 1) % len(q.units)
	q.count--
	q.bytes -= au.Size()
	q.vacate()
	return au, nil
}

func (q *Queue) push(au *AccessUnit) {
	q.grow()
	q.units[(q.head+q.count)%len(q.units)] = au
	q.count++
	q.bytes += au.Size()
}

// grow makes room for one more unit in the ring.
func (q *Queue) grow() {
	if q.count < len(q.units) {
		return
	}
	larger := make([]*AccessUnit, 2*len(q.units))
	for i := range q.count {
		larger[i] = q.at(i)
	}
	q.units, q.head = larger, 0
}

// at returns the i-th oldest unit.
func (q *Queue) at(i int) *AccessUnit { return q.units[(q.head+i)%len(q.units)] }

// span is the time between the oldest and the newest unit.
func (q *Queue) span() int64 {
	if q.count == 0 {
		return 0
	}
	return q.at(q.count-1).DTS - q.at(0).DTS
}

// overflow makes room: up to the newest random-access unit where that is not already the oldest, else everything.
func (q *Queue) overflow() {
	n := q.newestRandomAccess()
	if n == 0 {
		n = q.count
	}
	q.discard(n)
	q.starved = q.count == 0
}

// newestRandomAccess is the index of the newest random-access unit, count where there is none.
func (q *Queue) newestRandomAccess() int {
	for i := q.count - 1; i >= 0; i-- {
		if q.at(i).RandomAccess {
			return i
		}
	}
	return q.count
}

// discard drops the n oldest units.
func (q *Queue) discard(n int) {
	for range n {
		au := q.at(0)
		q.units[q.head] = nil
		q.head = (q.head + 1) % len(q.units)
		q.count--
		q.bytes -= au.Size()
		q.drop(au)
	}
	q.vacate()
}

func (q *Queue) drop(au *AccessUnit) {
	q.dropped++
	q.gaveUp = time.Now()
	au.Release()
}
