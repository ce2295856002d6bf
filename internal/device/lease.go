package device

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/ptz"
)

// lease is one caller's share of a login.
type lease struct {
	pool  *Pool
	login *login
	close sync.Once
}

func (d *lease) Info() Info { return d.login.device.Info() }

func (d *lease) Live(ctx context.Context, request LiveRequest) (media.Source, error) {
	source, err := d.login.device.Live(ctx, request)
	if err != nil {
		return nil, d.met(err)
	}
	return &budgeted{lease: d, source: source, use: liveUse}, nil
}

// Search waits until no other search runs on the recorder.
func (d *lease) Search(ctx context.Context, request SearchRequest, page func([]playback.File)) error {
	target, budgets := d.login.target, &d.pool.budgets
	begin := time.Now()
	if err := budgets.takeTurn(ctx, recorderOf(target), searching, maxSearches); err != nil {
		return targetError(target, OpSearch, KindBusy,
			fmt.Sprintf("other searches on this recorder took longer than %s", time.Since(begin).Round(100*time.Millisecond)), err)
	}
	defer budgets.giveTurn(recorderOf(target), searching)
	if err := d.login.device.Search(ctx, request, page); err != nil {
		return d.met(err)
	}
	return nil
}

func (d *lease) Playback(ctx context.Context, request PlaybackRequest) (media.Source, error) {
	source, err := d.login.device.Playback(ctx, request)
	if err != nil {
		return nil, d.met(err)
	}
	return &budgeted{lease: d, source: source, use: playbackUse}, nil
}

// PTZ waits for no stream and no search: a camera must stop in time whatever else the recorder does.
func (d *lease) PTZ(ctx context.Context, channel int) (ptz.Head, error) {
	head, err := d.login.device.PTZ(ctx, channel)
	if err != nil {
		return nil, d.met(err)
	}
	return &observed{lease: d, head: head}, nil
}

// Close gives the share back. The login itself ends with the last share, after the linger.
func (d *lease) Close() error {
	d.close.Do(func() { d.pool.leave(d.login, nil) })
	return nil
}

// met lets the pool learn from an error, and returns it as callers and logs may have it.
func (d *lease) met(err error) error {
	d.pool.note(d.login.target, err)
	d.pool.mu.Lock()
	defer d.pool.mu.Unlock()
	d.pool.spoil(d.login, err)
	return d.login.target.Password.Unspoken(err)
}

// admit lets a stream try the password, as Pool.admit does. Where another stream of a login that is not fresh was refused, the login is
// made anew first: that costs one attempt where the password was changed, and not one for each stream.
func (d *lease) admit(ctx context.Context) (done func(), err error) {
	target := d.login.target
	done, err = d.pool.admit(ctx, target)
	if err != nil || !d.doubted() {
		return done, err
	}
	done()
	fresh, err := d.pool.Open(ctx, target)
	if err != nil {
		return nil, err
	}
	_ = fresh.Close() // it gives a share back
	return d.pool.admit(ctx, target)
}

func (d *lease) doubted() bool {
	d.pool.mu.Lock()
	defer d.pool.mu.Unlock()
	return d.login.doubted && !d.pool.rests.proven(accountOf(d.login.target), d.login.target.Password)
}

// observed is a head whose errors reach the pool.
type observed struct {
	lease *lease
	head  ptz.Head
}

func (o *observed) Start(ctx context.Context, command ptz.Command, duration time.Duration) (timed bool, err error) {
	timed, err = o.head.Start(ctx, command, duration)
	return timed, o.seen(err)
}

func (o *observed) Stop(ctx context.Context, command ptz.Command) error {
	return o.seen(o.head.Stop(ctx, command))
}

func (o *observed) Close() error { return o.head.Close() }

func (o *observed) seen(err error) error { return o.lease.heard(err) }

// heard is met for what runs longer than a question: only a device's own error says something about it.
func (d *lease) heard(err error) error {
	var failure *Error
	if errors.As(err, &failure) {
		_ = d.met(failure)
	}
	return d.login.target.Password.Unspoken(err)
}
