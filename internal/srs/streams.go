package srs

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// The pages of the list. SRS from 4.0 on gives ten streams unless it is asked for more; 3.0 gives all, whatever it is asked for.
const (
	pageSize = 1000
	maxPages = 20
)

// minSpan is the shortest time between two lists that a rate is made of.
const minSpan = 500 * time.Millisecond

// maxName is the ceiling for names that are taken from a list, in bytes.
const maxName = 512

// Stream is one stream as the server sees it.
type Stream struct {
	// App and Name are those under which it was published, without a query.
	App, Name string
	// Publishing tells that somebody publishes it now: servers keep streams in their list that have ended. An edge of a cluster does not
	// call its own publishes active, but data come in.
	Publishing bool
	// VideoCodec is "H.264", "H.265", "AV1" or what the server says; empty where no picture has come.
	VideoCodec    string
	Width, Height int // 0 where the server does not tell
	// BitsPerSecond is what comes in: the server's own mean over 30 s, before that the mean since the last list; 0 without either.
	BitsPerSecond float64
	// Viewers are its players by RTMP, HTTP-FLV and WebRTC; who plays HLS does not count on every server.
	Viewers int
}

// Streams lists all streams; the list is at most Config.Fresh old. The caller must not change it. It fails as Version does.
func (c *Client) Streams(ctx context.Context) ([]Stream, error) {
	return c.streams.get(ctx, c.askStreams)
}

// Stream finds a stream by its name, and by its app where several have that name; one that is published comes first. ok is false where the
// server does not have it. SRS from 5.0 on cuts an extension such as ".sdp" off the name. It fails as Version does.
func (c *Client) Stream(ctx context.Context, app, name string) (stream Stream, ok bool, err error) {
	all, err := c.Streams(ctx)
	if err != nil {
		return Stream{}, false, err
	}
	best, cut := 0, strings.TrimSuffix(name, path.Ext(name))
	for _, s := range all {
		if s.Name != name && s.Name != cut {
			continue
		}
		rank := 1
		if s.Publishing {
			rank += 2
		}
		if s.App == app {
			rank++
		}
		if rank > best {
			stream, best = s, rank
		}
	}
	return stream, best > 0, nil
}

// listed is a stream in the server's JSON. Identifiers are numbers in 3.0 and texts later.
type listed struct {
	ID      any     `json:"id"`
	Name    string  `json:"name"`
	App     string  `json:"app"`
	Clients float64 `json:"clients"`
	Bytes   float64 `json:"recv_bytes"`
	Kbps    struct {
		Received float64 `json:"recv_30s"`
	} `json:"kbps"`
	Publish struct {
		Active bool `json:"active"`
	} `json:"publish"`
	Video *struct {
		Codec  string  `json:"codec"`
		Width  float64 `json:"width"`
		Height float64 `json:"height"`
	} `json:"video"`
}

// reading is what came in until a moment: bytes by the server's identifier.
type reading struct {
	at    time.Time
	bytes map[string]float64
}

// rate is the mean since a reading, in bits per second.
func (r reading) rate(id string, bytes float64, now time.Time) float64 {
	before, known := r.bytes[id]
	span := now.Sub(r.at)
	if !known || bytes < before || span < minSpan {
		return 0
	}
	return (bytes - before) * 8 / span.Seconds()
}

func (c *Client) askStreams(ctx context.Context) ([]Stream, error) {
	var all []Stream
	known := map[string]bool{}
	current := reading{c.streams.now(), map[string]float64{}}
	for page := range maxPages {
		var answer struct {
			envelope
			Streams []listed `json:"streams"`
		}
		// With the slash: without it the answer is a redirect.
		if err := c.get(ctx, "/api/v1/streams/", url.Values{
			"start": {strconv.Itoa(page * pageSize)}, "count": {strconv.Itoa(pageSize)},
		}, &answer); err != nil {
			return nil, err
		}
		if err := answer.check(c); err != nil {
			return nil, err
		}
		before := len(known)
		for i, s := range answer.Streams {
			id := fmt.Sprint(s.ID)
			if s.ID == nil {
				id = strconv.Itoa(page) + "/" + strconv.Itoa(i)
			}
			if !known[id] && len(s.Name) <= maxName && len(s.App) <= maxName {
				rate := max(s.Kbps.Received, 0) * 1000
				if rate == 0 {
					rate = c.last.rate(id, s.Bytes, current.at)
				}
				all = append(all, s.stream(rate))
				current.bytes[id] = s.Bytes
			}
			known[id] = true
		}
		if len(answer.Streams) < pageSize || len(known) == before {
			break
		}
	}
	c.last = current
	return all, nil
}

func (l *listed) stream(rate float64) Stream {
	s := Stream{App: l.App, Name: l.Name, Publishing: l.Publish.Active || rate > 0, BitsPerSecond: rate}
	s.Viewers = count(l.Clients)
	if s.Publishing { // who publishes is a client too
		s.Viewers = max(s.Viewers-1, 0)
	}
	if l.Video != nil {
		s.VideoCodec = codecName(l.Video.Codec)
		s.Width, s.Height = count(l.Video.Width), count(l.Video.Height)
	}
	return s
}

// count is a number of things out of JSON, where a stranger may write any.
func count(f float64) int {
	const most = 1 << 30
	if !(f > 0) { // also no number at all
		return 0
	}
	return int(min(f, most))
}

// codecName is the codec by the name that the rest of the program uses.
func codecName(name string) string {
	switch name {
	case "H264", "AVC":
		return "H.264"
	case "HEVC", "H265":
		return "H.265"
	default:
		return printable(name)
	}
}
