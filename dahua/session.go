package dahua

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// rpc2 is the session of a recorder, which all who hold it share. It is safe for concurrent use.
type rpc2 struct {
	recorder *recorder
	calls    atomic.Int64

	turn    chan struct{} // of capacity 1; who has put something into it may touch the fields below
	holders int
	session *session // nil where there is none
	stop    func()   // ends keeping it alive, and waits for that
}

// session is one login. It does not change.
type session struct {
	id        json.RawMessage
	keepAlive time.Duration
}

func newRPC2(r *recorder) *rpc2 { return &rpc2{recorder: r, turn: make(chan struct{}, 1)} }

// hold returns the session, which is opened for the first who holds it. Whoever has got one gives it back by release. Where the device
// has none, or none for this account, errNoRPC2 is in the error's chain.
func (p *rpc2) hold(ctx context.Context, op device.Operation) (*session, error) {
	if err := p.lock(ctx, op); err != nil {
		return nil, err
	}
	defer p.unlock()
	if p.session == nil {
		one, err := p.logIn(ctx, op)
		if err != nil {
			return nil, err
		}
		p.session = one
	}
	p.holders++
	if p.holders == 1 {
		p.stop = p.keep(ctx, op, p.session.keepAlive)
	}
	return p.session, nil
}

// renew returns the session after the one that has ended.
func (p *rpc2) renew(ctx context.Context, op device.Operation, ended *session) (*session, error) {
	if err := p.lock(ctx, op); err != nil {
		return nil, err
	}
	defer p.unlock()
	if p.session != ended {
		return p.session, nil
	}
	one, err := p.logIn(ctx, op)
	if err != nil {
		return nil, err
	}
	p.session = one
	return one, nil
}

// release logs out when nobody holds the session any more, also when ctx has ended.
func (p *rpc2) release(ctx context.Context, op device.Operation) {
	p.turn <- struct{}{}
	defer p.unlock()
	if p.holders--; p.holders > 0 {
		return
	}
	p.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeLimit)
	defer cancel()
	_, _ = p.call(ctx, op, p.session, call{Method: "global.logout"})
	p.session = nil
}

// keep keeps the session alive until the returned function is called.
func (p *rpc2) keep(ctx context.Context, op device.Operation, interval time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(interval / 2)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if p.lock(ctx, op) != nil {
				return
			}
			one := p.session
			p.unlock()
			ticker.Reset(one.keepAlive / 2) // a renewed session may have another
			// Who uses the session next sees when it has ended.
			_, _ = p.call(ctx, op, one, call{Method: "global.keepAlive", Params: map[string]any{
				"timeout": int(one.keepAlive.Seconds()), "active": true,
			}})
		}
	}()
	return func() { cancel(); <-done }
}

func (p *rpc2) lock(ctx context.Context, op device.Operation) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return p.recorder.TooLong(ctx, op, "waiting for a session takes too long")
	}
}

func (p *rpc2) unlock() { <-p.turn }

// call asks in a session. What the device refuses has errRefused in its chain, and errSession where the session has ended: then
// nothing was done.
func (p *rpc2) call(ctx context.Context, op device.Operation, in *session, one call) (reply, error) {
	one.ID, one.Session = p.calls.Add(1), in.id
	got, err := p.recorder.post(ctx, op, pageRPC2, one)
	if err != nil {
		return reply{}, err
	}
	var cause error
	switch code := got.code(); {
	case code == codeNoSession || code == codeBadSession:
		cause = errSession
	case got.refused():
		cause = errRefused
	default:
		return got, nil
	}
	return got, p.recorder.rpc2Failure(op, got.code(), netway.Meaning{
		Kind: device.KindProtocol, Words: netway.Join(one.Method, got.words()),
	}, cause)
}
