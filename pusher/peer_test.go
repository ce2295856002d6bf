package pusher_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/yutopp/go-amf0"
)

// received is a message as the test's own chunk parser read it.
type received struct {
	chunkStreamID int
	format        byte // of the first chunk
	typeID        byte
	streamID      uint32
	timestamp     uint32
	body          []byte
	chunks        int
}

// chunkParser reads chunks by RTMP 1.0 section 5.3, strictly: what the specification does not allow is an error.
type chunkParser struct {
	r       *bufio.Reader
	size    int
	streams map[int]*received
	deltas  map[int]uint32
	fields  map[int]uint32 // the three-byte field of the newest header that had one
	partial map[int]int    // bytes still missing
}

func newChunkParser(r io.Reader) *chunkParser {
	return &chunkParser{
		r: bufio.NewReader(r), size: 128,
		streams: map[int]*received{}, deltas: map[int]uint32{}, fields: map[int]uint32{}, partial: map[int]int{},
	}
}

func (p *chunkParser) uint(n int) uint32 {
	v := uint32(0)
	for range n {
		b, err := p.r.ReadByte()
		if err != nil {
			panic(err)
		}
		v = v<<8 | uint32(b)
	}
	return v
}

// next returns the next whole message, and obeys a change of the chunk size.
func (p *chunkParser) next() (msg received, err error) {
	defer func() {
		if v := recover(); v != nil {
			cause, ok := v.(error)
			if !ok {
				panic(v)
			}
			err = cause
		}
	}()
	for {
		m := p.chunk()
		if m == nil {
			continue
		}
		if m.typeID == 1 {
			p.size = int(binary.BigEndian.Uint32(m.body))
		}
		return *m, nil
	}
}

func (p *chunkParser) chunk() *received {
	first := p.uint(1)
	format, id := byte(first>>6), int(first&0x3F)
	if id < 2 {
		panic(fmt.Errorf("chunk stream id %d in the long form", id))
	}
	missing, begun := p.partial[id]
	if begun && missing > 0 && format != 3 {
		panic(fmt.Errorf("fmt %d inside a message", format))
	}
	m := p.streams[id]
	if m == nil && format != 0 {
		panic(fmt.Errorf("chunk stream %d begins with fmt %d", id, format))
	}
	if m == nil {
		m = &received{chunkStreamID: id}
		p.streams[id] = m
	}
	length := len(m.body)
	if format <= 2 {
		p.fields[id] = p.uint(3)
	}
	if format <= 1 {
		length = int(p.uint(3))
		m.typeID = byte(p.uint(1))
	}
	if format == 0 {
		var b [4]byte
		if _, err := io.ReadFull(p.r, b[:]); err != nil {
			panic(err)
		}
		m.streamID = binary.LittleEndian.Uint32(b[:])
	}
	field := p.fields[id]
	if field == 0xFFFFFF {
		field = p.uint(4)
	}
	if missing == 0 {
		m.format, m.chunks = format, 0
		switch format {
		case 0:
			m.timestamp, p.deltas[id] = field, field
		case 1, 2:
			p.deltas[id] = field
			m.timestamp += field
		case 3:
			m.timestamp += p.deltas[id]
		}
		m.body = make([]byte, length)
		missing = length
	} else if p.fields[id] == 0xFFFFFF && field != m.timestamp {
		panic(fmt.Errorf("extended timestamp %d inside a message of %d", field, m.timestamp))
	}
	n := min(missing, p.size)
	if _, err := io.ReadFull(p.r, m.body[length-missing:][:n]); err != nil {
		panic(err)
	}
	m.chunks++
	p.partial[id] = missing - n
	if missing > n {
		return nil
	}
	return m
}

// peer is the server's side of one connection.
type peer struct {
	t    testing.TB
	conn net.Conn
	in   *chunkParser
}

// serve listens on loopback and gives every connection to handle, in a goroutine of its own. It returns host:port.
func serve(t testing.TB, handle func(p *peer)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	open := make(chan net.Conn, 64)
	go func() {
		defer close(done)
		running := make(chan struct{}, 64)
		count := 0
		for {
			conn, err := ln.Accept()
			if err != nil {
				break
			}
			open <- conn
			count++
			go func() {
				defer func() { running <- struct{}{} }()
				defer conn.Close()
				handle(&peer{t: t, conn: conn, in: newChunkParser(conn)})
			}()
		}
		close(open)
		for conn := range open {
			conn.Close()
		}
		for range count {
			<-running
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
	return ln.Addr().String()
}

// shake does the server's half of the handshake.
func (p *peer) shake() error {
	if _, err := io.CopyN(io.Discard, p.in.r, 1+1536); err != nil {
		return err
	}
	if _, err := p.conn.Write(append([]byte{3}, make([]byte, 2*1536)...)); err != nil {
		return err
	}
	_, err := io.CopyN(io.Discard, p.in.r, 1536)
	return err
}

// send writes a message on a chunk stream, in chunks of 128 bytes.
func (p *peer) send(chunkStreamID, typeID byte, streamID uint32, body []byte) {
	var b bytes.Buffer
	b.Write([]byte{chunkStreamID, 0, 0, 0, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body)), typeID})
	b.Write(binary.LittleEndian.AppendUint32(nil, streamID))
	for len(body) > 128 {
		b.Write(body[:128])
		b.WriteByte(3<<6 | chunkStreamID)
		body = body[128:]
	}
	b.Write(body)
	p.conn.Write(b.Bytes())
}

func amf(t testing.TB, values ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := amf0.NewEncoder(&b)
	for _, v := range values {
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// amfUndefined is what SRS puts into its answers.
const amfUndefined = 6

func (p *peer) command(streamID uint32, values ...any) {
	p.send(3, 20, streamID, amf(p.t, values...))
}

func (p *peer) status(level, code, description string) {
	p.command(1, "onStatus", 0, nil, map[string]any{"level": level, "code": code, "description": description})
}

// await reads up to the command with this name and returns its values, the name first.
func (p *peer) await(name string) ([]any, error) {
	for {
		m, err := p.in.next()
		if err != nil {
			return nil, err
		}
		if m.typeID != 20 {
			continue
		}
		values := decodeAll(m.body)
		if len(values) > 0 && values[0] == name {
			return values, nil
		}
	}
}

func decodeAll(body []byte) []any {
	var values []any
	dec := amf0.NewDecoder(bytes.NewReader(body))
	for {
		var v any
		if err := dec.Decode(&v); err != nil {
			return values
		}
		values = append(values, v)
	}
}

// The steps of a publish at the server, in order. Each fails when the connection does.
var publishSteps = []struct {
	name string
	do   func(p *peer) error
}{
	{"handshake", (*peer).shake},
	{"connect", func(p *peer) error { return p.answerConnect(nil) }},
	{"createStream", (*peer).answerCreateStream},
	{"publish", (*peer).answerPublish},
}

// answerConnect answers as SRS does, with the version where there is one.
func (p *peer) answerConnect(data map[string]any) error {
	if _, err := p.await("connect"); err != nil {
		return err
	}
	p.send(2, 5, 0, []byte{0, 0x26, 0x25, 0xA0})    // WindowAckSize 2500000
	p.send(2, 6, 0, []byte{0, 0x26, 0x25, 0xA0, 2}) // SetPeerBandwidth
	p.send(2, 1, 0, []byte{0, 0, 0, 128})
	info := map[string]any{"level": "status", "code": "NetConnection.Connect.Success"}
	if data != nil {
		info["data"] = amf0.ECMAArray(data)
	}
	p.command(0, "_result", 1, map[string]any{"fmsVer": "FMS/3,5,3,888"}, info)
	p.command(0, "onBWDone", 0, nil)
	return nil
}

func (p *peer) answerCreateStream() error {
	release, err := p.await("releaseStream")
	if err != nil {
		return err
	}
	p.send(3, 20, 0, append(amf(p.t, "_result", release[1], nil), amfUndefined))
	fcPublish, err := p.await("FCPublish")
	if err != nil {
		return err
	}
	p.send(3, 20, 0, append(amf(p.t, "_result", fcPublish[1], nil), amfUndefined))
	create, err := p.await("createStream")
	if err != nil {
		return err
	}
	p.command(0, "_result", create[1], nil, 1)
	return nil
}

func (p *peer) answerPublish() error {
	if _, err := p.await("publish"); err != nil {
		return err
	}
	p.command(1, "onFCPublish", 0, nil, map[string]any{"code": "NetStream.Publish.Start", "description": "Started publishing stream."})
	p.status("status", "NetStream.Publish.Start", "Started publishing stream.")
	return nil
}

// accept does all steps. data is that of the answer to connect.
func (p *peer) accept(data map[string]any) error {
	return errors.Join(p.shake(), p.answerConnect(data), p.answerCreateStream(), p.answerPublish())
}

// drain reads messages until the connection ends, and gives each to see.
func (p *peer) drain(see func(received)) error {
	for {
		m, err := p.in.next()
		if err != nil {
			return err
		}
		m.body = bytes.Clone(m.body)
		see(m)
	}
}

// within fails the test if f takes longer than limit.
func within(t testing.TB, limit time.Duration, f func()) {
	t.Helper()
	begin := time.Now()
	f()
	if took := time.Since(begin); took > limit {
		t.Errorf("took %v, want at most %v", took, limit)
	}
}
