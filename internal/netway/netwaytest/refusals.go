package netwaytest

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/netway"
	"mediapusher/internal/nvrsim"
)

// Refusals tests what becomes of a recorder when RTSP refuses one channel after HTTP took the password: that channel fails, and others
// start right after, those of the same login and those of new callers.
func (a Adapter) Refusals(t *testing.T) {
	t.Helper()
	for _, tt := range []struct {
		name   string
		faults nvrsim.Faults
		want   device.Kind
	}{
		{"401", nvrsim.Faults{}, device.KindAuth},
		{"403", nvrsim.Faults{RTSPStatus: map[string]int{"DESCRIBE": 403}}, device.KindBusy},
		{"461", nvrsim.Faults{RTSPStatus: map[string]int{"SETUP": 461}}, device.KindProtocol},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var (
				good = a.Simulate(t, nvrsim.Config{})
				// Its RTSP server stands in for that of the good one. Another password is what lets a simulated recorder refuse.
				refusing = nvrsim.Config{Faults: tt.faults}
				away     atomic.Bool
			)
			if tt.want == device.KindAuth {
				refusing.Password = "another-of-the-test"
			}
			from := device.JoinAddress(good.Target.Host, good.Target.RTSPPort)
			stand := a.Simulate(t, refusing).Target
			to := device.JoinAddress(stand.Host, stand.RTSPPort)
			dial := func(ctx context.Context, network, address string) (net.Conn, error) {
				if away.Load() && address == from {
					address = to
				}
				return (&net.Dialer{}).DialContext(ctx, network, address)
			}
			driver := a.New(netway.Config{Timeout: 10 * time.Second, DialContext: dial})
			pool := device.NewPool(device.PoolConfig{Drivers: map[device.Vendor]device.Driver{a.Vendor: driver}})
			defer pool.Close()
			d := openOne(t, pool, good.Target)
			away.Store(true)
			var failure *device.Error
			err := devicetest.Play(t, d, a.FirstChannel)
			if !errors.As(err, &failure) || failure.Kind != tt.want || failure.Op != device.OpLive {
				t.Errorf("error %v, want kind %v", err, tt.want)
			}
			away.Store(false)
			for _, one := range []device.Device{d, openOne(t, pool, good.Target)} {
				if err := devicetest.Play(t, one, a.FirstChannel+1); err != nil {
					t.Errorf("another channel: %v", err)
				}
			}
		})
	}
}

func openOne(t *testing.T, driver device.Driver, target device.Target) device.Device {
	t.Helper()
	d, err := driver.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}
