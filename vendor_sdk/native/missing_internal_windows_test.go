//go:build (hiksdk || dahuasdk) && cgo

package native

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMissing(t *testing.T) {
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	// A library that needs first.dll, which needs second.dll.
	directory := t.TempDir()
	write := func(name, needs string) string {
		path := filepath.Join(directory, name)
		content := bytes.ReplaceAll(program, []byte("msvcrt.dll\x00"), []byte(needs+"\x00"))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := write("library.dll", "absent.dll")
	if got := missing(path); !strings.HasSuffix(got, ": absent.dll") {
		t.Errorf("%q", got)
	}
	write("absent.dll", "second.dll")
	if got := missing(path); !strings.HasSuffix(got, ": second.dll") {
		t.Errorf("%q", got)
	}
	write("second.dll", "msvcrt.dll")
	if got := missing(path); got != "" {
		t.Errorf("%q", got)
	}
	if got := missing(filepath.Join(directory, "none.dll")); got != "" {
		t.Errorf("%q", got)
	}
}
