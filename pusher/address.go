package pusher

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"unicode"
)

// streamMark stands in an address template for the name of the stream.
const streamMark = "{stream}"

// maxStreamName bounds the name of a stream, in bytes.
const maxStreamName = 255

// publishPoint is an RTMP address taken apart in the way servers put it together again.
type publishPoint struct {
	secure bool
	// host is what a certificate must name, dial is host:port.
	host, dial string
	// tcURL and app go into connect; name, with the query, into publish.
	tcURL, app, name string
	// address is for people: without query.
	address string
	query   string
}

// parseTemplate checks an address template. Its errors do not repeat the address, which may hold a secret.
func parseTemplate(template string) (publishPoint, error) {
	path, _, _ := strings.Cut(template, "?")
	if !strings.Contains(path, streamMark) {
		return publishPoint{}, errors.New("RTMP address: its path must contain " + streamMark)
	}
	return parseAddress(strings.ReplaceAll(template, streamMark, "stream"))
}

// expand puts the name of a stream into a template that parseTemplate has accepted.
func expand(template, stream string) (publishPoint, error) {
	bad := func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(" ?#&", r) }
	if stream == "" || len(stream) > maxStreamName || strings.IndexFunc(stream, bad) >= 0 {
		return publishPoint{}, fmt.Errorf("RTMP stream name %.*q cannot stand in an address", maxStreamName, stream)
	}
	return parseAddress(strings.ReplaceAll(template, streamMark, stream))
}

// parseAddress splits rtmp://host:port/app/name?query. The last part of the path is the name, what stands before it the app.
//
// An address of one part, rtmp://host:port/name, has no app: SRS then takes its own "__defaultApp__", but only where the tcUrl ends
// with a slash behind the port; a client that takes the only part for the app is refused for want of a stream (SRS 3 to 6).
func parseAddress(address string) (publishPoint, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	authority, path, _ := strings.Cut(rest, "/")
	path, query, hasQuery := strings.Cut(path, "?")
	scheme = strings.ToLower(scheme)
	if scheme != "rtmp" && scheme != "rtmps" {
		return publishPoint{}, errors.New("RTMP address: must begin with rtmp:// or rtmps://")
	}
	if strings.Contains(authority, "@") {
		return publishPoint{}, errors.New("RTMP address: RTMP knows no user and password before the host; servers take a key in the query")
	}
	u, err := url.Parse(scheme + "://" + authority)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return publishPoint{}, errors.New("RTMP address: host and port cannot be read")
	}
	p := publishPoint{secure: scheme == "rtmps", host: u.Hostname(), query: query}
	port := u.Port()
	switch {
	case port != "":
	case p.secure:
		port = "443"
	default:
		port = "1935"
	}
	p.dial = net.JoinHostPort(p.host, port)
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		p.app, p.name = path[:i], path[i+1:]
	} else {
		p.name = path
	}
	if p.name == "" {
		return publishPoint{}, errors.New("RTMP address: has no stream name")
	}
	p.tcURL = u.Scheme + "://" + u.Host + "/" + p.app
	p.address = u.Scheme + "://" + p.dial + "/" + path
	if hasQuery {
		p.name += "?" + query
	}
	return p, nil
}

// redact takes what stood in the query out of a text of the server's, which may repeat the name it was asked for, also cut short.
func (p *publishPoint) redact(text string) string {
	if p.query == "" {
		return text
	}
	text = strings.ReplaceAll(text, p.query, "…")
	for pair := range strings.SplitSeq(p.query, "&") {
		if _, value, _ := strings.Cut(pair, "="); len(value) >= 4 {
			text = strings.ReplaceAll(text, value, "…")
		}
	}
	stream, _, _ := strings.Cut(p.name, "?")
	before, begun, found := strings.Cut(text, stream+"?")
	if !found {
		return text
	}
	end := strings.IndexAny(begun, " \t\r\n\"',;")
	if end < 0 {
		end = len(begun)
	}
	return before + stream + "?…" + p.redact(begun[end:])
}
