package nvrsim

import "time"

// start lets the clock of the sending begin anew with the next frame.
func (s *sdkStream) start() {
	s.lag = 0
	s.last = frameTime(s.tracks[0].feed, s.tracks[0].next)
	if st := earliest(s.tracks); st != nil {
		s.last = frameTime(st.feed, st.next)
	}
	s.due = time.Now()
	if s.reel == nil {
		s.due = s.last.Add(s.phase)
	}
}

// rest is how long the next frame has to wait.
func (s *sdkStream) rest(f Faults) time.Duration {
	if s.reel == nil {
		return s.due.Sub(s.c.r.now())
	}
	if !f.SDKPaced && !f.SilentStream {
		s.due = time.Now()
	}
	return time.Until(s.due)
}

// step sends the next frame, or ends the recording. It returns false where the connection has ended.
func (s *sdkStream) step(f Faults) bool {
	if f.CloseAfter > 0 && time.Since(s.begun) >= time.Duration(f.CloseAfter) {
		s.c.drop("fault: close after")
		return false
	}
	st := earliest(s.tracks)
	if s.reel != nil && !frameTime(st.feed, st.next).Before(s.reel.left[0].End) {
		return s.more(f)
	}
	s.buffer = s.buffer[:0]
	if s.sends(st, f) {
		s.buffer = s.mux.frame(s.buffer, s.shown(st, f), f)
	}
	st.next++
	if len(s.buffer) > 0 && !s.packet(packetData, s.buffer) {
		return false
	}
	s.advance(f)
	return true
}

// sends tells whether the next frame of a track goes out.
func (s *sdkStream) sends(st *stream, f Faults) bool {
	switch {
	case f.SilentStream, s.reel == nil && s.c.r.offline(s.channel), !st.video && f.NoAudio:
		return false
	default:
		return !st.video || f.LoseEvery <= 0 || st.next%int64(f.LoseEvery) != 0
	}
}

// shown is the frame that goes out next. A key frame that is wanted is the clip's last one, shown at once with what follows it, up to the
// clip's next key frame: from there on the pictures are again those of the device's clock.
func (s *sdkStream) shown(st *stream, f Faults) sdkFrame {
	number := st.next
	if st.video && s.reel == nil {
		switch own := keyFrame(st.feed, number, false); {
		case own == number:
			s.shift = 0
			s.refresh.Store(false)
		case s.refresh.Swap(false):
			s.shift = own - number
		}
		number += s.shift
	}
	begin := frameTime(st.feed, st.next).UTC()
	wall := begin
	if s.reel == nil {
		wall = begin.Add(s.c.r.cfg.Zone)
	}
	jump := time.Duration(f.ClockJump)
	return sdkFrame{
		track: st.feed, video: st.video, Frame: &st.feed.Frames[number%int64(len(st.feed.Frames))],
		pts:   in90k(st.feed, framePTS(st.feed, number)+(st.next-number)*st.feed.Ticks) + in90kOf(jump),
		dts:   in90k(st.feed, st.next*st.feed.Ticks) + in90kOf(jump),
		clock: time.Duration(begin.UnixMilli())*time.Millisecond + jump, wall: wall,
	}
}

// advance sets when the frame after this one is due.
func (s *sdkStream) advance(f Faults) {
	st := earliest(s.tracks)
	at := frameTime(st.feed, st.next)
	step := max(at.Sub(s.last), 0)
	s.last = at
	if s.reel != nil {
		s.due = later(s.due.Add(s.reel.lasts(step, f)), time.Now().Add(-maxCatchUp))
		return
	}
	s.lag += slowed(step, f)
	if f.Pace <= 0 || f.Pace >= 1 {
		s.lag = 0
	}
	s.due = at.Add(s.phase + s.lag)
}

// slowed is by how much a frame is later than the one before, beyond its time.
func slowed(step time.Duration, f Faults) time.Duration {
	if f.Pace <= 0 || f.Pace >= 1 {
		return 0
	}
	return time.Duration(float64(step) * (1/f.Pace - 1))
}

// more goes on with the next file, or ends the recording.
func (s *sdkStream) more(f Faults) bool {
	switch {
	case len(s.reel.left) > 1 && !f.StopsAtGap && s.reel.turn(s.tracks):
		st := earliest(s.tracks)
		s.last = frameTime(st.feed, st.next)
		return true
	case f.EndAs == EndNever:
		s.reel.left[0].End = forever()
		return true
	default:
		return s.end(f)
	}
}

// end says that a recording has ended, as the faults say, and waits for a seek. It returns false where the connection has ended.
func (s *sdkStream) end(f Faults) bool {
	s.ended = true
	switch {
	case f.EndAs == EndClose:
		s.c.drop("end of the recording")
		return false
	case f.SDKNoEnd:
		return true
	default:
		return s.packet(packetEnd, nil)
	}
}
