package netway

import (
	"time"

	"mediapusher/internal/media"
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
	return r.Source(Live{Path: recording.Path, RTSPPort: recording.RTSPPort, Known: recording.Known})
}
