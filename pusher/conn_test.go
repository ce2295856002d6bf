package pusher_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"mediapusher/pusher"
)

// publishTo dials a server that accepts and then does what handle says.
func publishTo(t testing.TB, cfg pusher.RTMPConfig, handle func(p *peer)) pusher.Conn {
	t.Helper()
	addr := serve(t, func(p *peer) {
		if err := p.accept(nil); err != nil {
			t.Errorf("server: %v", err)
			return
		}
		handle(p)
	})
	cfg.URL = "rtmp://" + addr + "/live/{stream}"
	conn, err := dialer(t, cfg).Dial(t.Context(), "cam1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// awaitEnd fails the test if the connection does not end.
func awaitEnd(t testing.TB, conn pusher.Conn) error {
	t.Helper()
	select {
	case <-conn.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the connection has not ended")
	}
	return conn.Err()
}

// pattern is n bytes in which a lost or doubled byte shows.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}

// TestChunks sends messages of every awkward size and time, and reads them with a parser that knows only the specification.
func TestChunks(t *testing.T) {
	type message struct {
		typeID    byte
		timestamp uint32
		size      int
		format    byte
	}
	const limit = 0xFFFFFF
	for name, messages := range map[string][]message{
		"from zero": {
			{pusher.TypeData, 0, 100, 0},
			{pusher.TypeVideo, 0, 40, 0},
			{pusher.TypeAudio, 0, 4, 0},
			{pusher.TypeVideo, 0, 70000, 1},
			{pusher.TypeAudio, 23, 200, 1},
			{pusher.TypeAudio, 46, 200, 1},
			{pusher.TypeVideo, 40, 1, 1},
		},
		"chunk boundaries": {
			{pusher.TypeVideo, 1, 59999, 0},
			{pusher.TypeVideo, 2, 60000, 1},
			{pusher.TypeVideo, 3, 60001, 1},
			{pusher.TypeVideo, 4, 120000, 1},
			{pusher.TypeVideo, 5, 120001, 1},
			{pusher.TypeVideo, 6, 8 << 20, 1},
		},
		"begins late": {
			{pusher.TypeVideo, limit - 1, 130000, 0},
			{pusher.TypeAudio, limit, 130000, 0},
			{pusher.TypeData, limit + 1, 130000, 0},
			{pusher.TypeVideo, limit + 40, 130000, 1},
			{pusher.TypeAudio, limit + 41, 130000, 1},
			{pusher.TypeData, 1<<31 + 5, 130000, 0},
		},
		"long steps": {
			{pusher.TypeVideo, 5, 60001, 0},
			{pusher.TypeVideo, 5 + limit - 1, 60001, 1},
			{pusher.TypeVideo, 5 + 2*limit - 1, 60001, 0},
			{pusher.TypeVideo, 5 + 2*limit, 60001, 1},
		},
		"wraps and steps back": {
			{pusher.TypeVideo, 1<<32 - 10, 60001, 0}, {pusher.TypeVideo, 30, 60001, 1}, {pusher.TypeVideo, 20, 10, 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan received, len(messages))
			conn := publishTo(t, pusher.RTMPConfig{}, func(p *peer) {
				err := p.drain(func(m received) {
					if m.typeID == pusher.TypeAudio || m.typeID == pusher.TypeVideo || m.typeID == pusher.TypeData {
						got <- m
					}
				})
				if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
					t.Errorf("parser: %v", err)
				}
			})
			for i, want := range messages {
				payload := pattern(want.size)
				// Cut in uneven parts, one of them empty, as a frame comes.
				cut := want.size / 3
				if err := conn.WriteMessage(want.typeID, want.timestamp, [][]byte{payload[:cut], {}, payload[cut : cut+cut/2], payload[cut+cut/2:]}); err != nil {
					t.Fatal(err)
				}
				if err := conn.Flush(); err != nil {
					t.Fatal(err)
				}
				m := <-got
				if m.typeID != want.typeID || m.timestamp != want.timestamp || m.format != want.format || m.streamID != 1 {
					t.Errorf("message %d: type %d time %d fmt %d stream %d, want %+v", i, m.typeID, m.timestamp, m.format, m.streamID, want)
				}
				if !bytes.Equal(m.body, payload) {
					t.Errorf("message %d: body differs", i)
				}
				if chunks := (want.size + 59999) / 60000; m.chunks != chunks {
					t.Errorf("message %d: %d chunks, want %d", i, m.chunks, chunks)
				}
			}
		})
	}
}

func TestAudioLeavesInOrderWithWhatFollows(t *testing.T) {
	got := make(chan received, 64)
	conn := publishTo(t, pusher.RTMPConfig{}, func(p *peer) {
		_ = p.drain(func(m received) { got <- m }) // ends with the connection
	})
	var want []int
	send := func(typeID byte, size int) {
		t.Helper()
		want = append(want, size)
		if err := conn.WriteMessage(typeID, uint32(len(want)), [][]byte{pattern(size)}); err != nil {
			t.Fatal(err)
		}
	}
	expect := func() {
		t.Helper()
		for _, size := range want {
			within(t, 5*time.Second, func() {
				if m := <-got; !bytes.Equal(m.body, pattern(size)) {
					t.Errorf("message of %d bytes, want one of %d", len(m.body), size)
				}
			})
		}
		want = nil
	}
	send(pusher.TypeAudio, 300)
	send(pusher.TypeAudio, 301)
	send(pusher.TypeVideo, 20000)
	expect()
	// More than is held back leaves without waiting: what does not fit pushes the rest out.
	for range 40 {
		send(pusher.TypeAudio, 400)
	}
	send(pusher.TypeAudio, 6000)
	expect()
	send(pusher.TypeAudio, 302)
	if err := conn.KeepAlive(); err != nil {
		t.Fatal(err)
	}
	expect()
}

func TestMessageSizes(t *testing.T) {
	conn := publishTo(t, pusher.RTMPConfig{}, func(p *peer) { _ = p.drain(func(received) {}) })
	for name, body := range map[string][][]byte{
		"none": nil, "empty": {{}, {}}, "16 MiB": {make([]byte, 8<<20), make([]byte, 8<<20)},
	} {
		if err := conn.WriteMessage(pusher.TypeVideo, 0, body); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := conn.WriteMessage(pusher.TypeVideo, 0, [][]byte{{1}}); err != nil {
		t.Errorf("the connection has not survived: %v", err)
	}
}

// TestPing: nginx-rtmp drops a publisher that does not answer.
func TestPing(t *testing.T) {
	pongs := make(chan []byte, 1)
	publishTo(t, pusher.RTMPConfig{}, func(p *peer) {
		p.send(2, 4, 0, []byte{0, 6, 1, 2, 3, 4})
		_ = p.drain(func(m received) {
			if m.typeID == 4 {
				pongs <- m.body
			}
		})
	})
	if got := <-pongs; !bytes.Equal(got, []byte{0, 7, 1, 2, 3, 4}) {
		t.Errorf("answered % X", got)
	}
}

// TestAcknowledges: within a window of the server's, and as a sign of life.
func TestAcknowledges(t *testing.T) {
	acks := make(chan uint32, 64)
	conn := publishTo(t, pusher.RTMPConfig{}, func(p *peer) {
		p.send(2, 5, 0, []byte{0, 0, 0x10, 0}) // 4096 bytes
		for range 8 {
			p.send(5, 18, 1, amf(t, "onText", strings.Repeat("x", 1000)))
		}
		_ = p.drain(func(m received) {
			if m.typeID == 3 {
				acks <- binary.BigEndian.Uint32(m.body)
			}
		})
	})
	last := uint32(0)
	for range 4 {
		ack := <-acks
		if ack-last < 2048 {
			t.Errorf("acknowledged %d after %d", ack, last)
		}
		last = ack
	}
	if err := conn.KeepAlive(); err != nil {
		t.Fatal(err)
	}
	if ack := <-acks; ack != last {
		t.Errorf("the sign of life says %d, want %d", ack, last)
	}
}

func TestServerEndsPublish(t *testing.T) {
	for name, tt := range map[string]struct {
		end   func(p *peer)
		words string
		cause error
	}{
		"closes":  {end: func(*peer) {}, cause: io.EOF},
		"refuses": {end: func(p *peer) { p.status("error", "NetStream.Publish.Failed", "kicked") }, words: "NetStream.Publish.Failed: kicked"},
		"says close": {end: func(p *peer) {
			p.command(0, "close", 0, nil)
			_ = p.drain(func(received) {})
		}, words: "close"},
		"sends garbage": {end: func(p *peer) {
			_, _ = p.conn.Write(bytes.Repeat([]byte{0x15, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, 1<<16))
			_ = p.drain(func(received) {})
		}},
		"uses many chunk streams": {end: func(p *peer) {
			for id := range byte(40) {
				p.send(id+3, 18, 1, []byte{1})
			}
			_ = p.drain(func(received) {})
		}},
		"sends an empty message": {end: func(p *peer) {
			_, _ = p.conn.Write([]byte{5, 0, 0, 0, 0, 0, 0, 18, 1, 0, 0, 0})
			_ = p.drain(func(received) {})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			conn := publishTo(t, pusher.RTMPConfig{}, tt.end)
			err := awaitEnd(t, conn)
			var e *pusher.Error
			if !errors.As(err, &e) || e.Words != tt.words || tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Fatalf("got %v", err)
			}
			if again := conn.WriteMessage(pusher.TypeVideo, 0, [][]byte{{1}}); !errors.Is(again, err) {
				t.Errorf("a write gives %v, want the first error", again)
			}
			if again := conn.KeepAlive(); !errors.Is(again, err) {
				t.Errorf("a sign of life gives %v, want the first error", again)
			}
			conn.Close()
			if !errors.Is(conn.Err(), err) {
				t.Errorf("after Close: %v", conn.Err())
			}
		})
	}
}

// TestWriteStall: a server that takes nothing.
func TestWriteStall(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	const limit = 400 * time.Millisecond
	conn := publishTo(t, pusher.RTMPConfig{WriteTimeout: limit}, func(*peer) { <-release })
	payload := [][]byte{make([]byte, 1<<20)}
	var err error
	for i := uint32(0); err == nil && i < 1000; i++ {
		within(t, limit+5*time.Second, func() { err = conn.WriteMessage(pusher.TypeVideo, i, payload) })
	}
	var e *pusher.Error
	if !errors.As(err, &e) || e.Step != pusher.StepWrite {
		t.Fatalf("got %v", err)
	}
	if end := awaitEnd(t, conn); !errors.Is(end, err) {
		t.Errorf("ended with %v", end)
	}
}

// TestCloseWhileStalled: Close ends a write that is under way.
func TestCloseWhileStalled(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	conn := publishTo(t, pusher.RTMPConfig{WriteTimeout: time.Hour}, func(*peer) { <-release })
	failed := make(chan error)
	go func() {
		var err error
		for i := uint32(0); err == nil; i++ {
			err = conn.WriteMessage(pusher.TypeVideo, i, [][]byte{make([]byte, 1<<20)})
		}
		failed <- err
	}()
	// The buffers of both ends are full when a write has not returned for a while; Close must not depend on it.
	within(t, 5*time.Second, func() {
		conn.Close()
		<-failed
	})
}

// TestClose looks for what ends a publish of Flash Media Live Encoder.
func TestClose(t *testing.T) {
	commands := make(chan string, 8)
	conn := publishTo(t, pusher.RTMPConfig{}, func(p *peer) {
		_ = p.drain(func(m received) {
			if m.typeID == 20 {
				commands <- decodeAll(m.body)[0].(string)
			}
		})
		close(commands)
	})
	within(t, 3*time.Second, func() { conn.Close() })
	conn.Close()
	var names []string
	for name := range commands {
		names = append(names, name)
	}
	if strings.Join(names, " ") != "FCUnpublish deleteStream" {
		t.Errorf("sent %v", names)
	}
	if err := awaitEnd(t, conn); !errors.Is(err, net.ErrClosed) {
		t.Errorf("ended with %v", err)
	}
	if err := conn.WriteMessage(pusher.TypeVideo, 0, [][]byte{{1}}); err == nil {
		t.Error("a write after Close succeeds")
	}
}

// TestConcurrentUse lets a server ask and acknowledge while three goroutines write; the parser sees any mixing.
func TestConcurrentUse(t *testing.T) {
	const count = 200
	done := make(chan int)
	conn := publishTo(t, pusher.RTMPConfig{}, func(p *peer) {
		go func() {
			for range count {
				p.send(2, 4, 0, []byte{0, 6, 1, 2, 3, 4})
			}
		}()
		video := 0
		err := p.drain(func(m received) {
			if m.typeID == pusher.TypeVideo {
				video++
				if !bytes.Equal(m.body, pattern(len(m.body))) {
					t.Error("a body is mixed up")
				}
			}
		})
		if !errors.Is(err, io.EOF) {
			t.Errorf("parser: %v", err)
		}
		done <- video
	})
	go func() {
		for range count {
			_ = conn.KeepAlive()
		}
	}()
	for i := range uint32(count) {
		if err := conn.WriteMessage(pusher.TypeVideo, i, [][]byte{pattern(1000 * int(i+1))}); err != nil {
			t.Fatal(err)
		}
	}
	conn.Close()
	if video := <-done; video != count {
		t.Errorf("%d messages arrived, want %d", video, count)
	}
}
