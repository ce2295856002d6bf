package mediaserver_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"mediapusher/internal/mediaserver"
)

const (
	audio = byte(8)
	video = byte(9)
	data  = byte(18)
)

// limit bounds every wait of a test, on a slow machine under the race detector.
const limit = 30 * time.Second

// start runs a server with both listeners on free ports.
func start(tb testing.TB, cfg mediaserver.Config) *mediaserver.Server {
	tb.Helper()
	cfg.RTMPListen, cfg.HTTPListen = "127.0.0.1:0", "127.0.0.1:0"
	s, err := mediaserver.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				tb.Errorf("Run: %v", err)
			}
		case <-time.After(limit):
			tb.Error("Run does not return")
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

func publish(tb testing.TB, s *mediaserver.Server, name string) *mediaserver.Publication {
	tb.Helper()
	p, err := s.Publish(name)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func write(tb testing.TB, p *mediaserver.Publication, typeID byte, timestamp uint32, parts ...[]byte) {
	tb.Helper()
	if err := p.WriteMessage(typeID, timestamp, parts); err != nil {
		tb.Fatalf("write type %d at %d: %v", typeID, timestamp, err)
	}
}

// eventually waits for a condition.
func eventually(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(limit); !ok(); <-tick.C {
		if time.Now().After(end) {
			tb.Fatalf("never came: %s", what)
		}
	}
}

// Bodies as a remuxer writes them; the payload tells frames apart.
var (
	avcHeader = []byte{0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1F, 0xFF}
	aacHeader = []byte{0xAF, 0, 0x12, 0x10}
)

func keyFrame(n int) []byte   { return fmt.Appendf([]byte{0x17, 1, 0, 0, 0}, "key %d", n) }
func interFrame(n int) []byte { return fmt.Appendf([]byte{0x27, 1, 0, 0, 0}, "inter %d", n) }
func aacFrame(n int) []byte   { return fmt.Appendf([]byte{0xAF, 1}, "aac %d", n) }

// metadata builds "@setDataFrame", "onMetaData" and an ECMA array of numbers.
func metadata(keys ...string) []byte {
	b := amfString(amfString(nil, "@setDataFrame"), "onMetaData")
	b = binary.BigEndian.AppendUint32(append(b, 8), uint32(len(keys)))
	for _, key := range keys {
		b = binary.BigEndian.AppendUint16(b, uint16(len(key)))
		b = amfNumber(append(b, key...), 7)
	}
	return append(b, 0, 0, 9)
}

func amfString(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint16(append(b, 2), uint16(len(s)))
	return append(b, s...)
}

func amfNumber(b []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, 0), math.Float64bits(v))
}

// tag is one FLV tag.
type tag struct {
	typeID    byte
	timestamp uint32
	body      []byte
}

// flv reads an FLV stream strictly.
type flv struct {
	r            *bufio.Reader
	video, audio bool
	close        func() error
}

func newFLV(tb testing.TB, r io.Reader) *flv {
	tb.Helper()
	f := &flv{r: bufio.NewReader(r)}
	var h [13]byte
	if _, err := io.ReadFull(f.r, h[:]); err != nil {
		tb.Fatalf("FLV header: %v", err)
	}
	if !bytes.Equal(h[:4], []byte("FLV\x01")) || h[4]&^5 != 0 || !bytes.Equal(h[5:], []byte{0, 0, 0, 9, 0, 0, 0, 0}) {
		tb.Fatalf("FLV header % x", h)
	}
	f.video, f.audio = h[4]&1 != 0, h[4]&4 != 0
	return f
}

func (f *flv) next() (tag, error) {
	var h [11]byte
	if _, err := io.ReadFull(f.r, h[:]); err != nil {
		return tag{}, err
	}
	size := int(h[1])<<16 | int(h[2])<<8 | int(h[3])
	t := tag{typeID: h[0], timestamp: uint32(h[7])<<24 | uint32(h[4])<<16 | uint32(h[5])<<8 | uint32(h[6]), body: make([]byte, size)}
	if h[8]|h[9]|h[10] != 0 {
		return t, fmt.Errorf("stream id % x", h[8:])
	}
	if _, err := io.ReadFull(f.r, t.body); err != nil {
		return t, err
	}
	var trailer [4]byte
	if _, err := io.ReadFull(f.r, trailer[:]); err != nil {
		return t, err
	}
	if got := binary.BigEndian.Uint32(trailer[:]); got != uint32(11+size) {
		return t, fmt.Errorf("previous tag size %d of a tag of %d bytes", got, 11+size)
	}
	return t, nil
}

func (f *flv) mustNext(tb testing.TB) tag {
	tb.Helper()
	t, err := f.next()
	if err != nil {
		tb.Fatalf("next tag: %v", err)
	}
	return t
}

// expect compares the next tags, the metadata only by name.
func (f *flv) expect(tb testing.TB, want ...tag) {
	tb.Helper()
	for i, w := range want {
		got := f.mustNext(tb)
		same := bytes.Equal(got.body, w.body)
		if w.typeID == data && w.body == nil {
			same = bytes.HasPrefix(got.body, amfString(nil, "onMetaData"))
		}
		if got.typeID != w.typeID || got.timestamp != w.timestamp || !same {
			tb.Fatalf("tag %d: got type %d at %d %q, want type %d at %d %q", i, got.typeID, got.timestamp, got.body, w.typeID, w.timestamp, w.body)
		}
	}
}

// open asks for a stream by HTTP; the FLV header is read by the caller, for it comes with the first message.
func open(tb testing.TB, s *mediaserver.Server, path string) *http.Response {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	tb.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.HTTPAddr().String()+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func play(tb testing.TB, s *mediaserver.Server, name string) *flv {
	tb.Helper()
	res := open(tb, s, "/live/"+name+".flv")
	if res.StatusCode != http.StatusOK {
		tb.Fatalf("status %s", res.Status)
	}
	f := newFLV(tb, res.Body)
	f.close = res.Body.Close
	return f
}

// tool finds a program, and skips the test without it unless the environment insists.
func tool(tb testing.TB, name string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("MEDIAPUSHER_E2E") == "require" {
		tb.Fatalf("%s is missing", name)
	}
	tb.Skipf("%s is missing", name)
	return ""
}

// clip lets ffmpeg make a few seconds of H.264 and AAC (or only H.264) and returns the tags.
func clip(tb testing.TB, sound ...string) []tag {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "clip.flv")
	args := []string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"}
	args = append(args, sound...)
	args = append(args, "-t", "6", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", file)
	if out, err := exec.Command(tool(tb, "ffmpeg"), args...).CombinedOutput(); err != nil {
		tb.Fatalf("ffmpeg: %v %s", err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	f := newFLV(tb, bytes.NewReader(b))
	var tags []tag
	for {
		t, err := f.next()
		if err != nil {
			return tags
		}
		tags = append(tags, t)
	}
}

func viewers(s *mediaserver.Server, name string) int {
	live, _ := s.Live(name)
	return live.Viewers
}
