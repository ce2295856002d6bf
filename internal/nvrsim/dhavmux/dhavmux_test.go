package dhavmux_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"mediapusher/internal/nvrsim/dhavmux"
)

var wall = time.Date(2026, 11, 20, 10, 11, 12, 0, time.UTC)

// frame is a frame as its bytes say.
type frame struct {
	kind, channel      byte
	sequence, date     uint32
	clock              uint16
	extension, payload []byte
}

// frames checks all that a reader may check.
func frames(t *testing.T, b []byte) []frame {
	t.Helper()
	var found []frame
	le := binary.LittleEndian
	for len(b) > 0 {
		if len(b) < dhavmux.HeaderSize || string(b[:4]) != "DHAV" {
			t.Fatalf("no frame: % X", b[:min(len(b), 24)])
		}
		total, extension := int(le.Uint32(b[12:])), int(b[22])
		if total > len(b) || total < dhavmux.HeaderSize+extension+dhavmux.TrailerSize {
			t.Fatalf("a frame of %d bytes, %d are there", total, len(b))
		}
		sum := byte(0)
		for _, v := range b[:23] {
			sum += v
		}
		if sum != b[23] {
			t.Errorf("checksum %X, want %X", b[23], sum)
		}
		if trailer := b[total-8 : total]; string(trailer[:4]) != "dhav" || le.Uint32(trailer[4:]) != uint32(total) {
			t.Errorf("trailer % X", trailer)
		}
		f := frame{
			kind: b[4], channel: b[6], sequence: le.Uint32(b[8:]), date: le.Uint32(b[16:]), clock: le.Uint16(b[20:]),
			extension: b[24 : 24+extension], payload: b[24+extension : total-8],
		}
		found = append(found, f)
		b = b[total:]
	}
	return found
}

func TestStream(t *testing.T) {
	m := dhavmux.New(dhavmux.Config{
		Channel: 3, Video: dhavmux.H265, Width: 2592, Height: 1520, FrameRate: 25, Audio: dhavmux.ALaw, SampleRate: 8000, DataEvery: 2,
	})
	at := 65500 * time.Millisecond
	b := m.AppendPicture(nil, dhavmux.Picture{Units: [][]byte{{0x40, 1}, {0x26, 1, 2}}, Key: true, Clock: at, Wall: wall})
	b = m.AppendSound(b, dhavmux.Sound{Data: []byte{0xD5}, Clock: at, Wall: wall})
	b = m.AppendPicture(b, dhavmux.Picture{Units: [][]byte{{0x02, 1}}, Clock: at + 40*time.Millisecond, Wall: wall})
	b = m.AppendEnd(b, at, wall)
	got := frames(t, b)
	want := []struct {
		kind      byte
		sequence  uint32
		clock     uint16
		extension []byte
	}{
		// The sum of 00 00 00 01, 40 01 00 00, 00 01 26 01 and 02 as words.
		{0xFD, 1, 65500, []byte{0x82, 0, 0, 0, 0x20, 0x0A, 0xF0, 5, 0x81, 0x32, 0x0C, 25, 0x88, 0x42, 0x02, 0x26, 0x02, 0, 0, 0}},
		{0xF0, 1, 65500, []byte{0x83, 1, 0x0E, 2, 0x88, 0xD5, 0, 0, 0, 0, 0, 0}},
		{0xF1, 1, 4, nil},
		{0xFC, 2, 4, []byte{0x81, 0x32, 0x0C, 25, 0x88, 0x02, 0x01, 0, 1, 0, 0, 0}},
		{0xFE, 2, 65500, nil},
	}
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if g.kind != w.kind || g.channel != 3 || g.sequence != w.sequence || g.clock != w.clock {
			t.Errorf("frame %d: %+v, want %+v", i, g, w)
		}
		if w.extension != nil && !bytes.Equal(g.extension, w.extension) {
			t.Errorf("frame %d: extension % X, want % X", i, g.extension, w.extension)
		}
		// 26-11-20 10:11:12 in the packed form.
		if const20 := uint32(26<<26 | 11<<22 | 20<<17 | 10<<12 | 11<<6 | 12); g.date != const20 {
			t.Errorf("frame %d: date %X, want %X", i, g.date, const20)
		}
	}
	if want := []byte{0, 0, 0, 1, 0x40, 1, 0, 0, 0, 1, 0x26, 1, 2}; !bytes.Equal(got[0].payload, want) {
		t.Errorf("payload % X, want % X", got[0].payload, want)
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		width, height int
		want          []byte
	}{
		{640, 360, []byte{0x80, 0, 80, 45}},
		{1920, 1080, []byte{0x80, 0, 240, 135}},
		{2592, 1520, []byte{0x82, 0, 0, 0, 0x20, 0x0A, 0xF0, 0x05}},
		{704, 540, []byte{0x82, 0, 0, 0, 0xC0, 0x02, 0x1C, 0x02}},
	} {
		m := dhavmux.New(dhavmux.Config{Width: c.width, Height: c.height})
		got := frames(t, m.AppendPicture(nil, dhavmux.Picture{Units: [][]byte{{0x65, 1}}, Key: true, Wall: wall}))[0].extension
		if !bytes.HasPrefix(got, c.want) {
			t.Errorf("%dx%d: % X, want % X", c.width, c.height, got, c.want)
		}
	}
}

func TestSounds(t *testing.T) {
	for _, c := range []struct {
		coding         dhavmux.Coding
		rate, channels int
		want           []byte
	}{
		{dhavmux.AAC, 16000, 1, []byte{0x83, 1, 0x1A, 4}},
		{dhavmux.MuLaw, 8000, 0, []byte{0x83, 1, 0x0A, 2}},
		{dhavmux.AAC, 48000, 2, []byte{0x8C, 0, 2, 0x1A, 9, 0, 0, 0}},
	} {
		m := dhavmux.New(dhavmux.Config{Audio: c.coding, SampleRate: c.rate, Channels: c.channels})
		got := frames(t, m.AppendSound(nil, dhavmux.Sound{Data: []byte{1}, Wall: wall}))[0].extension
		if !bytes.HasPrefix(got, c.want) {
			t.Errorf("%X at %d: % X, want % X", c.coding, c.rate, got, c.want)
		}
	}
}

func TestSampleJitter(t *testing.T) {
	m := dhavmux.New(dhavmux.Config{Jitter: dhavmux.SampleJitter()})
	var b []byte
	for i := range 12 {
		b = m.AppendPicture(b, dhavmux.Picture{Units: [][]byte{{0x41, 1}}, Clock: time.Duration(i*40) * time.Millisecond, Wall: wall})
	}
	var steps []int
	got := frames(t, b)
	for i := 1; i < len(got); i++ {
		steps = append(steps, int(got[i].clock)-int(got[i-1].clock))
	}
	want := []int{60, 20, 40, 230, 70, 10, 0, 10, 20, 30, 20}
	for i := range want {
		if steps[i] != want[i] {
			t.Fatalf("steps of %d ms, want %d", steps, want)
		}
	}
}

func TestExtra(t *testing.T) {
	m := dhavmux.New(dhavmux.Config{Extra: bytes.Repeat([]byte{0xC7}, 300)})
	got := frames(t, m.AppendPicture(nil, dhavmux.Picture{Units: [][]byte{{0x41, 1}}, Wall: wall}))[0]
	if len(got.payload) != 6 || !bytes.HasSuffix(got.extension, []byte{0xC7, 0xC7}) {
		t.Errorf("%d bytes of payload, extension % X", len(got.payload), got.extension)
	}
}
