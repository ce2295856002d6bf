package pusher_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"mediapusher/internal/e2e/loopback"
	"mediapusher/internal/media"
	"mediapusher/pusher"
)

// nginxModule is where Debian's libnginx-mod-rtmp puts it.
const nginxModule = "/usr/lib/nginx/modules/ngx_rtmp_module.so"

// startNginx runs nginx with its RTMP module on a free port of loopback until the test ends. It returns host:port.
func startNginx(t testing.TB) string {
	t.Helper()
	requireTool(t, "nginx")
	if _, err := os.Stat(nginxModule); err != nil {
		if os.Getenv("MEDIAPUSHER_E2E") == "require" {
			t.Fatal(err)
		}
		t.Skip("the RTMP module of nginx is not installed; scripts/deps.sh installs it")
	}
	port, err := loopback.Port()
	if err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	dir := t.TempDir()
	config := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(`
load_module %s;
daemon off;
master_process off;
pid %s/pid;
error_log %s/error.log notice;
events { worker_connections 64; }
rtmp { server { listen %s; ping 1s; ping_timeout 2s; application live { live on; } } }
`, nginxModule, dir, dir, addr)
	if os.Geteuid() == 0 {
		text = "user root;\n" + text
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nginx", "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Logf("nginx:\n%s", log)
		}
	})
	for begin := time.Now(); ; {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return addr
		}
		if time.Since(begin) > 10*time.Second {
			t.Fatalf("nginx does not listen: %v", err)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// TestNginx publishes to nginx-rtmp, which pings every second, and reads back with ffprobe.
func TestNginx(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	addr := startNginx(t)
	for _, kind := range clipKinds[:3] {
		t.Run(kind.name, func(t *testing.T) {
			c := makeClip(t, kind, 4)
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
			defer cancel()
			queue := media.NewQueue(media.QueueConfig{})
			playing, played := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(played)
				c.play(ctx, t, queue)
			}()
			p := pusher.NewPublisher(pusher.PublisherConfig{
				Dialer:     dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}"}),
				OnPlayable: func() { close(playing) },
			})
			ran := make(chan error, 1)
			go func() { ran <- p.Run(ctx, kind.name, queue, c.tracks) }()
			select {
			case <-playing:
			case err := <-ran:
				t.Fatal(err)
			}
			got := probe(t, ctx, "rtmp://"+addr+"/live/"+kind.name, "-rw_timeout", "10000000", "-read_intervals", "%+4")
			cancel()
			<-played
			if err := <-ran; err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("publish: %v", err)
			}
			check(t, kind, got)
		})
	}
}

// check compares what a player gets with what the clip is.
func check(t *testing.T, kind clipKind, got probed) {
	t.Helper()
	want := map[string]string{"video": "h264", "audio": "aac"}
	if kind.audio[0] == "-an" {
		delete(want, "audio")
	}
	if len(got.Streams) != len(want) {
		t.Errorf("%d streams, want %d", len(got.Streams), len(want))
	}
	for _, s := range got.Streams {
		if s.Codec != want[s.Kind] || s.Kind == "video" && (s.Width != 640 || s.Height != 360) {
			t.Errorf("stream %+v", s)
		}
	}
	newest := map[string]int64{}
	counts := map[string]int{}
	reordered := 0
	for _, p := range got.Packets {
		pts, dts := ticks(t, p.PTS), ticks(t, p.DTS)
		if last, ok := newest[p.Kind]; ok && dts <= last {
			t.Errorf("%s DTS %d after %d", p.Kind, dts, last)
		}
		if counts[p.Kind] == 0 && p.Kind == "video" && p.Flags[0] != 'K' {
			t.Error("the first picture is no key frame")
		}
		if pts < dts {
			t.Errorf("PTS %d before DTS %d", pts, dts)
		}
		if pts > dts {
			reordered++
		}
		newest[p.Kind] = dts
		counts[p.Kind]++
	}
	if counts["video"] < 50 || want["audio"] != "" && counts["audio"] < 30 {
		t.Errorf("packets %v", counts)
	}
	if withB := kind.name == "h264_bframes"; withB != (reordered > 0) {
		t.Errorf("%d packets with a composition time", reordered)
	}
	if want["audio"] != "" {
		if apart := newest["video"] - newest["audio"]; apart > 9000*2 || apart < -9000*2 {
			t.Errorf("sound and picture end %d ms apart", apart/90)
		}
	}
}

// TestNginxBusy: a name is published once, and the refusal comes with the words of the server.
func TestNginxBusy(t *testing.T) {
	addr := startNginx(t)
	d := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}"})
	first, err := d.Dial(t.Context(), "cam1")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, err = d.Dial(t.Context(), "cam1")
	var e *pusher.Error
	if !errors.As(err, &e) || e.Step != pusher.StepPublish || e.Words != "NetStream.Publish.BadName: Already publishing" {
		t.Errorf("a second publish of the name: %v", err)
	}
	if first.Err() != nil {
		t.Errorf("the first has ended: %v", first.Err())
	}
}

// TestRealServer publishes every kind of clip to the server whose address template is in MEDIAPUSHER_RTMP_URL, for
// MEDIAPUSHER_RTMP_SECONDS each (10), so that one can look at it there.
func TestRealServer(t *testing.T) {
	url := os.Getenv("MEDIAPUSHER_RTMP_URL")
	if url == "" {
		t.Skip("MEDIAPUSHER_RTMP_URL is not set")
	}
	length := 10 * time.Second
	if d, err := time.ParseDuration(os.Getenv("MEDIAPUSHER_RTMP_SECONDS") + "s"); err == nil {
		length = d
	}
	for _, kind := range clipKinds {
		t.Run(kind.name, func(t *testing.T) {
			c := makeClip(t, kind, 4)
			ctx, cancel := context.WithTimeout(t.Context(), length)
			defer cancel()
			queue := media.NewQueue(media.QueueConfig{})
			played := make(chan struct{})
			go func() {
				defer close(played)
				c.play(ctx, t, queue)
			}()
			p := pusher.NewPublisher(pusher.PublisherConfig{
				Dialer:     dialer(t, pusher.RTMPConfig{URL: url, HEVC: pusher.HEVCPolicy(os.Getenv("MEDIAPUSHER_RTMP_HEVC"))}),
				OnAccepted: func(conn pusher.Conn) { t.Logf("%s accepts, H.265 form %d", conn.Server(), conn.HEVC()) },
			})
			err := p.Run(ctx, kind.name, queue, c.tracks)
			cancel()
			<-played
			switch {
			case errors.Is(err, pusher.ErrHEVC):
				t.Log(err)
			case err != nil && !errors.Is(err, context.DeadlineExceeded):
				t.Error(err)
			}
			t.Logf("%+v", p.Stats())
		})
	}
}
