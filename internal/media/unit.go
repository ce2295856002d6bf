package media

import (
	"errors"
	"time"
)

// MaxUnitSize is the ceiling for the bytes of one access unit: 8 MiB, several times the largest key frame of an 8K camera.
const MaxUnitSize = 8 << 20

// MaxNALUnits is the ceiling for the NAL units of one access unit.
const MaxNALUnits = 512

// ErrUnitTooLarge is returned where an access unit would pass MaxUnitSize or MaxNALUnits.
var ErrUnitTooLarge = errors.New("access unit too large")

// AccessUnit is one coded picture or one audio frame.
//
// It owns one buffer, into which the source copies the payload once; the publisher writes from the same buffer. An access unit
// has one owner at a time: who calls Sink.Write gives it away, also when Write fails. The last owner may call Release once, which
// lets the buffer serve again; forgetting it costs garbage, touching the unit after it is a bug. Nobody keeps a slice of Units
// longer than the unit.
//
// It is not safe for concurrent use.
type AccessUnit struct {
	// Track describes how to decode this unit.
	Track *Track
	// PTS and DTS are in 1/90000 s, 64 bit, unwrapped. A source sets PTS on its own clock, with any zero, and leaves DTS 0; behind
	// the Timeline both are on the output clock and DTS rises strictly within a track, by a millisecond or more.
	PTS, DTS int64
	// Wall is the device's own clock for this unit, where it is known (RTCP sender report, PSM descriptor); else zero. Walls of
	// two tracks of one source may be compared with each other.
	Wall time.Time
	// Arrival is when the last byte was read.
	Arrival time.Time
	// RandomAccess says that a decoder can start here. The Normaliser sets it.
	RandomAccess bool
	// Lost says that data of this track is missing just before this unit.
	Lost bool
	// Units are the NAL units without start code, or exactly one audio frame (AAC without ADTS, any number of PCM samples). Once the
	// source has handed the unit on, units may be taken out of the list; Append and Extend are the source's alone.
	Units [][]byte

	buf    *buffer
	starts []int
	used   int

	unitsArray  [16][]byte
	startsArray [16]int
}

// NewAccessUnit returns an empty unit of a track, from the pool where it can.
func NewAccessUnit(track *Track) *AccessUnit {
	au := unitPool.Get().(*AccessUnit)
	au.Track = track
	au.Units = au.unitsArray[:0]
	au.starts = au.startsArray[:0]
	return au
}

// Reserve makes room for n bytes at once, for a source that can tell about how large the unit will be. It is a hint: beyond MaxUnitSize
// it does nothing.
func (au *AccessUnit) Reserve(n int) {
	if n <= MaxUnitSize {
		_ = au.grow(n - au.used) // fails only beyond the ceiling
	}
}

// Append copies p as a new NAL unit (or audio frame). It fails with ErrUnitTooLarge.
func (au *AccessUnit) Append(p []byte) error {
	if len(au.Units) >= MaxNALUnits {
		return ErrUnitTooLarge
	}
	if err := au.grow(len(p)); err != nil {
		return err
	}
	start := au.used
	au.used += copy(au.buf.b[start:], p)
	au.Units = append(au.Units, au.buf.b[start:au.used:au.used])
	au.starts = append(au.starts, start)
	return nil
}

// Extend copies p to the end of the NAL unit appended last. It fails with ErrUnitTooLarge. It must not be called before Append.
func (au *AccessUnit) Extend(p []byte) error {
	if err := au.grow(len(p)); err != nil {
		return err
	}
	au.used += copy(au.buf.b[au.used:], p)
	last := len(au.Units) - 1
	au.Units[last] = au.buf.b[au.starts[last]:au.used:au.used]
	return nil
}

// Size is the number of bytes copied into the unit.
func (au *AccessUnit) Size() int { return au.used }

// Release gives the buffer back. The unit must not be used afterwards.
func (au *AccessUnit) Release() {
	if au.buf != nil {
		au.buf.release()
	}
	clear(au.Units)
	*au = AccessUnit{}
	unitPool.Put(au)
}

// grow makes room for n more bytes. Moving to a larger buffer keeps the units by their starts.
func (au *AccessUnit) grow(n int) error {
	need := au.used + n
	if au.buf != nil && need <= len(au.buf.b) {
		return nil
	}
	if need > MaxUnitSize {
		return ErrUnitTooLarge
	}
	larger := newBuffer(need)
	if au.buf != nil {
		copy(larger.b, au.buf.b[:au.used])
		for i, start := range au.starts {
			end := start + len(au.Units[i])
			au.Units[i] = larger.b[start:end:end]
		}
		au.buf.release()
	}
	au.buf = larger
	return nil
}
