//go:build unix

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mediapusher/internal/e2e/nginx"
)

// server is nginx for a test.
type server struct {
	*nginx.Server
	t testing.TB
}

func startNginx(t testing.TB) *server {
	t.Helper()
	s, err := nginx.New(t.TempDir())
	if errors.Is(err, nginx.ErrMissing) {
		lacking(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("nginx:\n%s", s.Log())
		}
	})
	n := &server{Server: s, t: t}
	n.start()
	return n
}

func (n *server) start() {
	n.t.Helper()
	if err := n.Start(n.t.Context()); err != nil {
		n.t.Fatal(err)
	}
}

// publishing returns the names of the streams that have a publisher.
func (n *server) publishing() []string {
	streams, err := n.Publishing(n.t.Context())
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range streams {
		names = append(names, s.Name)
	}
	return names
}

// nodeMediaServer is the foreign server that passes H.265 as enhanced RTMP.
type nodeMediaServer struct{ rtmp int }

func startNodeMediaServer(t testing.TB) *nodeMediaServer {
	t.Helper()
	node := need(t, "node")
	app := npm(t, "nms", "node-media-server/bin/app.js")
	s := &nodeMediaServer{rtmp: freePort(t)}
	dir := t.TempDir()
	config := fmt.Sprintf(`{"bind": "127.0.0.1", "rtmp": {"port": %d}, "http": {"port": %d}, "store": {"path": %q},
		"auth": {"play": false, "publish": false, "secret": "", "jwt": {"secret": "e2e", "users": []}},
		"record": {"path": %q}}`, s.rtmp, freePort(t), dir, dir)
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, dir, node, app, "--config", file, "--no-admin")
	go func() { _, _ = p.stdout.WriteTo(p) }()
	accepts(t, s.rtmp)
	return s
}

func (s *nodeMediaServer) template() string {
	return fmt.Sprintf("rtmp://127.0.0.1:%d/live/{stream}", s.rtmp)
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// gstServer is GStreamer's RTSP server.
type gstServer struct {
	t                  testing.TB
	port               int
	mounts, recordings map[string]string
	process            *process
}

// The user of every recorder in these tests.
const (
	user     = "admin"
	password = "e2e-Pass.9"
)

// startGStreamer serves each mount, path to launch line, and recordings, in pairs of path and file.
func startGStreamer(t testing.TB, mounts map[string]string, recordings ...string) *gstServer {
	t.Helper()
	const python = "/usr/bin/python3"
	check := "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
	if _, stderr, err := run(t, t.Context(), python, "-c", check); err != nil {
		lacking(t, "GStreamer's RTSP server ("+lastLine(stderr)+")")
	}
	g := &gstServer{t: t, mounts: mounts, recordings: map[string]string{}}
	for i := 0; i < len(recordings); i += 2 {
		g.recordings[recordings[i]] = recordings[i+1]
	}
	g.start()
	return g
}

// start begins to serve, on the same port as before.
func (g *gstServer) start() {
	g.t.Helper()
	g.process = start(g.t, "", "/usr/bin/python3", "gst/server.py")
	wanted, err := json.Marshal(map[string]any{"port": g.port, "user": user, "password": password, "mounts": g.mounts, "recordings": g.recordings})
	if err != nil {
		g.t.Fatal(err)
	}
	if _, err := g.process.stdin.Write(append(wanted, '\n')); err != nil {
		g.t.Fatal(err)
	}
	line, err := g.process.stdout.ReadString('\n')
	if err != nil {
		g.t.Fatalf("the RTSP server says nothing: %v: %s", err, g.process.tail())
	}
	if g.port, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		g.t.Fatal(err)
	}
}

// stop kills the server.
func (g *gstServer) stop() { g.process.kill() }
