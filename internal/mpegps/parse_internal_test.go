package mpegps

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

func bytesOf(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The bytes are those of dumps of Hikvision's streams on public pages.
func TestHikvisionDescriptors(t *testing.T) {
	for _, c := range []struct {
		descriptor string
		want       any
	}{
		{"40 0E 48 4B 00 01 0E 30 C2 0D A0 07 FF FF FF FF", time.Date(2014, 3, 1, 16, 32, 54, 0, time.UTC)},
		{"40 0E 48 4B 00 00 17 9D 3E B4 60 00 00 FF FF FF", time.Date(2023, 9, 26, 15, 43, 17, 0, time.UTC)},
		{"40 0E 48 4C 00 00 17 9D 3E B4 60 00 00 FF FF FF", nil},
		{"40 0E 48 4B 00 00 17 2F 3E B4 60 00 00 FF FF FF", nil}, // 30 February
		{"40 0E 48 4B 00 00 17 FF FF FF FF FF FF FF FF FF", nil},
		{"40 04 48 4B 00 00", nil},
		{"42 0E 00 00 A0 21 01 60 01 20 12 1F FF 00 3A 99", hikVideo{width: 352, height: 288, ticks: 7500}},
		{"42 0E 00 00 A0 21 05 00 02 D0 12 1C 3F 00 1C 21", hikVideo{width: 1280, height: 720, ticks: 3600}},
		{"42 02 00 00", nil},
		{"43 0A 00 00 FE 00 7D 03 03 E8 03 FF", hikAudio{channels: 1, rate: 8000}},
		{"43 0A 00 00 FE 00 FA 03 01 F4 03 FF", hikAudio{channels: 1, rate: 16000}},
		{"43 02 00 00", nil},
	} {
		b := bytesOf(t, c.descriptor)
		var got any
		ok := false
		switch b[0] {
		case tagBasic:
			got, ok = clockOf(b)
		case tagVideo:
			got, ok = hikVideoOf(b)
		case tagAudio:
			got, ok = hikAudioOf(b)
		}
		if ok != (c.want != nil) || ok && got != c.want {
			t.Errorf("%s: %v %v, want %v", c.descriptor, got, ok, c.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		name, bytes string
		kind        headerKind
		size        int
	}{
		{"pack with a counter", "00 00 01 BA 46 E6 6C A1 14 01 00 00 03 FE FF FF 00 00 00 01", packHeader, 20},
		{"pack without stuffing", "00 00 01 BA 46 E6 6C A1 14 01 00 00 03 F8", packHeader, 14},
		{"pack of MPEG-1", "00 00 01 BA 21 00 01 00 01 80 00 01", packHeader, 12},
		{"pack of no version", "00 00 01 BA 86 00 01 00 01 80 00 01 00 00", noHeader, 14},
		{"end", "00 00 01 B9", endCode, 4},
		{"system header", "00 00 01 BB 00 12", otherPacket, 6},
		{"PSM too large", "00 00 01 BC 04 00", noHeader, 14},
		{"PES", "00 00 01 E0 00 20 8C 80 0A", videoPES, 19},
		{"audio PES", "00 00 01 C0 00 20 80 00 00", audioPES, 9},
		{"packet of MPEG-1", "00 00 01 E2 07 DF 21", videoPES, 11},
		{"packet of MPEG-1 with all", "00 00 01 E2 07 DF FF FF 60 20 31", videoPES, 20},
		{"packet of MPEG-1 with nothing", "00 00 01 C0 07 DF 0F", audioPES, 7},
		{"private", "00 00 01 BD 00 20", otherPacket, 6},
		{"a pack whose code is damaged", "00 00 01 BF 46 E6 6C A1 14 01 00 00 03 F8", noHeader, 14},
		{"padding of a like length", "00 00 01 BE 46 E6 FF FF FF FF FF FF FF FF", otherPacket, 14},
		{"Hikvision's head", "49 4D 4B 48", hikHead, 40},
		{"private container", "34 48 4B 48", hikPrivate, 4},
		{"no prefix", "00 01 01 E0", noHeader, 14},
		{"slice", "00 00 01 65", noHeader, 14},
	} {
		b := bytesOf(t, c.bytes)
		if kind, size := kindOf(b), headerSize(b); kind != c.kind || size != c.size {
			t.Errorf("%s: kind %d of %d bytes, want %d of %d", c.name, kind, size, c.kind, c.size)
		}
		for n := range len(b) {
			if size := headerSize(b[:n]); size <= n && size < c.size {
				t.Errorf("%s: %d bytes are said to be enough", c.name, n)
			}
		}
	}
}

func TestClocks(t *testing.T) {
	if got := systemClock(bytesOf(t, "00 00 01 BA 46 E6 6C A1 14 01 00 00 03 F8")); got != 778474530 {
		t.Errorf("SCR %d", got)
	}
	for _, c := range []struct {
		name, bytes string
		want        pesHeader
		ok          bool
	}{
		{
			"Hikvision", "00 00 01 E0 00 20 8C 80 0A 21 B9 9B 28 45 FF FF FF FF F8",
			pesHeader{id: 0xE0, aligned: true, stamped: true, pts: 778474530, payload: 19},
			true,
		},
		{"without PTS", "00 00 01 E1 00 03 88 00 00", pesHeader{id: 0xE1}, true},
		{"length 0", "00 00 01 E0 00 00 84 80 05 21 00 01 00 05", pesHeader{id: 0xE0, aligned: true, stamped: true, pts: 2, open: true}, true},
		{"header larger than the packet", "00 00 01 E0 00 03 80 00 01 FF", pesHeader{}, false},
		{"no room for the PTS", "00 00 01 E0 00 20 80 80 04 21 00 01 00", pesHeader{}, false},
		{"wrong flags", "00 00 01 E0 00 20 80 40 05 21 00 01 00 05", pesHeader{}, false},
		{"marker missing", "00 00 01 E0 00 20 80 80 05 21 00 00 00 05", pesHeader{}, false},
		{"MPEG-1, PTS", "00 00 01 E2 00 10 21 00 01 00 05", pesHeader{id: 0xE2, stamped: true, pts: 2, payload: 11}, true},
		{"MPEG-1, all", "00 00 01 E2 00 0F FF 60 20 31 00 01 00 05 11 00 01 00 03", pesHeader{id: 0xE2, stamped: true, pts: 2, payload: 2}, true},
		{"MPEG-1, nothing", "00 00 01 E2 00 02 0F", pesHeader{id: 0xE2, payload: 1}, true},
		{"MPEG-1, damaged", "00 00 01 E2 00 22 D0 00 00 00 00 00 00 00", pesHeader{}, false},
	} {
		got, ok := parsePES(bytesOf(t, c.bytes))
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s: %+v %v", c.name, got, ok)
		}
	}
}

func TestUnwrap(t *testing.T) {
	var u unwrapper
	for i, c := range []struct{ raw, want int64 }{
		{8589932482, 8589932482},
		{1490, 8589936082},
		{8589932482, 8589932482},
		{5090, 1<<33 + 5090},
		{1 << 32, 1<<33 + 1<<32 - wrap}, // damaged: not believed
		{8690, 1<<33 + 8690},
	} {
		if got := u.at(c.raw); got != c.want && (i != 4 || got != c.want+wrap) {
			t.Errorf("step %d: %d, want %d", i, got, c.want)
		}
	}
	for i := range int64(4) { // a jump that stays is believed
		if got := u.at(3<<31 + i); i == 3 && (got-1<<33)&(wrap-1) != 3<<31+3 {
			t.Errorf("%d", got)
		}
	}
}

// The clock of a PSM has whole seconds: between two that agree it does not stagger, and it follows one that does not.
func TestWallClock(t *testing.T) {
	start := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	var w wallClock
	if !w.at(5).IsZero() {
		t.Error("a clock that nobody told")
	}
	for i, c := range []struct {
		told  time.Duration
		pts   int64
		wants time.Duration
	}{
		{0, 1000, 0},
		{2 * time.Second, 1000 + 2*90000 + 45000, 2500 * time.Millisecond}, // 2.5 is in the second that is told
		{6 * time.Second, 1000 + 5*90000, 6 * time.Second},                 // 5 is before it
		{time.Hour, 1000 + 6*90000, time.Hour},
		{time.Minute, 1000 + 7*90000, time.Minute},
	} {
		w.tell(start.Add(c.told))
		w.picture(c.pts)
		if got := w.at(c.pts).Sub(start); got != c.wants {
			t.Errorf("PSM %d: %v, want %v", i, got, c.wants)
		}
		if got := w.at(c.pts + 9000).Sub(start); got != c.wants+100*time.Millisecond {
			t.Errorf("PSM %d: %v a tenth of a second later", i, got)
		}
	}
}

func TestAudioClock(t *testing.T) {
	for _, c := range []struct {
		name    string
		samples int
		pts     []int64
		want    []int64
	}{
		{"90 kHz", 320, []int64{90000, 93600, 97200, 108000}, []int64{90000, 93600, 97200, 108000}},
		{"samples", 320, []int64{90000, 90320, 90640, 91600}, []int64{90000, 93600, 97200, 108000}},
		{"samples with a zero of their own", 160, []int64{1 << 31, 1<<31 + 160, 1<<31 + 320}, []int64{90000, 91800, 93600}},
		{"90 kHz with a zero of its own", 160, []int64{1 << 31, 1<<31 + 1800, 1<<31 + 3600}, []int64{90000, 91800, 93600}},
		{"a gap first", 160, []int64{90000, 99000, 99160, 99320}, []int64{90000, 99000, 100800, 102600}},
	} {
		clock := audioClock{rate: 8000}
		for i, pts := range c.pts {
			clock.stamp(pts, 90000, true)
			if got := clock.now(); got != c.want[i] {
				t.Errorf("%s: packet %d at %d, want %d", c.name, i, got, c.want[i])
			}
			clock.pass(c.samples)
		}
	}
}
