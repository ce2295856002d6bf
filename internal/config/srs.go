package config

import (
	"net"
	"net/url"
	"strings"

	"mediapusher/internal/device"
)

// rtmpPort is the port of RTMP where an address names none.
const rtmpPort = "1935"

// SRSAPI is the address of the HTTP API of the RTMP server, as configured, or where an SRS with its usual port has it. ok is false where
// nobody is to be asked.
func (c *Config) SRSAPI() (address device.Secret, ok bool) {
	publish, external := parsePublish(c.RTMP.PublishURL.Reveal())
	switch {
	case !external || c.SRS.APIURL.Reveal() == None:
		return device.Secret{}, false
	case c.SRS.APIURL.Reveal() != "":
		return c.SRS.APIURL, true
	default:
		return device.NewSecret("http://" + net.JoinHostPort(publish.host, srsAPIPort)), true
	}
}

// Published returns the app and the name under which the RTMP server has a stream; both are empty without rtmp.publish_url.
func (c *Config) Published(stream string) (app, name string) {
	publish, external := parsePublish(c.RTMP.PublishURL.Reveal())
	if !external {
		return "", ""
	}
	app = publish.app
	if app == "" {
		app = srsDefaultApp
	}
	return app, strings.ReplaceAll(publish.name, StreamWord, stream)
}

// PublishHost is host:port of rtmp.publish_url, empty without that key.
func (c *Config) PublishHost() string {
	publish, external := parsePublish(c.RTMP.PublishURL.Reveal())
	if !external {
		return ""
	}
	port := strings.TrimPrefix(publish.port, ":")
	if port == "" {
		port = rtmpPort
	}
	return net.JoinHostPort(publish.host, port)
}

func (c *Config) checkSRS(p *problems) {
	text := c.SRS.APIURL.Reveal()
	if text == "" || text == None {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		p.add("srs.api_url", redacted, "must be http://host:port, or none")
	}
}
