package netway

import (
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/rtspsource"
	"mediapusher/playback"
)

// Recording says what to play of a recorder's recordings.
type Recording struct {
	// Path is the vendor's path and query for the request's range.
	Path string
	// RTSPPort is the one that the recorder tells, 0 for none. Recorder.RTSPPort wins over it, and 554 stands in for both.
	RTSPPort int
	// Known says that the recorder itself lists the channel, so that 404 does not mean that there is none.
	Known bool
	// Request is what the caller asked for. Its Speed is asked for by Scale (RFC 2326 section 12.34) where it is not 1.
	Request playback.Request
	// Wall turns a time that the device writes in a clock range, as "20160720T120000Z", into one of its wall clock. nil leaves it.
	Wall func(time.Time) time.Time
}

// Recording returns the source of one run of a recording, which returns nil when the recorder ends it. Its errors, and this one, are
// *device.Error.
func (r *Recorder) Recording(recording Recording) (media.Source, error) {
	return r.source(stream{
		op: device.OpPlayback, path: recording.Path, port: recording.RTSPPort, known: recording.Known, silence: 2 * r.cfg.Silence(),
		recording: &rtspsource.Recording{Scale: recording.Request.Speed, Began: recording.began},
	})
}

// began passes on what the recorder answers to PLAY.
func (r *Recording) began(said rtspsource.Began) {
	if r.Request.Began != nil {
		r.Request.Began(playback.Began{Start: r.start(said.Range), Speed: said.Scale})
	}
}

// keyFrameSpan is how far before the asked time a recorder may begin, with the key frame that it needs.
const keyFrameSpan = time.Minute

// start is the recorded time at which a clock range begins. What lies outside the range that was asked for is not the time of the first
// picture, whatever else it may be (the start of the file, or of another zone's day), and counts as not told.
func (r *Recording) start(text string) time.Time {
	start := parseClock(text)
	if start.IsZero() {
		return start
	}
	if r.Wall != nil {
		start = r.Wall(start)
	}
	asked := r.Request.Range
	if start.Before(asked.Start.Add(-keyFrameSpan)) || !asked.End.IsZero() && start.After(asked.End) {
		return time.Time{}
	}
	return start
}

// parseClock reads the beginning of an absolute range (RFC 2326 section 3.7), "clock=20160720T120000.5Z-20160720T130000Z", as the digits
// that it has, in UTC. Letters may be small, as in the addresses of Hikvision, and the Z missing. The time is zero for other ranges.
func parseClock(text string) time.Time {
	unit, span, _ := strings.Cut(text, "=")
	if !strings.EqualFold(strings.TrimSpace(unit), "clock") {
		return time.Time{}
	}
	first, _, _ := strings.Cut(span, "-")
	first = strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(first)), "Z")
	start, err := time.Parse("20060102T150405", first) // also takes a fraction of the second
	if err != nil {
		return time.Time{}
	}
	return start
}
