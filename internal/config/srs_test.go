package config_test

import (
	"strings"
	"testing"

	"mediapusher/internal/config"
)

func TestSRSAPI(t *testing.T) {
	for _, test := range []struct{ publish, api, want string }{
		{"", "", ""},
		{"", "http://h:1985", ""}, // the embedded server tells by itself
		{"rtmp://192.0.2.5/live/{stream}", "", "http://192.0.2.5:1985"},
		{"rtmp://srs:19350/live/{stream}?token=x", "", "http://srs:1985"},
		{"rtmp://[2001:db8::1]/live/{stream}", "", "http://[2001:db8::1]:1985"},
		{"rtmp://192.0.2.5/live/{stream}", "none", ""},
		{"rtmp://192.0.2.5/live/{stream}", "https://a:b@other:8443", "https://a:b@other:8443"},
	} {
		c, err := config.Load("", []string{"MEDIAPUSHER_RTMP_PUBLISH_URL=" + test.publish, "MEDIAPUSHER_SRS_API_URL=" + test.api})
		if err != nil {
			t.Fatal(err)
		}
		got, ok := c.SRSAPI()
		if got.Reveal() != test.want || ok != (test.want != "") {
			t.Errorf("%+v: %q, %v", test, got.Reveal(), ok)
		}
	}
}

func TestWrongSRSAPI(t *testing.T) {
	for _, address := range []string{"h:1985", "rtmp://hush@h", "http://", "http://u:hush@h/?x=hush", "http://u:hush@h:port"} {
		_, err := config.Load("", []string{"MEDIAPUSHER_SRS_API_URL=" + address})
		if err == nil || !strings.Contains(err.Error(), "srs.api_url") || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestShownSRSAPI(t *testing.T) {
	c, err := config.Load("", []string{"MEDIAPUSHER_SRS_API_URL=http://operator:hush@h:1985"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.YAML()
	if err != nil || strings.Contains(string(text), "hush") || !strings.Contains(string(text), "api_url: http://h:1985") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestPublished(t *testing.T) {
	for _, test := range []struct{ publish, app, name, host string }{
		{"", "", "", ""},
		{"rtmp://h/live/{stream}?token=x", "live", "7", "h:1935"},
		{"rtmp://[::1]:19350/a/b/cam_{stream}", "a/b", "cam_7", "[::1]:19350"},
		{"rtmp://h/{stream}", "__defaultApp__", "7", "h:1935"},
	} {
		c, err := config.Load("", []string{"MEDIAPUSHER_RTMP_PUBLISH_URL=" + test.publish})
		if err != nil {
			t.Fatal(err)
		}
		if app, name := c.Published("7"); app != test.app || name != test.name || c.PublishHost() != test.host {
			t.Errorf("%s: %q %q %q", test.publish, app, name, c.PublishHost())
		}
	}
}
