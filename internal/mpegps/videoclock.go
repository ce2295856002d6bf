package mpegps

import "time"

// defaultStep is the time of a picture without PTS behind the one before where nothing tells it: 25 pictures a second.
const defaultStep = 3600

// expects tells whether a PTS is that of the unit, or of one that is to begin.
func (v *video) expects(pts int64) bool {
	if v.nWaiting > 0 {
		return v.waiting[v.nWaiting-1] == pts
	}
	return v.au != nil && v.timed && v.au.PTS == pts
}

// stamp notes the PTS of the unit that begins in this packet; where the last packet ended within a start code, the PTS before is for the
// unit that began there.
func (v *video) stamp(pts int64, started bool) {
	switch {
	case v.expects(pts):
	case v.nWaiting == 1 && started:
		v.waiting[1], v.nWaiting = pts, 2
	default:
		v.waiting[0], v.nWaiting = pts, 1
	}
}

// time gives the unit that begins its PTS.
func (v *video) time() {
	switch {
	case v.nWaiting > 0:
		v.au.PTS, v.timed = v.waiting[0], true
		v.waiting[0] = v.waiting[1]
		v.nWaiting--
		v.d.wall.picture(v.au.PTS)
	case v.dated: // before, and no bytes have come since
		return
	case v.clockSet:
		v.au.PTS = v.lastPTS + v.step()
	default:
		v.au.PTS = v.untimed()
	}
	v.dated, v.lastPTS, v.begun, v.began = true, v.au.PTS, true, v.d.arrival
}

func (v *video) step() int64 {
	if ticks := int64(v.d.stats.FrameTicks); ticks > 0 && ticks < secondTicks {
		return ticks
	}
	return defaultStep
}

// untimed is the PTS of a picture in a stream without any: the clock of the pack, or else of the arrival.
func (v *video) untimed() int64 {
	scr := v.clock.at(v.d.scr)
	if !v.begun || scr > v.lastPTS {
		return scr
	}
	waited := v.d.arrival.Sub(v.began)
	return v.lastPTS + max(1, int64(waited*secondTicks/time.Second))
}
