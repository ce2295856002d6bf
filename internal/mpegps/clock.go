package mpegps

import "time"

const (
	// wrap is where a PTS of 33 bits begins anew.
	wrap = int64(1) << 33
	// farJump is a step of PTS, 6.6 hours, that is believed only when it comes again: one damaged bit must not shift all that follows.
	farJump     = wrap / 4
	farStrikes  = 3
	secondTicks = 90000
)

// unwrapper makes 64 bit of 33.
type unwrapper struct {
	last  int64
	known bool
	far   int
}

// at returns the time nearest to the last one.
func (u *unwrapper) at(raw int64) int64 {
	if !u.known {
		u.last, u.known = raw, true
		return raw
	}
	step := (raw - u.last) & (wrap - 1)
	if step >= wrap/2 {
		step -= wrap
	}
	t := u.last + step
	if u.far++; -farJump < step && step < farJump || u.far >= farStrikes {
		u.last, u.far = t, 0
	}
	return t
}

// near sets the time to start from.
func (u *unwrapper) near(t int64) {
	if !u.known {
		u.last, u.known = t, true
	}
}

// wallClock is the recorder's clock against the PTS. A PSM tells it in whole seconds.
type wallClock struct {
	told  time.Time // by a PSM whose PTS is not known yet
	base  time.Time
	ticks int64 // the PTS at base
}

// tell notes the clock of a PSM.
func (w *wallClock) tell(t time.Time) { w.told = t }

// picture notes the PTS of a picture, to which the clock of the PSM before it belongs. While the clock that is known agrees with the
// second that the PSM tells it stays: so the fraction that each PSM cuts off does not make it stagger.
func (w *wallClock) picture(pts int64) {
	if w.told.IsZero() {
		return
	}
	if ahead := w.at(pts).Sub(w.told); w.base.IsZero() || ahead < 0 || ahead >= time.Second {
		w.base, w.ticks = w.told, pts
	}
	w.told = time.Time{}
}

// at returns the clock at a PTS, the zero time where it is not known.
func (w *wallClock) at(pts int64) time.Time {
	if w.base.IsZero() {
		return time.Time{}
	}
	step := pts - w.ticks
	return w.base.Add(time.Duration(step/secondTicks)*time.Second + time.Duration(step%secondTicks)*time.Second/secondTicks)
}
