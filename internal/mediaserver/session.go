package mediaserver

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/yutopp/go-rtmp/handshake"
	"go.uber.org/zap"
)

const (
	rtmpVersion = 3
	windowSize  = 2500000 // bytes, what FFmpeg and Flash send themselves
	// linger is how long a player may take to read our last words.
	linger      = time.Second
	lingerBytes = 64 << 10
)

// User control events (Adobe RTMP 1.0 section 7.1.7).
const (
	eventStreamBegin  = 0
	eventStreamEOF    = 1
	eventPingRequest  = 6
	eventPingResponse = 7
)

// errLeft ends a session in peace: the player left, or was told why it must.
var errLeft = errors.New("session over")

// session is one RTMP connection: one goroutine reads and answers, a second one sends the stream as soon as there is one.
type session struct {
	server *Server
	conn   net.Conn
	log    *zap.Logger
	r      *chunkReader
	w      *chunkWriter

	app       string
	connected bool
	// window is how many bytes the player wants to have acknowledged at a time, acked how many were; 0 for none.
	window, acked uint64
	playing       bool
	player        sync.WaitGroup
}

// serveRTMP serves one connection and closes it.
func (s *Server) serveRTMP(ctx context.Context, conn net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	log := s.log.With(zap.Stringer("remote", conn.RemoteAddr()))
	c := &session{server: s, conn: conn, log: log, w: newChunkWriter(conn, s.cfg.WriteTimeout)}
	defer c.player.Wait()
	defer cancel()
	defer closeConn(conn)
	defer context.AfterFunc(ctx, func() { closeConn(conn) })()
	defer func() { // a fault of ours must not take the other streams with it
		if fault := recover(); fault != nil {
			log.Error("RTMP session", zap.Any("panic", fault), zap.Stack("stack"))
		}
	}()
	if err := c.run(ctx); err != nil && !errors.Is(err, io.EOF) {
		log.Debug("RTMP session ended", zap.Error(err))
	}
}

func closeConn(conn net.Conn) { _ = conn.Close() } // whatever is lost was not wanted any more

func (c *session) run(ctx context.Context) error {
	if err := c.conn.SetDeadline(time.Now().Add(c.server.cfg.SetupTimeout)); err != nil {
		return err
	}
	r := bufio.NewReaderSize(c.conn, 4096)
	if version, err := r.Peek(1); err != nil || version[0] != rtmpVersion {
		return fmt.Errorf("not RTMP: %w", errors.Join(err, errChunk))
	}
	if err := handshake.HandshakeWithClient(r, c.conn, &handshake.Config{SkipHandshakeVerification: true}); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	c.r = newChunkReader(r)
	allowed := allowance{at: time.Now()}
	for {
		typeID, body, err := c.r.next()
		if err != nil {
			return err
		}
		if allowed.exceeded(c.r.read, time.Now()) {
			return errors.New("flood")
		}
		switch err := c.handle(ctx, typeID, body); {
		case errors.Is(err, errLeft):
			return c.linger(r)
		case err != nil:
			return err
		}
	}
}

// linger lets the last words arrive: a connection closed over unread bytes is reset, and the peer may never see them.
func (c *session) linger(r io.Reader) error {
	if err := c.closeWrite(); err != nil {
		return err
	}
	_, err := io.CopyN(io.Discard, r, lingerBytes)
	return err
}

// closeWrite ends our half and gives the peer a moment for its own.
func (c *session) closeWrite() error {
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
		if err := half.CloseWrite(); err != nil {
			return err
		}
	}
	return c.conn.SetReadDeadline(time.Now().Add(linger))
}

// handle answers one message. Media, shared objects and whatever else a player has no reason to send are passed over.
func (c *session) handle(ctx context.Context, typeID byte, body []byte) error {
	if err := c.acknowledge(); err != nil {
		return err
	}
	switch typeID {
	case typeWindowAckSize:
		if len(body) >= 4 {
			c.window = uint64(binary.BigEndian.Uint32(body))
		}
	case typeUserControl:
		if len(body) >= 6 && binary.BigEndian.Uint16(body) == eventPingRequest {
			return c.event(eventPingResponse, binary.BigEndian.Uint32(body[2:]))
		}
	case typeCommandAMF3:
		if len(body) > 0 && body[0] == 0 { // AMF0 behind one byte
			return c.command(ctx, body[1:])
		}
	case typeCommandAMF0:
		return c.command(ctx, body)
	}
	return nil
}

// acknowledge sends an acknowledgement for each half window, at most one for each message.
func (c *session) acknowledge() error {
	if c.window == 0 || c.r.read-c.acked < max(c.window/2, 1) {
		return nil
	}
	c.acked = c.r.read
	return c.w.control(typeAck, binary.BigEndian.AppendUint32(nil, uint32(c.r.read)))
}

func (c *session) event(kind uint16, value uint32) error {
	body := binary.BigEndian.AppendUint16(nil, kind)
	return c.w.control(typeUserControl, binary.BigEndian.AppendUint32(body, value))
}

// send is the second goroutine. It ends with the stream, with the player, or with ctx.
func (c *session) send(ctx context.Context, st *stream, v *viewer) {
	defer st.leave(v)
	var batch []*message
	for {
		var err error
		clear(batch)
		if batch, err = v.take(ctx, batch[:0]); err == nil {
			err = c.w.media(batch)
		}
		switch {
		case err == nil:
			continue
		case errors.Is(err, errStreamEnd):
			if c.farewell(st.name) == nil {
				return // the reader sees the player's end, or that it takes too long
			}
		case ctx.Err() == nil:
			c.log.Debug("RTMP player dropped", zap.String("stream", st.name), zap.Error(err))
		}
		closeConn(c.conn)
		return
	}
}

func (c *session) farewell(name string) error {
	if err := c.event(eventStreamEOF, mediaStreamID); err != nil {
		return err
	}
	if err := c.status("status", "NetStream.Play.UnpublishNotify", name+" ended"); err != nil {
		return err
	}
	if err := c.status("status", "NetStream.Play.Stop", name+" ended"); err != nil {
		return err
	}
	return c.closeWrite()
}
