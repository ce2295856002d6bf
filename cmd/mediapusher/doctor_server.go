package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"mediapusher/internal/config"
	"mediapusher/internal/doctor"
	"mediapusher/internal/srs"
	"mediapusher/pusher"
)

// ofMediaServer looks at the server outside, where streams go to one, and tells in which form it takes H.265, empty where nobody knows.
func (c *doctorCommand) ofMediaServer(ctx context.Context, cfg *config.Config) (findings []doctor.Finding, hevc string) {
	if cfg.PublishHost() == "" {
		return []doctor.Finding{doctor.Embedded()}, string(config.HEVCEnhanced)
	}
	setting := string(cfg.RTMP.HEVC)
	if cfg.RTMP.HEVC != config.HEVCAuto {
		hevc = setting
	}
	dialer, err := greet(ctx, cfg)
	findings = append(findings, doctor.RTMP(cfg.PublishHost(), err))
	client, server := askServer(ctx, cfg)
	if server != nil {
		findings = append(findings, doctor.SRS(*server, setting)...)
		if server.Err == nil && hevc == "" {
			hevc = server.HEVC
		}
	}
	switch {
	case err != nil:
	case !c.Publish:
		findings = append(findings, doctor.Unmeasured(trialLimit))
	default:
		fmt.Fprintln(os.Stderr, doctor.Announcement(cfg.PublishHost(), trialLimit).In(c.language()))
		trial := publishTrial{dialer: dialer, limit: trialLimit}
		if server != nil && server.Err == nil {
			trial.find, trial.api = finder(cfg, client), server.URL
		}
		findings = append(findings, doctor.Publish(trial.run(ctx))...)
	}
	return findings, hevc
}

// greet asks whether an RTMP server answers.
func greet(ctx context.Context, cfg *config.Config) (*pusher.RTMPDialer, error) {
	dialer, err := pusher.NewRTMPDialer(pusher.RTMPConfig{URL: cfg.RTMP.PublishURL.Reveal(), HEVC: pusher.HEVCPolicy(cfg.RTMP.HEVC)})
	if err != nil {
		return nil, err
	}
	err = dialer.Greet(ctx)
	var failed *pusher.Error
	if errors.As(err, &failed) && failed.Err != nil {
		err = failed.Err // the finding names the address itself
	}
	return dialer, err
}

// askServer asks an SRS by its HTTP API. Both are nil where nobody is to be asked.
func askServer(ctx context.Context, cfg *config.Config) (*srs.Client, *doctor.Server) {
	address, ask := cfg.SRSAPI()
	if !ask {
		return nil, nil
	}
	client, err := srs.New(srs.Config{URL: address.Reveal(), Fresh: askAgain})
	if err != nil {
		return nil, &doctor.Server{Err: err}
	}
	version, err := client.Version(ctx)
	server := &doctor.Server{URL: client.URL(), Version: version.Text, Major: version.Major, HEVC: version.HEVC(), Err: err}
	if err != nil {
		return client, server
	}
	if told, err := client.Settings(ctx, vhostOf(cfg)); err == nil {
		server.Settings = &doctor.Settings{Silence: told.Silence, Hooks: told.Hooks, KeepAlive: pusher.DefaultKeepAlive}
	}
	return client, server
}

// vhostOf is the vhost to which SRS counts what is published: that of the query, else the host.
func vhostOf(cfg *config.Config) string {
	u, err := url.Parse(cfg.RTMP.PublishURL.Reveal())
	if err != nil {
		return ""
	}
	return cmp.Or(u.Query().Get("vhost"), u.Hostname())
}

// finder looks for a test stream in an SRS's list.
func finder(cfg *config.Config, client *srs.Client) func(context.Context, string) (srs.Stream, bool, error) {
	return func(ctx context.Context, stream string) (srs.Stream, bool, error) {
		app, name := cfg.Published(stream)
		return client.Stream(ctx, app, name)
	}
}
