package nvrsim_test

import (
	"bufio"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// rawClient speaks RTSP by hand, so that tests see the bytes as they are.
type rawClient struct {
	t       *testing.T
	nc      net.Conn
	br      *bufio.Reader
	cseq    int
	session string
	// realm and nonce of the last challenge; password empty means no credentials.
	realm, nonce, password string
}

type answer struct {
	status int
	header textproto.MIMEHeader
	body   string
}

// frame is one interleaved frame.
type frame struct {
	channel byte
	data    []byte
}

func (f frame) sequence() uint16  { return binary.BigEndian.Uint16(f.data[2:]) }
func (f frame) timestamp() uint32 { return binary.BigEndian.Uint32(f.data[4:]) }
func (f frame) marker() bool      { return f.data[1]&0x80 != 0 }

func dial(t *testing.T, r *nvrsim.Recorder) *rawClient {
	t.Helper()
	nc, err := net.DialTimeout("tcp", r.RTSPAddr(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	return &rawClient{t: t, nc: nc, br: bufio.NewReader(nc), password: rightPassword}
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (c *rawClient) send(method, url string, headers ...string) {
	c.t.Helper()
	c.cseq++
	text := fmt.Sprintf("%s %s RTSP/1.0\r\nCSeq: %d\r\n", method, url, c.cseq)
	if c.session != "" {
		text += "Session: " + c.session + "\r\n"
	}
	if c.nonce != "" {
		response := md5Hex(md5Hex("admin:"+c.realm+":"+c.password) + ":" + c.nonce + ":" + md5Hex(method+":"+url))
		text += fmt.Sprintf("Authorization: Digest username=\"admin\", realm=%q, nonce=%q, uri=%q, response=%q\r\n",
			c.realm, c.nonce, url, response)
	}
	for _, header := range headers {
		text += header + "\r\n"
	}
	if _, err := io.WriteString(c.nc, text+"\r\n"); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads the next answer and passes over frames.
func (c *rawClient) answer() answer {
	c.t.Helper()
	for {
		c.deadline(patience)
		first, err := c.br.Peek(1)
		if err != nil {
			c.t.Fatal(err)
		}
		if first[0] == '$' {
			if _, err := c.frame(); err != nil {
				c.t.Fatal(err)
			}
			continue
		}
		return c.message()
	}
}

func (c *rawClient) message() answer {
	c.t.Helper()
	reader := textproto.NewReader(c.br)
	line, err := reader.ReadLine()
	if err != nil {
		c.t.Fatal(err)
	}
	var a answer
	if _, err := fmt.Sscanf(line, "RTSP/1.0 %d", &a.status); err != nil {
		c.t.Fatalf("%q: %v", line, err)
	}
	if a.header, err = reader.ReadMIMEHeader(); err != nil {
		c.t.Fatal(err)
	}
	if text := a.header.Get("Content-Length"); text != "" {
		length, err := strconv.Atoi(text)
		if err != nil {
			c.t.Fatal(err)
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(c.br, body); err != nil {
			c.t.Fatal(err)
		}
		a.body = string(body)
	}
	return a
}

// frame reads an interleaved frame, of which the '$' must come next.
func (c *rawClient) frame() (frame, error) {
	var header [4]byte
	if _, err := io.ReadFull(c.br, header[:]); err != nil {
		return frame{}, err
	}
	if header[0] != '$' {
		return frame{}, fmt.Errorf("not a frame: %q", header)
	}
	f := frame{header[1], make([]byte, binary.BigEndian.Uint16(header[2:]))}
	_, err := io.ReadFull(c.br, f.data)
	return f, err
}

func (c *rawClient) deadline(d time.Duration) {
	c.t.Helper()
	if err := c.nc.SetReadDeadline(time.Now().Add(d)); err != nil {
		c.t.Fatal(err)
	}
}

// quoted finds a parameter of a challenge.
func quoted(challenge, name string) string {
	match := regexp.MustCompile(name + `="([^"]*)"`).FindStringSubmatch(challenge)
	if match == nil {
		return ""
	}
	return match[1]
}

// ask sends a request and answers one challenge.
func (c *rawClient) ask(method, url string, headers ...string) answer {
	c.t.Helper()
	c.send(method, url, headers...)
	a := c.answer()
	if a.status == 401 && c.nonce == "" {
		challenge := a.header.Get("WWW-Authenticate")
		c.realm, c.nonce = quoted(challenge, "realm"), quoted(challenge, "nonce")
		c.send(method, url, headers...)
		a = c.answer()
	}
	return a
}

// want asks and requires a status.
func (c *rawClient) want(status int, method, url string, headers ...string) answer {
	c.t.Helper()
	a := c.ask(method, url, headers...)
	if a.status != status {
		c.t.Fatalf("%s %s: %d, want %d", method, url, a.status, status)
	}
	return a
}

// controls finds the controls of the tracks in an SDP.
func controls(sdp string) []string {
	var found []string
	_, media, _ := strings.Cut(sdp, "\r\nm=")
	for _, match := range regexp.MustCompile(`(?m)^a=control:(.*)\r$`).FindAllStringSubmatch(media, -1) {
		found = append(found, match[1])
	}
	return found
}

// setup describes a stream and sets its tracks up as the vendors mean it: relative controls behind the whole URL.
func (c *rawClient) setup(url string) (sdp string) {
	c.t.Helper()
	described := c.want(200, "DESCRIBE", url, "Accept: application/sdp")
	base := described.header.Get("Content-Base")
	for i, control := range controls(described.body) {
		if !strings.HasPrefix(control, "rtsp://") {
			control = base + control
		}
		a := c.want(200, "SETUP", control, fmt.Sprintf("Transport: RTP/AVP/TCP;unicast;interleaved=%d-%d", 2*i, 2*i+1))
		id, _, _ := strings.Cut(a.header.Get("Session"), ";")
		c.session = strings.TrimSpace(id)
	}
	return described.body
}

// play is setup and PLAY.
func (c *rawClient) play(url string) (played answer) {
	c.t.Helper()
	c.setup(url)
	return c.want(200, "PLAY", url)
}

// collect reads frames for a while.
func (c *rawClient) collect(d time.Duration) []frame {
	c.t.Helper()
	c.deadline(d)
	var frames []frame
	for {
		f, err := c.frame()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return frames
		}
		if err != nil {
			c.t.Fatalf("after %d frames: %v", len(frames), err)
		}
		frames = append(frames, f)
	}
}

// of keeps the frames of one channel.
func of(frames []frame, channel byte) []frame {
	var kept []frame
	for _, f := range frames {
		if f.channel == channel {
			kept = append(kept, f)
		}
	}
	return kept
}

// url is the address of a channel's stream in the vendor's usual form.
func url(r *nvrsim.Recorder, vendor string, channel, stream int) string {
	if vendor == nvrsim.Dahua {
		return fmt.Sprintf("rtsp://%s/cam/realmonitor?channel=%d&subtype=%d", r.RTSPAddr(), channel, stream-1)
	}
	return fmt.Sprintf("rtsp://%s/Streaming/Channels/%d%02d", r.RTSPAddr(), channel, stream)
}
