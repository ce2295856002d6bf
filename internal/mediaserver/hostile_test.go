package mediaserver_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"testing"
	"time"

	"mediapusher/internal/mediaserver"
)

// ended waits until the server has closed a connection.
func ended(tb testing.TB, conn net.Conn) {
	tb.Helper()
	if _, err := io.Copy(io.Discard, conn); err != nil {
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() { //nolint:errorlint // as it comes from the socket
			tb.Fatal("the server keeps the connection")
		}
	}
}

// What a stranger may send must end his connection, or nothing at all, and never disturb a player.
func TestHostileRTMP(t *testing.T) {
	deep := amfNumber(amfString(nil, "connect"), 1)
	for range 5000 {
		deep = append(deep, 3, 0, 1, 'x')
	}
	array := append(command("connect", 1), 10, 0xFF, 0xFF, 0xFF, 0xFF)
	longString := append(command("connect", 1), 12, 0xFF, 0xFF, 0xFF, 0xFF)
	connected := slices.Clip(append(hello(), chunks(3, 20, 0, connectTo("live"))...))
	var manyStreams []byte
	for csid := byte(2); csid < 64; csid++ {
		manyStreams = append(manyStreams, chunks(csid, 9, 1, []byte{1})...)
	}
	var held []byte // messages that never end
	for csid := byte(2); csid < 10; csid++ {
		held = append(held, csid, 0, 0, 0, 0, 0xFF, 0xFF, 9, 1, 0, 0, 0)
		held = append(held, make([]byte, 128)...)
	}
	for range 100 {
		for csid := byte(2); csid < 10; csid++ {
			held = append(append(held, 3<<6|csid), make([]byte, 128)...)
		}
	}
	giantChunk := chunks(2, 1, 0, []byte{0x7F, 0xFF, 0xFF, 0xFF})
	for name, sent := range map[string][]byte{
		"HTTP":                      []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"TLS":                       {0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3},
		"encrypted RTMP":            append([]byte{6}, make([]byte, 3072)...),
		"zeros":                     make([]byte, 1<<16),
		"ones":                      append(hello(), bytes.Repeat([]byte{0xFF}, 1<<16)...),
		"headless chunk":            append(hello(), 0xC3),
		"message of 16 MiB":         append(hello(), 3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 9, 1, 0, 0, 0),
		"chunk size 0":              append(hello(), chunks(2, 1, 0, []byte{0, 0, 0, 0})...),
		"chunk size, high bit":      append(hello(), chunks(2, 1, 0, []byte{0x80, 0, 0, 1})...),
		"giant chunk, giant body":   append(append(hello(), giantChunk...), 3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 20, 0, 0, 0, 0),
		"many chunk streams":        append(connected, manyStreams...),
		"messages that never end":   append(connected, held...),
		"length changes within":     append(connected, append(append([]byte{3, 0, 0, 0, 0, 1, 0, 20, 0, 0, 0, 0}, make([]byte, 128)...), 3, 0, 0, 0, 0, 2, 0, 20, 0, 0, 0, 0)...),
		"play before connect":       append(hello(), chunks(3, 20, 0, command("play", 1, null, amfString(nil, "a")))...),
		"connect twice":             append(connected, chunks(3, 20, 0, connectTo("live"))...),
		"deep AMF":                  append(hello(), chunks(3, 20, 0, deep)...),
		"array of 4 Gi":             append(hello(), chunks(3, 20, 0, array)...),
		"string of 4 GiB":           append(hello(), chunks(3, 20, 0, longString)...),
		"command without a name":    append(connected, chunks(3, 20, 0, []byte{1, 1})...),
		"empty command":             append(connected, chunks(3, 20, 0, nil)...),
		"play without a name":       append(connected, chunks(8, 20, 1, command("play", 0, null))...),
		"flood of one-byte media":   append(connected, bytes.Repeat(chunks(6, 9, 1, []byte{0x17}), 50000)...),
		"flood of empty messages":   append(connected, bytes.Repeat(chunks(6, 9, 1, nil), 50000)...),
		"flood of unknown commands": append(connected, bytes.Repeat(chunks(3, 20, 0, command("x", 1)), 50000)...),
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, mediaserver.Config{SetupTimeout: 5 * time.Second})
			p := publish(t, s, "a")
			write(t, p, video, 0, keyFrame(1))
			player := play(t, s, "a")
			player.expect(t, tag{video, 0, keyFrame(1)})

			conn := rawDial(t, s)
			go func() { _, _ = conn.Write(sent) }() // the server may hang up at any byte
			began := time.Now()
			ended(t, conn)
			if took := time.Since(began); took > 4*time.Second && name != "headless chunk" {
				t.Errorf("ended by the time limit alone, after %v", took)
			}
			write(t, p, video, 40, interFrame(1))
			player.expect(t, tag{video, 40, interFrame(1)})
		})
	}
}

// What is odd but harmless passes.
func TestOddRTMPPasses(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	write(t, p, video, 0, keyFrame(1))
	c := dial(t, s)
	for _, typeID := range []byte{0, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 18, 19, 22, 99, 255} {
		for _, size := range []int{0, 1, 3, 300} {
			c.raw(chunks(3, typeID, 1, make([]byte, size)))
		}
	}
	c.connect("live")
	c.raw([]byte{6, 0, 0, 0, 0, 1, 0, 9, 1, 0, 0, 0}) // begins a message ...
	c.raw(make([]byte, 128))
	c.raw(chunks(2, 2, 0, []byte{0, 0, 0, 6})) // ... and aborts it
	c.raw(chunks(6, 9, 1, []byte{1}))
	c.raw([]byte{0, 10, 0xFF, 0xFF, 0xFF, 0, 0, 1, 8, 1, 0, 0, 0, 1, 2, 3, 4, 9}) // two-byte chunk stream id, extended time
	c.raw(chunks(2, 1, 0, []byte{0x7F, 0xFF, 0xFF, 0xFF}))
	c.play("a")
	c.expectMedia(tag{video, 0, keyFrame(1)})
}

// A connection that says nothing, or one byte now and then, must not stay.
func TestSlowloris(t *testing.T) {
	s := start(t, mediaserver.Config{SetupTimeout: 200 * time.Millisecond})
	publish(t, s, "a")
	beginnings := map[string][]byte{
		"silent": nil, "version": {3}, "handshake": hello(), "half a message": append(hello(), 3, 0, 0, 0, 0, 1, 0, 20, 0, 0, 0, 0, 2),
		"connected": append(hello(), chunks(3, 20, 0, connectTo("live"))...),
	}
	for name, sent := range beginnings {
		conn := rawDial(t, s)
		if _, err := conn.Write(sent); err != nil {
			t.Fatal(name, err)
		}
		ended(t, conn)
	}
	for _, sent := range []string{"", "GET /live/a.flv HTTP/1.1\r\nX: "} {
		conn, err := net.Dial("tcp", s.HTTPAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(limit))
		if _, err := io.WriteString(conn, sent); err != nil {
			t.Fatal(err)
		}
		ended(t, conn)
		_ = conn.Close()
	}
}

// Who does not play makes room for a newer connection, the oldest first, and nothing disturbs who plays.
func TestPendingConnectionsAreBounded(t *testing.T) {
	s := start(t, mediaserver.Config{MaxPending: 20, MaxPendingPerHost: 10, SetupTimeout: limit})
	p := publish(t, s, "a")
	write(t, p, video, 0, keyFrame(1))
	player := play(t, s, "a")
	var kept []net.Conn
	for range 11 {
		kept = append(kept, rawDial(t, s))
	}
	ended(t, kept[0])
	write(t, p, video, 40, interFrame(1))
	player.expect(t, tag{video, 0, keyFrame(1)}, tag{video, 40, interFrame(1)})
	for _, conn := range kept[1:] { // and these are there still
		if _, err := conn.Write(hello()); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, conn, 3073); err != nil {
			t.Errorf("a connection within the bound: %v", err)
		}
	}
}

// However many say nothing, at either listener or at both, from one address: a player gets its picture.
func TestIdleConnectionsLockNobodyOut(t *testing.T) {
	const idle = 300
	for name, cfg := range map[string]mediaserver.Config{
		"per host": {SetupTimeout: limit},
		"in all":   {SetupTimeout: limit, MaxPendingPerHost: 10 * idle},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, cfg)
			p := publish(t, s, "a")
			write(t, p, video, 0, keyFrame(1))
			for range idle {
				rawDial(t, s)
				conn, err := net.Dial("tcp", s.HTTPAddr().String())
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = conn.Close() })
			}
			play(t, s, "a").expect(t, tag{video, 0, keyFrame(1)})
			c := dial(t, s)
			c.connect("live")
			c.play("a")
			c.expectMedia(tag{video, 0, keyFrame(1)})
		})
	}
}

// Connections at one listener take no place from those at the other.
func TestListenersAreCountedApart(t *testing.T) {
	s := start(t, mediaserver.Config{MaxPending: 2, SetupTimeout: limit})
	c := dial(t, s)
	for range 5 {
		conn, err := net.Dial("tcp", s.HTTPAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	open(t, s, "/") // all before it have been accepted
	c.connect("live")
}

// Messages that were begun and never end cost no more memory than their ceiling.
func TestMemoryOfUnfinishedMessages(t *testing.T) {
	s := start(t, mediaserver.Config{MaxPendingPerHost: 256, SetupTimeout: limit})
	before := heap()
	const connections = 100
	for range connections {
		conn := rawDial(t, s)
		sent := hello()
		for csid := byte(2); csid < 18; csid++ {
			sent = append(sent, csid, 0, 0, 0, 0, 0xFF, 0xFF, 9, 1, 0, 0, 0)
			sent = append(sent, make([]byte, 128)...)
		}
		if _, err := conn.Write(sent); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, conn, 3073); err != nil {
			t.Fatal(err)
		}
	}
	if grown := heap() - before; grown > connections*100<<10 {
		t.Errorf("%d connections hold %d KiB each", connections, grown/connections>>10)
	}
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A player that reads nothing must not hold up the others, must lose whole GOPs and not parts, and must be given up in the end.
func TestSlowPlayerIsAlone(t *testing.T) {
	for _, way := range []string{"rtmp", "http"} {
		t.Run(way, func(t *testing.T) {
			s := start(t, mediaserver.Config{QueueMessages: 20, WriteTimeout: 500 * time.Millisecond, GOPMessages: 100})
			p := publish(t, s, "a")
			write(t, p, video, 0, keyFrame(0))
			var slow net.Conn
			if way == "rtmp" {
				c := dial(t, s)
				c.connect("live")
				c.play("a")
				c.expectMedia(tag{video, 0, keyFrame(0)})
				slow = c.conn
			} else {
				conn, err := net.Dial("tcp", s.HTTPAddr().String())
				if err != nil {
					t.Fatal(err)
				}
				slow = conn
				_, _ = io.WriteString(conn, "GET /live/a.flv HTTP/1.0\r\n\r\n")
			}
			defer func() { _ = slow.Close() }()
			eventually(t, "slow player", func() bool { return viewers(s, "a") == 1 })
			fast := play(t, s, "a")
			fast.expect(t, tag{video, 0, keyFrame(0)})
			eventually(t, "both", func() bool { return viewers(s, "a") == 2 })
			filler := make([]byte, 100<<10)
			for n := uint32(1); viewers(s, "a") == 2; n++ {
				began := time.Now()
				body := append(interFrame(int(n)), filler...)
				if n%10 == 0 {
					body = append(keyFrame(int(n)), filler...)
				}
				write(t, p, video, n, body)
				fast.expect(t, tag{video, n, body})
				if took := time.Since(began); took > limit/2 {
					t.Fatalf("the fast player waited %v", took)
				}
			}
		})
	}
}

// A player that falls behind goes on at a key frame, with the headers before it and times that rise.
func TestPlayerThatFellBehindGoesOnAtKeyFrame(t *testing.T) {
	s := start(t, mediaserver.Config{QueueMessages: 20, WriteTimeout: limit})
	p := publish(t, s, "a")
	write(t, p, data, 0, metadata("videocodecid"))
	write(t, p, video, 0, avcHeader)
	write(t, p, video, 0, append(keyFrame(0), make([]byte, 12<<20)...)) // more than sockets hold
	f := play(t, s, "a")
	for n := uint32(1); n <= 100; n++ {
		body := interFrame(int(n))
		if n%50 == 0 {
			body = keyFrame(int(n))
		}
		write(t, p, video, n, body)
	}
	f.expect(t, tag{data, 0, nil}, tag{video, 0, avcHeader})
	if first := f.mustNext(t); len(first.body) < 12<<20 {
		t.Fatalf("first frame of %d bytes", len(first.body))
	}
	gap := false
	for last := uint32(0); last < 100; {
		next := f.mustNext(t)
		if next.timestamp < last {
			t.Fatalf("time falls from %d to %d", last, next.timestamp)
		}
		if next.timestamp > last+1 {
			gap = true
			if !bytes.Equal(next.body, avcHeader) {
				t.Fatalf("goes on at %d with type %d %q", next.timestamp, next.typeID, next.body)
			}
			f.expect(t, tag{video, next.timestamp, keyFrame(int(next.timestamp))})
		}
		last = next.timestamp
	}
	if !gap {
		t.Error("never fell behind: the test proves nothing")
	}
}

func TestManyPlayers(t *testing.T) {
	const players, frames = 200, 50
	s := start(t, mediaserver.Config{MaxPending: 400, MaxPendingPerHost: 400})
	p := publish(t, s, "a")
	write(t, p, data, 0, metadata("videocodecid"))
	write(t, p, video, 0, avcHeader)
	write(t, p, video, 0, keyFrame(0))
	results := make(chan error, players)
	for i := range players {
		if i%2 == 0 {
			c := dial(t, s)
			c.connect("live")
			c.play("a")
			go func() { results <- countRTMP(c, frames) }()
			continue
		}
		f := play(t, s, "a")
		go func() { results <- countFLV(f, frames) }()
	}
	eventually(t, "all players", func() bool { return viewers(s, "a") == players })
	for n := uint32(1); n <= frames; n++ {
		write(t, p, video, n*40, append(interFrame(int(n)), make([]byte, 4000)...))
	}
	for range players {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func countFLV(f *flv, frames uint32) error {
	for n := uint32(0); n <= frames; {
		next, err := f.next()
		if err != nil {
			return fmt.Errorf("FLV frame %d: %w", n, err)
		}
		if next.typeID == video && next.body[1] == 1 {
			if next.timestamp != n*40 {
				return fmt.Errorf("FLV frame %d at %d", n, next.timestamp)
			}
			n++
		}
	}
	return nil
}

func countRTMP(c *client, frames uint32) error {
	for n := uint32(0); n <= frames; {
		m, err := c.read()
		if err != nil {
			return fmt.Errorf("RTMP frame %d: %w", n, err)
		}
		if m.typeID == video && m.body[1] == 1 {
			if m.timestamp != n*40 {
				return fmt.Errorf("RTMP frame %d at %d", n, m.timestamp)
			}
			n++
		}
	}
	return nil
}

func TestHostileHTTP(t *testing.T) {
	s := start(t, mediaserver.Config{SetupTimeout: time.Second})
	p := publish(t, s, "a")
	write(t, p, video, 0, keyFrame(1))
	for name, sent := range map[string][]byte{
		"junk":         bytes.Repeat([]byte{0, 0xFF}, 1<<14),
		"RTMP":         hello(),
		"long header":  append([]byte("GET /live/a.flv HTTP/1.1\r\nX: "), bytes.Repeat([]byte{'x'}, 1<<17)...),
		"many headers": append([]byte("GET /live/a.flv HTTP/1.1\r\n"), bytes.Repeat([]byte("A: b\r\n"), 1<<14)...),
		"long path":    append([]byte("GET /live/"), bytes.Repeat([]byte{'x'}, 1<<17)...),
		"large length": []byte("POST /live/a.flv HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", s.HTTPAddr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(limit))
			go func() { _, _ = conn.Write(sent) }()
			ended(t, conn)
			play(t, s, "a").expect(t, tag{video, 0, keyFrame(1)})
		})
	}
}
