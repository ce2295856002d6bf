package netwaytest

import (
	"cmp"
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/nvrsim"
)

// Simulate runs a recorder of the adapter's vendor until the test ends. The vendor is set here, and the password and the channels where
// cfg has none.
func (a Adapter) Simulate(t *testing.T, cfg nvrsim.Config) devicetest.Recorder {
	t.Helper()
	cfg.Vendor, cfg.Password = string(a.Vendor), cmp.Or(cfg.Password, "secret-of-the-test")
	if cfg.Channels == nil {
		cfg.Channels = nvrsim.DemoChannels(cfg.Vendor)[:3]
		cfg.Channels[2].Offline = true
	}
	recorder, err := nvrsim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context())) // devices that the test closes at its end come first
	done := make(chan error, 1)
	go func() { done <- recorder.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return devicetest.Recorder{
		Target: device.Target{
			Vendor: a.Vendor, Host: "127.0.0.1", Port: a.SDKPort,
			HTTPPort: port(t, recorder.HTTPAddr()), RTSPPort: port(t, recorder.RTSPAddr()),
			User: "admin", Password: device.NewSecret(cfg.Password),
		},
		Counts: func() devicetest.Counts {
			c := recorder.Counts()
			return devicetest.Counts{Connections: c.Connections, Sessions: c.Sessions, Refused: c.LoginsRefused}
		},
		Suffer: func(trouble devicetest.Trouble) { recorder.SetFaults(faults(trouble)) },
	}
}

func faults(trouble devicetest.Trouble) nvrsim.Faults {
	switch trouble {
	case devicetest.MuteDescribe:
		return nvrsim.Faults{RTSPHang: []string{"DESCRIBE"}}
	case devicetest.MuteStream:
		return nvrsim.Faults{SilentStream: true}
	case devicetest.OneStream:
		return nvrsim.Faults{MaxSessions: 1}
	case devicetest.CutStream:
		return nvrsim.Faults{CloseAfter: nvrsim.Duration(200 * time.Millisecond)}
	case devicetest.Busy:
		return nvrsim.Faults{HTTPStatus: 503}
	default:
		return nvrsim.Faults{}
	}
}

func port(t *testing.T, address string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
