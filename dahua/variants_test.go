package dahua_test

import (
	"testing"

	"mediapusher/internal/device"
	"mediapusher/internal/netway/netwaytest"
	"mediapusher/internal/nvrsim"
)

// One channel is played on recorders that differ in what they ask for and tell.
func TestVariants(t *testing.T) {
	adapter.Variants(t, []netwaytest.Variant{
		{Name: "qop everywhere", Recorder: nvrsim.Config{Auth: nvrsim.DigestMD5QOP}, Channel: 0},
		{Name: "SHA-256 and MD5", Recorder: nvrsim.Config{Auth: nvrsim.DigestBoth}, Channel: 0},
		{Name: "basic, allowed", Recorder: nvrsim.Config{Auth: nvrsim.BasicOnly}, Settings: device.Settings{BasicAuth: true}, Channel: 0},
		{Name: "basic, not allowed", Recorder: nvrsim.Config{Auth: nvrsim.BasicOnly}, Channel: 0, Want: device.KindUnsupported},
		{Name: "operator's base", Settings: device.Settings{ChannelBase: new(1)}, Channel: 2},
		{Name: "below the operator's base", Settings: device.Settings{ChannelBase: new(1)}, Channel: 0, Want: device.KindNoSuchChannel},
		{Name: "operator's path", Settings: device.Settings{LivePath: "/cam/realmonitor?channel={channel}&subtype={subtype}&unicast=true"}, Channel: 1},
		{Name: "too many users, by 401", Recorder: nvrsim.Config{Faults: nvrsim.Faults{HTTPStatus: 401}}, Channel: 0, Want: device.KindAuth},
	})
}
