package ptz

import (
	"bytes"
	"context"
	"slices"
	"time"

	"go.uber.org/zap"
)

// maxWaiting is how many commands may wait for one camera. A journal has one entry for each command at most, so they fit.
const maxWaiting = 16

// mover is the goroutine of one camera. Its fields belong to that goroutine, but for the channels.
type mover struct {
	guard *Guard
	key   string
	log   *zap.Logger
	tasks chan func(context.Context, *mover)
	// closing is closed by Guard.Run. abandon ends what goes on then.
	closing chan struct{}
	abandon context.CancelFunc

	head   Head // nil where none is open
	access []byte
	// debts are the stops that are owed, one for each command at most.
	debts []*debt
	// quickest is the shortest time that a stop has taken, which is mostly the way there and back; 0 before the first.
	quickest time.Duration
}

func newMover(g *Guard, key string, abandon context.CancelFunc) *mover {
	return &mover{
		guard: g, key: key, log: g.cfg.Log.With(zap.String("camera", key)), abandon: abandon,
		tasks: make(chan func(context.Context, *mover), maxWaiting), closing: make(chan struct{}),
	}
}

// run works until the camera has been idle, or until the guard closes and nothing moves.
func (m *mover) run(ctx context.Context) {
	defer m.closeHead()
	idle := time.Now().Add(m.guard.cfg.Idle)
	for {
		wake := time.NewTimer(time.Until(m.next(idle)))
		select {
		case task := <-m.tasks:
			task(ctx, m)
			idle = time.Now().Add(m.guard.cfg.Idle)
		case <-wake.C:
			if len(m.debts) > 0 {
				m.settle(ctx)
				idle = time.Now().Add(m.guard.cfg.Idle)
			} else if m.guard.retire(m) {
				return
			}
		case <-m.closing:
			wake.Stop()
			m.finish(ctx)
			return
		}
		wake.Stop()
	}
}

// next is when there is something to do: the first stop that is due, or the end of idleness.
func (m *mover) next(idle time.Time) time.Time {
	if len(m.debts) == 0 {
		return idle
	}
	first := m.debts[0].due
	for _, d := range m.debts[1:] {
		if d.due.Before(first) {
			first = d.due
		}
	}
	return first
}

// carryOut stops what moves and starts what is ordered.
func (m *mover) carryOut(ctx context.Context, o *order) {
	select {
	case <-m.closing:
		o.answer <- ErrClosing
		return
	default:
	}
	m.halt(ctx)
	if err := m.open(ctx, o.camera); err != nil {
		o.answer <- err
		return
	}
	if !o.begin() {
		return
	}
	entry := Entry{Key: m.key, Command: o.command, Access: m.access}
	m.guard.note(entry)
	timed, err := m.start(ctx, o)
	m.guard.cfg.Observer.Moved(err)
	switch {
	case err == nil && timed, err != nil && refused(err):
		if !m.owes(o.command) { // an older one that waits for its stop stays in the journal
			m.guard.strike(entry)
		}
	default:
		// A start that failed some other way may have reached the camera.
		d := m.owe(o.camera, entry)
		d.uncertain = err != nil
		if err == nil {
			d.due = d.due.Add(o.duration - min(m.quickest, o.duration/2))
		}
	}
	o.answer <- err
	if err != nil {
		m.log.Warn("the start of a movement failed", zap.Stringer("command", o.command), zap.Error(err))
		m.settle(ctx)
		m.closeHead()
	}
}

func (m *mover) start(ctx context.Context, o *order) (timed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, m.guard.cfg.CallTimeout)
	defer cancel()
	return m.head.Start(ctx, o.command, o.duration)
}

// owe notes that a movement has to be stopped, now if nobody says when.
func (m *mover) owe(camera Camera, entry Entry) *debt {
	d := newDebt(camera, entry)
	for i, other := range m.debts {
		if other.entry.Command == entry.Command {
			m.debts[i] = d
			return d
		}
	}
	m.debts = append(m.debts, d)
	return d
}

// recover stops what an earlier process left moving. A movement of this process with the same command brings a stop of its own.
func (m *mover) recover(ctx context.Context, camera Camera, entry Entry) {
	if !m.owes(entry.Command) {
		m.owe(camera, entry)
		m.settle(ctx)
	}
}

func (m *mover) owes(command Command) bool {
	return slices.ContainsFunc(m.debts, func(d *debt) bool { return d.entry.Command == command })
}

// halt tries all stops now, but for those that a permanent refusal lets rest.
func (m *mover) halt(ctx context.Context) {
	for _, d := range m.debts {
		if !d.resting {
			d.due = time.Now()
		}
	}
	m.settle(ctx)
}

// settle sends the stops that are due. After the first that fails the others wait for the next time, too: it is the same device.
func (m *mover) settle(ctx context.Context) {
	now := time.Now()
	left := m.debts[:0]
	var failure error
	for _, d := range m.debts {
		if d.due.After(now) {
			left = append(left, d)
			continue
		}
		err := failure
		if err == nil {
			err = m.stop(ctx, d)
		}
		switch {
		case err == nil:
			m.guard.strike(d.entry)
			continue
		case d.uncertain && refused(err):
			m.guard.strike(d.entry) // a camera that takes neither start nor stop did not move
			continue
		}
		failure = err
		if d.postpone(m.log, err) {
			m.guard.cfg.Observer.StopFailed(max(time.Until(d.due), 1))
			left = append(left, d)
		} else {
			m.guard.cfg.Observer.StopFailed(0)
		}
	}
	clear(m.debts[len(left):])
	m.debts = left
}

// stop sends one stop. After the second failure a head is opened anew for each: what the old one holds at the device may be void.
func (m *mover) stop(ctx context.Context, d *debt) error {
	if d.tries > 1 {
		m.closeHead()
	}
	if m.head == nil {
		if err := m.open(ctx, d.camera); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, m.guard.cfg.CallTimeout)
	defer cancel()
	begun := time.Now()
	if err := m.head.Stop(ctx, d.entry.Command); err != nil {
		return err
	}
	if took := time.Since(begun); m.quickest == 0 || took < m.quickest {
		m.quickest = took
	}
	return nil
}

// open sees to it that there is a head opened with the camera's own access.
func (m *mover) open(ctx context.Context, camera Camera) error {
	access := camera.Access()
	if m.head != nil && bytes.Equal(access, m.access) {
		return nil
	}
	m.closeHead()
	ctx, cancel := context.WithTimeout(ctx, m.guard.cfg.CallTimeout)
	defer cancel()
	head, err := camera.Open(ctx)
	if err != nil {
		return err
	}
	m.head, m.access = head, access
	return nil
}

func (m *mover) closeHead() {
	if m.head == nil {
		return
	}
	if err := m.head.Close(); err != nil {
		m.log.Info("the head of a camera did not close well", zap.Error(err))
	}
	m.head, m.access = nil, nil
}

// finish stops what moves, as often as it takes until the guard gives up, and answers who waits.
func (m *mover) finish(ctx context.Context) {
	for len(m.tasks) > 0 {
		(<-m.tasks)(ctx, m)
	}
	for _, d := range m.debts {
		d.due = time.Now()
		d.waits.Reset()
	}
	for len(m.debts) > 0 && ctx.Err() == nil {
		m.settle(ctx)
		if len(m.debts) == 0 {
			return
		}
		wake := time.NewTimer(time.Until(m.next(time.Time{})))
		select {
		case <-wake.C:
		case <-ctx.Done():
			wake.Stop()
		}
	}
}
