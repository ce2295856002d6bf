package nvrsim

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"
)

// maxCatchUp is how much of a delay of its client a recorder catches up; with what is beyond, the recording is later for good.
const maxCatchUp = time.Second

// forever is when a recording ends that plays on past its end.
func forever() time.Time { return time.Unix(1<<35, 0) }

// replay answers PLAY of recordings: it begins, goes on after a pause, seeks or changes the speed.
func (s *session) replay(req *rtspRequest) *reply {
	r := s.c.r
	f := r.Faults().of(s.at.channel)
	playing := s.started
	s.pause() // from here on the reel is ours
	at, seeks := r.wanted(s.reel.span, req.header["range"])
	if !seeks && s.reel.left == nil {
		at, seeks = s.reel.span.from, true
	}
	if seeks && !s.reel.seek(s.tracks, at, f.LateKeyFrame) {
		s.started = playing
		return &reply{status: 457}
	}
	scale := s.reel.speed(s.tracks, req.header["scale"], f.ScaleAs)
	s.started = true
	p := &reply{status: 200}
	p.add("Session", s.id)
	p.add("Range", r.granted(s.reel.span, s.reel.position(s.tracks)))
	if scale != "" {
		p.add("Scale", scale)
	}
	return p
}

// replay sends recordings, each frame so long after the one before as the speed says.
func (p *player) replay(ctx context.Context, session string) {
	defer p.cancel()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	due, last := time.Now(), p.reel.position(p.tracks)
	p.request = p.begin.Add(requestInterval)
	for {
		st := earliest(p.tracks)
		if st == nil {
			<-ctx.Done()
			return
		}
		f := p.r.Faults().of(p.channel)
		at := frameTime(st.feed, st.next)
		due = due.Add(p.reel.lasts(max(at.Sub(last), 0), f))
		last = at
		if !at.Before(p.reel.left[0].End) {
			if !p.more(f) {
				p.finish(ctx, session, f)
				return
			}
			last = p.reel.position(p.tracks)
			continue
		}
		if p.reel.hurries(f) {
			due = time.Now()
		}
		if !wait(ctx, timer, time.Until(due)) {
			return
		}
		due = later(due, time.Now().Add(-maxCatchUp))
		if !p.step(st, session) {
			return
		}
	}
}

// lasts is how long the recorder takes for so much of a recording.
func (l *reel) lasts(d time.Duration, f Faults) time.Duration {
	pace := l.scale
	if f.Pace > 0 && f.Pace < 1 {
		pace *= f.Pace
	}
	return time.Duration(float64(d) / pace)
}

// hurries tells whether nothing but the connection sets the pace. Where nothing is sent, the clock does.
func (l *reel) hurries(f Faults) bool { return f.Unpaced && !f.SilentStream }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// step sends the next frame of a track. It returns false where the connection has ended.
func (p *player) step(st *stream, session string) bool {
	f := p.r.Faults().of(p.channel)
	if f.CloseAfter > 0 && p.r.now().Sub(p.begin) >= time.Duration(f.CloseAfter) {
		p.c.drop("fault: close after")
		return false
	}
	p.buffer = p.buffer[:0]
	if !f.SilentStream {
		p.frame(st, f)
		p.serverRequest(session, f)
	}
	st.next++
	return len(p.buffer) == 0 || p.send()
}

// more goes on past the end of a file. It returns false where the recording ends here.
func (p *player) more(f Faults) bool {
	switch {
	case len(p.reel.left) > 1 && !f.StopsAtGap && p.reel.turn(p.tracks):
		return true
	case f.EndAs == EndNever:
		p.reel.left[0].End = forever()
		return true
	default:
		return false
	}
}

// finish ends a recording as the faults say.
func (p *player) finish(ctx context.Context, session string, f Faults) {
	p.buffer = p.buffer[:0]
	switch f.EndAs {
	case EndClose:
		p.c.hangUp("end of the recording")
		return
	case EndBye:
		for _, st := range p.tracks {
			p.buffer = st.bye(p.buffer)
		}
	case EndAnnounce:
		p.requests++
		const form = "ANNOUNCE rtsp://%s/ RTSP/1.0\r\nCSeq: %d\r\nSession: %s\r\nx-notice: 2101 \"End-of-Stream Reached\"\r\n\r\n"
		p.buffer = fmt.Appendf(p.buffer, form, p.r.RTSPAddr(), p.requests, session)
	}
	if len(p.buffer) == 0 || p.send() {
		<-ctx.Done()
	}
}

// bye appends an interleaved compound packet of an empty receiver report and BYE (RFC 3550 sections 6.1 and 6.6).
func (st *stream) bye(b []byte) []byte {
	be := binary.BigEndian
	b = append(b, '$', st.channel+1, 0, 16, 0x80, 201, 0, 1)
	b = be.AppendUint32(b, st.ssrc)
	b = append(b, 0x81, 203, 0, 1)
	return be.AppendUint32(b, st.ssrc)
}
