// Package playback owns what is common to recordings whatever the vendor: times on a device's wall clock, the range that a caller asks
// for, the files in it, the Player that carries one session through seeks, gaps and pauses to the end, and the Pacer that sends its
// pictures out in real time. It knows neither a vendor nor HTTP.
package playback

import (
	"errors"
	"time"
)

// ErrRange is returned for a range that does not start before it ends.
var ErrRange = errors.New("the start must be before the end")

// The bounds of a playback's speed; 1 is real time.
const (
	MinSpeed = 0.125
	MaxSpeed = 8
)

// Range is a span of recorded time on the device's wall clock (see ParseTime), End not included.
type Range struct{ Start, End time.Time }

// NewRange returns the range from start to end, or ErrRange.
func NewRange(start, end time.Time) (Range, error) {
	if !start.Before(end) {
		return Range{}, ErrRange
	}
	return Range{Start: start, End: end}, nil
}

// File is one recording as a device lists it.
type File struct {
	// Name is the device's own, opaque; Size is in bytes, as the device tells it, which may be what is allocated.
	Name string
	Size int64
	Range
}

// Request asks a device for one run of a recording: a session of its own, from Start on, that the caller ends.
type Request struct {
	Range
	// Speed is what the device is asked to send at, from MinSpeed to MaxSpeed. A device may send slower or faster.
	Speed float64
	// Began is called at most once, before the first access unit, with what the device said when it began to play. It may be nil.
	Began func(Began)
}

// Began is what a device says about the run that it begins.
type Began struct {
	// Start is the recorded time of the first picture; zero where the device does not tell.
	Start time.Time
	// Speed is what the device granted; 0 where it does not tell.
	Speed float64
}
