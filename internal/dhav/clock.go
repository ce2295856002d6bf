package dhav

import "time"

// Times of the clock are in milliseconds.
const (
	wrap = 1 << 16
	// agreement is how far date and counter may differ; the date is cut to the second on both ends of a step.
	agreement = 2000
	// maxBack is how far a counter may step back and count as jitter.
	maxBack = 500
	// maxApart is how far the dates of two tracks may differ and place one beside the other.
	maxApart = 10000
)

// clock unwraps the counter of one track.
type clock struct {
	started bool
	counter uint16
	date    int64 // of the newest frame
	dated   bool
	at      int64 // since the first frame of the stream
	wall    *wall
}

// advance takes the next frame of the track. frame is the usual step, other the clock of the other track. It returns the time of the frame
// and whether the clock jumped.
func (c *clock) advance(h *header, frame int64, other *clock) (at int64, jumped bool) {
	date, dated := dateMillis(h.date)
	switch {
	case c.started:
		step, agrees := c.step(h.counter, date, dated)
		if agrees && step >= -maxBack {
			c.at += step
			break
		}
		jumped = true
		if c.join(other, h.counter, date, dated) {
			break
		}
		if step = date - c.date; !dated || !c.dated || step <= 0 {
			step = frame // the device's clock was set back
		}
		c.at += step
	case c.join(other, h.counter, date, dated):
	case other.started && dated && other.dated && max(date-other.date, other.date-date) < maxApart:
		c.at, c.wall = other.at+date-other.date, new(wall)
	default:
		c.at, c.wall = other.at, new(wall)
	}
	c.started, c.counter, c.date, c.dated = true, h.counter, date, dated
	if dated {
		c.wall.see(c.at, date)
	}
	return c.at, jumped
}

// step is how much later than the newest frame another one is by the counter, and whether the dates agree.
func (c *clock) step(counter uint16, date int64, dated bool) (step int64, agrees bool) {
	step = int64(int16(counter - c.counter))
	if !dated || !c.dated {
		if step < -maxBack {
			step += wrap
		}
		return step, true
	}
	told := date - c.date
	rounds := told - step + wrap/2
	if rounds < 0 {
		rounds -= wrap - 1
	}
	step += rounds / wrap * wrap
	return step, step-told <= agreement && told-step <= agreement
}

// join places the clock beside the other track's where both have one counter.
func (c *clock) join(other *clock, counter uint16, date int64, dated bool) bool {
	if !other.started {
		return false
	}
	step, agrees := other.step(counter, date, dated)
	if !agrees {
		return false
	}
	c.at, c.wall = other.at+step, other.wall
	return true
}

// wall refines the date by the counter: at plus offset is the device's wall clock. The date of each frame bounds the offset to a second,
// and the frames around the change of a second bound it to their distance.
type wall struct {
	known  bool
	offset int64
}

func (w *wall) see(at, date int64) {
	if !w.known {
		w.known, w.offset = true, date-at
	}
	w.offset = min(max(w.offset, date-at), date-at+999)
}

// time is the wall clock at a PTS, zero where it is not known.
func (w *wall) time(pts int64) time.Time {
	if !w.known {
		return time.Time{}
	}
	return time.UnixMilli(pts/millisecond + w.offset).UTC()
}
