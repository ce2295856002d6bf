package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestOfSecrets(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such mode")
	}
	for name, test := range map[string]struct {
		text string
		mode os.FileMode
		want int
	}{
		"a token for all to see":    {"admin: {token: hush}\n", 0o644, 1},
		"the API's":                 {"api: {token: hush}\n", 0o604, 1},
		"a token of the server":     {"rtmp: {publish_url: 'rtmp://srs/live/{stream}?token=hush'}\n", 0o644, 1},
		"a password of the server":  {"srs: {api_url: 'http://u:hush@srs:1985'}\n", 0o644, 1},
		"as it is installed":        {"admin: {token: hush}\n", 0o640, 0},
		"no secret":                 {"rtmp: {publish_url: 'rtmp://srs/live/{stream}'}\n", 0o644, 0},
		"what cannot be understood": {"admin: [\n", 0o644, 0},
	} {
		file := filepath.Join(t.TempDir(), "test.yml")
		if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, test.mode); err != nil { // whatever the umask is
			t.Fatal(err)
		}
		if found := ofSecrets(file); len(found) != test.want {
			t.Errorf("%s: %+v", name, found)
		}
	}
	if found := ofSecrets(""); found != nil {
		t.Errorf("without a file: %+v", found)
	}
}
