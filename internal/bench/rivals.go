package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"mediapusher/internal/e2e/loopback"
	"mediapusher/internal/e2e/nginx"
)

func newRival(name string, o options, from *source, server *nginx.Server, config string) rival {
	if name == theirs {
		return &copier{from: from, server: server}
	}
	return &service{program: filepath.Join(o.programs, "mediapusher"), config: config, from: from, server: server}
}

// copier is one ffmpeg for each stream.
type copier struct {
	from   *source
	server *nginx.Server
	cmds   []*exec.Cmd
}

func (c *copier) none(context.Context) error { return nil }

func (c *copier) streams(ctx context.Context, n int) error {
	for i := range n {
		address := fmt.Sprintf("rtsp://%s:%s@%s/Streaming/Channels/%d01", user, password, c.from.RTSP, i+1)
		cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", address,
			"-c", "copy", "-f", "flv", c.server.URL("s"+strconv.Itoa(i)))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("ffmpeg: %w", err)
		}
		c.cmds = append(c.cmds, cmd)
	}
	return nil
}

func (c *copier) pids() []int {
	var pids []int
	for _, cmd := range c.cmds {
		pids = append(pids, cmd.Process.Pid)
	}
	return pids
}

func (c *copier) stop() {
	for _, cmd := range c.cmds {
		cmd.Stderr = nil
		_ = cmd.Process.Kill()
	}
	for _, cmd := range c.cmds {
		_ = cmd.Wait()
	}
}

const serviceConfig = `
api: {listen: "%s"}
admin: {listen: "%s"}
rtmp: {publish_url: "%s"}
heartbeat: {interval: 1h}
log: {level: warn}
`

// service is one mediapusher for all streams.
type service struct {
	program, config string
	from            *source
	server          *nginx.Server
	api             string
	cmd             *exec.Cmd
}

func (s *service) none(ctx context.Context) error {
	addresses, err := freeAddresses(2)
	if err != nil {
		return err
	}
	s.api = addresses[0]
	config := fmt.Sprintf(serviceConfig, addresses[0], addresses[1], s.server.Template())
	if err := os.WriteFile(s.config, []byte(config), 0o600); err != nil {
		return fmt.Errorf("service: %w", err)
	}
	s.cmd = exec.CommandContext(ctx, s.program, "serve", "--config", s.config)
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("service: %w", err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.api)
		if err == nil {
			conn.Close()
			return pause(ctx, 500*time.Millisecond)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("service: %w", err)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// streams asks for all of them, a few at a time as callers do.
func (s *service) streams(ctx context.Context, n int) error {
	errs := make([]error, n)
	slots := make(chan struct{}, 8)
	var starting sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		starting.Go(func() {
			errs[i] = s.realStream(ctx, i)
			<-slots
		})
	}
	starting.Wait()
	return errors.Join(errs...)
}

func (s *service) realStream(ctx context.Context, channel int) error {
	_, httpPort, _ := net.SplitHostPort(s.from.HTTP)
	_, rtspPort, _ := net.SplitHostPort(s.from.RTSP)
	body, err := json.Marshal(map[string]any{
		"nvr_category": 0, "nvr_addr": "127.0.0.1", "nvr_port": 8000, "http_port": httpPort, "rtsp_port": rtspPort,
		"nvr_user": user, "nvr_pwd": password, "nvr_channel": channelBase + channel,
	})
	if err != nil {
		return fmt.Errorf("service: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.api+"/REAL_STREAM", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("service: %w", err)
	}
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("service: %w", err)
	}
	defer answer.Body.Close()
	var status struct {
		Code    int    `json:"status_code"`
		Message string `json:"status_message"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&status); err != nil {
		return fmt.Errorf("service: %w", err)
	}
	if status.Code != http.StatusOK {
		return fmt.Errorf("service: channel %d: %d %s", channel, status.Code, status.Message)
	}
	return nil
}

func (s *service) pids() []int { return []int{s.cmd.Process.Pid} }

func (s *service) stop() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// freeAddresses are addresses on loopback that nobody listens on.
func freeAddresses(n int) ([]string, error) {
	addresses := make([]string, n)
	for i := range addresses {
		port, err := loopback.Port()
		if err != nil {
			return nil, err //nolint:wrapcheck // says what it is
		}
		addresses[i] = fmt.Sprintf("127.0.0.1:%d", port)
	}
	return addresses, nil
}
