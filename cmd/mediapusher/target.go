package main

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"mediapusher/internal/config"
	"mediapusher/internal/mediaserver"
	"mediapusher/pusher"
)

// target is the right edge: the RTMP server outside, or the embedded media server.
type target struct {
	dialer      pusher.Dialer
	run         func(context.Context) error
	description string // without secrets
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
	return target{dialer: dialer, run: wait, description: cfg.URLs().RTMP}, nil
}

func newEmbedded(cfg *config.Config, log *zap.Logger) (target, error) {
	server, err := mediaserver.New(mediaserver.Config{RTMPListen: cfg.Embedded.RTMPListen, HTTPListen: cfg.Embedded.HTTPListen, Log: log})
	if err != nil {
		return target{}, err
	}
	return target{
		dialer: embedded{server}, run: server.Run,
		description: fmt.Sprintf("embedded server, RTMP %v, HTTP-FLV %v", server.RTMPAddr(), server.HTTPAddr()),
	}, nil
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
