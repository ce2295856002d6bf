package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"go.uber.org/zap"

	"mediapusher/internal/config"
	"mediapusher/internal/mediaserver"
	"mediapusher/pusher"
)

// target is the right edge: the RTMP server outside, or the embedded media server.
type target struct {
	dialer      pusher.Dialer
	run         func(context.Context) error
	description string              // without secrets
	server      *mediaserver.Server // the embedded one, nil where it is outside
}

func newTarget(cfg *config.Config, log *zap.Logger) (target, error) {
	if cfg.RTMP.PublishURL.Reveal() == "" {
		return newEmbedded(cfg, log.Named("media"))
	}
	dialer, err := pusher.NewRTMPDialer(pusher.RTMPConfig{
		URL: cfg.RTMP.PublishURL.Reveal(), HEVC: pusher.HEVCPolicy(cfg.RTMP.HEVC), Log: log.Named("rtmp"),
	})
	if err != nil {
		return target{}, fmt.Errorf("rtmp.publish_url: %w", err)
	}
	wait := func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	}
	return target{dialer: dialer, run: wait, description: cfg.PublishAddress()}, nil
}

func newEmbedded(cfg *config.Config, log *zap.Logger) (target, error) {
	server, err := mediaserver.New(mediaserver.Config{RTMPListen: cfg.Embedded.RTMPListen, HTTPListen: cfg.Embedded.HTTPListen, Log: log})
	if err != nil {
		return target{}, embeddedFailure(cfg.Embedded, err)
	}
	return target{
		dialer: embedded{server}, run: server.Run, server: server,
		description: fmt.Sprintf("embedded server, RTMP %v, HTTP-FLV %v", server.RTMPAddr(), server.HTTPAddr()),
	}, nil
}

// embeddedFailure names the key whose address cannot be listened on, and what to do where the port is taken: mostly by an SRS.
func embeddedFailure(cfg config.Embedded, err error) error {
	var failed *net.OpError
	if !errors.As(err, &failed) || failed.Addr == nil {
		return fmt.Errorf("embedded: %w", err)
	}
	key := "embedded.http_listen"
	if rtmp, resolveErr := net.ResolveTCPAddr("tcp", cfg.RTMPListen); resolveErr == nil && rtmp.String() == failed.Addr.String() {
		key = "embedded.rtmp_listen"
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s: %w (is an SRS running here? then set rtmp.publish_url)", key, failed)
	}
	return fmt.Errorf("%s: %w", key, failed)
}

// giveUp closes what newTarget opened, where the service does not come to run.
func (t target) giveUp() error {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	return t.run(ended)
}

// embedded publishes inside the process.
type embedded struct{ server *mediaserver.Server }

// Dial implements pusher.Dialer.
func (e embedded) Dial(_ context.Context, stream string) (pusher.Conn, error) {
	publication, err := e.server.Publish(stream)
	if err != nil {
		return nil, &pusher.Error{Address: "the embedded server", Step: pusher.StepPublish, Err: err}
	}
	return publish{publication}, nil
}

// publish is a pusher.Conn that has no connection. Players of our time know enhanced RTMP.
type publish struct{ *mediaserver.Publication }

func (publish) Flush() error      { return nil }
func (publish) KeepAlive() error  { return nil }
func (publish) HEVC() pusher.HEVC { return pusher.HEVCEnhanced }
func (publish) Server() string    { return "embedded" }
