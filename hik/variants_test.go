package hik_test

import (
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/hik"
	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/netway"
	"mediapusher/internal/netway/netwaytest"
	"mediapusher/internal/nvrsim"
)

// One channel is played on recorders that differ in what they ask for and tell.
func TestVariants(t *testing.T) {
	channels := nvrsim.DemoChannels(nvrsim.Hikvision)[:4]
	adapter.Variants(t, []netwaytest.Variant{
		{Name: "qop everywhere", Recorder: nvrsim.Config{Auth: nvrsim.DigestMD5QOP}, Channel: 33},
		{Name: "no qop", Recorder: nvrsim.Config{Auth: nvrsim.DigestMD5Bare}, Channel: 33},
		{Name: "SHA-256, nonce bound to the URL", Recorder: nvrsim.Config{Auth: nvrsim.DigestSHA256}, Channel: 33},
		{Name: "SHA-256 and MD5", Recorder: nvrsim.Config{Auth: nvrsim.DigestBoth}, Channel: 33},
		{Name: "digest or basic", Recorder: nvrsim.Config{Auth: nvrsim.DigestMD5OrBasic}, Channel: 33},
		{Name: "basic, allowed", Recorder: nvrsim.Config{Auth: nvrsim.BasicOnly}, Settings: device.Settings{BasicAuth: true}, Channel: 33},
		{Name: "basic, not allowed", Recorder: nvrsim.Config{Auth: nvrsim.BasicOnly}, Channel: 33, Want: device.KindUnsupported},
		{Name: "old namespace", Recorder: nvrsim.Config{Namespace: nvrsim.NamespacePSIA}, Channel: 33},
		{Name: "no SDK page", Recorder: nvrsim.Config{NoSDKCapabilities: true}, Channel: 34},
		{Name: "no SDK page, 64 channels", Recorder: nvrsim.Config{NoSDKCapabilities: true, IPChannels: 64}, Channel: 2},
		{Name: "base of its own", Recorder: nvrsim.Config{ChannelBase: 65}, Channel: 66},
		{Name: "hybrid, analog", Recorder: nvrsim.Config{Channels: channels, Analog: 2}, Channel: 2},
		{Name: "hybrid, IP", Recorder: nvrsim.Config{Channels: channels, Analog: 2}, Channel: 34},
		{Name: "hybrid, between", Recorder: nvrsim.Config{Channels: channels, Analog: 2}, Channel: 3, Want: device.KindNoSuchChannel},
		{Name: "operator's base", Settings: device.Settings{ChannelBase: new(1)}, Channel: 1},
		{Name: "operator's path", Settings: device.Settings{LivePath: "/ISAPI/Streaming/channels/{channel}0{stream}"}, Channel: 33},
		{Name: "operator's old path", Settings: device.Settings{LivePath: "h264/ch{sdk_channel}/main/av_stream"}, Channel: 33},
		{Name: "operator's path without a channel", Settings: device.Settings{LivePath: "/Streaming/Channels/10{stream}"}, Channel: 999},
		{Name: "nothing but HTTPS wanted", Settings: device.Settings{HTTPS: "only"}, Channel: 33}, // RTSP alone
	})
}

func TestChannelNumbersAreLoggedOnce(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	driver := hik.New(netway.Config{Log: zap.New(core)})
	r := adapter.Simulate(t, nvrsim.Config{})
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
	r := adapter.Simulate(t, nvrsim.Config{ChannelBase: 2}) // 3 is the second channel; guessed it would be the third, whose camera is off
	driver := adapter.Driver(nil)
	target := r.Target
	for _, httpPort := range []int{r.Target.HTTPPort, devicetest.ClosedPort(t)} {
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
