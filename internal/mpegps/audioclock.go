package mpegps

const (
	// apart is how far, in 1/90000 s, the first PTS of the sound may lie from that of the picture to belong to the same clock: 10 s.
	apart = 10 * secondTicks
	// clockStrikes is how many steps in a row must contradict the clock that was found.
	clockStrikes = 3
)

// audioClock makes times in 1/90000 s of the PTS of audio. Devices are known whose PTS of G.711 count samples: the step from one
// packet to the next tells.
type audioClock struct {
	raw     unwrapper
	started bool
	base    int64 // the time of from
	from    int64 // a PTS of the stream, unwrapped
	samples bool  // a PTS counts samples
	decided bool
	strikes int

	start   int64 // the time of the last PTS, or of the beginning
	head    int64 // samples since start
	packet  int64 // samples since the last PTS
	lastRaw int64
	rate    int64
}

// stamp takes the PTS of the sample that comes next; picture is the last time of the video, where known.
func (c *audioClock) stamp(pts, picture int64, known bool) {
	if known && !c.samples {
		c.raw.near(picture)
	}
	raw := c.raw.at(pts)
	if !c.started {
		c.started, c.from, c.base = true, raw, raw
		if known && (raw-picture > apart || picture-raw > apart) {
			c.base = picture
		}
	} else {
		c.judge(raw)
	}
	c.lastRaw, c.packet = raw, 0
	c.start, c.head = c.time(raw), 0
}

func (c *audioClock) time(raw int64) int64 {
	if c.samples && c.rate > 0 {
		return c.base + (raw-c.from)*secondTicks/c.rate
	}
	return c.base + raw - c.from
}

// judge compares the step of PTS with the samples in between.
func (c *audioClock) judge(raw int64) {
	if c.packet == 0 || c.rate == 0 {
		return
	}
	step := raw - c.lastRaw
	near := func(want int64) bool { return step >= want-want/8 && step <= want+want/8 }
	samples := near(c.packet)
	if samples == near(c.packet*secondTicks/c.rate) || c.decided && samples == c.samples {
		if c.decided && samples == c.samples {
			c.strikes = 0
		}
		return
	}
	if c.strikes++; c.decided && c.strikes < clockStrikes {
		return
	}
	c.base, c.from = c.time(c.lastRaw), c.lastRaw
	c.decided, c.samples, c.strikes = true, samples, 0
}

// now is the time of the sample that comes next.
func (c *audioClock) now() int64 {
	if c.rate == 0 {
		return c.start
	}
	return c.start + c.head*secondTicks/c.rate
}

// pass goes on by samples.
func (c *audioClock) pass(samples int) {
	c.head += int64(samples)
	c.packet += int64(samples)
}
