package sdkwaytest

import (
	"testing"
	"time"

	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/device/devicetest/simulated"
	"mediapusher/internal/nvrsim"
)

// recorder is what the contract asks for, as the simulator has it.
func (a Adapter) recorder(setup devicetest.Setup) nvrsim.Config {
	channels := nvrsim.DemoChannels(string(a.Vendor))[:3]
	channels[2].Offline = true
	for channel, files := range setup.Recorded {
		for _, file := range files {
			of := &channels[channel-a.FirstChannel]
			of.Recordings = append(of.Recordings, nvrsim.Recording{Start: file.Start, End: file.End})
		}
	}
	for _, channel := range setup.Fixed {
		channels[channel-a.FirstChannel].NoPTZ = true
	}
	cfg := nvrsim.Config{Channels: channels, LockAfter: setup.LockAfter}
	if setup.Odd { // what is odd on the other way must not show on this one
		zero := 0
		cfg.CGIBase, cfg.PTZBase = &zero, &zero
		cfg.RecordsInUTC, cfg.Zone = true, 8*time.Hour
	}
	return cfg
}

// Simulate runs a recorder of the adapter's vendor until the test ends. The vendor and the password are set here.
func (a Adapter) Simulate(t *testing.T, cfg nvrsim.Config) devicetest.Recorder {
	t.Helper()
	r, _ := a.simulate(t, cfg)
	return r
}

// simulate is Simulate, with what switches the simulator's own faults.
func (a Adapter) simulate(t *testing.T, cfg nvrsim.Config) (r devicetest.Recorder, suffer func(nvrsim.Faults)) {
	t.Helper()
	cfg.Vendor, cfg.Password, cfg.SDK = string(a.Vendor), "secret-of-the-test", true
	recorder, r := simulated.Start(t, cfg, a.FirstChannel)
	r.Target.Port = simulated.Port(t, recorder.SDKAddr())
	r.Suffer = func(trouble devicetest.Trouble) { recorder.SetFaults(faults(trouble)) }
	return r, recorder.SetFaults
}

// faults are the troubles as far as a library can pass them on: it asks for pages itself, and has one word for the end of a playback.
func faults(trouble devicetest.Trouble) nvrsim.Faults {
	switch trouble {
	case devicetest.MuteDescribe:
		return nvrsim.Faults{SDKMuteStart: true}
	case devicetest.MuteStream:
		return nvrsim.Faults{SilentStream: true}
	case devicetest.OneStream:
		return nvrsim.Faults{MaxSessions: 1}
	case devicetest.CutStream:
		return nvrsim.Faults{CloseAfter: nvrsim.Duration(200 * time.Millisecond)}
	case devicetest.Busy:
		return nvrsim.Faults{SDKBusy: true}
	case devicetest.SmallPages:
		return nvrsim.Faults{SearchPage: 2}
	case devicetest.SlowPages:
		return nvrsim.Faults{SearchPage: 1, SearchDelay: nvrsim.Duration(100 * time.Millisecond)}
	case devicetest.OnePlayback:
		return nvrsim.Faults{MaxPlaybacks: 1}
	case devicetest.EndsByCut:
		return nvrsim.Faults{EndAs: nvrsim.EndClose}
	case devicetest.StopFails:
		return nvrsim.Faults{PTZStopFails: 1}
	default:
		return nvrsim.Faults{}
	}
}
