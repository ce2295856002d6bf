package nvrsim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"mediapusher/internal/nvrsim/clips"
)

// session is one RTSP session. It belongs to the goroutine that reads its connection.
type session struct {
	c      *conn
	id     string
	at     place
	tracks []*stream
	// reel is nil where the session is live.
	reel *reel
	// started says that PLAY was taken; player is set as soon as its answer is out.
	started bool
	player  *player
}

// stream is one track that was set up: where its packets go and where its numbers stand.
type stream struct {
	announced
	channel         byte
	url             string
	ssrc            uint32
	sequence        uint16
	base            uint32 // timestamp of tick 0
	next            int64  // number of the next frame, counted from the epoch of the device's clock
	ramp            ramp   // of recordings
	timestamp       uint32 // of the last frame
	packets, octets uint32
	report          time.Time // of the next sender report
}

func newSession(c *conn, at place) *session {
	s := &session{c: c, id: strconv.FormatUint(uint64(rand.Uint32()|1<<31), 10), at: at} //nolint:gosec // not a secret
	if !at.span.live() {
		s.reel = &reel{r: c.r, channel: at.channel, span: at.span, scale: 1}
	}
	return s
}

// stretch lets an answer or a frame wait for its client: in live not long, of a recording as long as the session lives. So a client that
// does not read holds up nothing but its own recording.
func (s *session) stretch() time.Duration {
	if s == nil || s.reel == nil {
		return writeTimeout
	}
	return max(writeTimeout, s.c.r.cfg.SessionTimeout)
}

// channelOf reads the first of interleaved=a-b, or takes the next free pair.
func channelOf(transport string, tracks int) byte {
	_, rest, ok := strings.Cut(transport, "interleaved=")
	if ok {
		end := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' })
		if end < 0 {
			end = len(rest)
		}
		if n, err := strconv.ParseUint(rest[:end], 10, 8); err == nil && n < 255 {
			return byte(n)
		}
	}
	return byte(2 * tracks)
}

func (s *session) add(t announced, channel byte) *stream {
	st := &stream{
		announced: t, channel: channel, url: strings.TrimRight(s.at.base, "/") + "/trackID=" + t.name,
		ssrc: rand.Uint32(), sequence: uint16(rand.Uint32()), base: rand.Uint32(), //nolint:gosec // RFC 3550 only asks for chance
	}
	if s.c.r.cfg.Vendor == Dahua {
		st.ssrc >>= 12 // short ones, as the recorders send
	}
	s.tracks = append(s.tracks, st)
	return st
}

// takes tells whether a track can still be set up: of the same stream, not twice, and not while it plays.
func (s *session) takes(at place) bool {
	if s.player != nil || at.channel != s.at.channel || at.stream != s.at.stream || at.span != s.at.span {
		return false
	}
	return !slices.ContainsFunc(s.tracks, func(st *stream) bool { return st.name == at.track })
}

// header is the value of Session.
func (s *session) header(odd bool) string {
	seconds := int(s.c.r.cfg.SessionTimeout / time.Second)
	if odd {
		return fmt.Sprintf("       %s ; timeout = %d", s.id, seconds)
	}
	return fmt.Sprintf("%s;timeout=%d", s.id, seconds)
}

// transport gives the header in the vendor's form. Dahua's ssrc has as few digits as it needs.
func (st *stream) transport(vendor string, odd bool) string {
	ssrc := fmt.Sprintf("%08x", st.ssrc)
	if vendor == Dahua {
		ssrc = fmt.Sprintf("%X", st.ssrc)
	}
	if odd {
		ssrc = "    " + ssrc
	}
	value := fmt.Sprintf("RTP/AVP/TCP;unicast;interleaved=%d-%d;ssrc=%s", st.channel, st.channel+1, ssrc)
	if vendor == Hikvision {
		value += `;mode="play"`
	}
	return value
}

// start finds the first frame of each track: the key frame newest now, or the next one, and the sound from there on.
func (s *session) start() {
	s.started = true
	goLive(s.tracks, s.c.r.now(), s.c.r.Faults().of(s.at.channel).WaitKeyFrame)
}

// goLive sets tracks to the key frame that is newest at a time, or to the next one, and the sound to what comes from there on.
func goLive(tracks []*stream, now time.Time, wait bool) {
	begin := now
	for _, st := range tracks {
		if st.video && st.feed != nil {
			st.next = keyFrame(st.feed, frameAt(st.feed, now), wait)
			begin = frameTime(st.feed, st.next)
		}
	}
	for _, st := range tracks {
		if st.video || st.feed == nil {
			continue
		}
		st.next = frameFrom(st.feed, begin)
	}
}

// rtpInfo tells the first sequence number and timestamp of each track (RFC 2326 section 12.33).
func (s *session) rtpInfo() string {
	var parts []string
	for _, st := range s.tracks {
		part := "url=" + st.url
		if st.feed != nil {
			part += fmt.Sprintf(";seq=%d;rtptime=%d", st.sequence, st.base+uint32(framePTS(st.feed, st.next)))
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

// play starts sending; the answer to PLAY is out.
func (s *session) play(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	s.player = &player{
		r: s.c.r, c: s.c, channel: s.at.channel, tracks: s.tracks, reel: s.reel, begin: s.c.r.now(), patience: s.stretch(), cancel: cancel,
	}
	run := s.player.run
	if s.reel != nil {
		run = s.player.replay
	}
	s.player.done.Go(func() { run(ctx, s.id) })
	s.c.r.journal.change(0, 0, 1)
}

func (s *session) pause() {
	s.started = false
	if s.player == nil {
		return
	}
	s.player.cancel()
	s.player.done.Wait()
	s.player = nil
	s.c.r.journal.change(0, 0, -1)
}

func (s *session) end() {
	s.pause()
	if s.reel != nil {
		s.c.r.journal.endPlayback()
	}
	s.c.r.journal.change(0, -1, 0)
}

// The position in a loop follows the device's clock: frame number n since the epoch is frame n modulo the length of the loop.

// frameAt is the number of the frame that is on at a time.
func frameAt(t *clips.Track, at time.Time) int64 { return ticksAt(t, at) / t.Ticks }

// frameFrom is the number of the first frame that begins no earlier than a time.
func frameFrom(t *clips.Track, at time.Time) int64 {
	n := frameAt(t, at)
	if frameTime(t, n).Before(at) {
		n++
	}
	return n
}

func ticksAt(t *clips.Track, at time.Time) int64 {
	return at.Unix()*t.ClockRate + int64(at.Nanosecond())*t.ClockRate/int64(time.Second)
}

// frameTime is when a frame begins.
func frameTime(t *clips.Track, n int64) time.Time {
	ticks := n * t.Ticks
	return time.Unix(ticks/t.ClockRate, ticks%t.ClockRate*int64(time.Second)/t.ClockRate)
}

// framePTS is a frame's place in the order of presentation, in ticks since the epoch.
func framePTS(t *clips.Track, n int64) int64 {
	length := int64(len(t.Frames))
	return n/length*t.Length() + t.Frames[n%length].PTS
}

// keyFrame is the number of the last key frame up to n, or of the first after it. There is one in each loop.
func keyFrame(t *clips.Track, n int64, next bool) int64 {
	step := int64(-1)
	if next {
		n, step = n+1, 1
	}
	for !t.Frames[n%int64(len(t.Frames))].Key {
		n += step
	}
	return n
}

// wait sleeps until ctx ends, which it tells with false.
func wait(ctx context.Context, timer *time.Timer, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer.Reset(d)
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
