package nvrsim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// sdkTime is the form of times on the SDK port.
const sdkTime = "20060102T150405"

// sdkConn is one connection to the SDK port.
type sdkConn struct {
	r      *Recorder
	nc     net.Conn
	br     *bufio.Reader
	remote string

	// Guarded by the port's mutex. The session is 0 before LOGIN, LIVE or PLAY.
	session int64
	stream  *sdkStream

	mu    sync.Mutex
	cause string
}

// sdkRequest is one line: values by their keys, or one word behind the first.
type sdkRequest struct {
	line, word, argument string
	values               map[string]string
}

func (q sdkRequest) number(key string) (int, bool) {
	n, err := strconv.Atoi(q.values[key])
	return n, err == nil
}

func (q sdkRequest) time(key string) (time.Time, bool) {
	at, err := time.Parse(sdkTime, q.values[key])
	return at, err == nil
}

// errSDKLine is a line that cannot be read.
var errSDKLine = errors.New("malformed line")

// read reads one line.
func (c *sdkConn) read() (sdkRequest, error) {
	line, err := c.br.ReadSlice('\n')
	if err != nil {
		return sdkRequest{}, fmt.Errorf("line: %w", err)
	}
	q := sdkRequest{line: strings.TrimSpace(string(line)), values: make(map[string]string)}
	for i, field := range strings.Fields(q.line) {
		key, value, ok := strings.Cut(field, "=")
		switch {
		case i == 0:
			q.word = field
			continue
		case !ok:
			q.argument = field
			continue
		}
		if q.values[key], err = url.QueryUnescape(value); err != nil {
			return q, errSDKLine
		}
	}
	return q, nil
}

// serve takes the requests of a control connection, or runs a stream.
func (c *sdkConn) serve(ctx context.Context) {
	for {
		q, err := c.read()
		if err != nil {
			c.drop("closed by the client")
			return
		}
		if q.word == "LIVE" || q.word == "PLAY" {
			c.run(ctx, q)
			return
		}
		if q.word == "BYE" {
			_ = c.say("OK")
			return
		}
		answer := c.control(ctx, q)
		if answer == "" {
			continue
		}
		if err := c.say(answer); err != nil {
			return
		}
	}
}

// say sends a line.
func (c *sdkConn) say(line string) error {
	return c.write([]byte(line+"\n"), writeTimeout)
}

// write sends bytes, for which it waits so long; 0 is for ever.
func (c *sdkConn) write(b []byte, patience time.Duration) error {
	var deadline time.Time
	if patience > 0 {
		deadline = time.Now().Add(patience)
	}
	if err := c.nc.SetWriteDeadline(deadline); err != nil {
		return fmt.Errorf("deadline: %w", err)
	}
	if _, err := c.nc.Write(b); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// drop closes the connection; the first cause stays.
func (c *sdkConn) drop(cause string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == "" {
		c.cause = cause
	}
	_ = c.nc.Close()
}

func (c *sdkConn) reason() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// The reasons of ERR.
const (
	sdkPassword    = "ERR password"
	sdkLocked      = "ERR locked"
	sdkUser        = "ERR user"
	sdkBusy        = "ERR busy"
	sdkNoChannel   = "ERR nochannel"
	sdkOffline     = "ERR offline"
	sdkNoRecord    = "ERR norecord"
	sdkUnsupported = "ERR unsupported"
	sdkNoSession   = "ERR nosession"
)

// control answers a request on a control connection; empty means that it is never answered.
func (c *sdkConn) control(ctx context.Context, q sdkRequest) string {
	if q.word == "LOGIN" {
		return c.login(q)
	}
	if c.session == 0 {
		return sdkNoSession
	}
	switch q.word {
	case "PING":
		return "OK"
	case "FIND":
		return c.find(ctx, q)
	case "MOVE":
		return c.move(ctx, q)
	case "KEY":
		channel, answer := c.channel(q)
		number, _ := q.number("stream")
		if answer != "" {
			return answer
		}
		c.r.sdk.refresh(channel, number+1)
		return "OK"
	default:
		return sdkUnsupported
	}
}

// channel reads an SDK number. The answer is empty where there is such a channel.
func (c *sdkConn) channel(q sdkRequest) (channel int, answer string) {
	number, ok := q.number("channel")
	channel = number + 1
	if c.r.cfg.Vendor == Hikvision {
		channel = c.r.fromSDK(number)
	}
	if !ok || channel < 1 || channel > len(c.r.channels) {
		return 0, sdkNoChannel
	}
	return channel, ""
}

// login counts wrong passwords together with those of HTTP and RTSP.
func (c *sdkConn) login(q sdkRequest) string {
	r := c.r
	faults := r.Faults()
	if faults.SDKHang {
		return ""
	}
	host := hostOf(c.remote)
	known := equal(q.values["user"], r.cfg.User)
	right := known && equal(q.values["password"], r.cfg.Password)
	isLocked := r.gate.note(host, right)
	if isLocked || !right {
		r.journal.add(LoginRefused, c.remote, "", "SDK")
	}
	switch {
	case isLocked:
		return fmt.Sprintf("%s seconds=%d tries=0", sdkLocked, int(r.gate.lockLeft(host)/time.Second))
	case !known:
		return fmt.Sprintf("%s tries=%d", sdkUser, r.gate.triesLeft(host))
	case !right:
		return fmt.Sprintf("%s tries=%d", sdkPassword, r.gate.triesLeft(host))
	case faults.SDKBusy:
		return sdkBusy
	}
	r.sdk.login(c)
	r.journal.add(LoginOK, c.remote, strconv.FormatInt(c.session, 10), "SDK")
	return r.sdkDevice(c.session)
}

// sdkDevice is the answer to a login.
func (r *Recorder) sdkDevice(session int64) string {
	serial, model := "4F0123CPAZ00001", "DHI-NVR4216-16P-4KS2"
	analog, first, digital, kind := 0, 0, len(r.channels), 56
	if r.cfg.Vendor == Hikvision {
		serial, model = hikvisionSerial, hikvisionModel
		analog, first, digital, kind = r.cfg.Analog, r.cfg.ChannelBase, r.cfg.IPChannels, 2304
	}
	var away []string
	for i := range digital {
		if channel := analog + i + 1; channel > len(r.channels) || r.offline(channel) {
			away = append(away, strconv.Itoa(first+i))
		}
	}
	values := url.Values{"serial": {serial}, "model": {model}, "offline": {strings.Join(away, ",")}}
	return fmt.Sprintf("OK session=%d type=%d analog=%d analog_first=1 ip=%d ip_first=%d %s",
		session, kind, analog, digital, first, strings.ReplaceAll(values.Encode(), "&", " "))
}
