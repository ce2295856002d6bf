package dhav

import "mediapusher/internal/media"

// Times of the smoother are in ticks of 1/90000 s.
const (
	millisecond  = media.ClockRate / 1000
	defaultFrame = media.ClockRate / 25
	// maxSkew is how far a PTS may be from the clock.
	maxSkew = media.ClockRate / 4
	// maxLevelled is where a distance is a gap, not jitter.
	maxLevelled = media.ClockRate
)

// smoother levels the jitter of one track.
type smoother struct {
	started bool
	pts     int64
}

// next is the PTS of a frame that the clock puts at raw and that should come one step behind the one before. It also returns by how much
// the clock was ahead of that; 0 behind a gap.
func (s *smoother) next(raw, step int64, gap bool) (pts, ahead int64) {
	if !s.started {
		s.started, s.pts = true, raw
		return raw, 0
	}
	want := s.pts + step
	ahead = raw - want
	if gap || ahead > maxLevelled || ahead < -maxLevelled {
		want, ahead = raw, 0
	} else {
		want = min(max(want+ahead/8, raw-maxSkew), raw+maxSkew)
	}
	s.pts = max(want, s.pts+millisecond)
	return s.pts, ahead
}

// behind is the PTS of a frame that comes one step behind the one before and has no time of its own.
func (s *smoother) behind(step int64) int64 {
	s.pts += step
	return s.pts
}

// pictureStep is the usual step between pictures.
type pictureStep struct {
	nominal int64 // of the frame rate in the tags
	step    int64
}

// promise takes the frame rate of the tags, 0 where they tell none.
func (p *pictureStep) promise(frameRate int) {
	nominal := int64(defaultFrame)
	if frameRate > 0 {
		nominal = media.ClockRate / int64(frameRate)
	} else if p.nominal != 0 {
		return
	}
	if nominal != p.nominal {
		p.nominal, p.step = nominal, nominal
	}
}

// learn draws the step to that of the clock, so that a tag that is wrong makes no lasting distance. An eighth for the phase and a 128th
// for the step let a jump die away without ringing; beyond what is jitter, a 16th finds the step of a slow stream soon.
func (p *pictureStep) learn(ahead int64) {
	part := ahead / 128
	if ahead > maxSkew || ahead < -maxSkew {
		part = ahead / 16
	}
	p.step = min(max(p.step+part, p.nominal/8, millisecond), maxLevelled)
}
