package main

import (
	"net"
	"strings"
	"testing"

	"go.uber.org/zap"

	"mediapusher/internal/config"
)

func TestTakenPortNamesItsKey(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for key, embedded := range map[string]config.Embedded{
		"embedded.rtmp_listen: ": {RTMPListen: taken.Addr().String(), HTTPListen: "127.0.0.1:0"},
		"embedded.http_listen: ": {RTMPListen: "127.0.0.1:0", HTTPListen: taken.Addr().String()},
	} {
		cfg := config.Default()
		cfg.Embedded = embedded
		_, err := newTarget(&cfg, zap.NewNop())
		if err == nil || !strings.HasPrefix(err.Error(), key) || !strings.Contains(err.Error(), "rtmp.publish_url") {
			t.Errorf("error %v, want %s and the advice", err, key)
		}
	}
}
