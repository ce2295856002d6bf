package device_test

import (
	"net/netip"
	"testing"

	"mediapusher/internal/device"
)

func TestNetworks(t *testing.T) {
	some := device.Networks{netip.MustParsePrefix("10.8.0.0/16"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct {
		networks device.Networks
		address  string
		want     bool
	}{
		{some, "10.8.30.109", true},
		{some, "::ffff:10.8.30.109", true},
		{some, "fd00::1", true},
		{some, "10.9.0.1", false},
		{some, "::1", false},
		{nil, "10.9.0.1", true},
		{device.Networks{}, "::1", true},
	} {
		if got := tt.networks.Hold(netip.MustParseAddr(tt.address)); got != tt.want {
			t.Errorf("%v, %s: %t", tt.networks, tt.address, got)
		}
	}
}
