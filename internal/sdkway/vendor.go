package sdkway

import (
	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/ptz"
	"mediapusher/vendor_sdk/sdk"
)

// Vendor is what differs between the makers.
type Vendor struct {
	Name device.Vendor
	// Port is the usual one of the library, for callers that name none.
	Port int
	// Explain tells what an error number of the library means to us, with words for an operator. The words are empty for a number that
	// is not known.
	Explain func(code int) (device.Kind, string)
	// Channels lists how a recorder's channels are numbered, by what its login told and the operator's settings. No block at all means
	// that nobody tells: callers' numbers are then taken as they are, and the device decides.
	Channels func(identity sdk.Identity, settings device.Settings) []Block
	// Moves are the library's numbers of movements, and Speed how fast cameras are moved.
	Moves map[ptz.Command]int
	Speed int
	// Demuxer makes what takes a stream apart. What it emits belongs to emit, also where that fails.
	Demuxer func(emit func(*media.AccessUnit) error) Demuxer
}

// Demuxer takes a stream of bytes apart into access units. One goroutine uses it.
type Demuxer interface {
	// Write takes bytes that were cut anywhere. The error is that of emit, or says that the stream holds pictures that cannot be carried.
	Write(p []byte) error
	// Flush emits what is complete when no more bytes come. The error is that of emit.
	Flush() error
	// Reset says that bytes were lost.
	Reset()
}

// holding is a Demuxer that sees the end of a picture only by the next one, but can tell when nothing seems to be missing.
type holding interface {
	// Holds tells whether a picture is held that looks complete.
	Holds() bool
	// Idle emits it, as nothing has come for a while. The error is that of emit.
	Idle() error
}

// promising is a Demuxer whose stream tells what it holds. Others may bring sound that nobody has announced.
type promising interface {
	// AudioPromised tells whether the stream says that it holds sound that can be carried. It says so before its first picture.
	AudioPromised() bool
}
