package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"mediapusher/internal/device"
	"mediapusher/internal/metrics"
	"mediapusher/task"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service stands for sessions and accounts.
type service struct {
	snapshots []task.Snapshot
	totals    []task.Total
	resting   map[device.Vendor]device.Resting
	away      error // of the RTMP server
	asked     int   // it
}

func (s *service) reach(context.Context) error {
	s.asked++
	return s.away
}

func (s *service) Snapshots() []task.Snapshot                { return s.snapshots }
func (s *service) Totals() []task.Total                      { return s.totals }
func (s *service) Resting() map[device.Vendor]device.Resting { return s.resting }

func newMetrics(t *testing.T, s *service) *metrics.Metrics {
	t.Helper()
	m, err := metrics.New(metrics.Config{Version: "1.2.3", Revision: "abcdef"})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Watch(s, s, s.reach); err != nil {
		t.Fatal(err)
	}
	return m
}

// exercised has counted everything that can be counted once.
func exercised(t *testing.T) *metrics.Metrics {
	t.Helper()
	now := time.Now()
	m := newMetrics(t, &service{
		snapshots: []task.Snapshot{
			{
				Kind: "live", Vendor: device.Hikvision, State: task.StateStreaming, Clients: 2, LastFrame: now,
				Source: task.Leg{State: "running"}, Publish: task.Leg{State: "running"},
			},
			{
				Kind: "live", Vendor: device.Hikvision, State: task.StateStreaming, Clients: 1, LastFrame: now.Add(-time.Minute),
				Source: task.Leg{State: "running"}, Publish: task.Leg{State: "running"},
			},
			{
				Kind: "playback", Vendor: device.Dahua, State: task.StateStreaming, Recording: &task.Progress{Paused: true},
				Source: task.Leg{State: "running"}, Publish: task.Leg{State: "running"},
			},
			{
				Kind: "playback", Vendor: device.Dahua, State: task.StateRetrying,
				Source: task.Leg{State: "waiting"}, Publish: task.Leg{State: "running"},
			},
		},
		totals: []task.Total{
			{Subject: task.Subject{Kind: "live", Vendor: device.Hikvision}, Units: 100, Bytes: 4000, Messages: 102, SentBytes: 4100, Dropped: 7},
		},
		resting: map[device.Vendor]device.Resting{device.Dahua: {Refused: 2, Locked: 1}},
	})
	subject := task.Subject{Kind: "live", Vendor: device.Hikvision}
	sessions, logins, workers, cameras := m.Sessions(), m.Logins(), m.Workers(device.Hikvision), m.Cameras()
	sessions.Passed(subject, task.StepLogin, 300*time.Millisecond)
	sessions.Started(subject, time.Second, nil)
	sessions.Started(subject, 0, &device.Error{Kind: device.KindNoSuchChannel})
	sessions.Retried(subject, task.LegSource, fmt.Errorf("lost: %w", &device.Error{Kind: device.KindNoData}))
	sessions.Retried(subject, task.LegPublish, fmt.Errorf("%w: refused", task.ErrPublish))
	sessions.Ended(subject, task.ErrStopped)
	sessions.Sent(subject)(20 * time.Millisecond)
	logins.LoggedIn(device.Dahua, nil)
	logins.LoggedIn(device.Dahua, &device.Error{Kind: device.KindUnreachable})
	logins.Refused(device.Dahua, &device.Error{Kind: device.KindAuth})
	logins.HeldBack(device.Dahua)
	workers.Started()
	workers.Failed("too much memory")
	cameras.Moved(nil)
	cameras.Moved(errors.New("no"))
	cameras.StopFailed(time.Second)
	cameras.StopFailed(0)
	m.Requests().Answered("/STREAM/{play_handle}/BEATS", http.MethodGet, 605, 3*time.Millisecond)
	for _, status := range []int{200, 401, 500} {
		m.Requests().Answered("/REAL_STREAM", http.MethodPost, status, time.Second)
	}
	m.Reloaded(nil)
	m.Reloaded(errors.New("wrong"))
	return m
}

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("scrape: %d, %v", w.Code, err)
	}
	return string(body)
}

func TestWhatIsCounted(t *testing.T) {
	text := scrape(t, exercised(t))
	for _, line := range []string{
		`mediapusher_build_info{goversion=`,
		`mediapusher_sessions{kind="live",state="streaming",vendor="hikvision"} 2`,
		`mediapusher_sessions{kind="playback",state="retrying",vendor="dahua"} 1`,
		`mediapusher_sessions{kind="live",state="starting",vendor="dahua"} 0`,
		`mediapusher_session_legs{leg="source",state="waiting",vendor="dahua"} 1`,
		`mediapusher_session_clients{kind="live",vendor="hikvision"} 3`,
		`mediapusher_sessions_stalled{kind="live",vendor="hikvision"} 1`,
		`mediapusher_sessions_stalled{kind="playback",vendor="dahua"} 0`, // paused, or told as retrying
		`mediapusher_received_frames_total{kind="live",vendor="hikvision"} 100`,
		`mediapusher_received_bytes_total{kind="live",vendor="hikvision"} 4000`,
		`mediapusher_sent_messages_total{kind="live",vendor="hikvision"} 102`,
		`mediapusher_sent_bytes_total{kind="live",vendor="hikvision"} 4100`,
		`mediapusher_dropped_frames_total{kind="live",vendor="hikvision"} 7`,
		`mediapusher_dropped_frames_total{kind="playback",vendor="dahua"} 0`,
		`mediapusher_session_starts_total{kind="live",outcome="ok",vendor="hikvision"} 1`,
		`mediapusher_session_starts_total{kind="live",outcome="no_such_channel",vendor="hikvision"} 1`,
		`mediapusher_session_ends_total{kind="live",reason="stopped",vendor="hikvision"} 1`,
		`mediapusher_session_start_duration_seconds_count{kind="live",vendor="hikvision"} 1`,
		`mediapusher_session_start_step_duration_seconds_bucket{step="login",vendor="hikvision",le="0.5"} 1`,
		`mediapusher_send_delay_seconds_bucket{kind="live",le="0.01"} 0`,
		`mediapusher_send_delay_seconds_bucket{kind="live",le="0.025"} 1`,
		`mediapusher_reconnects_total{leg="source",reason="no_data",vendor="hikvision"} 1`,
		`mediapusher_reconnects_total{leg="publish",reason="server",vendor="hikvision"} 1`,
		`mediapusher_logins_total{outcome="ok",vendor="dahua"} 1`,
		`mediapusher_logins_total{outcome="unreachable",vendor="dahua"} 1`,
		`mediapusher_login_lockouts_total{reason="auth",vendor="dahua"} 1`,
		`mediapusher_logins_held_back_total{vendor="dahua"} 1`,
		`mediapusher_resting_accounts{reason="refused",vendor="dahua"} 2`,
		`mediapusher_resting_accounts{reason="locked",vendor="dahua"} 1`,
		`mediapusher_resting_accounts{reason="locked",vendor="hikvision"} 0`,
		`mediapusher_sdk_workers{vendor="hikvision"} 1`,
		`mediapusher_sdk_worker_starts_total{vendor="hikvision"} 1`,
		`mediapusher_sdk_worker_restarts_total{reason="too_much_memory",vendor="hikvision"} 1`,
		`mediapusher_ptz_moves_total{outcome="failed"} 1`,
		`mediapusher_ptz_stops_retried_total 1`,
		`mediapusher_ptz_stops_failed_total 1`,
		`mediapusher_api_requests_total{endpoint="/STREAM/{play_handle}/BEATS",method="GET",status_code="605"} 1`,
		`mediapusher_api_request_duration_seconds_count{endpoint="/REAL_STREAM"} 3`,
		`mediapusher_config_reloads_total{outcome="failed"} 1`,
		`mediapusher_config_last_reload_successful 0`,
		`mediapusher_rtmp_server_up 1`,
		`go_goroutines `, `process_start_time_seconds `,
	} {
		if !strings.Contains(text, "\n"+line) {
			t.Errorf("lacks %s", line)
		}
	}
}

// Names, units and help texts are as Prometheus wants them.
func TestPromlint(t *testing.T) {
	m := exercised(t)
	problems, err := testutil.GatherAndLint(m.Gatherer())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// Every error has a reason, out of a closed set, whatever it says.
func TestReasonsAreAClosedSet(t *testing.T) {
	m := newMetrics(t, &service{})
	known := map[string]bool{}
	errs := []error{
		task.ErrStopped, task.ErrBeatMissed, task.ErrNobodyWaits, task.ErrOver, task.ErrClosing, task.ErrNoPicture, task.ErrNoRecording,
		fmt.Errorf("%w: words of a server", task.ErrPublish), context.Canceled, errors.New("anything at all"),
		&device.Error{Kind: device.KindUnreachable, Ours: true},
	}
	for kind := range 256 {
		errs = append(errs, &device.Error{Kind: device.Kind(kind), Address: "192.0.2.1:8000", Meaning: "words of a recorder"})
	}
	for _, err := range errs {
		for _, vendor := range []device.Vendor{device.Hikvision, "made up", "another one"} {
			m.Sessions().Ended(task.Subject{Kind: "live", Vendor: vendor}, err)
		}
	}
	for line := range strings.SplitSeq(scrape(t, m), "\n") {
		if !strings.HasPrefix(line, "mediapusher_session_ends_total{") {
			continue
		}
		_, label, _ := strings.Cut(line, `reason="`)
		label, _, _ = strings.Cut(label, `"`)
		known[label] = true
		if label == "" || strings.ContainsAny(label, " .:/") {
			t.Errorf("the reason %q", label)
		}
	}
	if len(known) < 15 || len(known) > 30 {
		t.Errorf("%d reasons: %v", len(known), known)
	}
	for _, want := range []string{"server", "worker", "auth", "no_data", "cancelled", "other", "stopped"} {
		if !known[want] {
			t.Errorf("no reason %q in %v", want, known)
		}
	}
}

// What is told for every frame costs no memory.
func TestFramesCostNoMemory(t *testing.T) {
	sent := newMetrics(t, &service{}).Sessions().Sent(task.Subject{Kind: "live", Vendor: device.Dahua})
	if allocs := testing.AllocsPerRun(1000, func() { sent(3 * time.Millisecond) }); allocs != 0 {
		t.Errorf("%v allocations for each frame", allocs)
	}
}

func BenchmarkSent(b *testing.B) {
	m, err := metrics.New(metrics.Config{})
	if err != nil {
		b.Fatal(err)
	}
	sent := m.Sessions().Sent(task.Subject{Kind: "live", Vendor: device.Dahua})
	b.ReportAllocs()
	for b.Loop() {
		sent(3 * time.Millisecond)
	}
}

// The RTMP server is asked once for the scrapes that come together.
func TestTheServerIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{away: errors.New("connection refused")}
		m := newMetrics(t, s)
		const name = "\nmediapusher_rtmp_server_up "
		for range 3 {
			if text := scrape(t, m); !strings.Contains(text, name+"0") {
				t.Error("a server that is away is up")
			}
		}
		if s.asked != 1 {
			t.Errorf("asked %d times", s.asked)
		}
		<-time.After(10 * time.Second)
		s.away = nil
		if text := scrape(t, m); !strings.Contains(text, name+"1") {
			t.Error("a server that is back is away")
		}
	})
}

func TestWatchIsCalledOnce(t *testing.T) {
	m := newMetrics(t, &service{})
	if err := m.Watch(&service{}, &service{}, (&service{}).reach); err == nil {
		t.Error("a second Watch went well")
	}
}
