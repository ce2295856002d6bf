package mediaserver_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"mediapusher/internal/mediaserver"
)

// openWebSocket sends the handshake of RFC 6455's example and returns the answer's header and the connection behind it.
func openWebSocket(t *testing.T, s *mediaserver.Server, path, version, key string) (*http.Response, net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", s.HTTPAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"+
		"Sec-WebSocket-Version: %s\r\nSec-WebSocket-Key: %s\r\nOrigin: http://elsewhere.example\r\n\r\n", path, version, key); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res, conn, r
}

// readFrame reads a server's frame, which is whole and not masked.
func readFrame(t *testing.T, r io.Reader) (opcode byte, payload []byte) {
	t.Helper()
	var head [10]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		t.Fatal(err)
	}
	if head[0]&0xF0 != 0x80 || head[1]&0x80 != 0 {
		t.Fatalf("frame % x", head[:2])
	}
	size := uint64(head[1])
	switch size {
	case 126:
		_, _ = io.ReadFull(r, head[2:4])
		size = uint64(binary.BigEndian.Uint16(head[2:]))
	case 127:
		_, _ = io.ReadFull(r, head[2:])
		size = binary.BigEndian.Uint64(head[2:])
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		t.Fatal(err)
	}
	return head[0] & 0x0F, payload
}

const exampleKey = "dGhlIHNhbXBsZSBub25jZQ==" // RFC 6455 section 1.3

func TestWebSocket(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	write(t, p, video, 0, keyFrame(1))
	res, conn, r := openWebSocket(t, s, "/live/a.flv", "13", exampleKey)
	if res.StatusCode != http.StatusSwitchingProtocols || res.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Fatalf("%s %v", res.Status, res.Header)
	}
	opcode, payload := readFrame(t, r)
	if opcode != 2 || len(payload) < 13 || string(payload[:3]) != "FLV" {
		t.Fatalf("the first frame: opcode %d, % x", opcode, payload[:min(len(payload), 16)])
	}
	// A ping is answered with what it says.
	if _, err := conn.Write([]byte{0x89, 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2}); err != nil {
		t.Fatal(err)
	}
	for opcode != 0xA {
		opcode, payload = readFrame(t, r)
	}
	if string(payload) != "hi" {
		t.Errorf("pong %q", payload)
	}
	// So is a leave, and the connection ends.
	if _, err := conn.Write([]byte{0x88, 0x82, 0, 0, 0, 0, 3, 0xE8}); err != nil {
		t.Fatal(err)
	}
	for opcode != 8 {
		opcode, _ = readFrame(t, r)
	}
	if _, err := r.ReadByte(); err == nil {
		t.Error("the connection goes on after its end")
	}
}

func TestWebSocketRefusals(t *testing.T) {
	s := start(t, mediaserver.Config{StreamWait: time.Millisecond})
	publish(t, s, "a")
	for name, c := range map[string]struct {
		path, version, key string
		status             int
	}{
		"no stream":   {"/live/b.flv", "13", exampleKey, 404},
		"other path":  {"/live/a", "13", exampleKey, 404},
		"old version": {"/live/a.flv", "8", exampleKey, 426},
		"short key":   {"/live/a.flv", "13", "c2hvcnQ=", 426},
		"no key":      {"/live/a.flv", "13", "", 426},
	} {
		t.Run(name, func(t *testing.T) {
			res, _, _ := openWebSocket(t, s, c.path, c.version, c.key)
			if res.StatusCode != c.status || c.status == 426 && res.Header.Get("Sec-WebSocket-Version") != "13" {
				t.Errorf("%s %v", res.Status, res.Header)
			}
		})
	}
}

// What no player has to say ends the connection; so does the end of the stream, with a word.
func TestWebSocketEnds(t *testing.T) {
	for name, say := range map[string][]byte{
		"data": {0x82, 0x81, 0, 0, 0, 0, 1}, "not masked": {0x89, 0}, "fragment": {0x09, 0x80, 0, 0, 0, 0}, "long": {0x89, 0xFE, 1, 0},
		"reserved": {0xC9, 0x80, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, mediaserver.Config{})
			publish(t, s, "a")
			_, conn, r := openWebSocket(t, s, "/live/a.flv", "13", exampleKey)
			if _, err := conn.Write(say); err != nil {
				t.Fatal(err)
			}
			if opcode, _ := readFrame(t, r); opcode != 8 {
				t.Errorf("opcode %d", opcode)
			}
		})
	}
	t.Run("stream", func(t *testing.T) {
		s := start(t, mediaserver.Config{})
		p := publish(t, s, "a")
		_, _, r := openWebSocket(t, s, "/live/a.flv", "13", exampleKey)
		_ = p.Close()
		if opcode, payload := readFrame(t, r); opcode != 8 || string(payload) != "\x03\xE8" {
			t.Errorf("opcode %d, % x", opcode, payload)
		}
	})
}
