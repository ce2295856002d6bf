package playback

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/media"
)

// Why a Player does not do what it is told; found with errors.Is.
var (
	// ErrOutside: the time lies outside what was asked for and outside what is recorded.
	ErrOutside = errors.New("outside the range of the recording")
	// ErrEnded: the playback is over.
	ErrEnded = errors.New("the playback is over")
	// ErrSpeed: the speed is not from MinSpeed to MaxSpeed.
	ErrSpeed = errors.New("the speed must be from 0.125 to 8")
	// ErrNoPicture: the device ends each run of the recording without a picture.
	ErrNoPicture = errors.New("the device sends no picture of the recording")
	// ErrSilent: the device has sent nothing for Config.Silence.
	ErrSilent = errors.New("the device sends nothing of the recording")
)

const (
	// defaultSilence is longer than the slowest disk takes to find the next piece, and than what an RTSP source waits itself.
	defaultSilence = 12 * time.Second
	// nearEnd is how close to the end silence or an error is the end; a run that ends in good order may stop endEarly before it.
	nearEnd  = 2 * time.Second
	endEarly = 5 * time.Second
	// newPicture is how much newer than all before it a run's last picture must be to count as one.
	newPicture = time.Second / 2
	// maxBarren is how many runs in a row may bring no new picture.
	maxBarren = 8
)

// Config configures a Player.
type Config struct {
	// Table is what is recorded, as far as it is known; the search may go on beside the playback, until Timetable.Complete.
	Table *Timetable
	// Open asks the device for one run. It is called by Run's goroutine, never before the run before has ended and is closed. Where its
	// error, or the source's, has a method Busy() bool that returns true soon after another run, the same is tried again.
	Open func(ctx context.Context, r Request) (media.Source, error)
	// Flush drops what was written to the sink and not sent yet, and lets a blocked Write return: Pacer.Flush. It may be called
	// by any goroutine and must not call the Player.
	Flush func()
	// OnAir is the recorded time of the picture sent last, zero where there is none since the last Flush: Pacer.Position. The same
	// holds as for Flush.
	OnAir func() time.Time
	// Drained returns a channel that is closed when all that was written to the sink is sent or dropped: Pacer.Drained. Where it is nil
	// Run does not wait for that.
	Drained func() <-chan struct{}
	// Silence is how long a device may send nothing, default 12 s.
	Silence time.Duration
	// Log is told of each run, at its debug level. It may be nil.
	Log *zap.Logger
}

// Player plays the recordings of a Timetable, from its start to its end. Each seek, change of speed, resume and stretch of recordings
// is a run of a source of its own. Run belongs to one goroutine; the other methods are safe for concurrent use.
type Player struct {
	cfg  Config
	wake chan struct{}
	rate frameRate // of Run
	pace pace      // of Run
	keys groups    // of Run
	slot slot      // of Run

	// The rest of this group belongs to Run, and tells where the search for a picture stands.
	barren   int       // runs without a new picture
	step     int       // which of the steps behind a place without pictures is next
	tail     int       // which of the steps before the last end was taken last
	furthest time.Time // the newest recorded time that was written since the newest command
	handled  uint64    // the newest command that the above belongs to
	explore  bool      // an unknown stretch may be tried
	shown    bool      // a picture was written, ever

	mu      sync.Mutex
	wish    wish
	back    wish   // what a refused command goes back to
	seq     uint64 // counts commands
	open    bool   // the newest command is not settled yet
	waiters []chan error
	cancel  context.CancelFunc // ends the present run; nil where there is none
	running bool               // Run is
	over    bool
}

// wish is what is to be played.
type wish struct {
	from   time.Time
	speed  float64
	paused bool
	sought bool // from was asked for by Seek
}

// NewPlayer returns a Player that stands at the start of the range, at speed 1. It does nothing before Run.
func NewPlayer(cfg Config) *Player {
	if cfg.Silence <= 0 {
		cfg.Silence = defaultSilence
	}
	if cfg.Drained == nil {
		cfg.Drained = func() <-chan struct{} {
			sent := make(chan struct{})
			close(sent)
			return sent
		}
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &Player{
		cfg: cfg, wake: make(chan struct{}, 1), explore: true,
		wish: wish{from: cfg.Table.Asked().Start, speed: 1},
	}
}

// Run implements media.Source. It returns nil when all of the last recording is sent, and when ctx ended. Its errors are those of
// Config.Open, of the source and of sink, ErrNoPicture and ErrSilent. After an error it may be called again and goes on where it was.
func (p *Player) Run(ctx context.Context, sink media.Sink) error {
	p.begin()
	defer p.leave()
	for {
		r, err := p.plan(ctx)
		if err == nil {
			err = p.carry(ctx, r, sink)
		}
		switch {
		case ended(ctx):
			return nil
		case errors.Is(err, ErrEnded):
			if !p.shown && p.barren > 0 {
				return ErrNoPicture
			}
			if p.finish(ctx) {
				return nil
			}
		case err != nil:
			return err
		}
	}
}

func ended(ctx context.Context) bool { return ctx.Err() != nil }

func (p *Player) begin() {
	p.barren = 0
	p.pace = pace{cost: p.pace.cost}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = true
}

// leave ends a Run. A pause needs no other to be answered.
func (p *Player) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = false
	if p.wish.paused {
		p.answer(nil)
	}
}

// carry plays a run and decides how to go on behind it: nil to plan the next one, ErrEnded, or why the player fails.
func (p *Player) carry(ctx context.Context, r *run, sink media.Sink) error {
	err := p.play(ctx, r, sink)
	p.cfg.Log.Debug("run of the recording ended", zap.Time("from", r.Start), zap.Time("to", r.End), zap.Float64("speed", r.speed),
		zap.Time("at", r.position()), zap.Bool("picture", r.pictures), zap.Error(err))
	if ended(ctx) {
		return err
	}
	wait, again := p.slot.note(r, err)
	if again {
		p.pause(ctx, r, wait)
	}
	if p.overtaken(r) {
		p.cfg.Flush() // of what it wrote after the command
		return nil
	}
	if again {
		return nil
	}
	return p.conclude(r, err)
}

// conclude decides how to go on behind a run that ended with err by itself.
func (p *Player) conclude(r *run, err error) error {
	at := r.position()
	if r.pictures && at.Sub(p.furthest) >= newPicture {
		p.furthest, p.barren, p.step, p.tail = at, 0, 0, 0
	} else {
		p.barren++
	}
	p.shown = p.shown || r.pictures
	fast := func(d time.Duration) time.Duration { return time.Duration(max(r.speed, 1) * float64(d)) }
	over := r.pictures && (r.reached || r.idled || p.ended(r, at, fast(nearEnd)) || err == nil && p.ended(r, at, fast(endEarly)+r.doubt()))
	switch {
	case r.sinkErr != nil:
		p.moveTo(r, at)
		return r.sinkErr
	case !r.hop.IsZero() && !r.reached:
		p.moveTo(r, r.hop)
		return nil
	case over:
		return p.advance(r)
	case err == nil && p.barren <= maxBarren && r.pictures && !at.Before(r.End.Add(-endEarly)):
		p.moveTo(r, at) // the recording goes on behind what was known when the run was asked for
		return nil
	case err == nil || r.opened && !r.pictures && r.atStart && p.step == 0 && !refusal(err):
		return p.skip(r, at)
	case p.refuse(r, err):
		return nil
	case !r.pictures && p.shown && p.ended(r, at, nearEnd):
		return p.advance(r)
	}
	p.moveTo(r, at)
	return err
}

// refusal tells that a device has said no, and will say so a second later: a recorder has few slots, and each try may take one.
func refusal(err error) bool {
	var e interface{ Refused() bool }
	return errors.As(err, &e) && e.Refused()
}

// skip goes on behind a place at which the device stopped in good order.
func (p *Player) skip(r *run, at time.Time) error {
	if p.barren > maxBarren || r.tail && p.tail+1 >= len(tailSteps()) {
		if p.refuse(r, ErrNoPicture) {
			return nil
		}
		if p.shown {
			return ErrEnded
		}
		return ErrNoPicture
	}
	if r.tail {
		p.tail++
		return nil
	}
	switch p.step++; p.step {
	case 1:
		p.moveTo(r, at.Add(time.Second))
	case 2:
		p.moveTo(r, at.Add(9*time.Second))
	default:
		p.step = 0
		return p.advance(r)
	}
	return nil
}

// advance goes to the end of the present stretch, as far as that is known.
func (p *Player) advance(r *run) error {
	p.explore, p.step = false, 0
	at := r.position()
	stretch, ok := p.cfg.Table.Next(at)
	switch {
	case ok && !at.Before(stretch.Start):
		at = stretch.End
	case r.reached:
		at = later(at, r.end())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seq == r.seq { // not cut to seconds: a recording may be shorter than one
		p.wish.from, p.wish.sought = at, false
	}
	return nil
}

// ended tells whether the time at is no further than d from the end of its stretch.
func (p *Player) ended(r *run, at time.Time, d time.Duration) bool {
	stretch, ok := p.cfg.Table.Next(at)
	if !ok {
		return p.cfg.Table.outlook().known || !at.Before(r.End.Add(-d))
	}
	return at.Before(stretch.Start) && r.pictures || !at.Before(stretch.End.Add(-d))
}

// moveTo sets where the next run begins, unless a command has said so.
func (p *Player) moveTo(r *run, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seq == r.seq {
		p.wish.from, p.wish.sought = at.Truncate(time.Second), false
	}
}

// finish waits until all that was written is sent, and ends the playback for all callers. It returns false where a command comes before.
func (p *Player) finish(ctx context.Context) bool {
	drained, sent := p.cfg.Drained(), false
	for {
		select {
		case <-drained:
			sent = true
		case <-p.wake:
		case <-ctx.Done():
			return false
		}
		p.mu.Lock()
		commanded := p.seq != p.handled
		if sent && !commanded {
			p.over = true
			p.answer(ErrEnded)
		}
		p.mu.Unlock()
		if sent || commanded {
			return !commanded
		}
	}
}

// refuse lets the callers know that the device refuses what they want, and goes back. It returns false where nobody wants anything.
func (p *Player) refuse(r *run, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seq != r.seq || !p.open {
		return false
	}
	p.wish = p.back
	p.seq++
	p.answer(fmt.Errorf("the device does not play on there: %w", err))
	p.cfg.Flush()
	return true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
