// Package netwaytest tests the adapters that stand on internal/netway, each against simulated recorders of its vendor.
//
// It brings together what internal/device/devicetest asks of an adapter and what internal/nvrsim can do; what differs between the vendors
// comes as values.
package netwaytest

import (
	"fmt"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/netway"
	"mediapusher/internal/nvrsim"
)

// Adapter is an adapter under test.
type Adapter struct {
	// New makes the adapter's driver.
	New func(cfg netway.Config) device.Driver
	// Vendor is the adapter's, and that of the simulated recorders.
	Vendor device.Vendor
	// SDKPort is the port by which a caller knows the vendor's recorders; nobody listens there.
	SDKPort int
	// FirstChannel is the SDK's number of the first channel. The recorders have three in a row, the last without a camera.
	FirstChannel int
}

// Driver makes a driver that is patient enough for a slow machine. Settings may be nil.
func (a Adapter) Driver(settings device.SettingsFunc) device.Driver {
	return a.New(netway.Config{Settings: settings, Timeout: 10 * time.Second, Silence: func() time.Duration { return 2 * time.Second }})
}

// Contract runs the contract that every adapter keeps.
func (a Adapter) Contract(t *testing.T) {
	t.Helper()
	first := a.FirstChannel
	devicetest.Run(t, devicetest.Harness{
		Driver: a.Driver,
		Start: func(t *testing.T, setup devicetest.Setup) devicetest.Recorder {
			t.Helper()
			return a.Simulate(t, a.recorder(setup))
		},
		Channel: first, Second: first + 1, Offline: first + 2, Missing: first + 3, Existing: fmt.Sprintf("%d-%d", first, first+2),
	})
}

// recorder is what the contract asks for, as the simulator has it.
func (a Adapter) recorder(setup devicetest.Setup) nvrsim.Config {
	cfg := nvrsim.Config{LockAfter: setup.LockAfter, NoMomentary: setup.Untimed, Channels: a.channels()}
	for channel, files := range setup.Recorded {
		for _, file := range files {
			of := &cfg.Channels[channel-a.FirstChannel]
			of.Recordings = append(of.Recordings, nvrsim.Recording{Start: file.Start, End: file.End})
		}
	}
	for _, channel := range setup.Fixed {
		cfg.Channels[channel-a.FirstChannel].NoPTZ = true
	}
	if setup.Odd {
		zero := 0
		cfg.CGIBase, cfg.PTZBase = &zero, &zero
		cfg.RecordsInUTC, cfg.Zone = true, 8*time.Hour
	}
	return cfg
}

// channels are two with a camera and one without.
func (a Adapter) channels() []nvrsim.Channel {
	channels := nvrsim.DemoChannels(string(a.Vendor))[:3]
	channels[2].Offline = true
	return channels
}

// RTSPAlone tests that without an HTTP port the same holds, as far as RTSP can tell.
func (a Adapter) RTSPAlone(t *testing.T) {
	t.Helper()
	r := a.Simulate(t, nvrsim.Config{})
	target := r.Target
	target.HTTPPort = devicetest.ClosedPort(t)
	d, err := a.Driver(nil).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if way := d.Info().Way; way != device.WayRTSP {
		t.Errorf("way %q", way)
	}
	if err := devicetest.Play(t, d, a.FirstChannel); err != nil {
		t.Error(err)
	}
	told, err := device.InspectorOf(d, target).Describe(t.Context())
	if err != nil || told.Way != device.WayRTSP || len(told.Channels) != 1 || told.Channels[0].Number != a.FirstChannel ||
		told.Channels[0].Main == nil || told.Channels[0].Main.Codec != "H.264" {
		t.Errorf("%+v, %v", told, err)
	}

	target.Password = device.NewSecret("wrong-secret")
	d, err = a.Driver(nil).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	err = devicetest.Play(t, d, a.FirstChannel)
	if kind, _ := device.KindOf(err); kind != device.KindAuth || r.Counts().Refused != 1 {
		t.Errorf("error %v after %d attempts", err, r.Counts().Refused)
	}
	_, err = device.InspectorOf(d, target).Describe(t.Context())
	if kind, _ := device.KindOf(err); kind != device.KindAuth || r.Counts().Refused != 2 {
		t.Errorf("description: error %v after %d attempts", err, r.Counts().Refused)
	}
}

// Variant is a recorder that differs from others of its vendor, or an operator's settings for it.
type Variant struct {
	Name     string
	Recorder nvrsim.Config
	Settings device.Settings
	// Channel is played.
	Channel int
	// Want is how that fails; KindProtocol, the zero kind, stands for a picture.
	Want device.Kind
}

// Variants plays one channel of each variant, which must not cost an attempt with a refused password.
func (a Adapter) Variants(t *testing.T, variants []Variant) {
	t.Helper()
	for _, v := range variants {
		t.Run(v.Name, func(t *testing.T) {
			r := a.Simulate(t, v.Recorder)
			d, err := a.Driver(func(device.Target) device.Settings { return v.Settings }).Open(t.Context(), r.Target)
			if err == nil {
				err = devicetest.Play(t, d, v.Channel)
				_ = d.Close()
			}
			if kind, _ := device.KindOf(err); kind != v.Want || (err == nil) != (v.Want == 0) {
				t.Errorf("%v, want kind %v", err, v.Want)
			}
			if refused := r.Counts().Refused; refused != 0 {
				t.Errorf("%d refused logins", refused)
			}
		})
	}
}
