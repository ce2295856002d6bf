package nvrsim

import (
	"fmt"
	"slices"
	"strings"
)

const rtspMethods = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, SET_PARAMETER, GET_PARAMETER"

// handle answers one request; nil means it is never answered.
func (c *conn) handle(req *rtspRequest) *reply {
	faults := c.r.Faults()
	if slices.Contains(faults.RTSPHang, req.method) {
		return nil
	}
	if req.method != "OPTIONS" {
		if p := c.login(req); p != nil {
			return p
		}
	}
	if status := faults.RTSPStatus[req.method]; status != 0 {
		return &reply{status: status}
	}
	if id, _, _ := strings.Cut(req.header["session"], ";"); id != "" && (c.session == nil || strings.TrimSpace(id) != c.session.id) {
		// Sessions are bound to their connection. Hikvision answers 500 to a TEARDOWN on another one.
		if c.r.cfg.Vendor == Hikvision {
			return &reply{status: 500}
		}
		return &reply{status: 454}
	}
	switch req.method {
	case "OPTIONS":
		p := &reply{status: 200}
		p.add("Public", rtspMethods)
		return p
	case "DESCRIBE":
		return c.describe(req, faults)
	case "SETUP":
		return c.setup(req, faults)
	case "PLAY":
		return c.play(req)
	case "PAUSE":
		return c.pause()
	case "TEARDOWN":
		return c.teardown(req)
	case "GET_PARAMETER", "SET_PARAMETER":
		return c.keepAlive()
	default:
		return &reply{status: 405}
	}
}

// login lets a request pass with nil, or returns the refusal.
func (c *conn) login(req *rtspRequest) *reply {
	header := req.header["authorization"]
	if header == "" && c.loggedIn && strings.HasSuffix(req.method, "_PARAMETER") {
		return nil
	}
	v := c.r.gate.check(credentials{
		method: req.method, target: req.url, header: header, remote: c.remote, within: withinURL,
	})
	switch v {
	case accepted:
		if !c.loggedIn {
			c.loggedIn = true
			c.r.journal.add(LoginOK, c.remote, "", req.url)
		}
		return nil
	case refused, locked:
		c.r.journal.add(LoginRefused, c.remote, "", req.url)
	default:
	}
	if v == locked && (c.r.Faults().LockedForbidden || c.r.cfg.Vendor == Dahua) {
		return &reply{status: 403}
	}
	p := &reply{status: 401}
	for _, value := range c.r.gate.challenges(overRTSP, "", v == stale) {
		p.add("WWW-Authenticate", value)
	}
	return p
}

// limitStatus is what a recorder without room for another session answers.
func (r *Recorder) limitStatus() int {
	if r.cfg.Vendor == Dahua {
		return 403
	}
	return 453
}

// full tells whether there is no room for another session.
func (r *Recorder) full(s span, f Faults) bool {
	open := r.Counts()
	return f.MaxSessions > 0 && open.Sessions >= f.MaxSessions || !s.live() && f.MaxPlaybacks > 0 && open.Playbacks >= f.MaxPlaybacks
}

// reserve counts a new session where there is room for it.
func (r *Recorder) reserve(s span, f Faults) bool {
	if s.live() {
		return r.journal.reserve(f.MaxSessions)
	}
	return r.journal.reservePlayback(f.MaxSessions, f.MaxPlaybacks)
}

// find resolves a URL to a place that exists.
func (c *conn) find(req *rtspRequest) (place, *reply) {
	p, ok := c.r.locate(req.url)
	if !ok || c.r.clip(p.channel, p.stream) == nil {
		return p, &reply{status: 404}
	}
	if !p.span.live() && len(c.r.stretches(p.channel, p.span)) == 0 {
		return p, &reply{status: 404}
	}
	return p, nil
}

func (c *conn) describe(req *rtspRequest, f Faults) *reply {
	at, refusal := c.find(req)
	f = f.of(at.channel)
	switch {
	case refusal != nil:
	case f.LimitAtDescribe && c.r.full(at.span, f):
		refusal = &reply{status: c.r.limitStatus()}
	case !at.span.live(): // what was recorded needs no camera
	case c.r.offline(at.channel) && f.OfflineAs == OfflineUnavailable:
		refusal = &reply{status: 503}
	case c.r.offline(at.channel) && f.OfflineAs != OfflineSilent:
		refusal = &reply{status: 404}
	}
	if refusal != nil {
		c.r.journal.add(Describe, c.remote, "", fmt.Sprintf("%s: %d", req.url, refusal.status))
		return refusal
	}
	c.r.journal.add(Describe, c.remote, "", req.url)
	p := &reply{status: 200, body: c.r.describe(at, f)}
	p.add("Content-Type", "application/sdp")
	// A slash behind the whole URL, the query too.
	p.add("Content-Base", strings.TrimRight(at.base, "/")+"/")
	return p
}

func (c *conn) setup(req *rtspRequest, f Faults) *reply {
	p := c.trySetup(req, f)
	detail := req.url
	if p.status != 200 {
		detail = fmt.Sprintf("%s: %d", req.url, p.status)
	}
	c.r.journal.add(Setup, c.remote, c.sessionID(), detail)
	return p
}

func (c *conn) trySetup(req *rtspRequest, f Faults) *reply {
	at, refusal := c.find(req)
	if refusal != nil {
		return refusal
	}
	f = f.of(at.channel)
	tracks := c.r.tracks(at, f)
	i := slices.IndexFunc(tracks, func(t announced) bool { return t.name == at.track })
	if i < 0 {
		return &reply{status: 404}
	}
	transport := req.header["transport"]
	if !strings.Contains(transport, "RTP/AVP/TCP") {
		return &reply{status: 461}
	}
	if c.session != nil && !c.session.takes(at) {
		return &reply{status: 455}
	}
	if c.session == nil {
		if !c.r.reserve(at.span, f) {
			return &reply{status: c.r.limitStatus()}
		}
		c.session = newSession(c, at)
	}
	t := c.session.add(tracks[i], channelOf(transport, len(c.session.tracks)))
	p := &reply{status: 200}
	odd := c.r.channels[at.channel-1].Quirks.OddHeaders
	p.add("Session", c.session.header(odd))
	p.add("Transport", t.transport(c.r.cfg.Vendor, odd))
	switch {
	case c.r.cfg.Vendor == Dahua:
		p.add("x-Dynamic-Rate", "1")
	case !at.span.live():
		p.add("Accept-Ranges", "UTC")
		p.add("Media-Properties", `Random-Access=1.0s, Unlimited, Immutable, Scales="-1, 0.5, 0.25, 0.125,:1, 2, 4"`) // as they write it
	}
	return p
}

func (c *conn) sessionID() string {
	if c.session == nil {
		return ""
	}
	return c.session.id
}

func (c *conn) play(req *rtspRequest) *reply {
	if c.session == nil {
		return &reply{status: 454}
	}
	c.r.journal.add(Play, c.remote, c.session.id, req.url)
	if c.session.reel != nil {
		return c.session.replay(req)
	}
	p := &reply{status: 200}
	p.add("Session", c.session.id)
	p.add("Range", "npt=now-")
	if !c.session.started {
		c.session.start()
		p.add("RTP-Info", c.session.rtpInfo())
	}
	return p
}

func (c *conn) pause() *reply {
	if c.session == nil {
		return &reply{status: 454}
	}
	c.session.pause()
	p := &reply{status: 200}
	p.add("Session", c.session.id)
	return p
}

func (c *conn) teardown(req *rtspRequest) *reply {
	if c.session == nil {
		return &reply{status: 454}
	}
	id := c.session.id
	c.session.end()
	c.session = nil
	c.r.journal.add(Teardown, c.remote, id, req.url)
	p := &reply{status: 200}
	p.add("Session", id)
	return p
}

func (c *conn) keepAlive() *reply {
	p := &reply{status: 200}
	if c.session != nil {
		p.add("Session", c.session.id)
	}
	return p
}

// of returns the faults that act on a channel.
func (f Faults) of(channel int) Faults {
	if len(f.Channels) == 0 || slices.Contains(f.Channels, channel) {
		return f
	}
	return Faults{
		HTTPRefuse: f.HTTPRefuse, RTSPRefuse: f.RTSPRefuse, RTSPHang: f.RTSPHang, RTSPStatus: f.RTSPStatus,
		MaxSessions: f.MaxSessions, LimitAtDescribe: f.LimitAtDescribe, Offline: f.Offline, OfflineAs: f.OfflineAs,
		SDKRefuse: f.SDKRefuse, SDKHang: f.SDKHang, SDKBusy: f.SDKBusy, SDKPaced: f.SDKPaced,
	}
}
