// Package simulated owns how a recorder of internal/nvrsim is put under the contract of devicetest, whichever way an adapter takes to it.
package simulated

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

// Start runs a simulated recorder until the test ends, and gives it as the contract knows it. firstChannel is the SDK's number of its first
// channel. Which ports reach it, and which of its faults are the contract's troubles, differs with the way: Target.Port, Target.HTTPPort,
// Target.RTSPPort and Suffer are left to the caller.
func Start(t *testing.T, cfg nvrsim.Config, firstChannel int) (*nvrsim.Recorder, devicetest.Recorder) {
	t.Helper()
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
	return recorder, devicetest.Recorder{
		Target: device.Target{
			Vendor: device.Vendor(cfg.Vendor), Host: "127.0.0.1", User: "admin", Password: device.NewSecret(cfg.Password),
		},
		Counts: func() devicetest.Counts {
			c := recorder.Counts()
			return devicetest.Counts{
				Connections: c.Connections, Sessions: c.Sessions, Searches: c.Searches, Moving: c.Moving, Refused: c.LoginsRefused,
				Logins: c.Logins,
			}
		},
		Moves:    func() []devicetest.Move { return moves(recorder.Journal(), firstChannel) },
		PowerOff: powerOff,
		Shown: func(channel int, units [][]byte) (time.Duration, bool) {
			return recorder.Shown(channel-firstChannel+1, units)
		},
	}
}

// moves finds in a journal what was done to cameras.
func moves(journal []nvrsim.Entry, firstChannel int) []devicetest.Move {
	var moves []devicetest.Move
	for _, entry := range journal {
		did, ok := map[nvrsim.Kind]devicetest.Did{
			nvrsim.PTZStart: devicetest.Started, nvrsim.PTZStop: devicetest.Stopped, nvrsim.PTZTimed: devicetest.Timed,
		}[entry.Kind]
		if !ok {
			continue
		}
		number, movement, _ := strings.Cut(entry.Detail, " ")
		channel, err := strconv.Atoi(number)
		if err != nil {
			channel = -1 // of no camera
		}
		if did == devicetest.Timed {
			movement = movement[:max(strings.LastIndexByte(movement, ' '), 0)]
		}
		moves = append(moves, devicetest.Move{Did: did, Channel: channel - 1 + firstChannel, Movement: movement})
	}
	return moves
}

// Port is the port of host:port.
func Port(t *testing.T, address string) int {
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
