package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"mediapusher/internal/config"
)

var (
	yamlBlocks = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	links      = regexp.MustCompile(`\]\(([^):#]+\.md)[)#]`)
)

// TestConfigurations gives every configuration that a document shows to the program, as it is printed. Others of the same form are
// for Prometheus.
func TestConfigurations(t *testing.T) {
	shown := 0
	for _, document := range slices.Concat(glob(t, "../*.md"), glob(t, "*.md")) {
		for _, block := range yamlBlocks.FindAllStringSubmatch(read(t, document), -1) {
			if strings.Contains(block[1], "scrape_configs:") {
				continue
			}
			shown++
			file := filepath.Join(t.TempDir(), "mediapusher.yml")
			if err := os.WriteFile(file, []byte(block[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Load(file, nil); err != nil {
				t.Errorf("%s shows a configuration that is refused: %v", document, err)
			}
		}
	}
	if shown < 4 {
		t.Errorf("only %d configurations were found", shown)
	}
}

// TestContainers gives the settings of the compose file to the program. The console plays WebRTC by WHEP, which is an HTTP address.
func TestContainers(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "../deploy/compose.yml")), &file); err != nil {
		t.Fatal(err)
	}
	var environment []string
	for name, value := range file.Services["mediapusher"].Environment {
		if strings.HasPrefix(value, "${") {
			value = "a-word-of-the-operator"
		}
		environment = append(environment, name+"="+value)
	}
	got, err := config.Load("", environment)
	if err != nil || len(environment) == 0 {
		t.Fatalf("%d settings: %v", len(environment), err)
	}
	if !strings.HasPrefix(got.WebRTCURL, "http://{host}:1985/") {
		t.Errorf("webrtc_url is %s", got.WebRTCURL)
	}
}

// TestLanguagesLinked looks for the other language below the title of each guide, and holds Chinese guides to Chinese ones.
func TestLanguagesLinked(t *testing.T) {
	for _, document := range slices.Concat(glob(t, "../*.zh.md"), glob(t, "*.zh.md")) {
		twin := strings.TrimSuffix(document, ".zh.md") + ".md"
		head := func(name string) string { return strings.Join(strings.SplitN(read(t, name), "\n", 4)[1:3], "") }
		if want := "[English](" + filepath.Base(twin) + ")"; head(document) != want {
			t.Errorf("%s does not begin with %s", document, want)
		}
		if want := "[中文](" + filepath.Base(document) + ")"; head(twin) != want {
			t.Errorf("%s does not begin with %s", twin, want)
		}
		for _, link := range links.FindAllStringSubmatch(read(t, document), -1) {
			chinese := strings.TrimSuffix(link[1], ".md") + ".zh.md"
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), chinese)); err == nil && link[1] != filepath.Base(twin) {
				t.Errorf("%s links to %s, not to %s", document, link[1], chinese)
			}
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
