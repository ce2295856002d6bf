//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/e2e/rtmp"
)

// recording is what came over RTMP, message by message.
type recording struct {
	mu       sync.Mutex
	messages []rtmp.Message
	at       []time.Time
}

func (r *recording) add(m rtmp.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, m)
	r.at = append(r.at, time.Now())
}

// all returns the messages so far.
func (r *recording) all() []rtmp.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clip(r.messages)
}

// pictures counts the coded pictures so far.
func (r *recording) pictures() int {
	n := 0
	for _, m := range r.all() {
		if _, ok := picture(m); ok {
			n++
		}
	}
	return n
}

// play records from address until the test ends or stop is called.
func play(t testing.TB, address string) (r *recording, stop func()) {
	t.Helper()
	r = new(recording)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- rtmp.Play(ctx, address, func(m rtmp.Message) bool {
			r.add(m)
			return true
		})
	}()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			<-done
		})
	}
	t.Cleanup(stop)
	return r, stop
}

// tag is what the first bytes of a video message say (FLV 10.1 annex E.4.3, enhanced RTMP v1).
type tag struct {
	key      bool
	enhanced bool
	fourCC   string
	codec    byte // without fourCC
	cts      int32
	data     []byte
}

// header returns a video message's configuration record.
func header(m rtmp.Message) (tag, bool) { return parseTag(m, 0, 0) }

// picture returns a video message's coded picture.
func picture(m rtmp.Message) (tag, bool) {
	if p, ok := parseTag(m, 1, 1); ok {
		return p, true
	}
	return parseTag(m, 255, 3)
}

// parseTag takes a message apart if its packet type is avc (codec id form) or ex (enhanced form).
func parseTag(m rtmp.Message, avc, ex byte) (tag, bool) {
	b := m.Body
	if m.Type != rtmp.TypeVideo || len(b) < 5 {
		return tag{}, false
	}
	v := tag{key: b[0]>>4&7 == 1, enhanced: b[0]&0x80 != 0}
	if v.enhanced {
		v.fourCC = string(b[1:5])
		if b[0]&15 != ex {
			return tag{}, false
		}
		v.data = b[5:]
		if ex == 1 && len(v.data) >= 3 {
			v.cts, v.data = int24(v.data), v.data[3:]
		}
		return v, true
	}
	v.codec = b[0] & 15
	v.cts, v.data = int24(b[2:]), b[5:]
	return v, b[1] == avc
}

func int24(b []byte) int32 { return int32(uint32(b[0])<<24|uint32(b[1])<<16|uint32(b[2])<<8) >> 8 }

// checkOrder fails where what was received breaks the rules that every stream keeps: configuration before the first picture, a key
// frame first, times that never fall within a type, whole NAL units of the lengths they announce.
func (r *recording) checkOrder(t testing.TB) {
	t.Helper()
	var configured, begun, audioConfigured bool
	last := map[byte]uint32{}
	for i, m := range r.all() {
		if before, ok := last[m.Type]; ok && int32(m.Timestamp-before) < 0 {
			t.Errorf("message %d of type %d: time falls from %d to %d ms", i, m.Type, before, m.Timestamp)
		}
		last[m.Type] = m.Timestamp
		switch m.Type {
		case rtmp.TypeVideo:
			if _, ok := header(m); ok {
				configured = true
				continue
			}
			p, ok := picture(m)
			switch {
			case !ok:
				continue
			case !configured:
				t.Fatalf("message %d: a picture before any configuration record", i)
			case !begun && !p.key:
				t.Fatalf("message %d: the first picture is no key frame", i)
			case p.cts < 0:
				t.Errorf("message %d: composition offset of %d ms", i, p.cts)
			}
			begun = true
			if err := wholeUnits(p.data); err != nil {
				t.Fatalf("message %d: %v", i, err)
			}
		case rtmp.TypeAudio:
			if len(m.Body) < 2 || m.Body[0] != 0xAF {
				t.Fatalf("message %d: audio that is not AAC: % x", i, m.Body[:min(len(m.Body), 4)])
			}
			if m.Body[1] == 0 {
				audioConfigured = true
			} else if !audioConfigured {
				t.Fatalf("message %d: AAC before its configuration", i)
			}
		}
	}
	if !begun {
		t.Error("no picture came")
	}
}

// wholeUnits checks the four-byte lengths of the NAL units.
func wholeUnits(b []byte) error {
	for n := 0; len(b) > 0; n++ {
		if len(b) < 5 || int(binary.BigEndian.Uint32(b)) > len(b)-4 || binary.BigEndian.Uint32(b) == 0 {
			return fmt.Errorf("NAL unit %d is cut", n)
		}
		b = b[4+binary.BigEndian.Uint32(b):]
	}
	return nil
}

// count counts the audio frames.
func (r *recording) audioFrames() int {
	n := 0
	for _, m := range r.all() {
		if m.Type == rtmp.TypeAudio && len(m.Body) > 2 && m.Body[1] == 1 {
			n++
		}
	}
	return n
}

// flv writes the recording to a file (FLV 10.1 annex E).
func (r *recording) flv(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	b.Write([]byte{'F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0})
	for _, m := range r.all() {
		n, ts := len(m.Body), m.Timestamp
		b.Write([]byte{
			m.Type, byte(n >> 16), byte(n >> 8), byte(n),
			byte(ts >> 16), byte(ts >> 8), byte(ts), byte(ts >> 24), 0, 0, 0,
		})
		b.Write(m.Body)
		b.Write(binary.BigEndian.AppendUint32(nil, uint32(11+n)))
	}
	path := filepath.Join(t.TempDir(), "recording.flv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
