// Package playback owns the words for recordings: times on a device's wall clock and the range that a caller asks for. It knows
// neither a vendor nor HTTP.
package playback

import (
	"errors"
	"time"
)

// ErrRange is returned for a range that does not start before it ends.
var ErrRange = errors.New("the start must be before the end")

// Range is a span of recorded time on the device's wall clock, End not included.
type Range struct{ Start, End time.Time }

// NewRange returns the range from start to end, or ErrRange.
func NewRange(start, end time.Time) (Range, error) {
	if !start.Before(end) {
		return Range{}, ErrRange
	}
	return Range{Start: start, End: end}, nil
}
