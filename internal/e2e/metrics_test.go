//go:build unix

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// scrape returns what /metrics says, and the series by name and labels.
func (s *service) scrape() (text string, series map[string]float64) {
	s.t.Helper()
	response, err := (&http.Client{Timeout: 10 * time.Second}).Get(s.admin + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("/metrics: %d, %v", response.StatusCode, err)
	}
	series = make(map[string]float64)
	for line := range strings.Lines(string(body)) {
		i := strings.LastIndexByte(line, ' ')
		if strings.HasPrefix(line, "#") || i < 0 {
			continue
		}
		var value float64
		if _, err := fmt.Sscan(line[i+1:], &value); err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		series[line[:i]] = value
	}
	return string(body), series
}

// The numbers of the running service are those of what it has done, and tell nobody where or with what.
func TestMetrics(t *testing.T) {
	t.Parallel()
	hikvision, dahua := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision}), startRecorder(t, nvrsim.Config{Vendor: nvrsim.Dahua})
	s := startService(t, settings{})
	one, other := s.live(hikvision, 1), s.live(dahua, 1)
	if again := s.live(hikvision, 1); again.Code != http.StatusOK {
		t.Fatalf("a second caller: %+v", again)
	}
	if refused := s.call("/REAL_STREAM", dahua.request(1, "nvr_pwd", "wrong-4711")); refused.Code != 606 {
		t.Errorf("a wrong password: %+v", refused)
	}
	if unknown := s.stop(answer{Handle: one.Handle ^ 1}); unknown != 605 {
		t.Errorf("an unknown handle: %d", unknown)
	}
	text, before := s.scrape()
	for name, want := range map[string]float64{
		`mediapusher_sessions{kind="live",state="streaming",vendor="hikvision"}`:                  1,
		`mediapusher_sessions{kind="live",state="streaming",vendor="dahua"}`:                      1,
		`mediapusher_session_clients{kind="live",vendor="hikvision"}`:                             2,
		`mediapusher_session_starts_total{kind="live",outcome="ok",vendor="hikvision"}`:           1,
		`mediapusher_session_starts_total{kind="live",outcome="auth",vendor="dahua"}`:             1,
		`mediapusher_session_start_duration_seconds_count{kind="live",vendor="dahua"}`:            1,
		`mediapusher_session_start_step_duration_seconds_count{step="send",vendor="hikvision"}`:   1,
		`mediapusher_logins_total{outcome="ok",vendor="hikvision"}`:                               1,
		`mediapusher_logins_total{outcome="auth",vendor="dahua"}`:                                 1,
		`mediapusher_login_lockouts_total{reason="auth",vendor="dahua"}`:                          1,
		`mediapusher_resting_accounts{reason="refused",vendor="dahua"}`:                           1,
		`mediapusher_api_requests_total{endpoint="/REAL_STREAM",method="POST",status_code="200"}`: 3,
		`mediapusher_api_requests_total{endpoint="/REAL_STREAM",method="POST",status_code="606"}`: 1,
		`mediapusher_dropped_frames_total{kind="live",vendor="hikvision"}`:                        0,
		`mediapusher_rtmp_server_up`:                                            1,
		`mediapusher_config_last_reload_successful`:                             1,
		`mediapusher_session_legs{leg="source",state="running",vendor="dahua"}`: 1,
	} {
		if got, ok := before[name]; !ok || got != want {
			t.Errorf("%s = %v (%v), want %v", name, got, ok, want)
		}
	}
	for _, secret := range []string{password, "wrong-4711", "127.0.0.1", fmt.Sprint(one.Handle), fmt.Sprint(other.Handle)} {
		if strings.Contains(text, secret) {
			t.Errorf("/metrics tells %q", secret)
		}
	}
	if s.stop(other) != http.StatusOK {
		t.Error("not stopped")
	}
	dahua.left(5 * time.Second)
	_, after := s.scrape()
	for name, value := range before {
		bare, _, _ := strings.Cut(name, "{")
		if strings.HasPrefix(name, "mediapusher_") && strings.HasSuffix(bare, "_total") && after[name] < value {
			t.Errorf("%s fell from %v to %v", name, value, after[name])
		}
	}
	if ends := `mediapusher_session_ends_total{kind="live",reason="stopped",vendor="dahua"}`; after[ends] != 1 {
		t.Errorf("%s = %v", ends, after[ends])
	}
	if got := after[`mediapusher_received_frames_total{kind="live",vendor="dahua"}`]; got == 0 {
		t.Error("what the ended session received is forgotten")
	}
}
