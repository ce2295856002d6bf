package rtmp

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

const handshakeSize = 1536

// session is one connection behind the handshake.
type session struct {
	conn    net.Conn
	in      *chunkReader
	outSize int
}

// accept does the server's half of the simple handshake (RTMP 1.0 section 5.2).
func accept(conn net.Conn) (*session, error) {
	hello := make([]byte, 1+handshakeSize)
	if _, err := io.ReadFull(conn, hello); err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	answer := make([]byte, 1+handshakeSize, 1+2*handshakeSize)
	answer[0] = 3
	if _, err := conn.Write(append(answer, hello[1:]...)); err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	if _, err := io.ReadFull(conn, hello[1:]); err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return newSession(conn), nil
}

// connect does the client's half.
func connect(conn net.Conn) (*session, error) {
	hello := make([]byte, 1+handshakeSize)
	hello[0] = 3
	if _, err := conn.Write(hello); err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	answer := make([]byte, 1+2*handshakeSize)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	if _, err := conn.Write(answer[1 : 1+handshakeSize]); err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return newSession(conn), nil
}

func newSession(conn net.Conn) *session {
	return &session{conn: conn, in: newChunkReader(conn), outSize: 128}
}

// announceChunkSize tells the peer the larger chunk size and uses it from then on.
func (s *session) announceChunkSize() error {
	body := binary.BigEndian.AppendUint32(nil, outChunkSize)
	if err := s.write(2, Message{Type: TypeSetChunkSize, Body: body}); err != nil {
		return err
	}
	s.outSize = outChunkSize
	return nil
}

func (s *session) write(chunkStream byte, m Message) error {
	return writeMessage(s.conn, chunkStream, m, s.outSize)
}

func (s *session) command(stream uint32, values ...any) error {
	return s.write(3, Message{Type: TypeCommand, Stream: stream, Body: appendAMF(nil, values...)})
}

// pong answers a ping; other user control messages need nothing.
func (s *session) pong(m Message) error {
	if m.Type != TypeUserControl || len(m.Body) != 6 || m.Body[1] != 6 {
		return nil
	}
	return s.write(2, Message{Type: TypeUserControl, Body: append([]byte{0, 7}, m.Body[2:]...)})
}
