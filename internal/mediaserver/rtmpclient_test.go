package mediaserver_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"mediapusher/internal/mediaserver"
)

// client is a strict RTMP player of the test's own, so that the server is not checked with its own code.
type client struct {
	tb        testing.TB
	conn      net.Conn
	r         *bufio.Reader
	chunkSize int
	streams   map[byte]*rtmpMessage
}

type rtmpMessage struct {
	typeID    byte
	streamID  uint32
	timestamp uint32
	length    int
	body      []byte
}

func rawDial(tb testing.TB, s *mediaserver.Server) net.Conn {
	tb.Helper()
	conn, err := net.Dial("tcp", s.RTMPAddr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		tb.Fatal(err)
	}
	return conn
}

// hello is C0, C1 and C2 of a client that does not care.
func hello() []byte { return append([]byte{3}, make([]byte, 2*1536)...) }

func dial(tb testing.TB, s *mediaserver.Server) *client {
	tb.Helper()
	c := &client{tb: tb, conn: rawDial(tb, s), chunkSize: 128, streams: map[byte]*rtmpMessage{}}
	c.r = bufio.NewReader(c.conn)
	c.raw(hello())
	if _, err := io.CopyN(io.Discard, c.r, 1+2*1536); err != nil {
		tb.Fatalf("handshake: %v", err)
	}
	return c
}

func (c *client) raw(b []byte) {
	c.tb.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.tb.Fatalf("write: %v", err)
	}
}

// chunks builds one message in chunks of 128 bytes.
func chunks(csid, typeID byte, streamID uint32, body []byte) []byte {
	b := []byte{csid, 0, 0, 0, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body)), typeID}
	b = binary.LittleEndian.AppendUint32(b, streamID)
	for i := 0; i < len(body); i += 128 {
		if i > 0 {
			b = append(b, 3<<6|csid)
		}
		b = append(b, body[i:min(i+128, len(body))]...)
	}
	return b
}

func command(name string, id float64, args ...[]byte) []byte {
	b := amfNumber(amfString(nil, name), id)
	return append(b, bytes.Join(args, nil)...)
}

var null = []byte{5}

func connectTo(app string) []byte {
	object := append([]byte{3, 0, 3}, "app"...)
	return command("connect", 1, append(amfString(object, app), 0, 0, 9))
}

func (c *client) command(name string, id float64, args ...[]byte) {
	c.tb.Helper()
	c.raw(chunks(3, 20, 0, command(name, id, args...)))
}

// read returns the next message; SetChunkSize is obeyed and not returned.
func (c *client) read() (*rtmpMessage, error) {
	for {
		b, err := c.r.ReadByte()
		if err != nil {
			return nil, err
		}
		m := c.streams[b&0x3F]
		if b>>6 == 0 {
			var h [11]byte
			if _, err := io.ReadFull(c.r, h[:]); err != nil {
				return nil, err
			}
			m = &rtmpMessage{
				timestamp: uint32(h[0])<<16 | uint32(h[1])<<8 | uint32(h[2]), length: int(h[3])<<16 | int(h[4])<<8 | int(h[5]),
				typeID: h[6], streamID: binary.LittleEndian.Uint32(h[7:]),
			}
			c.streams[b&0x3F] = m
		} else if b>>6 != 3 || m == nil || len(m.body) == m.length {
			return nil, fmt.Errorf("unexpected chunk header %#x", b)
		}
		if m.timestamp >= 0xFFFFFF {
			var extended [4]byte
			if _, err := io.ReadFull(c.r, extended[:]); err != nil {
				return nil, err
			}
			m.timestamp = binary.BigEndian.Uint32(extended[:])
		}
		part := make([]byte, min(m.length-len(m.body), c.chunkSize))
		if _, err := io.ReadFull(c.r, part); err != nil {
			return nil, err
		}
		m.body = append(m.body, part...)
		switch {
		case len(m.body) < m.length:
		case m.typeID == 1:
			c.chunkSize = int(binary.BigEndian.Uint32(m.body))
		default:
			return m, nil
		}
	}
}

// until reads on to a message that fits.
func (c *client) until(what string, fits func(m *rtmpMessage) bool) *rtmpMessage {
	c.tb.Helper()
	for {
		m, err := c.read()
		if err != nil {
			c.tb.Fatalf("waiting for %s: %v", what, err)
		}
		if fits(m) {
			return m
		}
	}
}

func (c *client) expectResult(id float64) *rtmpMessage {
	c.tb.Helper()
	return c.until("_result", func(m *rtmpMessage) bool {
		return m.typeID == 20 && bytes.HasPrefix(m.body, amfNumber(amfString(nil, "_result"), id))
	})
}

func (c *client) expectStatus(code string) {
	c.tb.Helper()
	c.until(code, func(m *rtmpMessage) bool {
		if m.typeID != 20 || !bytes.HasPrefix(m.body, amfString(nil, "onStatus")) {
			return false
		}
		if m.streamID != 1 || !bytes.Contains(m.body, amfString(nil, code)) && bytes.Contains(m.body, amfString(nil, "error")) {
			c.tb.Fatalf("status on stream %d: %q", m.streamID, m.body)
		}
		return bytes.Contains(m.body, amfString(nil, code))
	})
}

func (c *client) connect(app string) {
	c.tb.Helper()
	c.raw(chunks(3, 20, 0, connectTo(app)))
	c.expectResult(1)
	c.command("createStream", 2, null)
	c.expectResult(2)
}

func (c *client) play(name string) {
	c.tb.Helper()
	c.raw(chunks(8, 20, 1, command("play", 0, null, amfString(nil, name), amfNumber(nil, -2000))))
}

// media reads messages of a stream and compares, the metadata only by name.
func (c *client) expectMedia(want ...tag) {
	c.tb.Helper()
	for i, w := range want {
		m := c.until("media", func(m *rtmpMessage) bool { return m.typeID == audio || m.typeID == video || m.typeID == data })
		same := bytes.Equal(m.body, w.body)
		if w.typeID == data && w.body == nil {
			same = bytes.HasPrefix(m.body, amfString(nil, "onMetaData"))
		}
		if m.typeID != w.typeID || m.timestamp != w.timestamp || m.streamID != 1 || !same {
			c.tb.Fatalf("message %d: type %d at %d %.40q, want type %d at %d %.40q", i, m.typeID, m.timestamp, m.body, w.typeID, w.timestamp, w.body)
		}
	}
}
