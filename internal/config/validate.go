package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The bounds of sdk.max_memory in MiB: below, no library gets far; above, it is no limit.
const (
	minWorkerMemory = 64
	maxWorkerMemory = 65536
)

// The most that a log may take of a disk: MiB in a file, and old files.
const (
	maxLogSize  = 10240
	maxLogFiles = 1000
)

// problems collects what is wrong, so that an operator sees all of it at once.
type problems []*problem

func (p *problems) add(key string, value any, allowed string) {
	*p = append(*p, &problem{key, fmt.Sprintf("%#v %s", value, allowed)})
}

// validate checks every key.
func (c *Config) validate() problems {
	var p problems
	c.checkListeners(&p)
	c.checkAddresses(&p)
	p.duration("heartbeat.interval", c.Heartbeat.Interval, 100*time.Millisecond, time.Hour)
	p.duration("heartbeat.grace", c.Heartbeat.Grace, 0, time.Hour)
	p.duration("start_timeout", c.StartTimeout, 500*time.Millisecond, 2*time.Minute)
	p.duration("search_timeout", c.SearchTimeout, time.Second, 10*time.Minute)
	p.duration("source_timeout", c.SourceTimeout, time.Second, time.Minute)
	p.duration("login.cool_down", c.Login.CoolDown, time.Second, 24*time.Hour)
	p.between("sdk.max_memory", c.SDK.MaxMemory, minWorkerMemory, maxWorkerMemory)
	oneOf(&p, "rtmp.hevc", c.RTMP.HEVC, HEVCAuto, HEVCEnhanced, HEVCLegacy, HEVCNone)
	oneOf(&p, "audio.other", c.Audio.Other, AudioTranscode, AudioDrop)
	oneOf(&p, "log.level", c.Log.Level, "debug", "info", "warn", "error")
	oneOf(&p, "log.format", c.Log.Format, FormatText, FormatJSON)
	p.between("log.max_size", c.Log.MaxSize, 1, maxLogSize)
	p.between("log.max_files", c.Log.MaxFiles, 1, maxLogFiles)
	c.checkDevices(&p)
	return p
}

func (c *Config) checkListeners(p *problems) {
	if len(c.API.Listen) == 0 {
		p.add("api.listen", "", "must name at least one address such as :8090")
	}
	type door struct{ key, host string }
	seen := map[string][]door{} // by port
	listen := func(key, address string) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || (host != "" && !validHost(host)) || !validPort(port, 0) {
			p.add(key, address, "must be host:port, or :port for every address of this machine")
			return
		}
		other := slices.IndexFunc(seen[port], func(d door) bool { return d.host == host || d.host == "" || host == "" })
		if port != "0" && other >= 0 {
			p.add(key, address, "is taken by "+seen[port][other].key)
			return
		}
		seen[port] = append(seen[port], door{key, host})
	}
	for i, address := range c.API.Listen {
		listen(fmt.Sprintf("api.listen[%d]", i), address)
	}
	listen("admin.listen", c.Admin.Listen)
	if c.RTMP.PublishURL.Reveal() == "" {
		listen("embedded.rtmp_listen", c.Embedded.RTMPListen)
		listen("embedded.http_listen", c.Embedded.HTTPListen)
	}
	if !c.Admin.Loopback() && c.Admin.Token.Reveal() == "" {
		p.add("admin.listen", c.Admin.Listen, "is reached from other machines, which needs admin.token; or must be on 127.0.0.1")
	}
	checkToken(p, "api.token", c.API.Token.Reveal())
	checkToken(p, "admin.token", c.Admin.Token.Reveal())
	for i, origin := range c.API.Origins {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || origin != u.Scheme+"://"+u.Host {
			p.add(fmt.Sprintf("api.origins[%d]", i), origin, "must be http://host:port or https://host, without a path")
		}
	}
}

// Loopback tells whether the admin listener is reached from this machine only.
func (a Admin) Loopback() bool {
	host, _, err := net.SplitHostPort(a.Listen)
	return err == nil && loopback(host)
}

// checkToken refuses what no header line carries, without showing it.
func checkToken(p *problems, key, token string) {
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		p.add(key, redacted, "must be letters, digits and signs of ASCII, without blanks")
	}
}

// redacted stands for the value of a secret in a message.
const redacted = "***"

func (c *Config) checkAddresses(p *problems) {
	if text := c.RTMP.PublishURL.Reveal(); text != "" {
		if _, ok := parsePublish(text); !ok {
			p.add("rtmp.publish_url", redacted, "must be rtmp://host:port/app/{stream}, with {stream} once in the last part,"+
				" and no user before the host: RTMP knows none, servers take a key in the query (?token=...)")
		}
	}
	c.checkSRS(p)
	checkTemplate(p, "rtmp.play_url", c.RTMP.PlayURL)
	for _, other := range []struct{ key, template string }{
		{"flv_url", c.FLVURL}, {"hls_url", c.HLSURL}, {"webrtc_url", c.WebRTCURL},
	} {
		if other.template != None {
			checkTemplate(p, other.key, other.template)
		}
	}
}

func checkTemplate(p *problems, key, template string) {
	if template != "" && (!strings.Contains(template, "://") || !strings.Contains(template, StreamWord)) {
		p.add(key, template, "must be an address with {stream} in it, and {host} where that is this machine")
	}
}

func (p *problems) duration(key string, value, low, high time.Duration) {
	if value < low || value > high {
		p.add(key, value.String(), fmt.Sprintf("must be from %s to %s", low, high))
	}
}

func oneOf[T ~string](p *problems, key string, value T, allowed ...T) {
	if slices.Contains(allowed, value) {
		return
	}
	names := make([]string, 0, len(allowed))
	for _, a := range allowed {
		if a != "" { // "" is what a key has that is not there
			names = append(names, string(a))
		}
	}
	p.add(key, string(value), "must be one of "+strings.Join(names, ", "))
}
