package ptz

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Errors of the Guard itself, found with errors.Is. What a Head answered comes wrapped.
var (
	// ErrClosing: the service is shutting down, nothing is moved any more.
	ErrClosing = errors.New("the service is shutting down")
	// ErrBusy: too many commands wait for the same camera.
	ErrBusy = errors.New("too many commands wait for this camera")
	// ErrMoving: Run gave up while cameras may still move. The journal holds them for the next start of the service.
	ErrMoving = errors.New("a camera may still move")
)

// GuardConfig says how a Guard works. The zero value takes the defaults.
type GuardConfig struct {
	// Journal holds what moves over the end of the process; nil for none.
	Journal Journal
	// CallTimeout limits each call of a Head and each Camera.Open, default 5 s.
	CallTimeout time.Duration
	// Idle is how long a camera keeps its Head after the last movement, default 60 s.
	Idle time.Duration
	// EndTimeout limits how long the end of Run waits for the last stops, default 5 s.
	EndTimeout time.Duration
	// Observer may be nil.
	Observer Observer
	// Log may be nil.
	Log *zap.Logger
}

// Observer is told what becomes of movements, so that it can be counted. Its methods are called from the goroutines of cameras and must
// not wait for anything.
type Observer interface {
	// Moved tells of one try to start a movement, with nil or why the camera did not take it.
	Moved(err error)
	// StopFailed tells of one try to stop a movement that failed. again is how long until the next, 0 where the stop is given up and the
	// camera may still move.
	StopFailed(again time.Duration)
}

// deaf is the Observer where there is none.
type deaf struct{}

func (deaf) Moved(error)              {}
func (deaf) StopFailed(time.Duration) {}

// The defaults of GuardConfig.
const (
	defaultCallTimeout = 5 * time.Second
	defaultIdle        = time.Minute
	defaultEndTimeout  = 5 * time.Second
)

// abandonTimeout is how long Run waits for heads whose context has ended.
const abandonTimeout = time.Second

// maxRemembered is how many cameras at rest are remembered.
const maxRemembered = 4096

// Guard moves cameras, and stops every movement that it began or may have begun. It has one goroutine for each camera that moved a
// short while ago, so that a camera's starts and stops keep their order and no camera waits for another. All methods may be called from
// several goroutines.
type Guard struct {
	cfg     GuardConfig
	running sync.WaitGroup
	// The log has been told that the journal takes nothing, and that it gives nothing up.
	unnoted, unstruck sync.Once

	mu     sync.Mutex
	closed bool
	movers map[string]*mover
	// quickest is what is known of cameras at rest, see mover.quickest.
	quickest map[string]time.Duration
}

// NewGuard returns a guard at rest. It starts no goroutine; each Move may start one, which ends when its camera has been idle, or with
// Run.
func NewGuard(cfg GuardConfig) *Guard {
	if cfg.CallTimeout <= 0 {
		cfg.CallTimeout = defaultCallTimeout
	}
	if cfg.Idle <= 0 {
		cfg.Idle = defaultIdle
	}
	if cfg.EndTimeout <= 0 {
		cfg.EndTimeout = defaultEndTimeout
	}
	if cfg.Observer == nil {
		cfg.Observer = deaf{}
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &Guard{cfg: cfg, movers: map[string]*mover{}, quickest: map[string]time.Duration{}}
}

// Move moves a camera for duration, from MinDuration to MaxDuration, and returns when the device has taken the start. What still moves
// there is stopped first. The end of ctx ends only the waiting for the camera's turn: what was begun goes on and is stopped. Errors are
// those of the Head and the Camera, ErrBusy, ErrClosing, ErrCommand, ErrDuration and the context's.
func (g *Guard) Move(ctx context.Context, camera Camera, command Command, duration time.Duration) error {
	if _, err := NewCommand(int(command)); err != nil {
		return err
	}
	if duration < MinDuration || duration > MaxDuration {
		return ErrDuration
	}
	o := newOrder(camera, command, duration)
	err := g.give(ctx, camera, func(ctx context.Context, m *mover) { m.carryOut(ctx, o) })
	if err != nil {
		return err
	}
	select {
	case err = <-o.answer:
	case <-ctx.Done():
		if o.withdraw() {
			return ctx.Err()
		}
		err = <-o.answer
	}
	if err != nil {
		return fmt.Errorf("%v: %w", command, err)
	}
	return nil
}

// Recover stops what an earlier process left moving, as the journal has it; restore makes a camera again of what Camera.Access
// returned. It reads the journal and returns, the stops go on beside. It is called once, before or while Run runs.
func (g *Guard) Recover(ctx context.Context, restore func(access []byte) (Camera, error)) {
	if g.cfg.Journal == nil {
		return
	}
	entries, err := g.cfg.Journal.Entries()
	if err != nil {
		g.cfg.Log.Warn("the journal of camera movements cannot be read", zap.Error(err))
	}
	for _, entry := range entries {
		camera, err := restore(entry.Access)
		if err != nil {
			g.cfg.Log.Warn("a camera of the journal cannot be made again, look whether it moves", zap.Stringer("command", entry.Command),
				zap.Error(err))
			g.strike(entry)
			continue
		}
		g.cfg.Log.Warn("a camera was left moving, it is stopped", zap.String("camera", camera.Key()),
			zap.Stringer("command", entry.Command))
		err = g.give(ctx, camera, func(ctx context.Context, m *mover) { m.recover(ctx, camera, entry) })
		if err != nil {
			g.cfg.Log.Warn("a camera that was left moving is not stopped now", zap.String("camera", camera.Key()), zap.Error(err))
		}
	}
}

// Run waits for the end of ctx. Then it stops what moves, refuses new movements, and returns when all have stopped, or ErrMoving after
// EndTimeout. It is called once.
func (g *Guard) Run(ctx context.Context) error {
	<-ctx.Done()
	g.mu.Lock()
	g.closed = true
	for _, m := range g.movers {
		close(m.closing)
	}
	g.mu.Unlock()

	stopped := make(chan struct{})
	go func() {
		g.running.Wait()
		close(stopped)
	}()
	limit := time.NewTimer(g.cfg.EndTimeout)
	defer limit.Stop()
	select {
	case <-stopped:
		return nil
	case <-limit.C:
	}
	g.mu.Lock()
	for _, m := range g.movers {
		m.abandon()
	}
	g.mu.Unlock()
	limit.Reset(abandonTimeout)
	select {
	case <-stopped: // a head keeps to its context
	case <-limit.C: // but nothing holds Head.Close
	}
	return ErrMoving
}

// give hands a task to the goroutine of a camera, which it starts where there is none.
func (g *Guard) give(ctx context.Context, camera Camera, task func(context.Context, *mover)) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ErrClosing
	}
	m := g.movers[camera.Key()]
	if m == nil {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		m = newMover(g, camera.Key(), cancel)
		m.quickest = g.quickest[m.key]
		g.movers[camera.Key()] = m
		g.running.Go(func() {
			defer cancel()
			m.run(own)
		})
	}
	select {
	case m.tasks <- task:
		return nil
	default:
		return ErrBusy
	}
}

// retire takes a camera without work out of the guard; false where work came in between.
func (g *Guard) retire(m *mover) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(m.tasks) > 0 {
		return false
	}
	delete(g.movers, m.key)
	if len(g.quickest) >= maxRemembered {
		clear(g.quickest)
	}
	g.quickest[m.key] = m.quickest
	return true
}

// note puts a movement into the journal. One that cannot be noted is carried out all the same.
func (g *Guard) note(entry Entry) {
	if g.cfg.Journal == nil {
		return
	}
	if err := g.cfg.Journal.Note(entry); err != nil {
		g.unnoted.Do(func() {
			g.cfg.Log.Warn("camera movements do not come into the journal, they go on without", zap.Error(err))
		})
	}
}

func (g *Guard) strike(entry Entry) {
	if g.cfg.Journal == nil {
		return
	}
	if err := g.cfg.Journal.Strike(entry); err != nil {
		g.unstruck.Do(func() { g.cfg.Log.Warn("camera movements stay in the journal", zap.Error(err)) })
	}
}
