package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"mediapusher/internal/config"
	"mediapusher/internal/doctor"
	"mediapusher/internal/srs"
	"mediapusher/pusher"
)

// ofMediaServer looks at the server outside, where streams go to one, and tells in which form it takes H.265, empty where nobody knows.
func ofMediaServer(ctx context.Context, cfg *config.Config, publish bool) (findings []doctor.Finding, hevc string) {
	host := cfg.PublishHost()
	if host == "" {
		return nil, string(config.HEVCEnhanced) // the embedded one
	}
	limited, cancel := context.WithTimeout(ctx, askLimit)
	err := greetRTMP(limited, host)
	cancel()
	findings = append(findings, doctor.RTMP(host, err))
	if publish && err == nil {
		findings = append(findings, doctor.Publish(tryPublish(ctx, cfg)))
	}
	if cfg.RTMP.HEVC != config.HEVCAuto {
		hevc = string(cfg.RTMP.HEVC)
	}
	address, ask := cfg.SRSAPI()
	if !ask {
		return findings, hevc
	}
	server := doctor.Server{}
	client, err := srs.New(srs.Config{URL: address.Reveal()})
	if err != nil {
		server.Err = err
		return append(findings, doctor.SRS(server, string(cfg.RTMP.HEVC))...), hevc
	}
	server.URL = client.URL()
	version, err := client.Version(ctx)
	server.Version, server.Major, server.HEVC, server.Err = version.Text, version.Major, version.HEVC(), err
	if err == nil && hevc == "" {
		hevc = server.HEVC
	}
	return append(findings, doctor.SRS(server, string(cfg.RTMP.HEVC))...), hevc
}

// greetRTMP begins the simple handshake (RTMP 1.0 section 5.2): a server answers with its version and 1536 bytes.
func greetRTMP(ctx context.Context, address string) error {
	const version, length = 3, 1536
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	hello := make([]byte, 1+length)
	hello[0] = version
	if _, err := rand.Read(hello[9:]); err != nil { // behind the time and the four zero bytes
		return fmt.Errorf("handshake: %w", err)
	}
	if _, err := conn.Write(hello); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	answer := make([]byte, 1+length)
	if _, err := io.ReadFull(conn, answer[:1]); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	if answer[0] != version {
		return errors.New("something else than an RTMP server answers")
	}
	if _, err := io.ReadFull(conn, answer[1:]); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	return nil
}

// tryPublish publishes a stream without pictures and ends it at once.
func tryPublish(ctx context.Context, cfg *config.Config) error {
	dialer, err := pusher.NewRTMPDialer(pusher.RTMPConfig{URL: cfg.RTMP.PublishURL.Reveal()})
	if err != nil {
		return err
	}
	conn, err := dialer.Dial(ctx, "mediapusher-doctor-"+strings.ToLower(rand.Text()[:8]))
	if err != nil {
		return err
	}
	return conn.Close()
}
