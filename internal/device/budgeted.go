package device

import (
	"context"
	"fmt"
	"sync"

	"mediapusher/internal/media"
)

// budgeted is a source that runs only where the recorder's budget allows.
type budgeted struct {
	lease  *lease
	source media.Source
	use    use
}

// Run takes a stream of the budget, or fails at once with KindBusy, and waits for its turn to start, which it gives on with the first
// access unit.
func (s *budgeted) Run(ctx context.Context, sink media.Sink) error {
	pool, target := s.lease.pool, s.lease.login.target
	settings, budgetOf := pool.cfg.Settings(target), recorderOf(target)
	if limit := s.use.limit(settings); !pool.budgets.take(budgetOf, s.use, limit) {
		return s.use.exhausted(target, limit)
	}
	defer pool.budgets.give(budgetOf, s.use)
	maxStarts := settings.MaxStarts
	if maxStarts <= 0 {
		maxStarts = defaultMaxStarts
	}
	if pool.budgets.takeTurn(ctx, budgetOf, starting, maxStarts) != nil {
		return nil // the end of ctx is no failure of a source
	}
	started := sync.OnceFunc(func() { pool.budgets.giveTurn(budgetOf, starting) })
	defer started()
	admitted, err := s.lease.admit(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer admitted()
	return s.lease.heard(s.source.Run(ctx, &starter{sink: sink, started: started, accepted: func() {
		pool.note(target, nil)
		admitted()
	}}))
}

// limit is how many streams of the use the operator allows, 0 for any number.
func (u use) limit(settings Settings) int {
	if u == playbackUse {
		return settings.MaxPlaybacks
	}
	return settings.MaxLive
}

// exhausted is the error where all limit streams of the use run.
func (u use) exhausted(target Target, limit int) error {
	if u == playbackUse {
		return targetError(target, OpPlayback, KindBusy,
			fmt.Sprintf("all %d playbacks that the configuration allows for this recorder (max_playbacks) are in use", limit), nil)
	}
	return targetError(target, OpLive, KindBusy,
		fmt.Sprintf("all %d live streams that the configuration allows for this recorder (max_live) are in use", limit), nil)
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
