//go:build unix

package e2e

import (
	"fmt"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// The RTMP server goes away under five streams and comes back: all publish again within 2 s of its port being open.
func TestServerRestart(t *testing.T) {
	const streams = 5
	server := startNginx(t)
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	s := startService(t, settings{publish: server.Template()})
	var answers []answer
	for channel := 1; channel <= 3; channel++ {
		answers = append(answers, s.live(source, channel))
	}
	answers = append(answers, s.live(source, 1, "stream_type", 1), s.live(source, 2, "stream_type", 1))
	for _, away := range []time.Duration{300 * time.Millisecond, 3 * time.Second} {
		server.Stop()
		until := time.Now().Add(away)
		eventually(t, away+time.Second, "the server is away", func() bool { return time.Now().After(until) })
		server.start()
		opened := time.Now()
		eventually(t, 10*time.Second, "all publish again", func() bool { return len(server.publishing()) == streams })
		took := time.Since(opened)
		t.Logf("after %v away: all publish %v after the port was open", away, took.Round(time.Millisecond))
		if took > 2*time.Second {
			t.Errorf("all publish only %v after the port was open", took)
		}
		for _, a := range answers {
			r, stop := play(t, a.URL)
			eventually(t, 5*time.Second, "pictures again at "+a.URL, func() bool { return r.pictures() > 5 })
			stop()
			r.checkOrder(t)
		}
		if n := source.Counts().Playing; n != streams {
			t.Errorf("%d RTSP sessions play, want the same %d", n, streams)
		}
	}
	for _, a := range answers {
		if code := s.beat(a); code != 200 {
			t.Errorf("BEATS afterwards: %d", code)
		}
	}
}

// The source goes away and comes back: picture within 3 s at the same address, on a publish that never ended, times rising.
func TestSourceRestart(t *testing.T) {
	server := startNginx(t)
	s := startService(t, settings{publish: server.Template()})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			source := startRecorder(t, nvrsim.Config{Vendor: vendor})
			checkSourceRestart(t, s, s.live(source, 1), source.stop, source.start)
		})
	}
	t.Run("GStreamer", func(t *testing.T) {
		const path = "/Streaming/Channels/101"
		source := startGStreamer(t, map[string]string{path: clips.launch(t, "h264", "aac")})
		front := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
		front.rtsp = source.port
		checkSourceRestart(t, s, s.live(front, 1), source.stop, source.start)
	})
}

func checkSourceRestart(t *testing.T, s *service, a answer, stop, start func()) {
	t.Helper()
	r, endPlay := play(t, a.URL)
	eventually(t, 5*time.Second, "pictures", func() bool { return r.pictures() > 25 })
	stop()
	before := 0
	eventually(t, 5*time.Second, "no more pictures", func() bool {
		n := r.pictures()
		same := n == before
		before = n
		return same
	})
	begin := time.Now()
	eventually(t, 3*time.Second, "two seconds without the source", func() bool { return time.Since(begin) > 2*time.Second })
	before = len(r.all())
	start()
	back := time.Now()
	eventually(t, 15*time.Second, "pictures again", func() bool {
		for _, m := range r.all()[before:] {
			if p, ok := picture(m); ok {
				if !p.key {
					t.Error("the first picture after the gap is no key frame")
				}
				return true
			}
		}
		return false
	})
	took := time.Since(back)
	t.Logf("picture %v after the source was back", took.Round(time.Millisecond))
	if took > 3*time.Second {
		t.Errorf("picture only %v after the source was back", took)
	}
	again := r.pictures()
	eventually(t, 5*time.Second, "a second of pictures", func() bool { return r.pictures() > again+25 })
	endPlay()
	r.checkOrder(t)
	if code := s.beat(a); code != 200 {
		t.Errorf("BEATS afterwards: %d", code)
	}
	if code := s.stop(a); code != 200 {
		t.Errorf("STOP afterwards: %d", code)
	}
	if status := fmt.Sprint(s.beat(a)); status != "605" {
		t.Errorf("BEATS after STOP: %s", status)
	}
}
