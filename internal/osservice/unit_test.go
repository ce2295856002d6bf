package osservice_test

import (
	"strings"
	"testing"

	"mediapusher/internal/osservice"
)

func TestUnit(t *testing.T) {
	for program, want := range map[string]string{
		"/usr/bin/mediapusher":  "/usr/bin/mediapusher",
		"/opt/my video/100%/mp": `"/opt/my video/100%%/mp"`,
		`/opt/a"b$c\d`:          `"/opt/a\"b$$c\\d"`,
	} {
		text := osservice.Unit(osservice.Program{Path: program})
		if !strings.Contains(text, "\nExecStart="+want+" serve --config /etc/mediapusher/mediapusher.yml\n") {
			t.Errorf("%s:\n%s", program, text)
		}
	}
}

// A maker's library may ask for memory that is written and executed, and could not be loaded otherwise.
func TestUnitWithLibraries(t *testing.T) {
	for libraries, want := range map[bool]string{true: "no", false: "yes"} {
		text := osservice.Unit(osservice.Program{Path: "/usr/bin/mediapusher", Libraries: libraries})
		if strings.Count(text, "\nMemoryDenyWriteExecute=") != 1 || !strings.Contains(text, "\nMemoryDenyWriteExecute="+want+"\n") {
			t.Errorf("%t:\n%s", libraries, text)
		}
	}
}
