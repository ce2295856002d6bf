package supervisor_test

import (
	"fmt"
	"os"
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
			t.Skip("no /proc")
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
	got := supervisor.Environment([]string{"HOME=/h", "MEDIAPUSHER_TOKEN=x", "LD_LIBRARY_PATH=/old"}, "/sdk", []string{"A=b"})
	want := []string{"HOME=/h", "LD_LIBRARY_PATH=/sdk:/sdk/HCNetSDKCom:/old", "A=b"}
	if os.PathListSeparator == ':' && !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	got = supervisor.Environment([]string{"LD_LIBRARY_PATH=/old"}, "", nil)
	if want := []string{"LD_LIBRARY_PATH=/old"}; !slices.Equal(got, want) {
		t.Errorf("without directory: %q", got)
	}
	got = supervisor.Environment(nil, "/sdk", nil)
	if os.PathListSeparator == ':' && !slices.Equal(got, []string{"LD_LIBRARY_PATH=/sdk:/sdk/HCNetSDKCom"}) {
		t.Errorf("nothing before: %q", got)
	}
}
