//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

import (
	"testing"
	"time"
)

func TestLastError(t *testing.T) {
	for raw, want := range map[uint32]int{0: 0, 0x80000002: 2, 0x80000482: 1154, 0xffffffff: 0, 100: 100} {
		if got := lastError(raw); got != want {
			t.Errorf("%#x: %d, want %d", raw, got, want)
		}
	}
}

func TestLoginCode(t *testing.T) {
	for _, c := range []struct {
		name                string
		last, verdict, want int
	}{
		{"both the same", 100, 1, 100},
		{"the last error is finer", 117, 1, 117},
		{"only the verdict tells", 0, 5, 104},
		{"a network error hides a password", 2, 1, 100},
		{"high login not known, by verdict", 0, -1, 1153},
		{"high login not known, by error", 1153, 0, 1153},
		{"only high", 0, 20, 1154},
		{"locked out", 86, 1, 86},
		{"no verdict", 340, 0, 340},
		{"an unknown verdict", 2, 99, 2},
		{"network library missing", 2, 11, 111},
		{"time-out", 2, 3, 102},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := loginCode(c.last, c.verdict); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

func TestLoginError(t *testing.T) {
	for _, c := range []struct {
		name             string
		code, left, lock int
		tries            int
		locked           time.Duration
	}{
		{"wrong password", 100, 4, -1, 4, 0},
		{"wrong password, tries not told", 100, 0, 0, -1, 0},
		{"locked", 104, 0, 1800, 0, 30 * time.Minute},
		{"locked, time not told", 86, 3, -1, 0, 0},
		{"something else leaves the tries open", 107, 5, 0, -1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := loginError("CLIENT_LoginEx2", c.code, c.left, c.lock)
			if got.Code != c.code || got.TriesLeft != c.tries || got.LockedFor != c.locked {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A login is tried again where nothing was said of the account, and never otherwise.
func TestNextWay(t *testing.T) {
	for _, c := range []struct {
		name        string
		last        way
		code, tried int
		want        way
	}{
		{"no high login", high, 1153, 1, plain},
		{"silence", high, 102, 1, plain},
		{"silence, told as network", high, 2, 1, plain},
		{"silence again", plain, 102, 2, nowhere},
		{"only high, after silence", plain, 1154, 2, high},
		{"silence a third time", high, 102, 3, nowhere},
		{"no connection", high, 107, 1, nowhere},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := nextWay(c.last, c.code, c.tried); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
	for _, code := range []int{86, 100, 101, 103, 104, 105, 106, 110, 113, 117, 118, 119} {
		for _, last := range []way{high, plain} {
			for tried := range 4 {
				if nextWay(last, code, tried) != nowhere {
					t.Errorf("after error %d there was another login", code)
				}
			}
		}
	}
}
