package hik_test

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mediapusher/hik"
	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/netway"
	"mediapusher/internal/nvrsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	devicetest.Run(t, devicetest.Harness{
		Driver: newDriver,
		Start: func(t *testing.T, lockAfter int) devicetest.Recorder {
			t.Helper()
			return simulate(t, nvrsim.Config{LockAfter: lockAfter})
		},
		// Three IP channels, the last without a camera.
		Channel: 33, Second: 34, Offline: 35, Missing: 36, Existing: "33-35",
	})
}

// Without an HTTP port the same holds, as far as RTSP can tell.
func TestRTSPAlone(t *testing.T) {
	r := simulate(t, nvrsim.Config{})
	target := r.Target
	target.HTTPPort = closedPort(t)
	d, err := newDriver(nil).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if way := d.Info().Way; way != device.WayRTSP {
		t.Errorf("way %q", way)
	}
	_ = devicetest.Play(t, d, 33)

	target.Password = device.NewSecret("wrong-secret")
	d, err = newDriver(nil).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	err = devicetest.Play(t, d, 33)
	if kind, _ := device.KindOf(err); kind != device.KindAuth || r.Counts().Refused != 1 {
		t.Errorf("error %v after %d attempts", err, r.Counts().Refused)
	}
}

func newDriver(settings device.SettingsFunc) device.Driver {
	return hik.New(netway.Config{Settings: settings, Timeout: 10 * time.Second, Silence: 2 * time.Second})
}

// simulate runs a recorder until the test ends.
func simulate(t *testing.T, cfg nvrsim.Config) devicetest.Recorder {
	t.Helper()
	cfg.Vendor, cfg.Password = nvrsim.Hikvision, "secret-of-the-test"
	if cfg.Channels == nil {
		cfg.Channels = nvrsim.DemoChannels(nvrsim.Hikvision)[:3]
		cfg.Channels[2].Offline = true
	}
	recorder, err := nvrsim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
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
			Vendor: device.Hikvision, Host: "127.0.0.1", Port: 8000, HTTPPort: port(t, recorder.HTTPAddr()), RTSPPort: port(t, recorder.RTSPAddr()),
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

func closedPort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	return port(t, listener.Addr().String())
}
