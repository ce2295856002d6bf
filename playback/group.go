package playback

import "time"

// usualGroup is taken for the distance of key frames while two have not been seen.
const usualGroup = 2 * time.Second

// groups measures how far key frames are apart in recorded time, over all runs. A run that begins inside a recording begins up to that much
// before the place that was asked for, since a decoder can start nowhere else.
type groups struct {
	longest time.Duration
	newest  time.Time     // the present run's newest key frame; zero before it
	past    time.Duration // what has come of the present group
}

// open begins a run.
func (g *groups) open() { g.newest, g.past = time.Time{}, 0 }

// picture takes one of the recorded time at.
func (g *groups) picture(at time.Time, key bool) {
	if !g.newest.IsZero() {
		g.past = at.Sub(g.newest)
	}
	if key {
		g.longest = max(g.longest, g.past)
		g.newest, g.past = at, 0
	}
}

// span is the largest distance seen, at most 10 s.
func (g *groups) span() time.Duration {
	span := g.longest
	if span <= 0 {
		span = usualGroup
	}
	return min(max(span, g.past), maxGroup)
}
