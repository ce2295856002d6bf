package device

import (
	"context"
	"errors"
	"fmt"
	"sync"

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
		d.met(err)
		return nil, err
	}
	return &budgeted{lease: d, source: source}, nil
}

func (d *lease) Search(ctx context.Context, request SearchRequest, page func([]playback.File)) error {
	err := d.login.device.Search(ctx, request, page)
	if err != nil {
		d.met(err)
	}
	return err
}

func (d *lease) Playback(ctx context.Context, request PlaybackRequest) (media.Source, error) {
	source, err := d.login.device.Playback(ctx, request)
	if err != nil {
		d.met(err)
		return nil, err
	}
	return source, nil
}

func (d *lease) PTZ(ctx context.Context, channel int) (ptz.Head, error) {
	head, err := d.login.device.PTZ(ctx, channel)
	if err != nil {
		d.met(err)
		return nil, err
	}
	return head, nil
}

// Close gives the share back. The login itself ends with the last share, after the linger.
func (d *lease) Close() error {
	d.close.Do(func() { d.pool.leave(d.login, nil) })
	return nil
}

// met lets the pool learn from an error.
func (d *lease) met(err error) {
	d.pool.note(d.login.target, err)
	d.pool.mu.Lock()
	defer d.pool.mu.Unlock()
	d.pool.spoil(d.login, err)
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

// budgeted is a source that runs only where the recorder's budget allows.
type budgeted struct {
	lease  *lease
	source media.Source
}

// Run takes a live stream of the budget, or fails at once with KindBusy, and waits for its turn to start, which it gives on with the first
// access unit.
func (s *budgeted) Run(ctx context.Context, sink media.Sink) error {
	pool, target := s.lease.pool, s.lease.login.target
	settings, budgetOf := pool.cfg.Settings(target), recorderOf(target)
	if !pool.budgets.takeLive(budgetOf, settings.MaxLive) {
		return targetError(target, OpLive, KindBusy,
			fmt.Sprintf("all %d live streams that the configuration allows for this recorder (max_live) are in use", settings.MaxLive), nil)
	}
	defer pool.budgets.giveLive(budgetOf)
	if pool.budgets.takeStart(ctx, budgetOf, settings.MaxStarts) != nil {
		return nil // the end of ctx is no failure of a source
	}
	started := sync.OnceFunc(func() { pool.budgets.giveStart(budgetOf) })
	defer started()
	admitted, err := s.lease.admit(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer admitted()
	err = s.source.Run(ctx, &starter{sink: sink, started: started, accepted: func() {
		pool.note(target, nil)
		admitted()
	}})
	var failure *Error
	if errors.As(err, &failure) {
		s.lease.met(failure)
	}
	return err
}

// starter sees how far a source has come.
type starter struct {
	sink     media.Sink
	accepted func() // the device has described the stream, so it takes the password
	started  func() // the first access unit is there
	running  bool
}

func (s *starter) SetTracks(tracks []*media.Track) error {
	s.accepted()
	return s.sink.SetTracks(tracks)
}

func (s *starter) Write(au *media.AccessUnit) error {
	if !s.running {
		s.running = true
		s.started()
	}
	return s.sink.Write(au)
}
