package playback

import (
	"math"
	"time"

	"mediapusher/internal/media"
)

const (
	// maxBegan is how far from what was asked for a device may say that it begins.
	maxBegan = 2 * time.Minute
	// maxStep and maxBack bound the steps of a clock that counts on; beyond them it has jumped.
	maxStep = 10 * media.ClockRate
	maxBack = media.ClockRate * 2 / 5
	// maxApart is how far the device's clock may be from the position to be the clock of the recording, in a zone of maxZone or less.
	maxApart = 10 * time.Second
	maxZone  = 14 * time.Hour
	zoneStep = 15 * time.Minute
	// judged is how many steps decide whether timestamps are squeezed.
	judged = 8
)

// frameRate is the usual step between pictures at speed 1, in ticks; 0 while it is not known.
type frameRate struct{ step int64 }

// content is the clock of one run: which recorded time a picture shows.
type content struct {
	start  time.Time
	speed  float64
	scale  float64 // recorded time over timestamps: 1, or the speed where timestamps are squeezed
	anchor int64   // the timestamp of start
	zero   int64   // the run's first timestamp
	last   int64   // the largest timestamp
	begun  bool
	steps  int
	newest time.Time
	offset time.Duration // of the device's clock against the recorded time
	judge  bool          // the device's clock was looked at
	zoned  bool          // and is the recording's
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
		at = c.verify(au, at)
		c.moved, c.stamps = at.Sub(au.Wall), true
	}
	c.newest = later(c.newest, at)
	return at
}

func (c *content) time(pts int64) time.Time {
	return c.start.Add(time.Duration(float64(duration(pts-c.anchor)) * c.scale))
}

// follow looks at the step to a picture, and anchors the clock anew where it jumps.
func (c *content) follow(au *media.AccessUnit, p *Player) {
	step := au.PTS - c.last
	if step > maxStep || step < -maxBack {
		c.jump(au.PTS, step, p)
		return
	}
	if step <= 0 {
		return
	}
	c.last = au.PTS
	usual := p.rate.step
	if usual == 0 && au.Track.FrameRate > 0 {
		usual = int64(media.ClockRate / au.Track.FrameRate)
	}
	switch {
	case c.speed == 1 && p.rate.step == 0:
		p.rate.step = step
	case c.speed == 1:
		p.rate.step = max(1, p.rate.step+(step-p.rate.step)/8)
	case c.steps < judged && usual > 0:
		c.steps++
		mean := float64(c.last-c.zero) / float64(c.steps)
		if r := mean / float64(usual); math.Abs(math.Log(r*c.speed)) < math.Abs(math.Log(r)) {
			c.scale = c.speed
		} else {
			c.scale = 1
		}
	}
}

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
	c.start, c.anchor, c.last = to, pts, pts
}

// verify takes the device's own clock where it shows the recorded time, in whatever zone, and not the present.
func (c *content) verify(au *media.AccessUnit, at time.Time) time.Time {
	if !c.judge {
		c.judge = true
		c.offset = au.Wall.Sub(at).Round(zoneStep)
		c.zoned = c.offset.Abs() <= maxZone
	}
	told := au.Wall.Add(-c.offset)
	if !c.zoned || told.Sub(at).Abs() > maxApart {
		c.zoned = false
		return at
	}
	c.start, c.anchor = told, au.PTS
	return told
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
