package rtspsource

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Recording makes a source play a recording instead of a live stream. PLAY asks for all of what the address names (Range: npt=0.000-), no
// media is taken before PLAY was answered, and the end of the recording is no error, see Source.Run.
type Recording struct {
	// Scale is the speed that is asked for (RFC 2326 section 12.34). 0 and 1 ask for none. A device that refuses it is asked again
	// without, and plays as fast as it pleases.
	Scale float64
	// Began is called once with what the device answers to PLAY, by the goroutine of Run and before the first unit. It may be nil.
	Began func(Began)
}

// Began is what a device says when it begins to play.
type Began struct {
	// Range is the value of the header (RFC 2326 section 12.29) as it came, "clock=20160720T120000Z-", empty where there was none.
	Range string
	// Scale is the speed that the device grants: 1 where it refused another one, 0 where it does not tell.
	Scale float64
}

const (
	// wholeRange is the form in which Hikvision's own clients ask for a recording from its beginning.
	wholeRange = "npt=0.000-"
	// recordingSilence is longer than a disk takes to find the next piece of a recording.
	recordingSilence = 10 * time.Second
	// maxEarlyBytes is how much media is kept that comes before the answer to PLAY. What exceeds it is lost.
	maxEarlyBytes = 1 << 20
)

// errOver is how a run in recording mode ends well.
var errOver = errors.New("the recording is over")

func (r *Recording) check() error {
	if r != nil && (math.IsNaN(r.Scale) || math.IsInf(r.Scale, 0) || r.Scale < 0) {
		return errors.New("the scale of a recording must be a positive number")
	}
	return nil
}

// scale is the header that asks for the speed, empty for none.
func (r *Recording) scale() string {
	if r == nil || r.Scale == 0 || r.Scale == 1 {
		return ""
	}
	s := strconv.FormatFloat(r.Scale, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// parseScale returns 0 for what is no speed of playing forwards.
func parseScale(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return 0
	}
	return v
}

// begin takes the good answer to PLAY, and the media that came before it.
func (s *session) begin(ctx context.Context, h *head, now time.Time) error {
	s.playing = now
	recording := s.src.cfg.Recording
	if recording == nil {
		return nil
	}
	began := Began{Range: printableRange(h.get("Range")), Scale: parseScale(h.get("Scale"))}
	if began.Scale == 0 && s.talk.ownPace.Load() {
		began.Scale = 1
	}
	if recording.Began != nil {
		recording.Began(began)
	}
	early := s.early
	s.early, s.earlyBytes = nil, 0
	r := s.routing.Load()
	for i := range early {
		if err := s.frame(ctx, r, &early[i], now); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

func printableRange(s string) string { return strings.Map(withoutControl, strings.ToValidUTF8(s, "")) }

// keep holds back a frame that comes before the answer to PLAY.
func (s *session) keep(e *element) {
	if s.earlyBytes += len(e.data); s.earlyBytes > maxEarlyBytes {
		return
	}
	s.early = append(s.early, element{kind: e.kind, channel: e.channel, data: slices.Clone(e.data)})
}

// over ends a run that plays because the device says so: a recording is at its end, a live stream is closed.
func (s *session) over(why error) error {
	if s.src.cfg.Recording == nil || s.playing.IsZero() {
		return readError(why)
	}
	return errOver
}

// closed tells what the end of the connection means. A recording that has been playing is at its end where the device closed in good
// order; a reset, and a close before anything came, are failures.
func (s *session) closed(why, cause error) error {
	r := s.routing.Load()
	if errors.Is(cause, io.EOF) && r != nil && slices.ContainsFunc(r.tracks, func(t *track) bool { return t.started }) {
		return s.over(why)
	}
	return readError(why)
}
