package hik_test

import (
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/hik"
	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/netway"
	"mediapusher/internal/nvrsim"
)

// One channel is played on recorders that differ in what they ask for and tell.
func TestVariants(t *testing.T) {
	channels := nvrsim.DemoChannels(nvrsim.Hikvision)[:4]
	base := func(n int) *int { return &n }
	tests := []struct {
		name     string
		cfg      nvrsim.Config
		settings device.Settings
		channel  int
		want     device.Kind // KindProtocol, the zero kind, stands for a picture
	}{
		{"qop everywhere", nvrsim.Config{Auth: nvrsim.DigestMD5QOP}, device.Settings{}, 33, 0},
		{"no qop", nvrsim.Config{Auth: nvrsim.DigestMD5Bare}, device.Settings{}, 33, 0},
		{"SHA-256, nonce bound to the URL", nvrsim.Config{Auth: nvrsim.DigestSHA256}, device.Settings{}, 33, 0},
		{"SHA-256 and MD5", nvrsim.Config{Auth: nvrsim.DigestBoth}, device.Settings{}, 33, 0},
		{"digest or basic", nvrsim.Config{Auth: nvrsim.DigestMD5OrBasic}, device.Settings{}, 33, 0},
		{"basic, allowed", nvrsim.Config{Auth: nvrsim.BasicOnly}, device.Settings{BasicAuth: true}, 33, 0},
		{"basic, not allowed", nvrsim.Config{Auth: nvrsim.BasicOnly}, device.Settings{}, 33, device.KindUnsupported},
		{"old namespace", nvrsim.Config{Namespace: nvrsim.NamespacePSIA}, device.Settings{}, 33, 0},
		{"no SDK page", nvrsim.Config{NoSDKCapabilities: true}, device.Settings{}, 34, 0},
		{"no SDK page, 64 channels", nvrsim.Config{NoSDKCapabilities: true, IPChannels: 64}, device.Settings{}, 2, 0},
		{"base of its own", nvrsim.Config{ChannelBase: 65}, device.Settings{}, 66, 0},
		{"hybrid, analog", nvrsim.Config{Channels: channels, Analog: 2}, device.Settings{}, 2, 0},
		{"hybrid, IP", nvrsim.Config{Channels: channels, Analog: 2}, device.Settings{}, 34, 0},
		{"hybrid, between", nvrsim.Config{Channels: channels, Analog: 2}, device.Settings{}, 3, device.KindNoSuchChannel},
		{"operator's base", nvrsim.Config{}, device.Settings{ChannelBase: base(1)}, 1, 0},
		{"operator's path", nvrsim.Config{}, device.Settings{LivePath: "/ISAPI/Streaming/channels/{channel}0{stream}"}, 33, 0},
		{"operator's old path", nvrsim.Config{}, device.Settings{LivePath: "h264/ch{sdk_channel}/main/av_stream"}, 33, 0},
		{"operator's path without a channel", nvrsim.Config{}, device.Settings{LivePath: "/Streaming/Channels/10{stream}"}, 999, 0},
		{"nothing but HTTPS wanted", nvrsim.Config{}, device.Settings{HTTPS: "only"}, 33, 0}, // RTSP alone
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := simulate(t, tt.cfg)
			d, err := newDriver(func(device.Target) device.Settings { return tt.settings }).Open(t.Context(), r.Target)
			if err == nil {
				err = devicetest.Play(t, d, tt.channel)
				_ = d.Close()
			}
			if kind, _ := device.KindOf(err); kind != tt.want || (err == nil) != (tt.want == 0) {
				t.Errorf("%v, want kind %v", err, tt.want)
			}
			if refused := r.Counts().Refused; refused != 0 {
				t.Errorf("%d refused logins", refused)
			}
		})
	}
}

func TestChannelNumbersAreLoggedOnce(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	driver := hik.New(netway.Config{Log: zap.New(core)})
	r := simulate(t, nvrsim.Config{})
	for range 3 {
		d, err := driver.Open(t.Context(), r.Target)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Live(t.Context(), device.LiveRequest{Channel: 33}); err != nil {
			t.Error(err)
		}
		_ = d.Close()
	}
	if said := logs.FilterMessage("channel numbers").All(); len(said) != 1 {
		t.Errorf("%d lines about channel numbers, want 1: %v", len(said), said)
	}
}

// A recorder that told its numbering once and then answers by RTSP alone must not show another camera.
func TestNumberingIsRememberedWithoutHTTP(t *testing.T) {
	r := simulate(t, nvrsim.Config{ChannelBase: 2}) // 3 is the second channel; guessed it would be the third, whose camera is off
	driver := newDriver(nil)
	target := r.Target
	for _, httpPort := range []int{r.Target.HTTPPort, closedPort(t)} {
		target.HTTPPort = httpPort
		d, err := driver.Open(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		if err := devicetest.Play(t, d, 3); err != nil {
			t.Errorf("%s: %v", d.Info().Way, err)
		}
		_ = d.Close()
	}
}
