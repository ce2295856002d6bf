package config

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// None as a template leaves an address out of answers.
const None = "none"

// StreamWord and HostWord are what templates hold for the stream's name and for the host by which a caller reached us.
const (
	StreamWord = "{stream}"
	HostWord   = "{host}"
)

// SRS's usual ports, and the app under which it keeps streams whose address has no app (3.0 and later).
const (
	srsHTTPPort   = "8080"
	srsAPIPort    = "1985"
	srsDefaultApp = "__defaultApp__"
)

// URLs are the templates of the addresses that callers get, empty where an address is left out.
type URLs struct{ RTMP, FLV, HLS, WebRTC string }

// URLs returns the templates as configured, and derived where the configuration says nothing: from rtmp.publish_url as an SRS with its
// usual ports serves it, else from where the embedded server listens. A server on this machine is {host} for callers. Nothing of
// what protects the publish, user, password or query, gets into them.
func (c *Config) URLs() URLs {
	derived := c.embeddedURLs()
	if publish, ok := parsePublish(c.RTMP.PublishURL.Reveal()); ok {
		derived = publish.urls()
	}
	return URLs{
		RTMP:   choose(c.RTMP.PlayURL, derived.RTMP),
		FLV:    choose(c.FLVURL, derived.FLV),
		HLS:    choose(c.HLSURL, derived.HLS),
		WebRTC: choose(c.WebRTCURL, derived.WebRTC),
	}
}

func choose(configured, derived string) string {
	switch configured {
	case "":
		return derived
	case None:
		return ""
	default:
		return configured
	}
}

func (c *Config) embeddedURLs() URLs {
	_, rtmpPort, _ := net.SplitHostPort(c.Embedded.RTMPListen)
	_, httpPort, _ := net.SplitHostPort(c.Embedded.HTTPListen)
	return URLs{
		RTMP: "rtmp://" + HostWord + ":" + rtmpPort + "/live/" + StreamWord,
		FLV:  "http://" + HostWord + ":" + httpPort + "/live/" + StreamWord + ".flv",
	}
}

// publishURL are the parts of rtmp.publish_url.
type publishURL struct {
	host, port string // port with its colon, empty where none is named
	app, name  string // app without slashes around it, empty where the address has one segment; name with {stream}
	vhost      string
}

// parsePublish takes an address apart. It does not use url.Parse for the whole, which does not like braces everywhere.
func parsePublish(text string) (publishURL, bool) {
	rest, found := strings.CutPrefix(text, "rtmp://")
	if !found {
		return publishURL{}, false
	}
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	p := publishURL{host: authority}
	if host, port, err := net.SplitHostPort(authority); err == nil {
		p.host, p.port = host, ":"+port
		if !validPort(port, 1) {
			return publishURL{}, false
		}
	}
	p.host = strings.TrimSuffix(strings.TrimPrefix(p.host, "["), "]")
	if values, err := url.ParseQuery(query); err == nil {
		p.vhost = values.Get("vhost")
	}
	p.app, p.name = "", path
	if i := strings.LastIndex(path, "/"); i >= 0 {
		p.app, p.name = strings.Trim(path[:i], "/"), path[i+1:]
	}
	if !validHost(p.host) || strings.Count(p.name, StreamWord) != 1 || strings.ContainsAny(p.app, "{}") {
		return publishURL{}, false
	}
	return p, true
}

func (p publishURL) urls() URLs {
	host := p.host
	switch {
	case loopback(host):
		host = HostWord
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	play := "rtmp://" + host + p.port + "/" + strings.TrimPrefix(p.app+"/"+p.name, "/")
	if p.vhost != "" {
		// How a virtual host is reached by HTTP depends on the server's names; only the operator knows.
		return URLs{RTMP: play + "?vhost=" + url.QueryEscape(p.vhost)}
	}
	app := p.app
	if app == "" {
		app = srsDefaultApp
	}
	file := "http://" + host + ":" + srsHTTPPort + "/" + app + "/" + p.name
	return URLs{
		RTMP:   play,
		FLV:    file + ".flv",
		HLS:    file + ".m3u8",
		WebRTC: "http://" + host + ":" + srsAPIPort + "/rtc/v1/whep/?app=" + app + "&stream=" + p.name,
	}
}

// loopback tells whether a host is this machine itself.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
