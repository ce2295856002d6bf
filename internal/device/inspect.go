package device

import (
	"context"
	"fmt"
	"time"
)

// running is how many streams of the use run on a recorder, or wait for their turn to start.
func (b *budgets) running(r recorder, u use) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.recorders[r]
	if one == nil {
		return 0
	}
	return one.streams[u]
}

// Describe waits until nobody else inspects the recorder. Where the recorder does not tell how many streams it has to give, the operator's
// limits stand for that.
func (d *lease) Describe(ctx context.Context) (*Description, error) {
	done, err := d.inspect(ctx, OpDescribe)
	if err != nil {
		return nil, err
	}
	defer done()
	told, err := InspectorOf(d.login.device, d.login.target).Describe(ctx)
	if err != nil {
		return nil, d.met(err)
	}
	whole := *told
	settings := d.pool.cfg.Settings(d.login.target)
	if whole.LiveSlots == nil {
		whole.LiveSlots = d.slots(liveUse, settings)
	}
	if whole.PlaybackSlots == nil {
		whole.PlaybackSlots = d.slots(playbackUse, settings)
	}
	return &whole, nil
}

// Snapshot waits until nobody else inspects the recorder.
func (d *lease) Snapshot(ctx context.Context, channel int) ([]byte, error) {
	done, err := d.inspect(ctx, OpSnapshot)
	if err != nil {
		return nil, err
	}
	defer done()
	picture, err := InspectorOf(d.login.device, d.login.target).Snapshot(ctx, channel)
	if err != nil {
		return nil, d.met(err)
	}
	return picture, nil
}

// inspect takes the recorder's turn for op. Who got it calls done.
func (d *lease) inspect(ctx context.Context, op Operation) (done func(), err error) {
	target, budgets := d.login.target, &d.pool.budgets
	begin := time.Now()
	if err := budgets.takeTurn(ctx, recorderOf(target), inspecting, maxInspections); err != nil {
		return nil, targetError(target, op, KindBusy,
			fmt.Sprintf("others who ask this recorder took longer than %s", time.Since(begin).Round(100*time.Millisecond)), err)
	}
	done = func() { budgets.giveTurn(recorderOf(target), inspecting) }
	if d.Info().Proven {
		return done, nil
	}
	admitted, err := d.admit(ctx) // the question will be the first to prove the password
	if err != nil {
		done()
		return nil, err
	}
	return func() { admitted(); done() }, nil
}

// slots are what the operator allows, nil where that is any number.
func (d *lease) slots(u use, settings Settings) *Slots {
	limit := u.limit(settings)
	if limit <= 0 {
		return nil
	}
	return &Slots{Used: d.pool.budgets.running(recorderOf(d.login.target), u), Max: limit}
}
