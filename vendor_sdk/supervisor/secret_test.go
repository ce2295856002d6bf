package supervisor_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"mediapusher/vendor_sdk/supervisor"
)

func TestThePasswordIsNowhere(t *testing.T) {
	t.Setenv("MEDIAPUSHER_DEVICES", secret)
	r := newRig(t, "plain", nil)
	device := r.open(t, "recorder")
	for _, file := range []string{"cmdline", "environ"} {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid(t, device), file))
		if os.IsNotExist(err) {
			break // there is no /proc
		}
		if err != nil || strings.Contains(string(content), secret) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if err := device.Close(); err != nil {
		t.Error(err)
	}
	said := false
	for _, entry := range r.logs.All() {
		text := entry.Message + fmt.Sprint(entry.ContextMap())
		if strings.Contains(text, secret) {
			t.Errorf("in the log: %s", entry.Message)
		}
		said = said || strings.Contains(text, "logging in admin:***")
	}
	if !said {
		t.Error("what the library printed is not in the log")
	}
}

func TestEnvironment(t *testing.T) {
	service := []string{"HOME=/h", "MEDIAPUSHER_TOKEN=x", "LD_LIBRARY_PATH=/old", "Path=C:/old", "Mediapusher_Token=x"}
	got := supervisor.Environment(service, "/sdk", []string{"A=b"})
	want := []string{"HOME=/h", "Path=C:/old", "Mediapusher_Token=x", "LD_LIBRARY_PATH=/sdk:/sdk/HCNetSDKCom:/old", "A=b"}
	if runtime.GOOS == "windows" { // names are the same in any case
		want = []string{"HOME=/h", "LD_LIBRARY_PATH=/old", `PATH=/sdk;\sdk\HCNetSDKCom;C:/old`, "A=b"}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := supervisor.Environment(service[2:4], "", nil); !slices.Equal(got, service[2:4]) {
		t.Errorf("without directory: %q", got)
	}
	got = supervisor.Environment(nil, "/sdk", nil)
	want = []string{"LD_LIBRARY_PATH=/sdk:/sdk/HCNetSDKCom"}
	if runtime.GOOS == "windows" {
		want = []string{`PATH=/sdk;\sdk\HCNetSDKCom`}
	}
	if !slices.Equal(got, want) {
		t.Errorf("nothing before: %q", got)
	}
}
