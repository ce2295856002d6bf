package nvrsim

import (
	"strconv"
	"time"

	"mediapusher/internal/nvrsim/clips"
)

// The speeds that are granted.
const (
	minScale = 0.125
	maxScale = 8
)

// reel is what a session of recordings runs through. It belongs to the goroutine that reads the connection while nothing plays, and to the
// player's while something does.
type reel struct {
	r       *Recorder
	channel int
	span    span
	// left is still to come, the first is on. It is nil until the first PLAY.
	left  []Recording
	scale float64
}

// seek goes to a time. It returns false and changes nothing where nothing is recorded from there on.
func (l *reel) seek(tracks []*stream, at time.Time, late bool) bool {
	if at.Before(l.span.from) {
		at = l.span.from
	}
	left := l.r.stretches(l.channel, span{at, l.span.until})
	for ; len(left) > 0; left = left[1:] {
		if cue(tracks, left[0], at, late) {
			l.left = left
			return true
		}
	}
	return false
}

// cue sets the tracks to the key frame that is on at a time, or to the one behind where that is late or was not recorded, and the sound
// to what comes from there on. It returns false where the file has no such key frame.
func cue(tracks []*stream, file Recording, at time.Time, late bool) bool {
	if at.Before(file.Start) {
		at = file.Start
	}
	begin, number := at, int64(0)
	if st := pictures(tracks); st != nil {
		number = keyFrame(st.feed, frameAt(st.feed, at), late)
		if frameTime(st.feed, number).Before(file.Start) {
			number = keyFrame(st.feed, number, true)
		}
		begin = frameTime(st.feed, number)
	}
	if !begin.Before(file.End) {
		return false
	}
	for _, st := range tracks {
		switch {
		case st.feed == nil:
		case st.video:
			st.next = number
		default:
			st.next = frameFrom(st.feed, begin)
		}
	}
	return true
}

// turn goes on with the next file, with timestamps as if there were no time between. It returns false where there is none.
func (l *reel) turn(tracks []*stream) bool {
	before := l.position(tracks)
	for left := l.left[1:]; len(left) > 0; left = left[1:] {
		if !cue(tracks, left[0], left[0].Start, false) {
			continue
		}
		l.left = left
		gap := l.position(tracks).Sub(before)
		for _, st := range tracks {
			if st.feed != nil {
				now := st.next * st.feed.Ticks
				st.ramp = ramp{now, st.ramp.at(now - ticksIn(st.feed, gap)), st.ramp.scale}
			}
		}
		return true
	}
	return false
}

// position is the time of the next picture, or of the next sound where no pictures were set up.
func (l *reel) position(tracks []*stream) time.Time {
	if st := pictures(tracks); st != nil {
		return frameTime(st.feed, st.next)
	}
	if st := earliest(tracks); st != nil {
		return frameTime(st.feed, st.next)
	}
	return l.span.from
}

// speed takes the Scale of a PLAY and returns that of the answer, empty where there is none.
func (l *reel) speed(tracks []*stream, header, as string) string {
	if header == "" || as == ScaleIgnored {
		return ""
	}
	asked, err := strconv.ParseFloat(header, 64)
	if err != nil || !(asked > 0) { // backwards is announced, and not played
		asked = 1
	}
	l.scale = min(max(asked, minScale), maxScale)
	slope := 1.0
	if as == ScaleSqueezed {
		slope = l.scale
	}
	for _, st := range tracks {
		if st.feed != nil {
			now := st.next * st.feed.Ticks
			st.ramp = ramp{now, st.ramp.at(now), slope}
		}
	}
	return strconv.FormatFloat(l.scale, 'f', -1, 64)
}

// wall is what a sender report takes for the time of a picture.
func (l *reel) wall(at time.Time) time.Time {
	if l.r.cfg.Vendor == Dahua {
		return l.r.now()
	}
	return at.Add(-l.r.zoneOfZ())
}

// pictures is the track of pictures among those that were set up, nil where there is none.
func pictures(tracks []*stream) *stream {
	for _, st := range tracks {
		if st.video && st.feed != nil {
			return st
		}
	}
	return nil
}

// ramp turns the time of a recording into that of the RTP timestamps, both in ticks: a line through one point. The zero ramp changes
// nothing.
type ramp struct {
	from, to int64
	scale    float64 // 0 is 1
}

func (m ramp) at(ticks int64) int64 {
	d := ticks - m.from
	if m.scale != 0 {
		d = int64(float64(d) / m.scale)
	}
	return m.to + d
}

func ticksIn(t *clips.Track, d time.Duration) int64 {
	return int64(d/time.Second)*t.ClockRate + int64(d%time.Second)*t.ClockRate/int64(time.Second)
}
