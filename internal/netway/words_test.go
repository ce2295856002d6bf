package netway_test

import (
	"strings"
	"testing"

	"mediapusher/internal/netway"
)

func TestPlain(t *testing.T) {
	long := strings.Repeat("ab ", 38) // 114 bytes
	for said, want := range map[string]string{
		"":                              "",
		" two\r\nlines\x1b[31m":         "two lines [31m",
		"<html>no</html>":               "",
		"坏\xff的":                        "坏的",
		long + "secret":                 long + "secret", // 120 bytes
		long + "geheim-4711 is refused": strings.TrimSpace(long),
		long + "secret is refused":      long + "secret",
		strings.Repeat("x", 200):        strings.Repeat("x", 120),
		strings.Repeat("长", 50):         strings.Repeat("长", 40),
	} {
		if got := netway.Plain([]byte(said)); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}
