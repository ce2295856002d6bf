//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// reloaded is what POST /CONFIG/RELOAD answers.
type reloaded struct {
	Code    int      `json:"status_code"`
	Message string   `json:"status_message"`
	Applied []string `json:"applied"`
	Restart []string `json:"restart_needed"`
}

func (s *service) reload() reloaded {
	s.t.Helper()
	response, err := http.Post(s.admin+"/CONFIG/RELOAD", "", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	var r reloaded
	if err := json.NewDecoder(response.Body).Decode(&r); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// configure replaces the file as an editor does.
func (s *service) configure(text string) {
	s.t.Helper()
	if err := os.WriteFile(s.file+".new", []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(s.file+".new", s.file); err != nil {
		s.t.Fatal(err)
	}
}

// The configuration changes under a running stream: starts that come later see it, the stream does not.
func TestReloadUnderAStream(t *testing.T) {
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	s := startService(t, settings{})
	original, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	first := s.live(source, 1)
	state := func() (reconnects int, age float64) {
		t.Helper()
		response, err := http.Get(fmt.Sprintf("%s/STREAM/%d", s.api, first.Handle))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var session struct {
			Code      int     `json:"status_code"`
			LastFrame float64 `json:"last_frame_age"`
			Source    struct {
				Reconnects int `json:"reconnects"`
			} `json:"source"`
		}
		if err := json.NewDecoder(response.Body).Decode(&session); err != nil || session.Code != http.StatusOK {
			t.Fatalf("%+v, %v", session, err)
		}
		return session.Source.Reconnects, session.LastFrame
	}
	undisturbed := func() {
		t.Helper()
		if reconnects, age := state(); reconnects != 0 || age > 3 {
			t.Errorf("the running stream: %d reconnects, last frame %v s ago", reconnects, age)
		}
	}

	// By the change of the file alone.
	changed := strings.Replace(string(original), "log: {level: debug}", "log: {level: info}", 1) +
		"flv_url: \"http://cdn/{stream}.flv\"\ndevices: [{address: 127.0.0.1, max_live: 1}]\n"
	s.configure(changed)
	eventually(t, 20*time.Second, "the new template counts", func() bool { return s.live(source, 1).FLV == "http://cdn/"+streamName(first.URL)+".flv" })
	if a := s.call("/REAL_STREAM", source.request(3)); a.Code != 603 || !strings.Contains(a.Message, "max_live") {
		t.Errorf("beyond the new limit: %+v", a)
	}
	undisturbed()

	// A wrong file changes nothing, whoever asks.
	s.configure(strings.Replace(changed, "max_live: 1", "max_live: many", 1))
	if r := s.reload(); r.Code != 600 || !strings.Contains(r.Message, "devices[0].max_live") {
		t.Errorf("a wrong file: %+v", r)
	}
	if err := s.process.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the call and SIGHUP have had the file read", func() bool {
		_, series := s.scrape()
		return series[`mediapusher_config_reloads_total{outcome="failed"}`] >= 2
	})
	if a := s.call("/REAL_STREAM", source.request(3)); a.Code != 603 {
		t.Errorf("with a wrong file the limit is gone: %+v", a)
	}
	undisturbed()

	// What needs a restart is named, what does not is taken.
	s.configure(strings.Replace(string(original), "hevc: auto", "hevc: none", 1) + "allow_devices: 192.0.2.0/24\n")
	var last reloaded
	eventually(t, 20*time.Second, "allow_devices counts", func() bool {
		last = s.reload()
		return s.call("/REAL_STREAM", source.request(3)).Code == 600
	})
	if last.Code != http.StatusOK || !slices.Equal(last.Restart, []string{"rtmp.hevc"}) {
		t.Errorf("the last reload: %+v", last)
	}
	undisturbed()
	if code := s.beat(first); code != http.StatusOK {
		t.Errorf("BEATS: %d", code)
	}
}

// streamName is the last part of an address.
func streamName(address string) string { return address[strings.LastIndexByte(address, '/')+1:] }
