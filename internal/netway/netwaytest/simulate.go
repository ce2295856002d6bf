package netwaytest

import (
	"cmp"
	"testing"
	"time"

	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/device/devicetest/simulated"
	"mediapusher/internal/nvrsim"
)

// Simulate runs a recorder of the adapter's vendor until the test ends. The vendor is set here, and the password and the channels where
// cfg has none.
func (a Adapter) Simulate(t *testing.T, cfg nvrsim.Config) devicetest.Recorder {
	t.Helper()
	cfg.Vendor, cfg.Password = string(a.Vendor), cmp.Or(cfg.Password, "secret-of-the-test")
	if cfg.Channels == nil {
		cfg.Channels = a.channels()
	}
	recorder, r := simulated.Start(t, cfg, a.FirstChannel)
	r.Target.Port = a.SDKPort
	r.Target.HTTPPort, r.Target.RTSPPort = simulated.Port(t, recorder.HTTPAddr()), simulated.Port(t, recorder.RTSPAddr())
	r.Suffer = func(trouble devicetest.Trouble) { recorder.SetFaults(faults(trouble)) }
	return r
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
	case devicetest.SmallPages:
		return nvrsim.Faults{SearchPage: 2}
	case devicetest.RepeatedPages:
		return nvrsim.Faults{SearchPage: 2, SearchRepeats: true}
	case devicetest.EndlessPages:
		return nvrsim.Faults{SearchPage: 2, SearchEndless: true}
	case devicetest.SlowPages:
		return nvrsim.Faults{SearchPage: 1, SearchDelay: nvrsim.Duration(100 * time.Millisecond)}
	case devicetest.OnePlayback:
		return nvrsim.Faults{MaxPlaybacks: 1}
	case devicetest.EndsByBye:
		return nvrsim.Faults{EndAs: nvrsim.EndBye}
	case devicetest.EndsByCut:
		return nvrsim.Faults{EndAs: nvrsim.EndClose}
	case devicetest.EndsByWord:
		return nvrsim.Faults{EndAs: nvrsim.EndAnnounce}
	case devicetest.WrongClock:
		return nvrsim.Faults{ClockOff: nvrsim.Duration(devicetest.ClockOff)}
	case devicetest.NoPictures:
		return nvrsim.Faults{NoPictures: true}
	case devicetest.StopFails:
		return nvrsim.Faults{PTZStopFails: 1}
	default:
		return nvrsim.Faults{}
	}
}
