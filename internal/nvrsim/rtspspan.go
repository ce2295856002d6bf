package nvrsim

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// dahuaURLTime is the form of times in a Dahua playback URL.
const dahuaURLTime = "2006_01_02_15_04_05"

// span is the time of recordings that a URL asks for, on the device's wall clock. The zero span asks for live.
type span struct{ from, until time.Time }

func (s span) live() bool { return s == span{} }

// hikvisionTrack reads /Streaming/tracks/101?starttime=20160720T120000Z&endtime=20160720T130000Z; t and z may be small. Only the main
// stream is recorded. The name and size that a search adds to it do not matter.
func (r *Recorder) hikvisionTrack(p *place, path, query string) bool {
	for _, prefix := range []string{"/streaming/tracks/", "/isapi/streaming/tracks/", "/psia/streaming/tracks/"} {
		id, found := strings.CutPrefix(path, prefix)
		if !found {
			continue
		}
		number, err := strconv.Atoi(id)
		p.channel, p.stream = number/100, number%100
		return err == nil && p.stream == mainStream && r.readSpan(p, query, r.hikvisionMoment)
	}
	return false
}

// hikvisionMoment reads a time with Z, which means the wall clock or UTC as the device is.
func (r *Recorder) hikvisionMoment(text string) (time.Time, error) {
	at, err := time.Parse(hikvisionURLTime, strings.ToUpper(text))
	return at.Add(r.zoneOfZ()), err
}

// hikvisionClock is the other way round, for a Range. Parts of a second only stand where there are any.
func (r *Recorder) hikvisionClock(at time.Time) string {
	return at.Add(-r.zoneOfZ()).UTC().Format("20060102T150405.999Z")
}

// dahuaPlayback reads channel=1&subtype=0&starttime=2016_07_20_12_00_00&endtime=2016_07_20_13_00_00. Recorders give 404 where the end
// stands before the start, which their cameras take, and some play nothing of use without subtype, so it must be there.
func (r *Recorder) dahuaPlayback(p *place, query string) bool {
	start, end := strings.Index(query, "starttime="), strings.Index(query, "endtime=")
	if end >= 0 && end < start || !strings.Contains(query, "subtype=") {
		return false
	}
	return p.dahua(query) && p.stream == mainStream && r.readSpan(p, query, func(text string) (time.Time, error) {
		return time.Parse(dahuaURLTime, text)
	})
}

// readSpan reads the times of a query. Without an end it is that of the newest recording.
func (r *Recorder) readSpan(p *place, query string, read func(string) (time.Time, error)) bool {
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	if p.span.from, err = read(values.Get("starttime")); err != nil {
		return false
	}
	if end := values.Get("endtime"); end != "" {
		p.span.until, err = read(end)
	} else {
		p.span.until = r.newest(p.channel)
	}
	return err == nil && p.span.from.Before(p.span.until)
}

// wanted reads the Range of a PLAY, of which only the start counts: Dahua recorders seek by seconds since the start of the URL's span,
// Hikvision recorders by the clock; they take npt=0.000- and do not move by it.
func (r *Recorder) wanted(s span, header string) (at time.Time, ok bool) {
	text, isClock := strings.CutPrefix(header, "clock=")
	if r.cfg.Vendor == Hikvision {
		text, _, _ = strings.Cut(text, "-")
		var err error
		at, err = r.hikvisionMoment(text)
		return at, isClock && err == nil
	}
	text, isTime := strings.CutPrefix(header, "npt=")
	text, _, _ = strings.Cut(text, "-")
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !isTime || !(seconds >= 0 && seconds <= s.until.Sub(s.from).Seconds()) {
		return at, false
	}
	return s.from.Add(time.Duration(seconds * float64(time.Second))), true
}

// granted is the Range of an answer to PLAY, from the time of the first picture.
func (r *Recorder) granted(s span, at time.Time) string {
	if r.cfg.Vendor == Hikvision {
		return "clock=" + r.hikvisionClock(at) + "-"
	}
	return "npt=" + strconv.FormatFloat(max(at.Sub(s.from).Seconds(), 0), 'f', 3, 64) + "-"
}

// rangeOf is what a description tells of the span.
func (r *Recorder) rangeOf(s span) string {
	switch {
	case s.live():
		return "npt=now-"
	case r.cfg.Vendor == Hikvision:
		return "clock=" + r.hikvisionClock(s.from) + "-" + r.hikvisionClock(s.until)
	default:
		return "npt=0-" + strconv.FormatFloat(s.until.Sub(s.from).Seconds(), 'f', -1, 64)
	}
}
