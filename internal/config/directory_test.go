package config_test

import (
	"path/filepath"
	"testing"

	"mediapusher/internal/config"
)

func TestDataDirectory(t *testing.T) {
	for _, test := range []struct {
		name, key string
		environ   []string
		want      string
	}{
		{"the key wins", "/srv/x", []string{"STATE_DIRECTORY=/var/lib/mediapusher"}, "/srv/x"},
		{"systemd's", "", []string{"A=b", "STATE_DIRECTORY=/var/lib/mediapusher"}, "/var/lib/mediapusher"},
		{"the first of several", "", []string{"STATE_DIRECTORY=/var/lib/a:/var/lib/b"}, "/var/lib/a"},
	} {
		c := config.Default()
		c.DataDir = test.key
		if got, err := c.DataDirectory(test.environ); err != nil || got != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, got, err, test.want)
		}
	}
	c := config.Default()
	if got, err := c.DataDirectory(nil); err == nil && filepath.Base(got) != "mediapusher" {
		t.Errorf("without anything it is %s", got)
	}
}
