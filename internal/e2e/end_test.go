//go:build unix

package e2e

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// kill -TERM under 20 live streams: every RTSP session gets its TEARDOWN, everything is unpublished, exit code 0, within two seconds.
func TestTerminate(t *testing.T) {
	const streams = 20
	server := startNginx(t)
	s := startService(t, settings{publish: server.Template()})
	var channels []nvrsim.Channel
	for range streams / 2 {
		channels = append(channels, nvrsim.Channel{Clip: "hikvision-h264-aac"})
	}
	sources := []*recorder{
		startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Channels: channels}),
		startRecorder(t, nvrsim.Config{Vendor: nvrsim.Dahua, Channels: channels}),
	}
	answers := make([]answer, streams)
	var callers sync.WaitGroup
	for i := range answers {
		callers.Go(func() { answers[i], _ = s.try("/REAL_STREAM", sources[i%2].request(1+i/2)) })
	}
	callers.Wait()
	for i, a := range answers {
		if a.Code != http.StatusOK {
			t.Fatalf("stream %d: %+v", i, a)
		}
	}
	if n := len(server.publishing()); n != streams {
		t.Fatalf("%d streams are published", n)
	}
	code, took := s.terminate()
	t.Logf("ended after %v", took.Round(time.Millisecond))
	if code != 0 || took > 2*time.Second {
		t.Errorf("exit code %d after %v", code, took)
	}
	eventually(t, time.Second, "all unpublished", func() bool { return len(server.publishing()) == 0 })
	for _, source := range sources {
		source.left(time.Second)
		if n := torndown(source); n != streams/2 {
			t.Errorf("%d of %d RTSP sessions of %s got a TEARDOWN", n, streams/2, source.cfg.Vendor)
		}
	}
}

// torndown counts the RTSP sessions that ended as they should.
func torndown(r *recorder) int {
	n := 0
	for _, e := range r.Journal() {
		if e.Kind == nvrsim.Teardown {
			n++
		}
	}
	return n
}

// With an interval of 1 s and a grace of 0.5 s a session that beats lives, a silent one is gone between 1.5 and 1.6 s after the answer.
func TestHeartbeatOnTheWallClock(t *testing.T) {
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	s := startService(t, settings{interval: time.Second, grace: 500 * time.Millisecond})
	beating := s.live(source, 1)
	silent := s.live(source, 3)
	answered := time.Now()
	next := answered
	eventually(t, 10*time.Second, "the silent session is gone", func() bool {
		if time.Now().After(next) {
			next = next.Add(time.Second)
			if code := s.beat(beating); code != http.StatusOK {
				t.Fatalf("BEATS: %d", code)
			}
		}
		return source.Counts().Playing == 1
	})
	// The recorder sees the end a little later than the lease does.
	if took := time.Since(answered); took < 1450*time.Millisecond || took > 1750*time.Millisecond {
		t.Errorf("the silent session was gone after %v", took)
	}
	if code := s.beat(silent); code != 605 {
		t.Errorf("BEATS of the silent session: %d", code)
	}
	until := answered.Add(6 * time.Second)
	eventually(t, 10*time.Second, "six intervals", func() bool {
		if time.Now().After(next) {
			next = next.Add(time.Second)
			if code := s.beat(beating); code != http.StatusOK {
				t.Fatalf("BEATS after %v: %d", time.Since(answered), code)
			}
		}
		return time.Now().After(until)
	})
	if source.Counts().Playing != 1 {
		t.Error("the beating session has ended")
	}
}
