// Package nginx runs nginx with its RTMP module on loopback, the foreign RTMP server of the end-to-end tests and of the bench. It
// imports nothing of this project.
package nginx

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"mediapusher/internal/e2e/loopback"
)

// Module is where Debian puts the RTMP module.
const Module = "/usr/lib/nginx/modules/ngx_rtmp_module.so"

const program = "/usr/sbin/nginx"

// ErrMissing is returned where nginx or its module is not installed.
var ErrMissing = errors.New("nginx with libnginx-mod-rtmp is not installed")

// Server is one nginx. It is not safe for concurrent use.
type Server struct {
	dir        string
	rtmp, stat int
	cmd        *exec.Cmd
	exited     chan struct{}
	log        bytes.Buffer
}

const config = `
load_module %[1]s;
daemon off;
%[5]s
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
`

// New chooses ports and writes the configuration into dir, a folder of its own. App "live" takes publishes, app "closed" refuses
// them. It fails with ErrMissing.
func New(dir string) (*Server, error) {
	for _, file := range []string{program, Module} {
		if _, err := os.Stat(file); err != nil {
			return nil, ErrMissing
		}
	}
	s := &Server{dir: dir}
	var err error
	if s.rtmp, err = loopback.Port(); err != nil {
		return nil, err
	}
	if s.stat, err = loopback.Port(); err != nil {
		return nil, err
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // else the worker cannot reach dir
	}
	text := fmt.Sprintf(config, Module, dir, s.rtmp, s.stat, user)
	if err := os.WriteFile(s.file(), []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("nginx: %w", err)
	}
	return s, nil
}

func (s *Server) file() string { return filepath.Join(s.dir, "nginx.conf") }

// Start runs nginx and returns when its RTMP port is open. After Stop it may be called again; the ports stay the same.
func (s *Server) Start(ctx context.Context) error {
	s.log.Reset()
	//nolint:noctx // the server outlives the call and is ended by Stop
	s.cmd = exec.Command(program, "-p", s.dir, "-c", s.file(), "-e", "stderr")
	s.cmd.Stderr = &s.log
	s.cmd.SysProcAttr = group()
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("nginx: %w", err)
	}
	exited := make(chan struct{})
	s.exited = exited
	go func(cmd *exec.Cmd) {
		defer close(exited)
		_ = cmd.Wait()
	}(s.cmd)
	return s.open(ctx)
}

func (s *Server) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", s.rtmp))
		if err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-s.exited:
			return fmt.Errorf("nginx ended: %s", s.log.String())
		case <-ctx.Done():
			s.Stop()
			return fmt.Errorf("nginx does not open its port: %w", err)
		}
	}
}

// Stop kills the server, workers included, and returns when it is gone.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	_ = kill(s.cmd.Process.Pid)
	<-s.exited
	s.cmd = nil
}

// Template is the address of app "live", with {stream} for the stream's name.
func (s *Server) Template() string { return fmt.Sprintf("rtmp://127.0.0.1:%d/live/{stream}", s.rtmp) }

// Refusing is the address of app "closed".
func (s *Server) Refusing() string { return fmt.Sprintf("rtmp://127.0.0.1:%d/closed/{stream}", s.rtmp) }

// URL is where a stream of app "live" is published and played.
func (s *Server) URL(stream string) string {
	return strings.Replace(s.Template(), "{stream}", stream, 1)
}

// Stream is what the server's statistics tell of a stream.
type Stream struct {
	Name string `xml:"name"`
	// BytesIn came from the publisher.
	BytesIn int64 `xml:"bytes_in"`
	// Publishing is nil where nobody publishes.
	Publishing *struct{} `xml:"publishing"`
}

// Publishing asks the server which streams have a publisher now.
func (s *Server) Publishing(ctx context.Context) ([]Stream, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/stat", s.stat), nil)
	if err != nil {
		return nil, fmt.Errorf("nginx statistics: %w", err)
	}
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("nginx statistics: %w", err)
	}
	defer answer.Body.Close()
	var page struct {
		Streams []Stream `xml:"server>application>live>stream"`
	}
	if err := xml.NewDecoder(answer.Body).Decode(&page); err != nil {
		return nil, fmt.Errorf("nginx statistics: %w", err)
	}
	var publishing []Stream
	for _, stream := range page.Streams {
		if stream.Publishing != nil {
			publishing = append(publishing, stream)
		}
	}
	return publishing, nil
}

// Log is what the server has complained of; only to be read after Stop.
func (s *Server) Log() string { return s.log.String() }
