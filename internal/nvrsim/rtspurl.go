package nvrsim

import (
	"net/url"
	"strconv"
	"strings"
)

// place is what an RTSP URL points at.
type place struct {
	channel, stream int
	// span is what a URL of recordings asks for, zero in live.
	span span
	// base is the URL without track.
	base string
	// track is what follows "trackID=", empty where the URL names the whole stream.
	track string
}

// locate reads a URL in the vendor's forms. ok is false where it is of no known form; the channel may still not exist.
//
// A track stands behind the query where the client appended a relative control to the whole URL, as the vendors mean it, or before the
// query where it took an absolute control.
func (r *Recorder) locate(raw string) (p place, ok bool) {
	p.base = raw
	if before, after, found := cutLast(raw, "/trackID="); found {
		var query string
		p.track, query, _ = strings.Cut(after, "?")
		p.base = before
		if query != "" {
			p.base += "?" + query
		}
	}
	u, err := url.Parse(strings.TrimRight(p.base, "/"))
	if err != nil {
		return p, false
	}
	path := strings.ToLower(strings.TrimRight(u.Path, "/"))
	if r.cfg.Vendor == Dahua {
		if path == "/cam/playback" {
			return p, r.dahuaPlayback(&p, u.RawQuery)
		}
		return p, path == "/cam/realmonitor" && p.dahua(u.RawQuery)
	}
	if strings.Contains(path, "/tracks/") {
		return p, r.hikvisionTrack(&p, path, u.RawQuery)
	}
	for _, prefix := range []string{"/streaming/channels/", "/isapi/streaming/channels/"} {
		if id, found := strings.CutPrefix(path, prefix); found {
			number, err := strconv.Atoi(id)
			p.channel, p.stream = number/100, number%100
			return p, err == nil
		}
	}
	return p, r.oldHikvision(&p, path)
}

// oldHikvision reads /h264/ch33/main/av_stream, which counts as the SDK does.
func (r *Recorder) oldHikvision(p *place, path string) bool {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) != 4 || parts[3] != "av_stream" {
		return false
	}
	if parts[0] != "h264" && parts[0] != "h265" && parts[0] != "mpeg4" {
		return false
	}
	number, err := strconv.Atoi(strings.TrimPrefix(parts[1], "ch"))
	if err != nil || !strings.HasPrefix(parts[1], "ch") {
		return false
	}
	p.channel = r.fromSDK(number)
	p.stream = map[string]int{"main": mainStream, "sub": subStream}[parts[2]]
	return p.stream != 0
}

// dahua reads channel=1&subtype=0; without subtype it is the main stream.
func (p *place) dahua(query string) bool {
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	if p.channel, err = strconv.Atoi(values.Get("channel")); err != nil {
		return false
	}
	subtype := 0
	if text := values.Get("subtype"); text != "" {
		if subtype, err = strconv.Atoi(text); err != nil {
			return false
		}
	}
	p.stream = subtype + 1
	return true
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// withinURL tells whether the uri of a digest fits a request: vendor clients sign SETUP and PLAY with the URL of the whole stream.
func withinURL(uri, target string) bool {
	uri = strings.TrimRight(uri, "/")
	return uri != "" && strings.HasPrefix(target, uri)
}
