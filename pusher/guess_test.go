package pusher_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/internal/media"
	"mediapusher/pusher"
)

// An operator with black pictures finds in the log that the form of H.265 was a guess, and only then.
func TestGuessedFormIsTold(t *testing.T) {
	for _, tt := range []struct {
		version string
		policy  pusher.HEVCPolicy
		track   *media.Track
		want    int
	}{
		{"", pusher.PolicyAuto, hevcTrack(t), 1},
		{"", pusher.PolicyEnhanced, hevcTrack(t), 0},
		{"", pusher.PolicyAuto, &media.Track{Codec: media.H264}, 0},
		{"6.0.155", pusher.PolicyAuto, hevcTrack(t), 0},
	} {
		addr := serve(t, func(p *peer) {
			var data map[string]any
			if tt.version != "" {
				data = map[string]any{"srs_version": tt.version}
			}
			if p.accept(data) == nil {
				_ = p.drain(func(received) {})
			}
		})
		core, logs := observer.New(zapcore.WarnLevel)
		ctx, cancel := context.WithCancel(t.Context())
		p := pusher.NewPublisher(pusher.PublisherConfig{
			Dialer:     dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}", HEVC: tt.policy}),
			OnAccepted: func(pusher.Conn) { cancel() },
			Log:        zap.New(core),
		})
		units := &fakeUnits{feed: make(chan *media.AccessUnit)}
		if err := p.Run(ctx, "cam1", units, tracksOf(tt.track)); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		all := logs.All()
		if len(all) != tt.want || tt.want > 0 && !strings.Contains(all[0].Message, "rtmp.hevc") {
			t.Errorf("%q, %s, %v: log %v", tt.version, tt.policy, tt.track.Codec, all)
		}
	}
}
