package rtspsource

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// defaultPorts by scheme (RFC 7826 section 4.2).
const (
	portRTSP  = "554"
	portRTSPS = "322"
)

// parseURL takes an address apart and makes sure that it is sent as it was given.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("the RTSP address cannot be read")
	case u.User != nil:
		return nil, errors.New("the RTSP address must not hold credentials")
	case u.Scheme != "rtsp" && u.Scheme != "rtsps":
		return nil, fmt.Errorf("scheme %q is not RTSP", u.Scheme)
	case u.Hostname() == "" || u.Opaque != "" || strings.Contains(s, "#"):
		return nil, errors.New("the RTSP address names no host, or has a fragment")
	case u.String() != s || strings.ContainsAny(s, " \t\r\n"):
		return nil, errors.New("the RTSP address would not be sent as it is given: escape it")
	}
	return u, nil
}

// hostPort is where to dial.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = portRTSP
		if u.Scheme == "rtsps" {
			port = portRTSPS
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// baseURL is what controls are appended to and what PLAY asks for: the session's control, else Content-Base, else the address itself.
// Only the path and the query are taken from the device; a recorder behind a router knows itself by another host.
func baseURL(request *url.URL, control, contentBase string) *url.URL {
	for _, s := range []string{control, contentBase} {
		s = strings.ReplaceAll(s, " ", "%20")
		if s == "" || s == "*" {
			continue
		}
		if u := absolute(request, s); u != nil {
			return u
		}
		if u, err := url.Parse(request.Scheme + "://" + request.Host + s); err == nil && strings.HasPrefix(s, "/") {
			return u
		}
	}
	return request
}

// absolute returns nil where s is not an absolute RTSP address.
func absolute(request *url.URL, s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "rtsp" && u.Scheme != "rtsps" || u.Opaque != "" {
		return nil
	}
	u.Scheme, u.Host, u.User, u.Fragment, u.RawFragment = request.Scheme, request.Host, nil, "", ""
	return u
}

// controlURL is the address of one medium. A relative control is appended behind the query, not resolved by RFC 3986: Hikvision's playback
// ends "...&endtime=x/trackID=video", and a client that puts it elsewhere loses the query.
func controlURL(base *url.URL, control string) string {
	control = strings.ReplaceAll(control, " ", "%20")
	if control == "" || control == "*" {
		return base.String()
	}
	if u := absolute(base, control); u != nil {
		return u.String()
	}
	s := base.String()
	if control[0] == '?' {
		return s + control
	}
	return strings.TrimSuffix(s, "/") + "/" + strings.TrimLeft(control, "/")
}
