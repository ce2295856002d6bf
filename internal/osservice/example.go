package osservice

import (
	"crypto/rand"
	_ "embed"
	"strings"
)

//go:embed mediapusher.yml
var minimalConfig string

// MinimalConfig returns the configuration that an installation begins with: the few keys that most people change, in English and
// Chinese. The console can be reached from other machines, with a token that is made anew each time. data and logFile are where the service
// keeps its state and writes its log; both empty: where the system says (the StateDirectory and the journal of systemd).
func MinimalConfig(data, logFile string) string {
	text := strings.Replace(minimalConfig, "TOKEN", rand.Text(), 1)
	if data == "" && logFile == "" {
		return text
	}
	return text + "\n# What the service keeps, and its log / 服务的数据目录与日志文件\ndata_dir: " + quoted(data) +
		"\nlog:\n  file: " + quoted(logFile) + "\n"
}

// quoted returns text as a single-quoted YAML 1.2 scalar (section 7.3.2), in which a backslash is a backslash.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
