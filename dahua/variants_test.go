package dahua_test

import (
	"testing"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/nvrsim"
)

// One channel is played on recorders that differ in what they ask for and tell.
func TestVariants(t *testing.T) {
	base := func(n int) *int { return &n }
	tests := []struct {
		name     string
		cfg      nvrsim.Config
		settings device.Settings
		channel  int
		want     device.Kind // KindProtocol, the zero kind, stands for a picture
	}{
		{"qop everywhere", nvrsim.Config{Auth: nvrsim.DigestMD5QOP}, device.Settings{}, 0, 0},
		{"SHA-256 and MD5", nvrsim.Config{Auth: nvrsim.DigestBoth}, device.Settings{}, 0, 0},
		{"basic, allowed", nvrsim.Config{Auth: nvrsim.BasicOnly}, device.Settings{BasicAuth: true}, 0, 0},
		{"basic, not allowed", nvrsim.Config{Auth: nvrsim.BasicOnly}, device.Settings{}, 0, device.KindUnsupported},
		{"operator's base", nvrsim.Config{}, device.Settings{ChannelBase: base(1)}, 2, 0},
		{"below the operator's base", nvrsim.Config{}, device.Settings{ChannelBase: base(1)}, 0, device.KindNoSuchChannel},
		{"operator's path", nvrsim.Config{}, device.Settings{LivePath: "/cam/realmonitor?channel={channel}&subtype={subtype}&unicast=true"}, 1, 0},
		{"too many users, by 401", nvrsim.Config{Faults: nvrsim.Faults{HTTPStatus: 401}}, device.Settings{}, 0, device.KindAuth},
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
