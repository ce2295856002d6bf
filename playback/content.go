package playback

import (
	"math"
	"time"

	"mediapusher/internal/media"
)

const (
	// maxBegan is how far from what was asked for a device may say that it begins.
	maxBegan = 2 * time.Minute
	// maxStep and maxBack bound the steps of a clock that counts on; beyond them it has jumped. Pictures out of order go back by up to
	// maxReorder frames.
	maxStep    = 10 * media.ClockRate
	maxBack    = media.ClockRate * 2 / 5
	maxReorder = 8
	// stuck is how many equal timestamps in a row mean that the device's clock stands still.
	stuck = 3
	// judged is how many steps decide whether timestamps are squeezed; sparse is how many times longer than usual they are where the
	// device leaves pictures out.
	judged = 8
	sparse = 1.5
	// heldUp is how long the sink takes where it holds the device up.
	heldUp = 20 * time.Millisecond
	// maxWindows is how often the pace of timestamps is looked at, for a second each.
	maxWindows = 5
)

// frameRate is the usual step between pictures at speed 1, in ticks; 0 while it is not known.
type frameRate struct {
	step   int64
	seen   int  // steps
	uneven bool // timestamps have stood or gone back: pictures come out of order, or in pieces
}

// content is the clock of one run: which recorded time a picture shows.
type content struct {
	start   time.Time
	speed   float64
	granted float64 // by the device, 0 where it does not tell
	scale   float64 // recorded time over timestamps: 1, or the speed where timestamps are squeezed
	anchor  int64   // the timestamp of start
	zero    int64   // the run's first timestamp
	last    int64   // the largest timestamp
	same    int     // timestamps equal to it
	begun   bool
	steps   int
	full    bool // the device sends all pictures
	newest  time.Time
	shifted bool

	// The window in which timestamps are compared with the time of arrival begins with from at since; zero where it has none.
	since   time.Time
	from    int64
	windows int

	wall   wall
	moved  time.Duration // what the newest stamped picture's Wall was moved by
	stamps bool
}

// at returns the recorded time of a picture.
func (c *content) at(au *media.AccessUnit, p *Player) time.Time {
	if !c.begun {
		c.begun, c.anchor, c.last, c.zero = true, au.PTS, au.PTS, au.PTS
	} else {
		c.follow(au, p)
	}
	at := c.time(au.PTS)
	if !au.Wall.IsZero() {
		if told, ok := c.wall.correct(au, at, c.speed); ok {
			c.start, c.anchor, c.newest, at = told, au.PTS, told, told
		}
		c.moved, c.stamps = at.Sub(au.Wall), true
	}
	c.newest = later(c.newest, at)
	return at
}

func (c *content) time(pts int64) time.Time {
	return c.start.Add(time.Duration(float64(duration(pts-c.anchor)) * c.scale))
}

// shift moves the clock, unless the device's own has set it.
func (c *content) shift(d time.Duration) {
	if c.wall.trusted {
		return
	}
	c.start = c.start.Add(d)
	if c.begun {
		c.newest, c.shifted = c.newest.Add(d), true
	}
}

// follow looks at the step to a picture, and anchors the clock anew where it jumps.
func (c *content) follow(au *media.AccessUnit, p *Player) {
	usual := p.rate.step
	if usual == 0 && au.Track.FrameRate > 0 {
		usual = int64(media.ClockRate / au.Track.FrameRate)
	}
	frame := usual
	if frame == 0 {
		frame = frameTicks
	}
	step := au.PTS - c.last
	p.rate.seen++
	p.rate.uneven = p.rate.uneven || step <= 0 && step >= -maxBack || au.Track.ReorderDepth > 0
	switch {
	case step > maxStep || step < -max(maxBack, maxReorder*usual):
		c.jump(au.PTS, step, p)
		return
	case step == 0:
		if c.same++; c.same >= stuck {
			c.start = c.start.Add(duration(frame))
		}
		return
	case step < 0:
		return
	}
	c.last, c.same = au.PTS, 0
	switch {
	case c.speed == 1 && p.rate.step == 0:
		p.rate.step = step
	case c.speed == 1:
		p.rate.step = max(1, p.rate.step+(step-p.rate.step)/8)
	case c.steps < judged && usual > 0:
		c.steps++
		c.judge(float64(c.last-c.zero) / float64(c.steps) / float64(usual))
	}
}

// judge decides by the mean step, in usual ones, whether timestamps are squeezed.
func (c *content) judge(mean float64) {
	if c.full = c.speed < 1 || mean <= sparse; !c.full {
		return // measure decides
	}
	c.scale = 1
	if math.Abs(math.Log(mean*c.speed)) < math.Abs(math.Log(mean)) {
		c.scale = c.speed
	}
}

// measure decides by the pace of arrival whether timestamps are squeezed where the device leaves pictures out, as many do above speed 2 or
// 4: if it granted the speed and they go on by a second in a second, they are.
func (c *content) measure(pts int64, now time.Time) {
	if c.full || c.granted != c.speed || c.windows >= maxWindows || c.scale != 1 {
		return
	}
	if c.since.IsZero() {
		c.since, c.from = now, pts
		return
	}
	passed := now.Sub(c.since)
	if passed < time.Second {
		return
	}
	ratio := float64(duration(pts-c.from)) / float64(passed)
	if ratio > 1/sparse && ratio < min(sparse, math.Sqrt(c.speed)) {
		c.scale = c.speed
	}
	c.windows++
	c.since, c.from = now, pts
}

// held says that the sink held the device up, so that the pace of arrival says nothing.
func (c *content) held() { c.since = time.Time{} }

// jump goes on with the next file where one begins about here, or where the jump is as long as the gap before it, else one frame on.
func (c *content) jump(pts, step int64, p *Player) {
	frame := p.rate.step
	if frame == 0 {
		frame = frameTicks
	}
	here := c.time(c.last).Add(duration(frame))
	to := here
	if file, ok := p.cfg.Table.begins(here.Add(-seam)); ok {
		jumped := c.time(c.last + step)
		if file.Sub(here).Abs() <= seam || file.Sub(jumped).Abs() <= seam {
			to = file
		}
	}
	c.start, c.anchor, c.last, c.same = to, pts, pts, 0
	c.held()
}

// output returns a timestamp as it is to be played: recorded time over speed. At speed 1 it stays what it is.
func (c *content) output(pts int64) int64 {
	if c.speed == 1 {
		return pts
	}
	return int64(math.Round(float64(pts-c.zero) * c.scale / c.speed))
}

// sound returns the clock of an audio unit, moved as that of the pictures.
func (c *content) sound(wall time.Time) time.Time {
	if wall.IsZero() || !c.stamps {
		return time.Time{}
	}
	return wall.Add(c.moved)
}
