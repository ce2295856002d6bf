package device

import (
	"context"
	"time"
)

// Inspector is what a Device can do besides, where its way lets it: every device of the ways in this program is one. It is safe for
// concurrent use.
type Inspector interface {
	// Describe asks the recorder what it is and what it has. What it does not tell stays empty and is no error. Errors are *Error.
	Describe(ctx context.Context) (*Description, error)
	// Snapshot returns one JPEG picture of a channel, counted as in LiveRequest, which the caller owns. Errors are *Error:
	// KindNoSuchChannel, KindOffline, KindUnsupported where the device gives none.
	Snapshot(ctx context.Context, channel int) ([]byte, error)
}

// Description is what a recorder tells about itself. It does not change once it was given.
type Description struct {
	Info
	// Ways are those that were tried, and those that are not there, in the order in which they are tried.
	Ways []WayReport
	// Time holds the digits of the device's wall clock when it was asked, in UTC; zero where it does not tell.
	Time time.Time
	// TimeZone is the device's, "UTC+08:00", without daylight saving where it does not tell more; empty where it does not tell.
	TimeZone string
	// ClockOffset is the device's clock minus that of the service, with half of the time that asking took taken off; nil where it is not
	// known. Where the device tells no zone it is taken to be in the operator's (Settings.TimeZone), or else in the service's.
	ClockOffset *time.Duration
	// LiveSlots and PlaybackSlots are nil where nobody tells.
	LiveSlots, PlaybackSlots *Slots
	// Channels are in the order of their numbers: those that have a camera, as far as the device tells.
	Channels []Channel
}

// WayState is what came of a way.
type WayState string

// The states of ways.
const (
	WayUsed     WayState = "used"
	WayWorks    WayState = "works"  // it was tried besides, and the recorder answers
	WayFailed   WayState = "failed" // lately or now
	WayNotBuilt WayState = "not_built"
	WayOff      WayState = "off" // by the operator (Settings.Ways)
)

// WayReport says what came of one way.
type WayReport struct {
	// Way is WaySDK, WayNet or WayRTSP.
	Way    string
	State  WayState
	Reason string // why it is not used, empty where it is
}

// Slots is how many of something a recorder has to give.
type Slots struct{ Used, Max int }

// Channel is one channel of a recorder.
type Channel struct {
	// Number is counted as in LiveRequest.
	Number int
	// Name is what the recorder shows, in UTF-8, at most 120 bytes.
	Name string
	// Online says whether the camera is connected, and Reason what the device says where it is not. PTZ says whether it can be moved. Both
	// are nil where the device does not tell. Reason is Unused for a channel that is not in use.
	Online *bool
	Reason string
	PTZ    *bool
	// Main and Sub are the codings of the streams; nil where the device does not tell, or has none.
	Main, Sub *Coding
}

// Unused is the Reason of a channel that the device lists, but to which no camera belongs.
const Unused = "no camera is set up, or it is switched off in the recorder"

// Coding is how a stream is set to be coded. Fields are zero where the device does not tell.
type Coding struct {
	// Codec is "H.264", "H.265", or what else the device calls it.
	Codec         string
	Width, Height int
	FrameRate     float64 // per second
	BitsPerSecond int
}

// InspectorOf returns what inspects a device of the target; that of one which cannot be inspected answers with KindUnsupported.
func InspectorOf(d Device, target Target) Inspector {
	if inspector, ok := d.(Inspector); ok {
		return inspector
	}
	return dumb{target}
}

// dumb is a device that tells nothing.
type dumb struct{ target Target }

func (d dumb) Describe(context.Context) (*Description, error) {
	return nil, targetError(d.target, OpDescribe, KindUnsupported, "this way does not describe the device", nil)
}

func (d dumb) Snapshot(context.Context, int) ([]byte, error) {
	return nil, targetError(d.target, OpSnapshot, KindUnsupported, "this way gives no picture", nil)
}
