package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"

	"mediapusher/internal/nvrsim"
)

const (
	sourceRole = "source"
	clipName   = "bench"
	maxStreams = 500
	// The simulated recorder's login, and its SDK number of the first channel.
	user        = "admin"
	password    = "bench12345"
	channelBase = 33
)

// source is the simulated recorder, in a process of its own so that its work is not counted as ours.
type source struct {
	cmd   *exec.Cmd
	stdin io.Closer
	// HTTP and RTSP are host:port.
	HTTP, RTSP string
}

// startSource runs this program again in the role of the recorder.
func startSource(ctx context.Context, clip string, channels int) (*source, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	s := &source{cmd: exec.CommandContext(ctx, self, sourceRole, clip, strconv.Itoa(channels))}
	s.cmd.Stderr = os.Stderr
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("source: %w", err)
	}
	return s, nil
}

func (s *source) stop() {
	s.stdin.Close()
	_ = s.cmd.Wait()
}

// url is the main stream of a channel, counted from 0.
func (s *source) url(channel int) string {
	return fmt.Sprintf("rtsp://%s/Streaming/Channels/%d01", s.RTSP, channel+1)
}

// serveSource is the recorder; it ends when standard input is closed.
func serveSource(ctx context.Context, clip, channels string) error {
	n, err := strconv.Atoi(channels)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	cfg := nvrsim.Config{
		Vendor: nvrsim.Hikvision, User: user, Password: password, Clips: os.DirFS(clip), ChannelBase: channelBase, IPChannels: n,
	}
	for range n {
		cfg.Channels = append(cfg.Channels, nvrsim.Channel{Clip: clipName})
	}
	recorder, err := nvrsim.New(cfg)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	if err := json.NewEncoder(os.Stdout).Encode(source{HTTP: recorder.HTTPAddr(), RTSP: recorder.RTSPAddr()}); err != nil {
		return fmt.Errorf("source: %w", err)
	}
	return recorder.Run(ctx) //nolint:wrapcheck // its words are enough
}
