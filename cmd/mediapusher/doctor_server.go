package main

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"mediapusher/internal/config"
	"mediapusher/internal/doctor"
	"mediapusher/internal/srs"
	"mediapusher/pusher"
)

// ofMediaServer looks at the server outside, where streams go to one, and tells in which form it takes H.265, empty where nobody knows.
func (c *doctorCommand) ofMediaServer(ctx context.Context, cfg *config.Config) (findings []doctor.Finding, hevc string) {
	if cfg.PublishHost() == "" {
		return nil, string(config.HEVCEnhanced) // the embedded one
	}
	findings = c.ofRTMP(ctx, cfg)
	ofAPI, hevc := ofSRS(ctx, cfg)
	return append(findings, ofAPI...), hevc
}

// ofRTMP looks whether the server answers, and takes a stream where that is asked for.
func (c *doctorCommand) ofRTMP(ctx context.Context, cfg *config.Config) []doctor.Finding {
	dialer, err := pusher.NewRTMPDialer(pusher.RTMPConfig{URL: cfg.RTMP.PublishURL.Reveal()})
	if err == nil {
		err = dialer.Greet(ctx)
	}
	var failed *pusher.Error
	if errors.As(err, &failed) && failed.Err != nil {
		err = failed.Err // the finding names the address itself
	}
	findings := []doctor.Finding{doctor.RTMP(cfg.PublishHost(), err)}
	if c.Publish && err == nil {
		findings = append(findings, doctor.Publish(tryPublish(ctx, dialer)))
	}
	return findings
}

// ofSRS asks the server's HTTP API where there may be one, and tells in which form H.265 is taken.
func ofSRS(ctx context.Context, cfg *config.Config) (findings []doctor.Finding, hevc string) {
	if cfg.RTMP.HEVC != config.HEVCAuto {
		hevc = string(cfg.RTMP.HEVC)
	}
	address, ask := cfg.SRSAPI()
	if !ask {
		return nil, hevc
	}
	server := doctor.Server{}
	client, err := srs.New(srs.Config{URL: address.Reveal()})
	if err != nil {
		server.Err = err
		return doctor.SRS(server, string(cfg.RTMP.HEVC)), hevc
	}
	server.URL = client.URL()
	version, err := client.Version(ctx)
	server.Version, server.Major, server.HEVC, server.Err = version.Text, version.Major, version.HEVC(), err
	if err == nil && hevc == "" {
		hevc = server.HEVC
	}
	return doctor.SRS(server, string(cfg.RTMP.HEVC)), hevc
}

// tryPublish publishes a stream without pictures and ends it at once.
func tryPublish(ctx context.Context, dialer pusher.Dialer) error {
	conn, err := dialer.Dial(ctx, "mediapusher-doctor-"+strings.ToLower(rand.Text()[:8]))
	if err != nil {
		return err
	}
	return conn.Close()
}
