package hik

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/netway"
)

// Playback translates the channel and the times. A camera that is not connected keeps its recordings.
func (r *recorder) Playback(ctx context.Context, request device.PlaybackRequest) (media.Source, error) {
	wanted := need{op: device.OpPlayback, pages: append(r.numbering(), r.streaming()...)}
	number, p, port, err := r.channel(ctx, wanted, request.Channel)
	if err != nil {
		return nil, err
	}
	track := mainTrack(number)
	clock, err := r.clockOf(ctx, device.OpPlayback, track)
	if err != nil {
		return nil, err
	}
	start, end := clock.span(request.Range)
	recording := netway.Recording{
		Path:     r.traits.trackForm().path(track, start, end),
		RTSPPort: port, Known: p.lists(number), Request: request.Request,
	}
	if clock.utc != nil {
		recording.Wall = clock.wall
	}
	return r.Recording(recording)
}

// trackForm is how a device writes the address of a recording; the case of its letters and what stands before the track differ with
// firmware, as /ISAPI/Streaming/tracks/ and /PSIA/streaming/tracks/. The zero value is the usual form.
type trackForm struct {
	before, after string // what stands around the track
	lower         bool   // times with t and z, "20160720t120000z"
}

const usualTracks = "/Streaming/tracks/"

// A path is taken over where nothing in it needs escaping, so that it cannot say more than a path.
var trackPath = regexp.MustCompile(`^((?:/[A-Za-z0-9_-]{1,32}){1,6}/)(\d{3,6})(/?)$`)

// formOf reads the form from a playbackURI; ok is false where it shows none. Host and port are the device's own view of itself, which is
// wrong behind a translated address.
func formOf(uri string, track int) (form trackForm, ok bool) {
	_, rest, ok := strings.Cut(strings.TrimSpace(uri), "://")
	slash := strings.IndexByte(rest, '/')
	if !ok || slash < 0 {
		return trackForm{}, false
	}
	path, _, _ := strings.Cut(rest[slash:], "?")
	m := trackPath.FindStringSubmatch(path)
	if m == nil || m[2] != strconv.Itoa(track) {
		return trackForm{}, false
	}
	return trackForm{before: m[1], after: m[3], lower: strings.Contains(queryValue(uri, "starttime"), "t")}, true
}

// path writes path and query for the digits that the device expects. The order of the query is fixed; without an end the device plays on.
func (f trackForm) path(track int, start, end time.Time) string {
	if f.before == "" {
		f.before = usualTracks
	}
	layout := "20060102T150405Z"
	query := "starttime=" + start.Format(layout)
	if !end.IsZero() {
		query += "&endtime=" + end.Format(layout)
	}
	if f.lower {
		query = strings.ToLower(query)
	}
	return fmt.Sprintf("%s%d%s?%s", f.before, track, f.after, query)
}
