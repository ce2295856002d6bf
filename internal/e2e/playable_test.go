//go:build unix

package e2e

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// 200 means playable: a player opened at the moment of the answer decodes a picture within a second, whatever the clip.
func TestAnswerMeansPlayable(t *testing.T) {
	s := startService(t, settings{})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		kinds := []string{"h264-aac", "h264-pcma", "h264-pcmu", "h264", "bframes", "h265-aac", "h265", "sub-aac"}
		cfg := nvrsim.Config{Vendor: vendor}
		for _, kind := range kinds {
			cfg.Channels = append(cfg.Channels, nvrsim.Channel{Clip: vendor + "-" + kind})
		}
		ghost := nvrsim.Channel{Clip: vendor + "-h264", Quirks: nvrsim.Quirks{GhostAudio: true}}
		rough := nvrsim.Channel{Clip: vendor + "-h264-aac"}
		cfg.Channels = append(cfg.Channels, ghost, rough)
		kinds = append(kinds, "ghost audio", "garbage between")
		cfg.Faults = nvrsim.Faults{Channels: []int{len(kinds)}, GarbageNAL: true, BadRTP: true, StrayBytes: true, ServerRequest: "ANNOUNCE"}
		source := startRecorder(t, cfg)
		for i, kind := range kinds {
			t.Run(vendor+" "+kind, func(t *testing.T) {
				a := s.live(source, i+1)
				took := firstPicture(t, a, kind)
				t.Logf("first picture after %v", took.Round(time.Millisecond))
				if limit := time.Second; took > limit {
					t.Errorf("the first picture came %v after the answer", took)
				}
				if s.stop(a) != http.StatusOK {
					t.Error("STOP failed")
				}
			})
		}
	}
}

// firstPicture returns how long it takes until ffmpeg has decoded one.
func firstPicture(t *testing.T, a answer, kind string) time.Duration {
	t.Helper()
	begin := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if kind == "h265" || kind == "h265-aac" {
		return firstHEVC(t, a)
	}
	out, stderr, err := run(t, ctx, need(t, "ffmpeg"), "-v", "error", "-probesize", "100000", "-analyzeduration", "100000",
		"-i", a.URL, "-an", "-frames:v", "1", "-vf", "scale=16:16", "-f", "rawvideo", "-pix_fmt", "gray", "-")
	took := time.Since(begin)
	if err != nil || len(out) != 256 {
		t.Fatalf("no picture: %d bytes, %v: %s", len(out), err, stderr)
	}
	return took
}

// firstHEVC is the same for H.265, which Debian 12's ffmpeg does not find in RTMP: the key frame is handed to it.
func firstHEVC(t *testing.T, a answer) time.Duration {
	t.Helper()
	begin := time.Now()
	r, stop := play(t, a.URL)
	eventually(t, 10*time.Second, "a picture", func() bool { return r.pictures() > 0 })
	stop()
	var stream []byte
	for _, m := range r.all() {
		if v, ok := header(m); ok {
			stream = append(stream, parameterSets(t, v.data)...)
		}
		if p, ok := picture(m); ok {
			stream = append(stream, annexB(p.data)...)
			break
		}
	}
	file := filepath.Join(t.TempDir(), "key.h265")
	if err := os.WriteFile(file, stream, 0o600); err != nil {
		t.Fatal(err)
	}
	out, stderr, err := run(t, t.Context(), need(t, "ffmpeg"), "-v", "error", "-i", file, "-frames:v", "1", "-vf", "scale=16:16",
		"-f", "rawvideo", "-pix_fmt", "gray", "-")
	took := time.Since(begin)
	if err != nil || len(out) != 256 {
		t.Fatalf("no picture: %d bytes, %v: %s", len(out), err, stderr)
	}
	return took
}

// HTTP-FLV of the same stream: its header says what really comes, or players wait for sound that never does.
func TestHTTPFLV(t *testing.T) {
	s := startService(t, settings{})
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	for channel, sound := range map[int]bool{1: true, 2: true, 3: false} {
		a := s.live(source, channel)
		if a.FLV == "" {
			t.Fatalf("no flv_url: %+v", a)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.FLV, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		head := make([]byte, 9)
		_, err = response.Body.Read(head)
		response.Body.Close()
		want := byte(1)
		if sound {
			want = 5
		}
		if err != nil || !bytes.Equal(head[:3], []byte("FLV")) || head[4] != want {
			t.Errorf("channel %d: FLV header % x, %v", channel, head, err)
		}
	}
}

// Ten callers of one channel share one pull and one push; the last STOP ends both within a second.
func TestTenCallers(t *testing.T) {
	server := startNginx(t)
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Dahua})
	s := startService(t, settings{publish: server.Template()})
	answers := make([]answer, 10)
	var callers sync.WaitGroup
	for i := range answers {
		callers.Go(func() { answers[i], _ = s.try("/REAL_STREAM", source.request(1)) })
	}
	callers.Wait()
	handles := map[int32]bool{}
	for _, a := range answers {
		if a.Code != http.StatusOK || a.Handle <= 0 || a.URL != answers[0].URL {
			t.Fatalf("answer %+v beside %+v", a, answers[0])
		}
		handles[a.Handle] = true
	}
	if len(handles) != len(answers) {
		t.Errorf("%d handles for %d callers", len(handles), len(answers))
	}
	if c := source.Counts(); c.Playing != 1 || c.Sessions != 1 {
		t.Errorf("at the recorder: %+v", c)
	}
	if names := server.publishing(); len(names) != 1 {
		t.Errorf("published: %v", names)
	}
	for _, a := range answers[1:] {
		if code := s.stop(a); code != http.StatusOK {
			t.Errorf("STOP: %d", code)
		}
		if code := s.stop(a); code != 605 {
			t.Errorf("second STOP: %d", code)
		}
	}
	if c := source.Counts(); c.Playing != 1 || len(server.publishing()) != 1 {
		t.Errorf("with one caller left: %+v, %v", c, server.publishing())
	}
	begin := time.Now()
	s.stop(answers[0])
	eventually(t, 5*time.Second, "all ended", func() bool { return source.Counts().Connections == 0 && len(server.publishing()) == 0 })
	if took := time.Since(begin); took > time.Second {
		t.Errorf("pull and push ended %v after the last STOP", took)
	}
}
