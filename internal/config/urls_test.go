package config_test

import (
	"testing"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
)

func TestURLs(t *testing.T) {
	srs := func(host, app, name string) config.URLs {
		return config.URLs{
			FLV:    "http://" + host + ":8080/" + app + "/" + name + ".flv",
			HLS:    "http://" + host + ":8080/" + app + "/" + name + ".m3u8",
			WebRTC: "http://" + host + ":1985/rtc/v1/whep/?app=" + app + "&stream=" + name,
		}
	}
	with := func(rtmp string, urls config.URLs) config.URLs {
		urls.RTMP = rtmp
		return urls
	}
	for _, test := range []struct {
		publish string
		want    config.URLs
	}{
		{"", config.URLs{RTMP: "rtmp://{host}:1935/live/{stream}", FLV: "http://{host}:8080/live/{stream}.flv"}},
		{"rtmp://srs/live/{stream}", with("rtmp://srs/live/{stream}", srs("srs", "live", "{stream}"))},
		{"rtmp://10.0.0.5:19350/live/{stream}", with("rtmp://10.0.0.5:19350/live/{stream}", srs("10.0.0.5", "live", "{stream}"))},
		{"rtmp://127.0.0.1/live/{stream}", with("rtmp://{host}/live/{stream}", srs("{host}", "live", "{stream}"))},
		{"rtmp://localhost:1936/a/{stream}", with("rtmp://{host}:1936/a/{stream}", srs("{host}", "a", "{stream}"))},
		{"rtmp://[::1]/a/{stream}", with("rtmp://{host}/a/{stream}", srs("{host}", "a", "{stream}"))},
		{"rtmp://[fd00::5]:1935/a/{stream}", with("rtmp://[fd00::5]:1935/a/{stream}", srs("[fd00::5]", "a", "{stream}"))},
		{"rtmp://srs/live/{stream}?token=hush", with("rtmp://srs/live/{stream}", srs("srs", "live", "{stream}"))},
		{"rtmp://srs/a/b/cam-{stream}", with("rtmp://srs/a/b/cam-{stream}", srs("srs", "a/b", "cam-{stream}"))},
		{"rtmp://srs:8554/{stream}.sdp", with("rtmp://srs:8554/{stream}.sdp", srs("srs", "__defaultApp__", "{stream}.sdp"))},
		{"rtmp://srs/live/{stream}?vhost=v.example&key=hush", config.URLs{RTMP: "rtmp://srs/live/{stream}?vhost=v.example"}},
	} {
		c := config.Default()
		c.RTMP.PublishURL = device.NewSecret(test.publish)
		if got := c.URLs(); got != test.want {
			t.Errorf("%q:\n got %+v\nwant %+v", test.publish, got, test.want)
		}
	}
}

func TestConfiguredURLsWin(t *testing.T) {
	c := config.Default()
	c.RTMP.PublishURL = device.NewSecret("rtmp://srs/live/{stream}")
	c.RTMP.PlayURL, c.FLVURL, c.HLSURL = "rtmp://cdn/{stream}", "https://{host}/f/{stream}.flv", config.None
	want := config.URLs{
		RTMP: "rtmp://cdn/{stream}", FLV: "https://{host}/f/{stream}.flv",
		WebRTC: "http://srs:1985/rtc/v1/whep/?app=live&stream={stream}",
	}
	if got := c.URLs(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	c = config.Default()
	c.Embedded.RTMPListen, c.Embedded.HTTPListen = "127.0.0.1:2935", "[::]:2080"
	if got := c.URLs(); got.RTMP != "rtmp://{host}:2935/live/{stream}" || got.FLV != "http://{host}:2080/live/{stream}.flv" {
		t.Errorf("embedded: %+v", got)
	}
}
