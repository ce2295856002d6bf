package config_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
)

// What is shown can be read again and is the same, but for the secrets.
func TestShownSettingsAreASettingsFile(t *testing.T) {
	const text = `
api: {listen: [":1", "127.0.0.1:2"], token: hush, origins: ["http://a:1"]}
admin: {token: "0123"}
rtmp: {publish_url: "rtmp://192.0.2.5/live/{stream}?token=hush", play_url: "rtmp://p/{stream}"}
heartbeat: {grace: 1m30s}
log: {file: 'C:\logs\x #1.log'}
allow_devices: [10.8.0.0/16]
devices:
  - {address: 10.8.0.0/16, channel_base: 0, ways: [net], time_zone: Asia/Shanghai}
  - {address: nvr, vendor: dahua, max_live: 4}
`
	want, err := config.Load(writeFile(t, text), nil)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := want.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(shown), "hush") || strings.Contains(string(shown), "0123") {
		t.Errorf("secrets are shown:\n%s", shown)
	}
	got, err := config.Load(writeFile(t, string(shown)), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	if got.API.Token.Reveal() != "***" || got.Admin.Token.Reveal() != "***" || got.RTMP.PublishURL.Reveal() != "rtmp://192.0.2.5/live/{stream}" {
		t.Errorf("secrets are shown as %q, %q, %q", got.API.Token.Reveal(), got.Admin.Token.Reveal(), got.RTMP.PublishURL.Reveal())
	}
	if again, err := got.YAML(); err != nil || string(again) != string(shown) {
		t.Errorf("shown and read again it is\n%s, %v, want\n%s", again, err, shown)
	}
	if s := got.Settings(device.Target{Host: "10.8.0.1"}); s.ChannelBase == nil || *s.ChannelBase != 0 || len(s.Ways) != 1 {
		t.Errorf("shown and read again, a device has %+v", s)
	}
	for _, key := range keys(reflect.TypeFor[config.Config](), "") {
		parts := strings.Split(key, ".")
		if !strings.Contains("\n"+string(shown), "\n"+strings.Repeat("  ", len(parts)-1)+parts[len(parts)-1]+":") {
			t.Errorf("%s is not shown:\n%s", key, shown)
		}
	}
}

// No secret is shown, also none that comes to the settings later.
func TestSecretsAreNotShown(t *testing.T) {
	for _, index := range secrets(reflect.TypeFor[config.Config](), nil) {
		c := config.Default()
		secret, ok := reflect.TypeAssert[*device.Secret](reflect.ValueOf(&c).Elem().FieldByIndex(index).Addr())
		if !ok {
			t.Fatal("this is no secret")
		}
		*secret = device.NewSecret("rtmp://user:hush@h/a/{stream}")
		shown, err := c.YAML()
		if err != nil || strings.Contains(string(shown), "hush") {
			t.Errorf("%v\n%s", err, shown)
		}
	}
}

// secrets are the indices of all secrets in a structure.
func secrets(t reflect.Type, above []int) [][]int {
	var list [][]int
	for field := range t.Fields() {
		index := append(slices.Clone(above), field.Index...)
		switch {
		case field.Type == reflect.TypeFor[device.Secret]():
			list = append(list, index)
		case field.Type.Kind() == reflect.Struct:
			list = append(list, secrets(field.Type, index)...)
		}
	}
	return list
}

func TestDefaultsAreShown(t *testing.T) {
	want := config.Default()
	shown, err := want.YAML()
	if err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(writeFile(t, string(shown)), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	got.API.Origins, got.AllowDevices, got.Devices = none(got.API.Origins), none(got.AllowDevices), none(got.Devices)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("shown:\n%s\ngives %+v", shown, got)
	}
}

func TestPublishAddress(t *testing.T) {
	for template, want := range map[string]string{
		"":                               "",
		"rtmp://192.0.2.5/live/{stream}": "rtmp://192.0.2.5/live/{stream}",
		"rtmp://192.0.2.5:1936/{stream}?token=hush":            "rtmp://192.0.2.5:1936/{stream}",
		"rtmp://user:hush@192.0.2.5/live/{stream}?secret=hush": "rtmp://192.0.2.5/live/{stream}",
	} {
		var c config.Config
		if err := c.RTMP.PublishURL.UnmarshalText([]byte(template)); err != nil {
			t.Fatal(err)
		}
		if got := c.PublishAddress(); got != want {
			t.Errorf("%s is shown as %q, want %q", template, got, want)
		}
	}
}
