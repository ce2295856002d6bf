package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediapusher/vendor_sdk/sdk"
)

func TestPrintParts(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("sdk/parts", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sdk/lib.so", "sdk/parts/log.xml"} {
		if err := os.WriteFile(name, []byte("libother.so.1.1"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	printParts(&out, "sdk", []sdk.Part{
		{Names: []string{"lib.so"}, For: "all", Needed: true},
		{Names: []string{"core.so"}, For: "much", Needed: true},
		{Names: []string{"more.so"}, For: "more"},
		{Names: []string{"log.xml", "parts/log.xml"}, For: "a log"},
	})
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	want := []string{"lib.so useless, NEEDED all", "", "core.so not there, NEEDED much", "more.so not there more", filepath.FromSlash("parts/log.xml") + " found a log"}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i, line := range got {
		if line = strings.Join(strings.Fields(line), " "); want[i] != "" && line != want[i] {
			t.Errorf("%q, want %q", line, want[i])
		}
	}
	if !strings.Contains(got[1], "library") { // the reason stands below
		t.Errorf("no reason in %q", got[1])
	}
}
