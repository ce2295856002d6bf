package media

import "time"

// The Timeline's thresholds, in ticks of 1/90000 s.
const (
	tick = ClockRate / 1000 // one millisecond: the least step of the output, so that RTMP timestamps rise strictly

	// maxStep is the largest step that may show in the output: a second.
	maxStep = ClockRate
	// maxStepBack is how far a clock may fall back and count as jitter or reordering.
	maxStepBack = ClockRate / 5
	// defaultFrame is the frame duration where the stream tells none: 25 pictures a second.
	defaultFrame = ClockRate / 25
	// stuck is how many equal timestamps in a row mean that the device's clock stands still.
	stuck = 3
	// farApart is where two tracks' alignment by the device's wall clock is not believed against the time of arrival.
	farApart = 2 * time.Second
	// wallLimit is where two wall clocks do not belong together at all: one of the two was set.
	wallLimit = 10 * time.Second
)

// Timeline maps the clocks of a device to one output clock, in 1/90000 s from the first unit, and derives DTS.
//
// It has one zero for all tracks and lives through wrap, jump, standstill and new runs of the source: within a track DTS rises by a
// millisecond or more, and a step of more than a second in the input does not show in the output. Tracks are aligned by the
// device's wall clock where it is known, else by the time of arrival.
//
// SetTracks and Write are called by one goroutine at a time.
type Timeline struct {
	next   Sink
	clocks [MaxTracks]clock
	// resume is where the output of the present run begins; reference is the track that was anchored first in it, -1 before.
	resume    int64
	reference int
	// shift is the newest jump that a track made, shiftBy that track: another track that jumps by nearly the same makes the same.
	shift   int64
	shiftBy int
}

// clock is what the Timeline knows of one track. Times are in ticks.
type clock struct {
	anchored bool
	offset   int64 // output minus input
	lastIn   int64
	lastPTS  int64 // output, the latest
	lastDTS  int64 // output
	written  bool
	frame    int64 // the usual step
	oddStep  int64 // the last step that did not fit; twice the same makes it usual
	same     int   // equal timestamps in a row
	wall     time.Time
	arrival  time.Time
	reorder  reorderWindow
	drift    drift
}

// NewTimeline returns a Timeline that writes to next, with its output clock at zero.
func NewTimeline(next Sink) *Timeline {
	return &Timeline{next: next, reference: -1, shiftBy: -1}
}

// SetTracks begins a run. The output goes on one frame behind what was written last.
func (t *Timeline) SetTracks(tracks []*Track) error {
	for i := range t.clocks {
		c := &t.clocks[i]
		if c.written {
			t.resume = max(t.resume, c.lastDTS+c.frame)
		}
		*c = clock{lastPTS: c.lastPTS, lastDTS: c.lastDTS, written: c.written, frame: defaultFrame}
	}
	for _, track := range tracks {
		t.clocks[track.ID].frame = frameOf(track)
	}
	t.reference, t.shiftBy = -1, -1
	return t.next.SetTracks(tracks)
}

// Write implements Sink.
func (t *Timeline) Write(au *AccessUnit) error {
	c := &t.clocks[au.Track.ID]
	if au.Track.Codec.Video() {
		c.reorder.setDepth(au.Track.ReorderDepth)
	}
	if c.anchored {
		t.follow(c, au)
	} else if !t.anchor(c, au) {
		au.Release()
		return nil
	}
	c.lastIn, c.wall, c.arrival = au.PTS, au.Wall, au.Arrival

	au.PTS += c.offset
	au.DTS = au.PTS
	if au.Track.Codec.Video() {
		au.DTS = c.reorder.dts(au.PTS, c.frame)
	}
	if c.written {
		au.DTS = max(au.DTS, c.lastDTS+tick)
	}
	au.DTS = max(au.DTS, t.resume)
	au.PTS = max(au.PTS, au.DTS)
	c.lastPTS, c.lastDTS, c.written = max(c.lastPTS, au.PTS), au.DTS, true
	return t.next.Write(au)
}

// anchor finds the offset of a track's first unit in a run. It returns false for a unit that lies before the run's beginning.
func (t *Timeline) anchor(c *clock, au *AccessUnit) bool {
	if t.reference < 0 {
		// Room for the pictures that come before this one in output order: DTS begins at resume.
		c.offset = t.resume + int64(c.reorder.depth)*c.frame - au.PTS
		c.anchored = true
		t.reference = au.Track.ID
		return true
	}
	out := t.aligned(&t.clocks[t.reference], au)
	if out < t.resume {
		return false
	}
	c.offset = out - au.PTS
	c.anchored = true
	return true
}

// aligned is where a unit belongs beside the newest unit of the reference track.
func (t *Timeline) aligned(ref *clock, au *AccessUnit) int64 {
	apart := au.Arrival.Sub(ref.arrival)
	if wall, ok := wallApart(ref, au); ok && (wall-apart).Abs() < farApart {
		apart = wall
	}
	return ref.lastIn + ref.offset + ticks(apart)
}

// follow looks at the step since the track's last unit and moves the offset where the step must not show.
func (t *Timeline) follow(c *clock, au *AccessUnit) {
	step := au.PTS - c.lastIn
	back := max(int64(maxStepBack), int64(c.reorder.depth+2)*c.frame)
	switch {
	case step == 0:
		if c.same++; c.same >= stuck {
			c.offset += c.frame
		}
		return
	case step > 0 && (step <= maxStep || step <= 2*c.frame):
		t.learn(c, step)
		t.correct(c, au)
	case step < 0 && -step <= back:
		// Reordering, or jitter that the output levels.
	default:
		t.jump(c, au, step)
	}
	c.same = 0
}

// learn adapts the usual step, slowly where the stream has reordering and steps are uneven.
func (t *Timeline) learn(c *clock, step int64) {
	if c.reorder.depth == 0 {
		c.frame += (step - c.frame) / 8
		c.frame = max(c.frame, tick)
	}
	c.oddStep = 0
}

// jump lets the output go on one usual step behind the last unit. A stream that is slower than one picture a second is told
// from a clock that jumped by its second equal step.
func (t *Timeline) jump(c *clock, au *AccessUnit, step int64) {
	if c.oddStep > 0 && step > c.oddStep*3/4 && step < c.oddStep*5/4 {
		c.frame, c.oddStep = step, 0
		return
	}
	c.oddStep = step
	shift := c.lastPTS + c.frame - (au.PTS + c.offset)
	if t.shiftBy >= 0 && t.shiftBy != au.Track.ID && near(shift, t.shift) && au.PTS+c.offset+t.shift > c.lastDTS {
		// The other track jumped before: the same shift keeps picture and sound together.
		shift, t.shiftBy = t.shift, -1
	} else {
		t.shift, t.shiftBy = shift, au.Track.ID
	}
	c.offset += shift
	c.reorder.reset()
	c.drift = drift{}
}

// correct moves a track towards the reference track by the device's wall clock, in small steps.
func (t *Timeline) correct(c *clock, au *AccessUnit) {
	ref := &t.clocks[max(t.reference, 0)]
	if c == ref || t.reference < 0 {
		return
	}
	wall, ok := wallApart(ref, au)
	if !ok {
		return
	}
	out := au.PTS + c.offset
	c.offset += c.drift.correction(ref.lastIn+ref.offset+ticks(wall)-out, out, c.frame)
}

// wallApart is how much later a unit was taken than the newest one of the reference track, by the device's wall clock.
func wallApart(ref *clock, au *AccessUnit) (time.Duration, bool) {
	if ref.wall.IsZero() || au.Wall.IsZero() {
		return 0, false
	}
	apart := au.Wall.Sub(ref.wall)
	return apart, apart.Abs() < wallLimit
}

func near(a, b int64) bool { return a-b < maxStep && b-a < maxStep }

func ticks(d time.Duration) int64 {
	return int64(d) * (ClockRate / 10000) / int64(time.Second/10000)
}

func frameOf(track *Track) int64 {
	switch {
	case track.FrameRate > 0:
		return max(int64(ClockRate/track.FrameRate), tick)
	case track.Codec == AAC && track.SampleRate > 0:
		return max(1024*ClockRate/int64(track.SampleRate), tick)
	default:
		return defaultFrame
	}
}
