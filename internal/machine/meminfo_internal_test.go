//go:build linux

package machine

import (
	"strings"
	"testing"
)

func TestParseMeminfo(t *testing.T) {
	for name, tt := range map[string]struct {
		text             string
		available, total uint64
	}{
		"Linux":         {"MemTotal:       16384256 kB\nMemFree:         1 kB\nMemAvailable:   8192 kB\nHugePages_Total:       0\n", 8192 << 10, 16384256 << 10},
		"before 3.14":   {"MemTotal: 2048 kB\nMemFree: 1024 kB\n", 0, 2048 << 10},
		"nonsense":      {"MemTotal: much\nMemAvailable: -1 kB\n\n:\nMemAvailable", 0, 0},
		"beyond 64 bit": {"MemTotal: 18446744073709551615 kB\n", 0, 0},
		"nothing":       {"", 0, 0},
	} {
		if available, total := parseMeminfo(strings.NewReader(tt.text)); available != tt.available || total != tt.total {
			t.Errorf("%s: %d of %d, want %d of %d", name, available, total, tt.available, tt.total)
		}
	}
}

func TestThisMachine(t *testing.T) {
	if available, total := Memory(); available > total {
		t.Errorf("%d of %d", available, total)
	}
}
