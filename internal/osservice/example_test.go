package osservice_test

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"mediapusher/internal/osservice"
)

func TestMinimalConfig(t *testing.T) {
	type settings struct {
		Admin struct{ Listen, Token string }
		Data  string `yaml:"data_dir"`
		Log   struct{ File string }
	}
	var first, second settings
	for _, config := range []*settings{&first, &second} {
		text := osservice.MinimalConfig(`C:\Program Data\it's\data`, `C:\log.txt`)
		if err := yaml.Unmarshal([]byte(text), config); err != nil {
			t.Fatal(err)
		}
	}
	if first.Data != `C:\Program Data\it's\data` || first.Log.File != `C:\log.txt` {
		t.Errorf("%+v", first)
	}
	// The console can be reached from other machines: nobody may guess its token.
	if first.Admin.Listen != ":8091" || len(first.Admin.Token) < 20 || first.Admin.Token == second.Admin.Token {
		t.Errorf("listens on %s with tokens of %d letters", first.Admin.Listen, len(first.Admin.Token))
	}
	if text := osservice.MinimalConfig("", ""); strings.Contains(text, "data_dir") || strings.Contains(text, "log:") {
		t.Error(text)
	}
}
