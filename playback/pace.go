package playback

import "time"

const (
	// maxBehind is how late a picture may be at a speed above 1 before the run is given up for one that begins where it should be.
	maxBehind = 2 * time.Second
	// maxAhead is what a device is given credit for that sends early: as much as the queue behind holds.
	maxAhead = 2 * time.Second
	// hopEvery is how long each run shows pictures at least.
	hopEvery = 2 * time.Second
	// restLeft is what is left to be shown behind the last hop, and restFrom how close to the end there is none.
	restLeft = time.Second
	restFrom = 3 * time.Second / 2
	// maxCost is the ceiling for what opening a run is believed to cost.
	maxCost = 10 * time.Second
)

// pace compares the pictures that a device sends with the speed asked for. Time that the sink takes is not the device's.
type pace struct {
	cost   time.Duration // of opening the newest run, until its first picture
	behind time.Duration // how late the newest picture was, below 0 where it was early
	slow   bool          // the device was too slow before
	opened time.Time     // the present run
	shown  time.Time     // its first picture came
	newest time.Time     // its newest recorded time
	last   time.Time     // a picture was written
}

// open begins a run.
func (p *pace) open() { p.opened, p.shown, p.newest = time.Now(), time.Time{}, time.Time{} }

// rest says that the device is not asked for anything now.
func (p *pace) rest() { p.last = time.Time{} }

// picture takes one of the recorded time at.
func (p *pace) picture(at time.Time, speed float64) {
	now := time.Now()
	if !p.last.IsZero() {
		p.behind += now.Sub(p.last)
	}
	p.last = now
	switch {
	case p.shown.IsZero():
		p.shown, p.newest, p.cost = now, at, min(now.Sub(p.opened), maxCost)
	case at.After(p.newest):
		p.behind -= time.Duration(float64(at.Sub(p.newest)) / speed)
		p.newest = at
	}
	p.behind = max(p.behind, -maxAhead)
}

// written says that the sink has taken a picture.
func (p *pace) written() { p.last = time.Now() }

// hop tells from where to go on instead of the picture of the recorded time at, if the device has fallen behind.
func (p *pace) hop(at, end time.Time, speed float64) (time.Time, bool) {
	on := func(d time.Duration) time.Time { return at.Add(time.Duration(float64(d) * speed)) }
	late := p.behind > maxBehind && time.Since(p.shown) >= hopEvery
	last := p.slow && p.behind > maxBehind/2 && !on(p.behind+restLeft).Before(end)
	if !late && !last || !at.Before(end.Add(-restFrom)) {
		return time.Time{}, false
	}
	to := earlier(on(p.behind+p.cost).Round(time.Second), end.Add(-restLeft)).Truncate(time.Second) // runs begin at whole seconds
	if !to.After(at) {
		return time.Time{}, false
	}
	p.behind -= time.Duration(float64(to.Sub(at)) / speed)
	p.slow = true
	return to, true
}
