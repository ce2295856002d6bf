package config_test

import (
	"testing"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
)

func TestSettings(t *testing.T) {
	got, err := config.Load(writeFile(t, `
devices:
  - {address: 0.0.0.0/0, http_port: 1}
  - {address: 10.8.0.0/16, http_port: 2}
  - {address: 10.8.30.0/24, http_port: 3}
  - {address: 10.8.30.0/24, vendor: dahua, http_port: 4}
  - {address: 10.8.30.7, http_port: 5, channel_base: 0, analog_channels: 4, live_path: "/x?c={channel}", time_zone: Asia/Tokyo,
     record_times: utc, https: only, basic_auth: true, ways: [net], max_live: 6, max_starts: 2, max_playbacks: 3, rtsp_port: 8554}
  - {address: NVR.local, http_port: 6}
  - {address: "fd00::/8", http_port: 7}
  - {address: 10.8.30.9, vendor: hikvision, http_port: 8}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		vendor device.Vendor
		host   string
		port   int
	}{
		{device.Hikvision, "1.2.3.4", 1},
		{device.Hikvision, "10.8.1.1", 2},
		{device.Hikvision, "10.8.30.1", 3},
		{device.Dahua, "10.8.30.1", 4},
		{device.Dahua, "10.8.30.7", 5},
		{device.Hikvision, "nvr.local", 6},
		{device.Hikvision, "fd00::1", 7},
		{device.Hikvision, "10.8.30.9", 8},
		{device.Dahua, "10.8.30.9", 4},
		{device.Dahua, "other.local", 0},
		{device.Dahua, "2001:db8::1", 0},
	} {
		if s := got.Settings(device.Target{Vendor: test.vendor, Host: test.host}); s.HTTPPort != test.port {
			t.Errorf("%s %s has port %d, want that of entry %d", test.vendor, test.host, s.HTTPPort, test.port)
		}
	}
	s := got.Settings(device.Target{Host: "10.8.30.7"})
	if s.ChannelBase == nil || *s.ChannelBase != 0 || s.AnalogChannels == nil || *s.AnalogChannels != 4 || s.LivePath != "/x?c={channel}" ||
		s.TimeZone != "Asia/Tokyo" || s.RecordTimes != "utc" ||
		s.HTTPS != "only" || !s.BasicAuth || len(s.Ways) != 1 || s.MaxLive != 6 || s.MaxStarts != 2 || s.MaxPlaybacks != 3 ||
		s.RTSPPort != 8554 {
		t.Errorf("settings %+v", s)
	}
	if s := got.Settings(device.Target{Host: "10.8.1.1"}); s.ChannelBase != nil {
		t.Error("a channel base that nobody named")
	}
	var _ device.SettingsFunc = (&config.Config{}).Settings
}
