package nvrsim_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// sdkClient speaks the SDK port's protocol by hand.
type sdkClient struct {
	t  *testing.T
	nc net.Conn
	br *bufio.Reader
}

type sdkPacket struct {
	kind    byte
	payload []byte
}

func dialSDK(t *testing.T, r *nvrsim.Recorder) *sdkClient {
	t.Helper()
	nc, err := net.DialTimeout("tcp", r.SDKAddr(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	if err := nc.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return &sdkClient{t, nc, bufio.NewReader(nc)}
}

func (c *sdkClient) send(line string) {
	c.t.Helper()
	if _, err := io.WriteString(c.nc, line+"\n"); err != nil {
		c.t.Fatalf("%s: %v", line, err)
	}
}

func (c *sdkClient) line() string {
	c.t.Helper()
	line, err := c.br.ReadString('\n')
	if err != nil {
		c.t.Fatalf("no answer: %v", err)
	}
	return strings.TrimSpace(line)
}

// ask sends a request and returns the answer, which must begin with want.
func (c *sdkClient) ask(line, want string) string {
	c.t.Helper()
	c.send(line)
	answer := c.line()
	if !strings.HasPrefix(answer, want) {
		c.t.Fatalf("%s: %q, want %q", line, answer, want)
	}
	return answer
}

// loginSDK returns a control connection and its session.
func loginSDK(t *testing.T, r *nvrsim.Recorder) (c *sdkClient, session int64) {
	t.Helper()
	c = dialSDK(t, r)
	answer := c.ask("LOGIN user=admin password="+rightPassword, "OK session=")
	if _, err := fmt.Sscanf(answer, "OK session=%d", &session); err != nil {
		t.Fatal(err)
	}
	return c, session
}

// openSDK starts a stream; line is its first without session.
func openSDK(t *testing.T, r *nvrsim.Recorder, session int64, line string) *sdkClient {
	t.Helper()
	c := dialSDK(t, r)
	c.ask(fmt.Sprintf("%s session=%d", line, session), "OK")
	return c
}

// read returns the next packet; ok is false where the connection has ended.
func (c *sdkClient) read() (p sdkPacket, ok bool) {
	c.t.Helper()
	var header [5]byte
	if _, err := io.ReadFull(c.br, header[:]); err != nil {
		return p, false
	}
	p = sdkPacket{header[0], make([]byte, binary.LittleEndian.Uint32(header[1:]))}
	if _, err := io.ReadFull(c.br, p.payload); err != nil {
		return p, false
	}
	return p, true
}

// until returns the packets up to the first of a kind.
func (c *sdkClient) until(kind byte) (before []sdkPacket, found sdkPacket) {
	c.t.Helper()
	for {
		p, ok := c.read()
		if !ok {
			c.t.Fatalf("the connection ended before a packet %c, behind %d others", kind, len(before))
		}
		if p.kind == kind {
			return before, p
		}
		before = append(before, p)
	}
}

// sdkPicture is what a data packet shows.
type sdkPicture struct {
	key   bool
	units [][]byte
	date  time.Time // of DHAV and of a program stream map, whole seconds
}

// picture reads a picture; ok is false where the packet is sound.
func (p sdkPacket) picture() (pic sdkPicture, ok bool) {
	b := p.payload
	switch {
	case len(b) > 32 && string(b[:4]) == "DHAV":
		for string(b[:4]) == "DHAV" && b[4] == 0xF1 { // a data frame before the picture
			b = b[binary.LittleEndian.Uint32(b[12:]):]
		}
		d := binary.LittleEndian.Uint32(b[16:])
		pic.date = time.Date(2000+int(d>>26), time.Month(d>>22&15), int(d>>17&31), int(d>>12&31), int(d>>6&63), int(d&63), 0, time.UTC)
		pic.key = b[4] == 0xFD
		pic.units = annexB(b[24+int(b[22]) : len(b)-8])
		return pic, b[4] != 0xF0
	case len(b) > 20 && binary.BigEndian.Uint32(b) == 0x1BA:
		var es []byte
		for b = b[14+int(b[13]&7):]; len(b) > 6; {
			n := 6 + int(binary.BigEndian.Uint16(b[4:]))
			switch b[3] {
			case 0xBC:
				pic.key = true
				at := binary.BigEndian.Uint32(b[17:])
				pic.date = time.Date(2000+int(b[16]), time.Month(at>>28), int(at>>23&31), int(at>>18&31), int(at>>12&63), int(at>>6&63), 0, time.UTC)
			case 0xE0:
				es = append(es, b[9+int(b[8]):n]...)
			}
			b = b[n:]
		}
		pic.units = annexB(es)
		return pic, true
	default:
		return pic, false
	}
}

// annexB splits at start codes of four bytes.
func annexB(es []byte) [][]byte {
	var units [][]byte
	for unit := range strings.SplitSeq(string(es), "\x00\x00\x00\x01") {
		if unit != "" {
			units = append(units, []byte(unit))
		}
	}
	return units
}

// pictures are those among packets.
func pictures(packets []sdkPacket) []sdkPicture {
	var found []sdkPicture
	for _, p := range packets {
		if pic, ok := p.picture(); ok && p.kind == 'D' {
			found = append(found, pic)
		}
	}
	return found
}
