//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// script is what a test gives a recorder to do.
type script struct {
	// answer overrides what is said to a line, "" leaves it.
	answer func(line string) string
	// stream sends the packets of a live stream or playback, until it returns; lines brings what the library asks for meanwhile.
	stream func(line string, send func(kind byte, data []byte), lines <-chan string)
}

const patience = 20 * time.Second

// recorder answers the fake library: what it says is chosen by each test, so that a login can be refused in any way and a connection can
// end at any moment.
type recorder struct {
	script
	port int

	mu    sync.Mutex
	lines []string
	conns map[net.Conn]string // the first word of each
	work  sync.WaitGroup
}

func newRecorder(t *testing.T, does script) *recorder {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{script: does, port: listener.Addr().(*net.TCPAddr).Port, conns: make(map[net.Conn]string)}
	r.work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r.mu.Lock()
			r.conns[conn] = ""
			r.mu.Unlock()
			r.work.Go(func() { r.serve(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		r.hangUp("")
		r.work.Wait()
	})
	return r
}

// hangUp ends the connections that began with a word, "" for all.
func (r *recorder) hangUp(word string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for conn, first := range r.conns {
		if word == "" || word == first {
			conn.Close()
		}
	}
}

// asked returns the lines so far that begin with a word.
func (r *recorder) asked(word string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []string
	for _, line := range r.lines {
		if strings.HasPrefix(line, word+" ") || line == word {
			found = append(found, line)
		}
	}
	return found
}

func (r *recorder) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		word, _, _ := strings.Cut(line, " ")
		r.mu.Lock()
		r.lines = append(r.lines, line)
		if r.conns[conn] == "" {
			r.conns[conn] = word
		}
		r.mu.Unlock()
		said := ""
		if r.answer != nil {
			said = r.answer(line)
		}
		switch {
		case said != "":
			io.WriteString(conn, said)
		case word == "LOGIN":
			io.WriteString(conn, "OK session=7 serial=4K012345PAZ type=31 analog=2 analog_first=0 ip=6 ip_first=2\n")
		case word == "LIVE" || word == "PLAY":
			io.WriteString(conn, "OK\n")
			r.play(conn, in, line)
			return
		default:
			io.WriteString(conn, "OK\n")
		}
		if word == "BYE" {
			return
		}
	}
}

// play runs r.stream, and hands the lines on that come meanwhile.
func (r *recorder) play(conn net.Conn, in *bufio.Reader, line string) {
	lines := make(chan string, 64)
	r.work.Go(func() {
		defer close(lines)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimSpace(line)
			r.mu.Lock()
			r.lines = append(r.lines, line)
			r.mu.Unlock()
			lines <- line
			if line == "STOP" {
				conn.Close()
				return
			}
		}
	})
	send := func(kind byte, data []byte) {
		packet := binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(data)))
		conn.Write(append(packet, data...))
	}
	if r.stream != nil {
		r.stream(line, send, lines)
	}
	for range lines { // until the library hangs up
	}
}

// fileLines answers a search with one line for each file and OK.
func fileLines(count int) string {
	var b strings.Builder
	start := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for n := range count {
		name := url.QueryEscape(fmt.Sprintf("/mnt/dvr/通道/%d.dav", n))
		fmt.Fprintf(&b, "FILE name=%s size=%d start=%s end=%s\n", name, (n+1)<<10,
			start.Format("20060102T150405"), start.Add(10*time.Minute).Format("20060102T150405"))
		start = start.Add(10 * time.Minute)
	}
	return b.String() + "OK\n"
}
