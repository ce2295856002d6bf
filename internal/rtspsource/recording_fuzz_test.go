package rtspsource

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"testing"
	"time"

	"mediapusher/internal/media"
)

// spoken is a connection over which a recorder says what it says, in pieces, and closes.
type spoken struct {
	net.Conn
	text []byte
	cuts cutter
}

func (c *spoken) Read(p []byte) (int, error) {
	if len(c.text) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(max(c.cuts.next(len(c.text)), 1), len(p))], c.text)
	c.text = c.text[n:]
	return n, nil
}

func (c *spoken) Write(p []byte) (int, error)      { return len(p), nil }
func (c *spoken) SetReadDeadline(time.Time) error  { return nil }
func (c *spoken) SetWriteDeadline(time.Time) error { return nil }

// told is a sink that takes units only after a recording began.
type told struct {
	t     *testing.T
	began int
	units int
}

func (s *told) SetTracks([]*media.Track) error { return nil }

func (s *told) Write(au *media.AccessUnit) error {
	if s.began != 1 {
		s.t.Errorf("a unit after %d beginnings", s.began)
	}
	s.units++
	au.Release()
	return nil
}

// Whatever a recorder says from PLAY on, a recording begins at most once and before its first unit, at a speed that is a number, and does
// not end well where it never began.
func FuzzRecording(f *testing.F) {
	const frame = "$\x00\x00\x10\x80\xe0\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x65\x88\x84\x00"
	const good = "RTSP/1.0 200 OK\r\nCSeq: 4\r\nRange: clock=20160720T120000Z-\r\nScale: 2.0\r\n\r\n"
	f.Add([]byte(good+frame), []byte{9, 1, 30})
	f.Add([]byte(frame+good+good), []byte{})
	f.Add([]byte(good+"TEARDOWN x RTSP/1.0\r\n\r\n"), []byte{})
	f.Add([]byte(frame+"RTSP/1.0 457 Invalid Range\r\n\r\n"+frame), []byte{3, 3})
	f.Add([]byte("RTSP/1.0 200 OK\r\nScale: NaN\r\n\r\n$\x01\x00\x08\x81\xcb\x00\x01\x00\x00\x00\x09"), []byte{200})
	f.Fuzz(func(t *testing.T, text, cuts []byte) {
		out := &told{t: t}
		source, err := New(Config{URL: "rtsp://h/x", Recording: &Recording{Scale: 2, Began: func(b Began) {
			out.began++
			if b.Scale < 0 || math.IsNaN(b.Scale) || math.IsInf(b.Scale, 0) {
				t.Errorf("scale %v", b.Scale)
			}
		}}})
		if err != nil {
			t.Fatal(err)
		}
		s := newSession(source, &spoken{text: text, cuts: cuts}, out)
		video := h264Stream()
		video.coding.payloadType = 96
		s.routing.Store(&routing{channels: *testChannels(), tracks: []*track{video.newTrack(out, &source.counters)}})
		s.answers.awaited = StepPlay
		err = s.read(context.Background())
		if err == nil || out.began > 1 || errors.Is(err, errOver) && out.began == 0 {
			t.Errorf("%d beginnings, %d units, end %v", out.began, out.units, err)
		}
	})
}
