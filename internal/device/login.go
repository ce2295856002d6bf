package device

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
)

// lastWords is how long a caller whose time is up waits for the opening to say at which step it was.
const lastWords = 200 * time.Millisecond

// turnLimit is how long one caller keeps others from trying a password that is not proven. A refusal comes sooner; a device or a channel
// that does not answer at all must not hold up the rest.
const turnLimit = 2 * time.Second

// errAbandoned ends an opening whose callers have all gone without waiting for its end.
var errAbandoned = errors.New("nobody waits for the login any more")

// open opens the device for all who wait, and closes it again where nobody does any more.
func (p *Pool) open(ctx context.Context, l *login) {
	defer p.opening.Done()
	defer l.cancel(nil)
	device, err := p.logIn(ctx, l.target)
	p.mu.Lock()
	l.device, l.err = device, err
	abandoned := l.refs == 0
	if abandoned || err != nil {
		p.remove(l)
	}
	close(l.opened)
	p.mu.Unlock()
	if abandoned && err == nil {
		p.logOut(l)
	}
}

// logIn tries the password where the account does not rest, and notes the verdict.
func (p *Pool) logIn(ctx context.Context, target Target) (Device, error) {
	driver := p.cfg.Drivers[target.Vendor]
	if driver == nil {
		return nil, targetError(target, OpLogin, KindNotBuilt, "this vendor is not built in", nil)
	}
	done, err := p.admit(ctx, target)
	if err != nil {
		p.cfg.Observer.HeldBack(target.Vendor)
		return nil, err
	}
	defer done()
	device, err := driver.Open(ctx, target)
	err = target.Password.Unspoken(err)
	if err == nil || !errors.Is(context.Cause(ctx), errAbandoned) {
		p.cfg.Observer.LoggedIn(target.Vendor, err)
	}
	if err != nil || device.Info().Proven {
		p.note(target, err)
	}
	return device, err
}

// admit lets a caller try a target's password, one after the other as long as it is not proven. The error is an *Error. done must be
// called as soon as the device has given its verdict, and may be called again.
func (p *Pool) admit(ctx context.Context, target Target) (done func(), err error) {
	a := accountOf(target)
	if p.rests.proven(a, target.Password) {
		return func() {}, p.rests.check(a, target.Password)
	}
	turn, forget := p.rests.turn(a)
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		forget()
		return nil, targetError(target, OpLogin, KindUnreachable, "another login of this user takes too long", context.Cause(ctx))
	}
	passOn := sync.OnceFunc(func() {
		<-turn
		forget()
	})
	limit := time.AfterFunc(turnLimit, passOn)
	done = func() {
		limit.Stop()
		passOn()
	}
	if err := p.rests.check(a, target.Password); err != nil {
		done()
		return nil, err
	}
	return done, nil
}

// note tells the cool-down, and the log where that begins.
func (p *Pool) note(target Target, err error) {
	err = target.Password.Unspoken(err)
	if rest := p.rests.note(accountOf(target), target.Password, err); rest > 0 {
		p.cfg.Observer.Refused(target.Vendor, err)
		p.cfg.Log.Warn("login refused, the account rests", zap.String("device", target.Address()), zap.String("user", target.User),
			zap.Duration("rest", rest), zap.Error(err))
	}
}

// giveUp leaves a login whose opening takes longer than ctx, and asks it what it was about.
func (p *Pool) giveUp(ctx context.Context, l *login, waited time.Duration) error {
	reason := errAbandoned
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		reason = ctx.Err() // as the opening then says it of its step
	}
	p.abandon(l, reason)
	err := targetError(l.target, OpLogin, KindUnreachable,
		fmt.Sprintf("the login has no answer within %s", waited.Round(100*time.Millisecond)), context.Cause(ctx))
	timer := time.NewTimer(lastWords)
	defer timer.Stop()
	select {
	case <-l.opened:
		if l.err != nil {
			return l.err
		}
	case <-timer.C:
	}
	return err
}

// leave gives a reference back. reason is the error that the caller met, nil for none; one that speaks of the login or the connection
// keeps new callers away from it.
func (p *Pool) leave(l *login, reason error) {
	p.mu.Lock()
	p.spoil(l, reason)
	p.mu.Unlock()
	p.abandon(l, errAbandoned)
}

// abandon gives a reference back. reason is what an opening that nobody else waits for is told.
func (p *Pool) abandon(l *login, reason error) {
	p.mu.Lock()
	l.refs--
	if l.refs > 0 {
		p.mu.Unlock()
		return
	}
	if l.device == nil { // still opening, or failed; open cleans up
		p.remove(l)
		l.cancel(reason)
		p.mu.Unlock()
		return
	}
	if p.cfg.Linger > 0 && !p.closed && !l.spoiled {
		p.opening.Add(1)
		joins := l.joins
		l.linger = time.AfterFunc(p.cfg.Linger, func() { p.expire(l, joins) })
		p.mu.Unlock()
		return
	}
	p.remove(l)
	p.mu.Unlock()
	p.logOut(l)
}

// expire ends a login that nobody took up again.
func (p *Pool) expire(l *login, joins int) {
	defer p.opening.Done()
	p.mu.Lock()
	over := l.joins == joins
	if over {
		l.linger = nil
		p.remove(l)
	}
	p.mu.Unlock()
	if over {
		p.logOut(l)
	}
}

// spoil keeps new callers away from a login that the device no longer honours. p.mu is held.
func (p *Pool) spoil(l *login, reason error) {
	if kind, ok := KindOf(reason); ok && (kind == KindAuth || kind == KindLocked || kind == KindUnreachable) {
		l.spoiled = true
		l.doubted = l.doubted || kind == KindAuth
		p.remove(l)
	}
}

// retire keeps new callers away from a login; those who use it go on. p.mu is held.
func (p *Pool) retire(l *login) {
	l.spoiled = true
	p.remove(l)
	if l.linger != nil && l.linger.Stop() {
		l.linger = nil
		go func() {
			defer p.opening.Done()
			p.logOut(l)
		}()
	}
}

// remove takes a login out of the list where it still stands in it. p.mu is held.
func (p *Pool) remove(l *login) {
	if p.logins[l.target] == l {
		delete(p.logins, l.target)
	}
}

func (p *Pool) logOut(l *login) {
	if err := l.device.Close(); err != nil {
		p.cfg.Log.Debug("logout failed", zap.String("device", l.target.Address()), zap.Error(err))
	}
}
