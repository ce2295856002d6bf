package device

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Defaults of a Pool.
const (
	DefaultLinger     = 10 * time.Second
	DefaultCoolDown   = 5 * time.Minute
	DefaultLockedRest = 30 * time.Minute
)

// PoolConfig says what a Pool is made of.
type PoolConfig struct {
	// Drivers are the vendors that are built in; a target of another vendor fails with KindNotBuilt.
	Drivers map[Vendor]Driver
	// Settings tells MaxLive, MaxPlaybacks and MaxStarts; nil means the defaults for every recorder.
	Settings SettingsFunc
	// Linger is how long a login that nobody uses is kept, 0 for DefaultLinger, below 0 for not at all.
	Linger time.Duration
	// CoolDown tells how long a password that is refused now is not tried again; nil means DefaultCoolDown.
	CoolDown func() time.Duration
	// LockedRest is the same for a locked account where the device names no time, 0 for DefaultLockedRest.
	LockedRest time.Duration
	// Observer may be nil.
	Observer Observer
	// Log may be nil.
	Log *zap.Logger
}

// Pool is a Driver for all vendors. Callers with equal targets share one login, callers of one account share the cool-down after a
// refused password, and all streams of one recorder share its budget: live streams and recordings are counted apart and take turns to
// start, and one search runs at a time. Movements of cameras wait for none of them. It is safe for concurrent use.
type Pool struct {
	cfg     PoolConfig
	rests   coolDown
	budgets budgets
	opening sync.WaitGroup

	mu     sync.Mutex
	closed bool
	logins map[Target]*login
}

// login is a device that is opened once for all who ask. Its fields but opened are guarded by Pool.mu; device and err do not change
// after opened is closed.
type login struct {
	target  Target
	opened  chan struct{} // closed by Pool.open
	cancel  context.CancelCauseFunc
	device  Device
	err     error
	refs    int
	joins   int  // how often somebody joined, so that a late timer knows that it is over
	spoiled bool // not for new callers
	doubted bool // a stream's password was refused behind it: it may have been changed since
	linger  *time.Timer
}

var errClosed = errors.New("closed")

// NewPool returns a pool without logins. It starts no goroutine.
func NewPool(cfg PoolConfig) *Pool {
	if cfg.Settings == nil {
		cfg.Settings = func(Target) Settings { return Settings{} }
	}
	if cfg.Linger == 0 {
		cfg.Linger = DefaultLinger
	}
	if cfg.CoolDown == nil {
		cfg.CoolDown = func() time.Duration { return DefaultCoolDown }
	}
	if cfg.LockedRest <= 0 {
		cfg.LockedRest = DefaultLockedRest
	}
	if cfg.Observer == nil {
		cfg.Observer = deaf{}
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &Pool{
		cfg:     cfg,
		rests:   coolDown{rest: cfg.CoolDown, lockedRest: cfg.LockedRest, now: time.Now, accounts: map[account]*record{}},
		budgets: budgets{recorders: map[recorder]*budget{}},
		logins:  map[Target]*login{},
	}
}

var _ Driver = (*Pool)(nil)

// Open returns a device whose login may be shared. The end of ctx ends only this caller's waiting, and the login itself when nobody else
// waits. A password that was refused a short while ago fails at once with KindLocked and does not reach the device.
func (p *Pool) Open(ctx context.Context, target Target) (Device, error) {
	if err := p.rests.check(accountOf(target), target.Password); err != nil {
		p.cfg.Observer.HeldBack(target.Vendor)
		return nil, err
	}
	start := time.Now()
	l, err := p.join(ctx, target)
	if err != nil {
		return nil, err
	}
	select {
	case <-l.opened:
	case <-ctx.Done():
		return nil, p.giveUp(ctx, l, time.Since(start))
	}
	if l.err != nil {
		p.leave(l, l.err)
		return nil, l.err
	}
	return &lease{pool: p, login: l}, nil
}

// Relent lets every account be tried again that rests after a refusal or a lock: an operator has seen to it, at the recorder or the
// callers. What a recorder refuses after that rests anew.
func (p *Pool) Relent() { p.rests.relent() }

// Close ends the openings and the logins that nobody uses, and waits for them. A login in use ends with its last Device.Close. Open
// fails afterwards. Close may be called twice.
func (p *Pool) Close() {
	var idle []*login
	p.mu.Lock()
	p.closed = true
	for target, l := range p.logins {
		l.cancel(errClosed)
		if l.linger != nil && l.linger.Stop() {
			l.linger = nil
			delete(p.logins, target)
			idle = append(idle, l)
		}
	}
	p.mu.Unlock()
	for _, l := range idle {
		p.logOut(l)
		p.opening.Done()
	}
	p.opening.Wait()
}

// join returns the login for a target with one reference more, and starts to open it where there is none.
func (p *Pool) join(ctx context.Context, target Target) (*login, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, targetError(target, OpLogin, KindUnreachable, "the service is shutting down", errClosed)
	}
	l := p.logins[target]
	if l != nil && l.outlived(time.Now()) {
		p.retire(l)
		l = nil
	}
	if l != nil {
		l.refs++
		l.joins++
		if l.linger != nil && l.linger.Stop() {
			l.linger = nil
			p.opening.Done()
		}
		return l, nil
	}
	opening, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	l = &login{target: target, opened: make(chan struct{}), cancel: cancel, refs: 1}
	p.logins[target] = l
	p.opening.Add(1)
	go p.open(opening, l)
	return l, nil
}

// outlived tells a login by a way that is no longer the best one to try. Pool.mu is held.
func (l *login) outlived(now time.Time) bool {
	if l.device == nil {
		return false
	}
	better := l.device.Info().BetterAt
	return !better.IsZero() && now.After(better)
}

func targetError(target Target, op Operation, kind Kind, meaning string, err error) *Error {
	return &Error{Vendor: target.Vendor, Address: target.Address(), Op: op, Kind: kind, Meaning: meaning, Err: err}
}
