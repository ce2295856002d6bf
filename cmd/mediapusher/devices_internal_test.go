package main

import (
	"context"
	"net/netip"
	"testing"

	"mediapusher/internal/device"
)

// dialled notes the host that a driver is asked for.
type dialled struct{ host string }

func (d *dialled) Open(_ context.Context, target device.Target) (device.Device, error) {
	d.host = target.Host
	return nil, &device.Error{Kind: device.KindBusy}
}

// A library dials by itself: it gets no address outside the operator's networks, and no name that could change its address meanwhile.
func TestAllowed(t *testing.T) {
	networks := func() device.Networks { return device.Networks{netip.MustParsePrefix("127.0.0.0/8")} }
	for host, want := range map[string]struct {
		kind device.Kind
		host string
	}{
		"127.0.0.7":        {device.KindBusy, "127.0.0.7"},
		"::ffff:127.0.0.7": {device.KindBusy, "127.0.0.7"},
		"localhost":        {device.KindBusy, "127.0.0.1"},
		"192.0.2.7":        {device.KindNotAllowed, ""},
		"no..name":         {device.KindUnreachable, ""},
	} {
		var driver dialled
		_, err := allowed{&driver, networks}.Open(t.Context(), device.Target{Vendor: device.Dahua, Host: host, Port: 37777})
		if kind, ok := device.KindOf(err); !ok || kind != want.kind || driver.host != want.host {
			t.Errorf("%s: %v, dialled %q; want %s and %q", host, err, driver.host, want.kind, want.host)
		}
	}
}
