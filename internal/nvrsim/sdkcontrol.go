package nvrsim

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// find answers with the files of a channel, as many pages as there are. The faults of a page act on each.
func (c *sdkConn) find(ctx context.Context, q sdkRequest) string {
	channel, answer := c.channel(q)
	start, startOK := q.time("start")
	end, endOK := q.time("end")
	switch {
	case answer != "":
		return answer
	case !startOK || !endOK || !start.Before(end):
		return sdkUnsupported
	}
	r := c.r
	limit := r.Faults().MaxSearches
	if r.cfg.Vendor == Dahua {
		limit = orDefault(limit, dahuaSearches)
	}
	if !r.sdk.search(1, limit) {
		return sdkBusy
	}
	session := strconv.FormatInt(c.session, 10)
	r.journal.add(SearchOpen, c.remote, session, q.line)
	defer func() {
		r.sdk.search(-1, 0)
		r.journal.add(SearchClose, c.remote, session, "")
	}()
	files := r.recordings(channel, start, end)
	for i, file := range files {
		faults := r.Faults()
		if i%orDefault(faults.SearchPage, dahuaPage) == 0 {
			r.journal.add(SearchPage, c.remote, session, strconv.Itoa(i))
			if !pause(ctx, faults.SearchDelay) {
				return ""
			}
		}
		line := fmt.Sprintf("FILE name=%s size=%d start=%s end=%s",
			url.QueryEscape(file.Name), file.Size, file.Start.Format(sdkTime), file.End.Format(sdkTime))
		if err := c.say(line); err != nil {
			return ""
		}
	}
	return "OK"
}

// sdkMovement returns the movement that a vendor's number names, empty for none.
func sdkMovement(vendor string, command int) string {
	if vendor == Hikvision {
		return map[int]string{ // HCNetSDK: ZOOM_IN to IRIS_CLOSE, TILT_UP to DOWN_RIGHT
			11: "zoom in", 12: "zoom out", 13: "focus near", 14: "focus far", 15: "iris open", 16: "iris close",
			21: "tilt up", 22: "tilt down", 23: "pan left", 24: "pan right",
			25: "up left", 26: "up right", 27: "down left", 28: "down right",
		}[command]
	}
	return map[int]string{ // NetSDK: DH_PTZ_ControlType and DH_EXTPTZ_ControlType
		0: "tilt up", 1: "tilt down", 2: "pan left", 3: "pan right",
		4: "zoom in", 5: "zoom out", 6: "focus near", 7: "focus far", 8: "iris open", 9: "iris close",
		0x20: "up left", 0x21: "up right", 0x22: "down left", 0x23: "down right",
	}[command]
}

// maxSDKSpeed is the highest speed of a movement: 1 to 7 with Hikvision, 1 to 8 with Dahua. 0 leaves the speed to the camera.
func maxSDKSpeed(vendor string) int {
	if vendor == Hikvision {
		return 7
	}
	return 8
}

// move starts or stops a movement. A command that was taken is carried out even when the client is gone. A Dahua camera stops only by the
// command that moved it.
func (c *sdkConn) move(ctx context.Context, q sdkRequest) string {
	r := c.r
	faults := r.Faults()
	if !pause(ctx, faults.PTZDelay) {
		return ""
	}
	channel, answer := c.channel(q)
	if answer != "" {
		return answer
	}
	command, ok := q.number("command")
	speed, _ := q.number("speed")
	movement := sdkMovement(r.cfg.Vendor, command)
	switch {
	case !ok || movement == "" || r.channels[channel-1].NoPTZ || speed < 0 || speed > maxSDKSpeed(r.cfg.Vendor):
		return sdkUnsupported
	case r.offline(channel):
		return sdkOffline
	}
	session := strconv.FormatInt(c.session, 10)
	if q.values["stop"] != "1" {
		r.cameras.begin(channel, movement, false)
		r.journal.add(PTZStart, c.remote, session, fmt.Sprintf("%d %s", channel, movement))
		return "OK"
	}
	if r.cameras.fails(faults.PTZStopFails) {
		return sdkBusy
	}
	if now := r.cameras.current(channel, motorOf(movement)); r.cfg.Vendor == Dahua && now != "" && now != movement {
		return "OK"
	}
	if last := r.cameras.end(channel, motorOf(movement)); r.cfg.Vendor == Hikvision {
		movement = last
	}
	r.journal.add(PTZStop, c.remote, session, strings.TrimSpace(fmt.Sprintf("%d %s", channel, movement)))
	return "OK"
}

// opened is what a stream connection asks for.
type opened struct {
	channel int
	// stream is mainStream or subStream.
	stream int
	span   span
}

// open reads LIVE or PLAY. The answer is empty where the stream can begin; then its session is counted.
func (c *sdkConn) open(q sdkRequest) (o opened, answer string) {
	session, err := strconv.ParseInt(q.values["session"], 10, 64)
	if err != nil || !c.r.sdk.join(c, session) {
		return o, sdkNoSession
	}
	if o.channel, answer = c.channel(q); answer != "" {
		return o, answer
	}
	faults := c.r.Faults()
	o.stream = mainStream
	if q.word == "LIVE" {
		number, _ := q.number("stream")
		o.stream += number
		if c.r.clip(o.channel, o.stream) == nil {
			return o, sdkUnsupported
		}
		if c.r.offline(o.channel) && faults.OfflineAs != OfflineSilent {
			return o, sdkOffline
		}
	} else {
		var startOK, endOK bool
		o.span.from, startOK = q.time("start")
		o.span.until, endOK = q.time("end")
		if !startOK || !endOK || !o.span.from.Before(o.span.until) || len(c.r.stretches(o.channel, o.span)) == 0 {
			return o, sdkNoRecord
		}
	}
	if !c.r.reserve(o.span, faults) {
		return o, sdkBusy
	}
	return o, ""
}

// run plays a stream until the connection ends.
func (c *sdkConn) run(ctx context.Context, q sdkRequest) {
	r := c.r
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.journal.change(1, 0, 0)
	defer func() {
		c.drop("closed")
		r.journal.change(-1, 0, 0)
		r.journal.add(Close, c.remote, strconv.FormatInt(c.session, 10), c.reason())
	}()
	if channel, _ := c.channel(q); channel > 0 && r.Faults().of(channel).SDKMuteStart {
		_, err := c.read() // which comes when the client has given up
		c.drop(fmt.Sprint("never answered: ", err))
		return
	}
	o, answer := c.open(q)
	if answer != "" {
		r.journal.add(Play, c.remote, strconv.FormatInt(c.session, 10), q.line+" "+answer)
		_ = c.say(answer)
		return
	}
	leave := sync.OnceFunc(func() {
		if !o.span.live() {
			r.journal.endPlayback()
		}
		r.journal.change(0, -1, -1)
	})
	defer leave()
	r.journal.change(0, 0, 1)
	s := newSDKStream(c, o)
	if s.reel != nil && !s.reel.seek(s.tracks, o.span.from, r.Faults().of(o.channel).LateKeyFrame) {
		_ = c.say(sdkNoRecord)
		return
	}
	r.journal.add(Play, c.remote, strconv.FormatInt(c.session, 10), q.line)
	if c.say("OK") != nil {
		return
	}
	r.sdk.attach(c, s)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer cancel()
		c.listen(ctx, s, leave)
	}()
	s.begun = time.Now()
	s.run(ctx)
	c.drop("closed")
	<-done
}

// listen hands on the orders of the client until the connection ends. It calls leave before it closes the connection of a stream that was
// stopped: a client that has seen the end finds room for another stream.
func (c *sdkConn) listen(ctx context.Context, s *sdkStream, leave func()) {
	for {
		q, err := c.read()
		if err != nil {
			c.drop("closed by the client")
			return
		}
		if q.word == "STOP" {
			leave()
			c.r.journal.add(Teardown, c.remote, strconv.FormatInt(c.session, 10), "")
			c.drop("stopped by the client")
			return
		}
		select {
		case s.orders <- q:
		case <-ctx.Done():
			return
		}
	}
}
