package hik

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mediapusher/playback"
)

// Values of device.Settings.RecordTimes.
const (
	timesDevice = "device"
	timesUTC    = "utc"
)

// zForm is how ISAPI writes the times of a search.
const zForm = "2006-01-02T15:04:05Z"

// clock tells what the Z behind the times of a device's recordings means. The zero value says that it is the device's own wall clock, as on
// recorders.
type clock struct {
	utc *time.Location // the device's zone where Z means UTC, as on cameras; nil where it means the device's wall clock
	why string         // for the log
}

// device turns a wall clock time into the digits that the device expects.
func (c *clock) device(wall time.Time) time.Time {
	if c.utc == nil {
		return wall
	}
	return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), c.utc).UTC()
}

// wall turns digits of the device into a wall clock time.
func (c *clock) wall(told time.Time) time.Time {
	if c.utc == nil {
		return told
	}
	_, offset := told.In(c.utc).Zone()
	return told.Add(time.Duration(offset) * time.Second)
}

// span turns a range of the wall clock into what the device expects, in whole seconds; a range without end keeps none. Where a clock was
// set forward within the range its length counts.
func (c *clock) span(r playback.Range) (start, end time.Time) {
	start, end = r.Start.Truncate(time.Second), r.End.Add(time.Second-1).Truncate(time.Second)
	if r.End.IsZero() {
		return c.device(start), r.End
	}
	length := end.Sub(start)
	start, end = c.device(start), c.device(end)
	if !start.Before(end) {
		end = start.Add(length)
	}
	return start, end
}

// A time with an offset behind it, "2016-07-20T12:00:00+08:00", shows the wall clock whatever Z means.
var withOffset = regexp.MustCompile(`[Tt ]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?([+-])(\d{2}):?(\d{2})$`)

// read reads a time of a search's answer as one of the wall clock.
func (c *clock) read(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	t, err := playback.ParseTime(text, time.UTC)
	if err != nil {
		return time.Time{}, fmt.Errorf("time of a recording: %w", err)
	}
	if withOffset.MatchString(text) {
		return t, nil
	}
	return c.wall(t), nil
}

// timeDocument is the page /ISAPI/System/time.
type timeDocument struct {
	Local string `xml:"localTime"`
	Zone  string `xml:"timeZone"`
}

// timePage is what it tells: the wall clock when it was asked, and the device's zone.
type timePage struct {
	local time.Time
	zone  *time.Location
}

// read takes the offset from the local time where it stands there, since it includes daylight saving time, or else from the zone. ok is
// false where the page does not tell both.
func (d timeDocument) read() (page *timePage, ok bool) {
	local := strings.TrimSpace(d.Local)
	t, err := playback.ParseTime(local, time.UTC)
	if err != nil {
		return nil, false
	}
	if m := withOffset.FindStringSubmatch(local); m != nil {
		offset, told := offsetOf(m[1], m[2], m[3])
		return &timePage{t, zoneOf(offset)}, told
	}
	offset, ok := posixOffset(d.Zone)
	return &timePage{t, zoneOf(offset)}, ok
}

// A zone as POSIX writes it (IEEE Std 1003.1 section 8.3): "CST-8:00:00" is UTC+8. What follows are rules for daylight saving time.
var posixZone = regexp.MustCompile(`^(?:<[^>]{1,16}>|[A-Za-z]{1,16})([+-]?)(\d{1,2})(?::(\d{2}))?`)

// posixOffset returns the zone's offset east of UTC, without daylight saving time.
func posixOffset(zone string) (offset time.Duration, ok bool) {
	m := posixZone.FindStringSubmatch(strings.TrimSpace(zone))
	if m == nil {
		return 0, false
	}
	offset, ok = offsetOf(m[1], m[2], m[3])
	return -offset, ok
}

// maxOffset is beyond every zone on earth.
const maxOffset = 15 * time.Hour

// offsetOf reads the parts of an offset; no sign means plus, no minutes mean none.
func offsetOf(sign, hours, minutes string) (offset time.Duration, ok bool) {
	h, err := strconv.Atoi(hours)
	if err != nil {
		return 0, false
	}
	m, err := strconv.Atoi("0" + minutes)
	if err != nil {
		return 0, false
	}
	offset = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if sign == "-" {
		offset = -offset
	}
	return offset, offset.Abs() <= maxOffset
}

func zoneOf(offset time.Duration) *time.Location {
	return time.FixedZone("", int(offset/time.Second))
}

// now returns the digits of the wall clock and those of UTC at the moment at which the page was asked for.
func (p *timePage) now() (wall, utc time.Time) {
	_, offset := p.local.In(p.zone).Zone()
	return p.local, p.local.Add(-time.Duration(offset) * time.Second)
}
