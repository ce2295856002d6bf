package mediaserver

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The parts of RFC 6455 that a player needs. It is given binary frames, and has nothing to say but control frames.
const (
	webSocketVersion = "13"
	webSocketGUID    = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" // section 1.3
	opBinary         = 0x2
	opClose          = 0x8
	opPing           = 0x9
	opPong           = 0xA
	final            = 0x80
	masked           = 0x80
	maxControl       = 125 // bytes, section 5.5
	maxFrameHeader   = 10
)

// normalClosure is the body of a close frame (section 7.4.1): status 1000.
var normalClosure = []byte{0x03, 0xE8}

var errWebSocket = errors.New("WebSocket: not a control frame of a client")

// wantsWebSocket tells whether a request asks for the other protocol (section 4.2.1).
func wantsWebSocket(h http.Header) bool {
	return hasToken(h, "Connection", "upgrade") && hasToken(h, "Upgrade", "websocket")
}

func hasToken(h http.Header, name, token string) bool {
	for _, line := range h.Values(name) {
		for one := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(one), token) {
				return true
			}
		}
	}
	return false
}

// webSocket is the connection of a player after the handshake. Frames may be sent by several goroutines.
type webSocket struct {
	conn    net.Conn
	timeout time.Duration

	mu sync.Mutex // held while a frame is written
}

// serveWebSocket answers the handshake, and plays until the stream, the player or ctx ends.
func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request, st *stream, v *viewer) error {
	key := r.Header.Get("Sec-WebSocket-Key")
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(raw) != 16 || r.Header.Get("Sec-WebSocket-Version") != webSocketVersion {
		w.Header().Set("Sec-WebSocket-Version", webSocketVersion)
		refuse(w, http.StatusUpgradeRequired, "a WebSocket of version "+webSocketVersion+" with a key is wanted")
		return errWebSocket
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return fmt.Errorf("WebSocket: %w", err)
	}
	socket := &webSocket{conn: conn, timeout: s.cfg.WriteTimeout}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	var listening sync.WaitGroup
	defer listening.Wait()
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(s.cfg.WriteTimeout)); err != nil {
		return fmt.Errorf("WebSocket: %w", err)
	}
	if _, err := io.WriteString(conn, acceptance(key)); err != nil {
		return fmt.Errorf("WebSocket: %w", err)
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("WebSocket: %w", err)
	}
	listening.Go(func() {
		defer cancel()
		_ = socket.listen(buffered) // however it ends, the player is gone
	})
	err = play(ctx, socket, st, v)
	return errors.Join(err, socket.frame(opClose, net.Buffers{normalClosure}))
}

// acceptance is the server's half of the handshake (section 4.2.2).
func acceptance(key string) string {
	sum := sha1.Sum([]byte(key + webSocketGUID))
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n"
}

// write sends parts in one frame. They stay the caller's.
func (s *webSocket) write(parts net.Buffers) error { return s.frame(opBinary, parts) }

func (s *webSocket) frame(opcode byte, parts net.Buffers) error {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	head := make([]byte, 0, maxFrameHeader)
	switch head = append(head, final|opcode); { // section 5.2
	case size <= maxControl:
		head = append(head, byte(size))
	case size <= 0xFFFF:
		head = binary.BigEndian.AppendUint16(append(head, 126), uint16(size))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 127), uint64(size))
	}
	whole := append(net.Buffers{head}, parts...)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.timeout)); err != nil {
		return fmt.Errorf("WebSocket: %w", err)
	}
	if _, err := whole.WriteTo(s.conn); err != nil {
		return fmt.Errorf("WebSocket: %w", err)
	}
	return nil
}

// listen answers pings until the player takes its leave, says what no player has to say, or is gone.
func (s *webSocket) listen(r io.Reader) error {
	for {
		opcode, payload, err := readControl(r)
		if err != nil {
			return err
		}
		switch opcode {
		case opPing:
			if err := s.frame(opPong, net.Buffers{payload}); err != nil {
				return err
			}
		case opPong:
		default:
			return io.EOF
		}
	}
}

// readControl reads a control frame of a client, which is whole, masked and short (sections 5.3 and 5.5). The payload is the caller's.
func readControl(r io.Reader) (opcode byte, payload []byte, err error) {
	var head [6]byte // the fixed part and the mask
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return 0, nil, err
	}
	opcode, size := head[0]&0x0F, int(head[1]&^masked)
	if head[0]&^0x0F != final || opcode < opClose || opcode > opPong || head[1]&masked == 0 || size > maxControl {
		return 0, nil, errWebSocket
	}
	if _, err := io.ReadFull(r, head[2:]); err != nil {
		return 0, nil, err
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		return 0, nil, err
	}
	for i := range payload {
		payload[i] ^= head[2+i%4]
	}
	return opcode, payload, nil
}
