//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// ask posts a body and returns what comes, of whatever kind.
func (s *service) ask(path string, body any) (kind string, content []byte) {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := (&http.Client{Timeout: 30 * time.Second}).Post(s.api+path, "application/json", bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: HTTP status %d", path, response.StatusCode)
	}
	if content, err = io.ReadAll(response.Body); err != nil {
		s.t.Fatal(err)
	}
	return response.Header.Get("Content-Type"), content
}

// described is what the test reads of POST /DEVICE.
type described struct {
	Device struct {
		Way      string   `json:"way"`
		Offset   *float64 `json:"clock_offset"`
		Zone     string   `json:"time_zone"`
		Channels []struct {
			Channel int                     `json:"channel"`
			Online  *bool                   `json:"online"`
			Main    *struct{ Codec string } `json:"main"`
		} `json:"channels"`
	} `json:"device"`
}

// A recorder is looked at while it plays: by the same login, without a refused one, and what cannot be had says why.
func TestDevice(t *testing.T) {
	t.Parallel()
	s := startService(t, settings{more: `allow_devices: ["127.0.0.0/8"]`})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			source := startRecorder(t, nvrsim.Config{
				Vendor: vendor, Zone: 8 * time.Hour, Faults: nvrsim.Faults{ClockOff: nvrsim.Duration(20 * time.Minute)},
			})
			playing := s.live(source, 1)
			if a := s.call("/DEVICE", source.request(1)); a.Code != 200 { // held against the reference
				t.Errorf("%+v", a)
			}
			var told described
			_, content := s.ask("/DEVICE", source.request(1))
			if err := json.Unmarshal(content, &told); err != nil {
				t.Fatal(err)
			}
			d := told.Device
			if d.Way != "net" || d.Offset == nil || *d.Offset < 1190 || *d.Offset > 1210 || d.Zone != "UTC+08:00" || len(d.Channels) != 6 ||
				d.Channels[3].Main == nil || d.Channels[3].Main.Codec != "H.265" || d.Channels[5].Online == nil || *d.Channels[5].Online {
				t.Errorf("%s", content)
			}
			kind, content := s.ask("/DEVICE/SNAPSHOT", source.request(2))
			if _, err := jpeg.Decode(bytes.NewReader(content)); err != nil || kind != "image/jpeg" {
				t.Errorf("%s, %v", kind, err)
			}
			checkFailure(t, s.call("/DEVICE/SNAPSHOT", source.request(6)), 603, "not connected")
			checkFailure(t, s.call("/DEVICE/SNAPSHOT", source.request(77)), 603, "channel")
			if refused := source.Counts().LoginsRefused; refused != 0 {
				t.Errorf("%d refused logins", refused)
			}
			s.stop(playing)

			// The refusal counts for all calls: the recorder sees one.
			wrong := source.request(1, "nvr_pwd", "wrong-Secret.9")
			for _, path := range []string{"/DEVICE", "/DEVICE/SNAPSHOT", "/REAL_STREAM"} {
				checkFailure(t, s.call(path, wrong), 606, "")
			}
			if refused := source.Counts().LoginsRefused; refused != 1 {
				t.Errorf("%d refused logins, want 1", refused)
			}
			checkFailure(t, s.call("/DEVICE", source.request(1, "nvr_addr", "192.0.2.1")), 600, "allow_devices")
		})
	}
}

// The program itself, as an operator calls it.
func TestProbeAndDoctor(t *testing.T) {
	t.Parallel()
	s := startService(t, settings{})
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Dahua})
	run := func(args ...string) (code int, out string) {
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Env = append(os.Environ(), "MEDIAPUSHER_PROBE_PASSWORD="+password, "LC_ALL=zh_CN.UTF-8")
		text, _ := cmd.CombinedOutput()
		if strings.Contains(string(text), password) {
			t.Errorf("a password in %s", text)
		}
		return cmd.ProcessState.ExitCode(), string(text)
	}
	port := portText(source)
	code, out := run("probe", "127.0.0.1", "--user", user, "--http-port", port)
	if code != 0 || !strings.Contains(out, `"vendor": "dahua"`) || !strings.Contains(out, `"online": false`) {
		t.Errorf("%d %s", code, out)
	}
	// The ports are held by the service that runs with this configuration, and that is well.
	code, out = run("doctor", "--config", s.file, "--user", user, "--http-port", port, "127.0.0.1")
	if code != 0 || !strings.Contains(out, "正在运行的 mediapusher") || !strings.Contains(out, "离线 (Unconnect)") || strings.Contains(out, "故障  ") {
		t.Errorf("%d %s", code, out)
	}
	code, out = run("doctor", "--config", s.file, "--lang", "en", "--user", "nobody", "--http-port", port, "127.0.0.1")
	if code != 1 || !strings.Contains(out, "recorders lock the account") {
		t.Errorf("%d %s", code, out)
	}
}

func portText(r *recorder) string {
	_, text, _ := strings.Cut(r.HTTPAddr(), ":")
	return text
}
