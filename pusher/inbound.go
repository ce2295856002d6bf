package pusher

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync/atomic"

	"github.com/yutopp/go-rtmp"
	"github.com/yutopp/go-rtmp/message"
)

// Ceilings for what a server may send. A publisher is sent a few hundred bytes a message on two or three chunk streams.
const (
	maxInboundBytes   = 64 << 10 // read for one message
	maxInboundStreams = 16       // chunk streams
)

var (
	errInboundSize = errors.New("the server sends too much")
	errInbound     = errors.New("malformed RTMP from the server")
)

// RTMP message type ids of which a publisher sends the body itself (RTMP 1.0, sections 5.4, 6.2 and 7.1).
const (
	typeSetChunkSize byte = 1
	typeAck          byte = 3
	typeUserControl  byte = 4
	typeCommand      byte = 20
)

const userControlPong = 7

// command is a command from the server, with what follows its transaction id as far as it could be read.
type command struct {
	name        string
	transaction int64
	args        []any
}

// text gives a string of the last object among the arguments, where level, code and description of an answer stand.
func (c *command) text(key string) string {
	s, _ := c.info()[key].(string)
	return s
}

func (c *command) info() map[string]any {
	for i := len(c.args) - 1; i >= 0; i-- {
		if m, ok := c.args[i].(map[string]any); ok {
			return m
		}
	}
	return nil
}

// words is what an answer says to people.
func (c *command) words() string {
	code, description := c.text("code"), c.text("description")
	switch {
	case code == "" && description == "":
		return c.name
	case code == "" || description == "":
		return code + description
	default:
		return code + ": " + description
	}
}

// failed tells a refusal from other answers.
func (c *command) failed() bool {
	return c.name == "_error" || c.name == "close" || c.name == "onStatus" && c.text("level") == "error"
}

// inbound reads what the server sends, answers what the protocol wants answered, and hands on the commands.
type inbound struct {
	src *meteredReader
	cs  *rtmp.ChunkStreamer
	out *chunkWriter

	window uint32 // of the server's acknowledgements, 0 for none
	acked  uint32
}

func newInbound(r *bufio.Reader, out *chunkWriter) *inbound {
	src := &meteredReader{r: r}
	return &inbound{
		src: src,
		out: out,
		// The streamer only reads. Its own acknowledgements, which it cannot send without the library's connection, begin with a
		// gigabyte at this window; no server sends a publisher as much.
		cs: rtmp.NewChunkStreamer(src, io.Discard, &rtmp.StreamControlStateConfig{
			DefaultChunkSize:           rtmp.DefaultChunkSize,
			MaxChunkSize:               rtmp.MaxChunkSize,
			MaxChunkStreams:            maxInboundStreams,
			DefaultAckWindowSize:       math.MaxInt32,
			MaxAckWindowSize:           math.MaxInt32,
			DefaultBandwidthWindowSize: math.MaxInt32,
			MaxBandwidthWindowSize:     math.MaxInt32,
			MaxMessageSize:             rtmp.MaxChunkSize,
			MaxMessageStreams:          1,
		}),
	}
}

// close ends the goroutine of the streamer. It must be called once, after the last next.
func (in *inbound) close() {
	// It can only say that there was nothing to end.
	_ = in.cs.Close()
	<-in.cs.Done()
}

// received counts the bytes read so far, modulo 2^32, as an acknowledgement wants it. Any goroutine may call it.
func (in *inbound) received() uint32 { return in.src.total.Load() }

// next waits for the next command. An error means that nothing more can be read.
func (in *inbound) next() (*command, error) {
	for {
		c, err := in.step()
		if c != nil || err != nil {
			return c, err
		}
	}
}

// step reads one message; the command is nil where it was none. The library panics and fails on much that a server may send, so
// both are caught here: a message that was read but not understood is passed over, one that left the position in the stream
// unknown ends the connection.
func (in *inbound) step() (c *command, err error) {
	defer func() {
		if p := recover(); p != nil {
			c, err = nil, fmt.Errorf("%w: %v", errInbound, p)
		}
	}()
	in.src.left = maxInboundBytes
	var msg rtmp.ChunkMessage
	_, _, err = in.cs.Read(&msg)
	switch {
	case in.src.err != nil:
		return nil, in.src.err
	case err != nil && strings.HasPrefix(err.Error(), "Failed to prepare chunk reader"):
		// Of the errors that are not the network's, the only one that comes before the message was read: too many chunk streams.
		return nil, fmt.Errorf("%w: %w", errInbound, err)
	case err != nil:
		return nil, nil
	}
	if c, err = in.handle(msg.Message); err != nil {
		return nil, err
	}
	return c, in.acknowledge()
}

func (in *inbound) handle(msg message.Message) (*command, error) {
	switch m := msg.(type) {
	case *message.SetChunkSize:
		return nil, in.cs.PeerState().SetChunkSize(m.ChunkSize)
	case *message.WinAckSize:
		in.window = uint32(max(m.Size, 0))
	case *message.UserCtrl:
		if ping, ok := m.Event.(*message.UserCtrlEventPingRequest); ok {
			body := binary.BigEndian.AppendUint32([]byte{0, userControlPong}, ping.Timestamp)
			return nil, in.out.write(chunkControl, typeUserControl, 0, 0, body)
		}
	case *message.CommandMessage:
		body, err := io.ReadAll(io.LimitReader(m.Body, maxInboundBytes))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errInbound, err)
		}
		// What was read before a damaged value is of use.
		args, _ := decodeAMF(body)
		return &command{name: m.CommandName, transaction: m.TransactionID, args: args}, nil
	}
	return nil, nil
}

// acknowledge tells the server what has been read, twice in each of its windows (RTMP 1.0, section 5.4.3).
func (in *inbound) acknowledge() error {
	total := in.received()
	if in.window == 0 || total-in.acked < in.window/2 {
		return nil
	}
	in.acked = total
	return in.out.acknowledge(total)
}

// acknowledge sends an acknowledgement.
func (w *chunkWriter) acknowledge(received uint32) error {
	return w.write(chunkControl, typeAck, 0, 0, binary.BigEndian.AppendUint32(nil, received))
}

// meteredReader counts, bounds what one message may take, and keeps the first error: the library swallows an end of file inside
// a chunk.
type meteredReader struct {
	r     *bufio.Reader
	total atomic.Uint32
	left  int
	err   error
}

func (m *meteredReader) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	if m.left <= 0 {
		m.err = errInboundSize
		return 0, m.err
	}
	n, err := m.r.Read(p[:min(len(p), m.left)])
	m.left -= n
	m.total.Add(uint32(n))
	m.err = err
	return n, err
}
