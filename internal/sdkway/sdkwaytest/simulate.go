package sdkwaytest

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
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
	recorder, err := nvrsim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context())) // devices that the test closes at its end come first
	done := make(chan struct{})
	var failure error
	go func() {
		defer close(done)
		failure = recorder.Run(ctx)
	}()
	powerOff := func() {
		cancel()
		<-done
	}
	t.Cleanup(func() {
		powerOff()
		if failure != nil {
			t.Error(failure)
		}
	})
	return devicetest.Recorder{
		Target: device.Target{
			Vendor: a.Vendor, Host: "127.0.0.1", Port: port(t, recorder.SDKAddr()),
			User: "admin", Password: device.NewSecret(cfg.Password),
		},
		Counts: func() devicetest.Counts {
			c := recorder.Counts()
			return devicetest.Counts{
				Connections: c.Connections, Sessions: c.Sessions, Searches: c.Searches, Moving: c.Moving, Refused: c.LoginsRefused,
				Logins: c.Logins,
			}
		},
		Suffer:   func(trouble devicetest.Trouble) { recorder.SetFaults(faults(trouble)) },
		Moves:    func() []devicetest.Move { return a.moves(recorder.Journal()) },
		PowerOff: powerOff,
		Shown: func(channel int, units [][]byte) (time.Duration, bool) {
			return recorder.Shown(channel-a.FirstChannel+1, units)
		},
	}, recorder.SetFaults
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

// moves finds in a journal what was done to cameras.
func (a Adapter) moves(journal []nvrsim.Entry) []devicetest.Move {
	var moves []devicetest.Move
	for _, entry := range journal {
		did, ok := map[nvrsim.Kind]devicetest.Did{nvrsim.PTZStart: devicetest.Started, nvrsim.PTZStop: devicetest.Stopped}[entry.Kind]
		if !ok {
			continue
		}
		number, movement, _ := strings.Cut(entry.Detail, " ")
		channel, err := strconv.Atoi(number)
		if err != nil {
			channel = -1 // of no camera
		}
		moves = append(moves, devicetest.Move{Did: did, Channel: channel - 1 + a.FirstChannel, Movement: movement})
	}
	return moves
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
