package devicetest

import (
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/playback"
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

	SmallPages    Trouble = "gives the files of a search two by two"
	RepeatedPages Trouble = "gives the first two files of a search again and again"
	EndlessPages  Trouble = "says that there is more of a search when nothing is left"
	SlowPages     Trouble = "takes a moment for each file of a search"
	OnePlayback   Trouble = "has room for one playback"
	EndsByBye     Trouble = "says goodbye at the end of a playback"
	EndsByCut     Trouble = "cuts the connection at the end of a playback"
	EndsByWord    Trouble = "announces the end of a playback"
	StopFails     Trouble = "fails to stop a camera once"

	WrongClock Trouble = "has a clock that is wrong by ClockOff"
	NoPictures Trouble = "gives no single pictures"
)

// ClockOff is how far the clock of a recorder under WrongClock is ahead.
const ClockOff = 47 * time.Minute

// Setup is what a recorder under test is like. The zero value is an ordinary one that has nothing recorded.
type Setup struct {
	// LockAfter is how many wrong passwords lock an account, 0 for 5.
	LockAfter int
	// Recorded are the files of channels, by the SDK's number, in the order in which the recorder gives them.
	Recorded map[int][]playback.Range
	// Fixed are channels whose cameras cannot be moved.
	Fixed []int
	// Odd recorders count otherwise than most of their vendor: channels from another base, or the hours of recordings in UTC.
	Odd bool
	// Untimed recorders end no movement by themselves.
	Untimed bool
}

// Move is one thing that a recorder did to a camera.
type Move struct {
	Did Did
	// Channel is the SDK's number, Movement the name of a ptz.Command.
	Channel  int
	Movement string
}

// Did tells a start from a stop.
type Did string

// What a recorder does to a camera. A timed movement ends by itself.
const (
	Started Did = "started"
	Stopped Did = "stopped"
	Timed   Did = "timed"
)

// Counts is what a recorder has open, and what it was asked.
type Counts struct {
	// Connections and Sessions of media are open now.
	Connections, Sessions int
	// Searches hold something at the recorder, Moving cameras move until they are stopped.
	Searches, Moving int
	// Logins of a maker's library are open now.
	Logins int
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
	// Moves tells what was done to cameras, oldest first.
	Moves func() []Move
	// Shown tells when within its minute a key frame of a channel was recorded, from the picture itself. ok is false where it cannot.
	Shown func(channel int, units [][]byte) (second time.Duration, ok bool)
	// PowerOff ends the recorder and all its connections, and returns when they are closed.
	PowerOff func()
}

// Harness is what an adapter brings.
type Harness struct {
	// Driver makes the adapter; the suite calls it for each test.
	Driver func(settings device.SettingsFunc) device.Driver
	// Start runs a recorder until the test ends.
	Start func(t *testing.T, setup Setup) Recorder
	// Channels in the SDK's numbers: two with a camera, one whose camera is not connected, and one that the recorder does not have.
	Channel, Second, Offline, Missing int
	// Existing is how an error about Missing names the channels that there are.
	Existing string
	// Whole says that the way asks for the pages of a search itself and gives what it has found at the end, as makers' libraries do.
	Whole bool
	// Terse says that the way tells of a recorder only who it is and how its channels are numbered, as makers' libraries do.
	Terse bool
	// Lag is how much longer than others the way may hold what nobody wants any more: a call into a maker's library cannot be ended.
	Lag time.Duration
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
	t.Run("search", h.searches)
	t.Run("playback", h.playbacks)
	t.Run("PTZ", h.movements)
	t.Run("inspection", h.inspections)
}
