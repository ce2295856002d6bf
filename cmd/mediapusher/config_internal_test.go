package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediapusher"
	"mediapusher/internal/config"
)

func TestSummary(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.yml")
	text := "api: {token: hush, origins: [\"http://a:1\"]}\nadmin: {listen: \":1\", token: hush}\n" +
		"rtmp: {publish_url: \"rtmp://192.0.2.5/live/{stream}?k=hush\"}\ndevices: [{address: nvr}, {address: 10.0.0.0/8}]\n" +
		"allow_devices: 10.0.0.0/8\nlog: {file: /var/log/x.log}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		file: {
			"file:        " + file + "\n", "api:         :8090, with a token\n", "origins:     http://a:1\n", "admin:       :1, with a token\n",
			"media:       rtmp://192.0.2.5/live/{stream}\n", "flv_url:     http://192.0.2.5:8080/live/{stream}.flv\n", "devices:     2\n",
			"allowed:     10.0.0.0/8\n", "log:         info, /var/log/x.log\n",
		},
		"": {
			"file:      none", "api:       :8090, no token\n", "origins:   any\n", "media:     embedded server, RTMP :1935, HTTP-FLV :8080\n",
			"devices:   0\n", "allowed:   any device\n", "log:       info, standard error\n",
		},
	} {
		cfg, err := config.Load(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := printSummary(&out, name, &cfg); err != nil {
			t.Fatal(err)
		}
		for _, line := range want {
			if !strings.Contains(out.String(), line) {
				t.Errorf("%q is missing in\n%s", line, &out)
			}
		}
		if strings.Contains(out.String(), "hush") {
			t.Errorf("a secret is shown:\n%s", &out)
		}
	}
}

func TestExampleIsTheFile(t *testing.T) {
	text, err := os.ReadFile("../../mediapusher.example.yml")
	if err != nil || string(text) != mediapusher.ExampleConfig() {
		t.Errorf("the example in the program is another one, %v", err)
	}
}

// Without a file named, what is looked at is the installed service's configuration, where there is one.
func TestInstalledConfiguration(t *testing.T) {
	installed := filepath.Join(t.TempDir(), "mediapusher.yml")
	if got, err := orInstalled("", installed); got != "" || err != nil {
		t.Errorf("nothing is installed: %q, %v", got, err)
	}
	if err := os.WriteFile(installed, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := orInstalled("", installed); got != installed || err != nil {
		t.Errorf("an installed one is passed by: %q, %v", got, err)
	}
	if got, err := orInstalled("mine.yml", installed); got != "mine.yml" || err != nil {
		t.Errorf("another than the named one: %q, %v", got, err)
	}
	if got, err := orInstalled("", filepath.Join(installed, "below")); got != "" || err == nil {
		t.Errorf("what cannot be looked at is passed by: %q", got)
	}
}
