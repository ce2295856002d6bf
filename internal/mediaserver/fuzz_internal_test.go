package mediaserver

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// pipeConn gives a pipe the ticket that an accepted connection has.
func pipeConn(e *entrance) (server, stranger net.Conn) {
	ours, theirs := net.Pipe()
	return e.admit(ours), theirs
}

// Whatever a stranger sends behind the handshake: the session ends when he has gone, his place and his viewer are given back, the
// stream goes on, and he is never allowed to publish.
func FuzzStranger(f *testing.F) {
	connect := func() []byte {
		b := appendNumber(appendString(nil, "connect"), 1)
		return appendObjectEnd(appendString(appendKey(append(b, amfObject), "app"), "live"))
	}
	chunk := func(typeID byte, body []byte) []byte {
		b := []byte{3, 0, 0, 0, 0, 0, byte(len(body)), typeID, 0, 0, 0, 0}
		return append(b, body...)
	}
	name := append([]byte{amfNull}, appendString(nil, "a")...)
	play := append(appendNumber(appendString(nil, "play"), 0), name...)
	publish := append(appendNumber(appendString(nil, "publish"), 5), name...)
	f.Add([]byte{})
	f.Add(chunk(typeCommandAMF0, connect()))
	f.Add(append(chunk(typeCommandAMF0, connect()), chunk(typeCommandAMF0, play)...))
	f.Add(append(chunk(typeCommandAMF0, connect()), chunk(typeCommandAMF0, publish)...))
	f.Add(append(chunk(typeCommandAMF0, connect()), chunk(typeVideo, []byte{0x17})...))
	f.Add(append(chunk(typeSetChunkSize, []byte{0, 0, 0, 1}), chunk(typeCommandAMF0, connect())[:30]...))
	f.Add(chunk(typeUserControl, []byte{0, eventPingRequest, 1, 2, 3, 4}))
	f.Add(chunk(typeAbort, []byte{0, 0, 0, 3}))
	f.Fuzz(func(t *testing.T, sent []byte) {
		s, err := New(Config{MaxPending: 1, StreamWait: time.Nanosecond, SetupTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Publish("a")
		if err != nil {
			t.Fatal(err)
		}
		if err := p.WriteMessage(typeVideo, 0, [][]byte{{0x17, 1, 0, 0, 0, 9}}); err != nil {
			t.Fatal(err)
		}
		e := newEntrance(s.admission, s.cfg)
		server, stranger := pipeConn(e)
		over := make(chan struct{})
		go func() {
			defer close(over)
			s.serveRTMP(context.Background(), server)
		}()
		answers := make(chan []byte)
		go func() {
			all, _ := io.ReadAll(stranger) // ends with the connection
			answers <- all
		}()
		for _, part := range [][]byte{{rtmpVersion}, make([]byte, 2*1536), sent} {
			if _, err := stranger.Write(part); err != nil {
				break // turned away in the middle
			}
		}
		_ = stranger.Close()
		select {
		case <-over:
		case <-time.After(10 * time.Second):
			t.Fatal("the session outlives its connection")
		}
		if bytes.Contains(<-answers, []byte("Publish.Start")) {
			t.Error("a stranger publishes")
		}
		if err := p.WriteMessage(typeVideo, 40, [][]byte{{0x27, 1, 0, 0, 0, 9}}); err != nil || len(p.stream.viewers) != 0 {
			t.Errorf("stream afterwards: %v, %d viewers", err, len(p.stream.viewers))
		}
		if e.pending.Len() != 0 || len(e.hosts) != 0 || s.admission.players != 0 {
			t.Error("the place is not given back")
		}
	})
}

// What the reader holds stays below its ceiling at every moment, and what the writer wrote is read back.
func FuzzChunks(f *testing.F) {
	f.Add([]byte{3, 0, 0, 0, 0, 0, 1, 9, 1, 0, 0, 0, 7}, []byte("body"), uint32(40))
	f.Add([]byte{3, 0xFF, 0xFF, 0xFF, 0, 0, 1, 9, 1, 0, 0, 0, 0, 0, 0, 9, 7}, bytes.Repeat([]byte{1}, 300), uint32(extendedTimestamp))
	f.Add([]byte{2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1}, bytes.Repeat([]byte{2}, 128), uint32(extendedTimestamp-1))
	f.Fuzz(func(t *testing.T, junk, body []byte, timestamp uint32) {
		r := newChunkReader(bufio.NewReader(bytes.NewReader(junk)))
		for {
			_, message, err := r.next()
			held := 0
			for _, in := range r.streams {
				held += len(in.body)
			}
			if held != r.held || held > maxInbound || len(message) > maxInbound || len(r.streams) > maxChunkStreams || r.read > uint64(len(junk)) {
				t.Fatalf("holds %d, counts %d, message of %d, %d chunk streams", held, r.held, len(message), len(r.streams))
			}
			if err != nil {
				if !errors.Is(err, errChunk) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("unknown error %v", err)
				}
				break
			}
		}

		if len(body) == 0 || len(body) > maxInbound {
			return
		}
		var wire bytes.Buffer
		w := newChunkWriter(&recorder{w: &wire}, time.Minute)
		m, err := newMessage(typeVideo, timestamp, body)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.media([]*message{m, m}); err != nil {
			t.Fatal(err)
		}
		back := newChunkReader(bufio.NewReader(&wire))
		for range 2 {
			typeID, got, err := back.next()
			if err != nil || typeID != typeVideo || !bytes.Equal(got, body) {
				t.Fatalf("read back type %d, %d bytes of %d: %v", typeID, len(got), len(body), err)
			}
		}
		if _, _, err := back.next(); !errors.Is(err, io.EOF) {
			t.Fatalf("something is left: %v", err)
		}
	})
}

// recorder is a connection that keeps what is written.
type recorder struct {
	net.Conn
	w io.Writer
}

func (r *recorder) Write(b []byte) (int, error)      { return r.w.Write(b) }
func (r *recorder) SetWriteDeadline(time.Time) error { return nil }

// Metadata that is taken can be written again, keeps every other property as it came, tells the two tracks once, and comes out the
// same when it passes a second time.
func FuzzMetadata(f *testing.F) {
	object := func(parts ...[]byte) []byte {
		b := appendString(appendString(nil, setDataFrame), onMetaData)
		return appendObjectEnd(append(b, bytes.Join(parts, nil)...))
	}
	array := []byte{amfECMAArray, 0, 0, 0, 2}
	f.Add(object(array, appendNumber(appendKey(nil, "width"), 1920), appendNumber(appendKey(nil, "audiocodecid"), 10)))
	f.Add(object([]byte{amfObject}, appendBool(appendKey(nil, "hasAudio"), false), appendNumber(appendKey(nil, "videocodecid"), 7)))
	f.Add(object(array, append(appendKey(nil, "x"), amfStrictArray, 0, 0, 0, 1, amfNull), append(appendKey(nil, "y"), amfObject, 0, 0, 9)))
	f.Add(object(array, append(appendKey(nil, "hasVideo"), amfNull), append(appendKey(nil, ""), amfNull)))
	f.Fuzz(func(t *testing.T, body []byte) {
		md, err := parseMetadata(body)
		if err != nil || md == nil {
			return
		}
		m, err := md.message(7, md.video, md.audio)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseMetadata(m.body())
		if err != nil || again == nil {
			t.Fatalf("own metadata is not read: %v", err)
		}
		if again.video != md.video || again.audio != md.audio || again.count != md.count || !bytes.Equal(again.values, md.values) {
			t.Fatalf("changed:\n%+v\n%+v", md, again)
		}
		second, err := again.message(7, again.video, again.audio)
		if err != nil || !bytes.Equal(second.tag, m.tag) {
			t.Fatalf("not stable: %v", err)
		}
		told := map[string]int{}
		r := amfReader{b: m.body()}
		_ = r.string()
		r.object(func(name string, _ []byte) { told[name]++ })
		if r.err != nil || len(r.b) != 0 || told["hasVideo"] != 1 || told["hasAudio"] != 1 {
			t.Fatalf("%v, %d bytes left, %v", r.err, len(r.b), told)
		}
	})
}

// Whatever a player says is a control frame that is taken whole, or an end.
func FuzzWebSocketControl(f *testing.F) {
	f.Add([]byte{0x89, 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2, 0x88, 0x80, 0, 0, 0, 0})
	f.Add([]byte{0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, said []byte) {
		r := bytes.NewReader(said)
		for taken := 0; ; {
			opcode, payload, err := readControl(r)
			if err != nil {
				return
			}
			taken += 6 + len(payload)
			if opcode < opClose || opcode > opPong || len(payload) > maxControl || taken != len(said)-r.Len() {
				t.Fatalf("opcode %d, %d bytes, %d of %d taken", opcode, len(payload), taken, len(said)-r.Len())
			}
		}
	})
}
