package task

import (
	"errors"
	"time"

	"mediapusher/internal/device"
	"mediapusher/playback"
)

// The failures that belong to no device; found with errors.Is. What a device did is a *device.Error in the chain.
var (
	// ErrNoSession: no session has this handle; it never had, was stopped, or expired.
	ErrNoSession = errors.New("no session with this play_handle")
	// ErrPublish: the RTMP server cannot be reached, or refuses, stalls or closes the publish.
	ErrPublish = errors.New("RTMP server")
	// ErrNoPicture: the device sends, but no picture can be made of it in time.
	ErrNoPicture = errors.New("no playable picture")
	// ErrLive: a live session has no position, speed or pause. ErrRecording: a camera is not moved from a playback session.
	ErrLive      = errors.New("this is a live session: POSITION, SPEED, PAUSE and RESUME are for recordings")
	ErrRecording = errors.New("this is a playback session: PTZControl is for live streams")
	// ErrOutside: the position lies outside the range of the session.
	ErrOutside = errors.New("outside the range of the recording")
	// ErrNoRecording: the device has no recording in the range.
	ErrNoRecording = errors.New("no recording in the range")
	// Why a session ends that did not fail: STOP of its last caller, the last caller's heartbeat missed, no caller left that waits for the
	// start, and a recording played to its end.
	ErrStopped     = errors.New("STOP of the last caller")
	ErrBeatMissed  = errors.New("the last caller's heartbeat was missed")
	ErrNobodyWaits = errors.New("no caller waits for the start any more")
	ErrOver        = errors.New("the recording is over")
	// ErrClosing: the service is shutting down.
	ErrClosing = errors.New("the service is shutting down")
)

// LiveRequest asks for the live pictures of one channel.
type LiveRequest struct {
	Target  device.Target
	Channel int
	Stream  device.Stream
}

// PlaybackRequest asks for the recordings of one channel.
type PlaybackRequest struct {
	Target  device.Target
	Channel int
	Range   playback.Range
}

// Recording is the answer to a start of a playback.
type Recording struct {
	Started
	// Range is from the later of the asked start and the first file's start to the last file's stop, or to the asked end where the
	// operator wants that.
	Range playback.Range
	// Files are all that overlap the asked range, in time order. The caller owns the slice.
	Files []playback.File
}

// Started is the answer to a start: the picture can be played now.
type Started struct {
	// Handle is the play_handle, from 1 to 2^31-1, the right to control and stop.
	Handle int32
	// Stream is the name under which the RTMP server has it, the {stream} of the address templates.
	Stream string
}

// State is where a session stands.
type State string

// The states. A session that was playable once is Streaming or Retrying until it ends.
const (
	StateStarting  State = "starting"
	StateStreaming State = "streaming"
	StateRetrying  State = "retrying"
	StateEnding    State = "ending"
)

// The kinds of sessions, as Snapshot and Subject name them.
const (
	KindLive     = "live"
	KindPlayback = "playback"
)

// The states of a leg.
const (
	LegStateConnecting = "connecting"
	LegStateRunning    = "running"
	LegStateWaiting    = "waiting" // for its next try, or its first
)

// Leg tells about one half of a session's road.
type Leg struct {
	// State is one of the LegState constants.
	State string
	Since time.Time
	// Reconnects counts the runs after the first that came up, not the attempts in vain.
	Reconnects int
	ran        bool // a run has come up
	// LastError is the newest failure, without secrets; empty where there was none. LastErrorAt is its time.
	LastError   string
	LastErrorAt time.Time
	// Bytes and Units count what passed this leg: access units of all tracks from the device, RTMP messages to the server.
	Bytes, Units uint64
}

// Snapshot is what a session looks like at one moment. It holds no handle and no secret.
type Snapshot struct {
	// ID names the session in lists and logs; it gives no right to anything.
	ID      string
	Kind    string // KindLive or KindPlayback
	State   State
	Vendor  device.Vendor
	Address string // host:port as the caller gave it
	Channel int
	// StreamType is the stream in use, which differs from the wanted one where the server cannot take the main stream's codec.
	StreamType string
	// Way is how the device is reached, WayReason what spoke against another way: device.Info.Way and Why.
	Way, WayReason string
	// SteppedDown is device.Info's: another way was tried first, and failed.
	SteppedDown bool
	// Stream is the name at the RTMP server, Server what that calls itself.
	Stream, Server string

	VideoCodec, AudioCodec string // as the device sends; empty where there is none
	AudioNote              string // "transcoded to AAC", "announced, but none has come"
	Width, Height          int
	FrameRate              float64

	Source, Publish Leg
	// BitsPerSecond and FramesPerSecond (pictures) come from the device: means over the last few seconds, 0 where nothing comes.
	BitsPerSecond, FramesPerSecond float64
	// Dropped counts access units that the queue gave up because the server was slow or away. LastDropped is when it did so last, zero
	// where it never did.
	Dropped     uint64
	LastDropped time.Time
	// Started is when the session began, LastKeyFrame and LastFrame when one was last sent; zero where never.
	Started, LastKeyFrame, LastFrame time.Time
	// Recording tells about a playback session; nil for a live one.
	Recording *Progress
	// Clients is the number of handles.
	Clients int
}

// Progress is where a playback session stands.
type Progress struct {
	Range playback.Range
	// Position is the recorded time that is on air.
	Position time.Time
	Speed    float64
	Paused   bool
}
