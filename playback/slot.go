package playback

import (
	"context"
	"errors"
	"time"
)

// slotLinger is how long a device may hold the slot of a run that has ended: most recorders have a handful for playbacks, and some give
// one back only a while after its TEARDOWN.
const slotLinger = 3 * time.Second

// slotWaits are the waits between the tries of a run that the device refuses as busy so soon after another one.
func slotWaits() []time.Duration {
	return []time.Duration{150 * time.Millisecond, 450 * time.Millisecond, 1350 * time.Millisecond}
}

// slot is the place at the device that runs take one after the other. It belongs to Run.
type slot struct {
	left  time.Time // when the newest run ended that the device did not refuse as busy; zero for none
	seq   uint64    // the command that the newest refused run follows
	tries int       // refusals since that command
}

// busy tells that a device has no room for a run.
func busy(err error) bool {
	var e interface{ Busy() bool }
	return errors.As(err, &e) && e.Busy()
}

// note keeps how a run has ended. again is true where the device may not have given the slot of the run before back yet: the same is then
// worth another try after wait.
func (s *slot) note(r *run, err error) (wait time.Duration, again bool) {
	if !busy(err) {
		*s = slot{left: time.Now()}
		return 0, false
	}
	if s.seq != r.seq {
		s.seq, s.tries = r.seq, 0
	}
	waits := slotWaits()
	if s.tries == len(waits) || s.left.IsZero() || time.Since(s.left) > slotLinger {
		return 0, false
	}
	s.tries++
	return waits[s.tries-1], true
}

// pause waits, until ctx ends or a command overtakes the run.
func (p *Player) pause(ctx context.Context, r *run, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for !p.overtaken(r) {
		select {
		case <-timer.C:
			return
		case <-p.wake: // perhaps still of the command that the run follows
		case <-ctx.Done():
			return
		}
	}
}
