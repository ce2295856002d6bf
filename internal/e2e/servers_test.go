package e2e

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// nginx is nginx with its RTMP module: one app, "live".
type nginx struct {
	t        testing.TB
	dir      string
	rtmp     int
	stat     int
	process  *process
	template string
}

func startNginx(t testing.TB) *nginx {
	t.Helper()
	need(t, "nginx")
	const module = "/usr/lib/nginx/modules/ngx_rtmp_module.so"
	if fileMissing(module) {
		lacking(t, "libnginx-mod-rtmp")
	}
	n := &nginx{t: t, dir: t.TempDir(), rtmp: freePort(t), stat: freePort(t)}
	n.template = fmt.Sprintf("rtmp://127.0.0.1:%d/live/{stream}", n.rtmp)
	config := fmt.Sprintf(`
load_module %s;
daemon off;
user root;
worker_processes 1;
pid %[2]s/pid;
error_log stderr warn;
events { worker_connections 1024; }
rtmp {
  server {
    listen 127.0.0.1:%[3]d;
    chunk_size 4096;
    application live { live on; wait_key on; record off; }
    application closed { live on; allow publish 192.0.2.1; deny publish all; }
  }
}
http {
  access_log off;
  client_body_temp_path %[2]s; proxy_temp_path %[2]s; fastcgi_temp_path %[2]s; uwsgi_temp_path %[2]s; scgi_temp_path %[2]s;
  server {
    listen 127.0.0.1:%[4]d;
    location /stat { rtmp_stat all; }
  }
}
`, module, n.dir, n.rtmp, n.stat)
	if os.Getuid() != 0 {
		config = strings.Replace(config, "user root;\n", "", 1)
	}
	if err := os.WriteFile(filepath.Join(n.dir, "nginx.conf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	n.start()
	return n
}

func (n *nginx) start() {
	n.t.Helper()
	n.process = start(n.t, n.dir, need(n.t, "nginx"), "-p", n.dir, "-c", filepath.Join(n.dir, "nginx.conf"), "-e", "stderr")
	accepts(n.t, n.rtmp)
}

// stop kills the server, worker included.
func (n *nginx) stop() { n.process.kill() }

// url is where a stream is published and played.
func (n *nginx) url(stream string) string { return strings.Replace(n.template, "{stream}", stream, 1) }

// publishing asks the server's statistics which streams have a publisher that has sent something.
func (n *nginx) publishing() []string {
	answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/stat", n.stat))
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	var page struct {
		Streams []struct {
			Name       string    `xml:"name"`
			Publishing *struct{} `xml:"publishing"`
		} `xml:"server>application>live>stream"`
	}
	if err := xml.NewDecoder(answer.Body).Decode(&page); err != nil {
		return nil
	}
	var names []string
	for _, s := range page.Streams {
		if s.Publishing != nil {
			names = append(names, s.Name)
		}
	}
	return names
}

// nodeMediaServer is the foreign server that passes H.265 as enhanced RTMP.
type nodeMediaServer struct{ rtmp int }

func startNodeMediaServer(t testing.TB) *nodeMediaServer {
	t.Helper()
	node := need(t, "node")
	app, err := filepath.Abs("nms/node_modules/node-media-server/bin/app.js")
	if err != nil {
		t.Fatal(err)
	}
	if fileMissing(app) {
		if _, stderr, err := run(t, t.Context(), need(t, "npm"), "ci", "--prefix", "nms", "--no-audit", "--no-fund"); err != nil {
			lacking(t, "node-media-server ("+lastLine(stderr)+")")
		}
	}
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
	t       testing.TB
	port    int
	mounts  map[string]string
	process *process
}

// The user of every recorder in these tests.
const (
	user     = "admin"
	password = "e2e-Pass.9"
)

// startGStreamer serves each mount, path to launch line.
func startGStreamer(t testing.TB, mounts map[string]string) *gstServer {
	t.Helper()
	const python = "/usr/bin/python3"
	check := "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
	if _, stderr, err := run(t, t.Context(), python, "-c", check); err != nil {
		lacking(t, "GStreamer's RTSP server ("+lastLine(stderr)+")")
	}
	g := &gstServer{t: t, mounts: mounts}
	g.start()
	return g
}

// start begins to serve, on the same port as before.
func (g *gstServer) start() {
	g.t.Helper()
	g.process = start(g.t, "", "/usr/bin/python3", "gst/server.py")
	wanted, err := json.Marshal(map[string]any{"port": g.port, "user": user, "password": password, "mounts": g.mounts})
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
