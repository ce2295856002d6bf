package sdk_test

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediapusher/vendor_sdk/sdk"
)

// elfHead is the head of a 64-bit little-endian ELF library for a machine (ELF specification, table of e_machine).
func elfHead(machine uint16) string {
	head := make([]byte, 64)
	copy(head, "\x7fELF\x02\x01\x01")
	binary.LittleEndian.PutUint16(head[16:], 3) // ET_DYN
	binary.LittleEndian.PutUint16(head[18:], machine)
	binary.LittleEndian.PutUint32(head[20:], 1)
	binary.LittleEndian.PutUint16(head[52:], 64)
	return string(head)
}

// peHead is the head of a Windows library for a machine (PE format, COFF file header).
func peHead(machine uint16) string {
	head := make([]byte, 128)
	copy(head, "MZ")
	binary.LittleEndian.PutUint32(head[0x3c:], 64)
	copy(head[64:], "PE\x00\x00")
	binary.LittleEndian.PutUint16(head[68:], machine)
	return string(head)
}

func TestParts(t *testing.T) {
	directory := t.TempDir()
	for name, content := range map[string]string{
		"good.so": elfHead(62), "arm.so": elfHead(183), "link.so": "libother.so.1.1", "sub/good.so": elfHead(62), "log.xml": "<x/>",
		"good.dll": peHead(0x8664), "old.dll": peHead(0x14c), "text.dll": "oh",
	} {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ system, names, problem string }{
		{"linux", "good.so", ""},
		{"linux", "sub/good.so", ""},
		{"linux", "log.xml", ""},
		{"linux", "missing.so good.so", ""},
		{"linux", "missing.so", "missing"},
		{"linux", "arm.so", "x86-64"},
		{"linux", "link.so", "packed as text"},
		{"linux", "sub", "no file"},
		{"linux", "good.dll", "no Linux library"},
		{"windows", "good.dll", ""},
		{"windows", "old.dll", "x86-64"},
		{"windows", "text.dll", "no Windows library"},
	} {
		part := sdk.Part{Names: strings.Fields(tt.names), Needed: true}
		path, err := part.Find(directory, tt.system)
		var load *sdk.LoadError
		switch {
		case tt.problem == "" && (err != nil || path == ""):
			t.Errorf("%s %s: %q, %v", tt.system, tt.names, path, err)
		case tt.problem != "" && (!errors.As(err, &load) || !strings.Contains(err.Error(), tt.problem) || !strings.HasPrefix(load.File, directory)):
			t.Errorf("%s %s: %v, want %s", tt.system, tt.names, err, tt.problem)
		}
	}
}

// A library alone is left to the loader; one with companions needs all that it needs.
func TestCheckParts(t *testing.T) {
	parts := []sdk.Part{{Names: []string{"lib.so"}, Needed: true}, {Names: []string{"core.so"}, Needed: true}, {Names: []string{"more.so"}}}
	for files, missing := range map[string]string{
		"":                       "lib.so",
		"core.so more.so":        "lib.so",
		"lib.so":                 "",
		"lib.so more.so":         "core.so",
		"lib.so core.so":         "",
		"lib.so core.so more.so": "",
	} {
		directory := t.TempDir()
		for name := range strings.FieldsSeq(files) {
			if err := os.WriteFile(filepath.Join(directory, name), []byte(elfHead(62)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		err := sdk.CheckParts(directory, "linux", parts)
		var load *sdk.LoadError
		switch {
		case missing == "" && err != nil:
			t.Errorf("%q: %v", files, err)
		case missing != "" && (!errors.As(err, &load) || load.File != filepath.Join(directory, missing)):
			t.Errorf("%q: %v, want %s", files, err, missing)
		}
	}
}
