//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

import (
	"testing"
	"time"
)

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ raw, want string }{
		"ascii":        {"/mnt/dvr/0.dav\x00rubbish", "/mnt/dvr/0.dav"},
		"no NUL":       {"abc", "abc"},
		"GBK":          {"\xcd\xa8\xb5\xc0\x31\x00", "通道1"},
		"UTF-8":        {"通道1\x00", "通道1"},
		"neither":      {"a\xff\x00", "a\ufffd"},
		"nothing":      {"\x00\x00", ""},
		"empty buffer": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := text([]byte(c.raw)); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestPut(t *testing.T) {
	field := make([]byte, 4)
	if !put(field, "abc") || string(field) != "abc\x00" {
		t.Errorf("%q", field)
	}
	if put(make([]byte, 4), "abcd") {
		t.Error("no room was left for the NUL")
	}
}

func TestMoment(t *testing.T) {
	if got := moment(2026, 11, 20, 10, 11, 12); !got.Equal(time.Date(2026, 11, 20, 10, 11, 12, 0, time.UTC)) {
		t.Error(got)
	}
	if got := moment(2026, 11, 20, 24, 0, 0); !got.Equal(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)) {
		t.Error(got)
	}
	for _, bad := range [][6]uint32{{}, {2026, 0, 1}, {2026, 13, 1}, {2026, 1, 0}, {2026, 1, 32}, {2026, 1, 1, 25}, {70000, 1, 1}} {
		if got := moment(bad[0], bad[1], bad[2], bad[3], bad[4], bad[5]); !got.IsZero() {
			t.Errorf("%v is %v", bad, got)
		}
	}
}

func TestOctave(t *testing.T) {
	for speed, want := range map[float64]int32{1: 0, 2: 1, 16: 4, 64: 4, 0.5: -1, 0.0625: -4, 0.01: -4, 3: 2, 1.3: 0, 0.7: -1} {
		if got := octave(speed); got != want {
			t.Errorf("%v: %d, want %d", speed, got, want)
		}
	}
}

func TestPTZParameters(t *testing.T) {
	for _, c := range []struct {
		command, speed int
		p1, p2         int32
	}{
		{0, 5, 0, 5}, {3, 1, 0, 1}, {4, 8, 0, 8}, {9, 3, 0, 3}, // directions and the lens
		{0x20, 4, 4, 4}, {0x23, 7, 7, 7}, // diagonals
		{0, 0, 0, 1}, {0x21, 20, 8, 8}, // out of range
		{0x1f, 2, 0, 2}, {0x24, 2, 0, 2},
	} {
		if p1, p2 := ptzParameters(c.command, c.speed); p1 != c.p1 || p2 != c.p2 {
			t.Errorf("command %#x speed %d: %d %d", c.command, c.speed, p1, p2)
		}
	}
}
