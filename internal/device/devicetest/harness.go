package devicetest

import (
	"testing"

	"mediapusher/internal/device"
)

// Trouble is something that a recorder does wrong from now on.
type Trouble string

// The troubles.
const (
	NoTrouble    Trouble = ""
	MuteDescribe Trouble = "takes the question for a stream and never answers" // DESCRIBE of RTSP, the start of a play of an SDK
	MuteStream   Trouble = "plays a stream and sends nothing"
	OneStream    Trouble = "has room for one stream"
	CutStream    Trouble = "cuts each stream a moment after its start"
	Busy         Trouble = "answers requests with the right password by busy"
)

// Counts is what a recorder has open, and what it was asked.
type Counts struct {
	// Connections and Sessions of media are open now.
	Connections, Sessions int
	// Refused counts wrong passwords, and any while the account was locked.
	Refused int
}

// Recorder is one recorder under test.
type Recorder struct {
	// Target reaches it with the right password.
	Target device.Target
	// Counts tells what is open.
	Counts func() Counts
	// Suffer switches a trouble on, and the one before off.
	Suffer func(Trouble)
}

// Harness is what an adapter brings.
type Harness struct {
	// Driver makes the adapter; the suite calls it for each test.
	Driver func(settings device.SettingsFunc) device.Driver
	// Start runs a recorder until the test ends. It locks an account after lockAfter wrong passwords.
	Start func(t *testing.T, lockAfter int) Recorder
	// Channels in the SDK's numbers: two with a camera, one whose camera is not connected, and one that the recorder does not have.
	Channel, Second, Offline, Missing int
	// Existing is how an error about Missing names the channels that there are.
	Existing string
}

// Run runs the contract.
func Run(t *testing.T, h Harness) {
	t.Helper()
	t.Run("opens", h.opens)
	t.Run("wrong password", h.wrongPassword)
	t.Run("locked account", h.locked)
	t.Run("unreachable", h.unreachable)
	t.Run("silent recorder", h.silent)
	t.Run("busy recorder", h.busy)
	t.Run("unknown channel", h.unknownChannel)
	t.Run("offline channel", h.offline)
	t.Run("live", h.live)
	t.Run("sub stream", h.subStream)
	t.Run("cancelled while asking", h.cancelAsking)
	t.Run("mute stream", h.muteStream)
	t.Run("cut stream, run again", h.runAgain)
	t.Run("refused by the sink", h.sinkError)
	t.Run("session limit", h.sessionLimit)
	t.Run("shared login", h.sharedLogin)
	t.Run("refused password rests", h.rests)
}
