package clips

import (
	"bytes"
	"errors"
	"fmt"
)

// The NAL unit types that matter here (ITU-T H.264 table 7-1, H.265 table 7-1).
const (
	h264IDR = 5
	h264SPS = 7
	h264PPS = 8
	h264AUD = 9

	h265IDRWithLeading = 19
	h265CRA            = 21
	h265VPS            = 32
	h265SPS            = 33
	h265PPS            = 34
	h265AUD            = 35
)

// The ways a stream can be unfit.
var (
	errNoDelimiter    = errors.New("does not start with an access unit delimiter")
	errNoParameterSet = errors.New("parameter sets missing in the first access unit")
	errIndex          = errors.New("index: clock rate and ticks must be positive")
	errOrder          = errors.New("index: order is not a permutation of the pictures")
)

// kindOf is the NAL unit type in the numbers of the coding.
func (c Codec) kindOf(nal []byte) int {
	if c == H265 {
		return int(nal[0]>>1) & 0x3F
	}
	return int(nal[0]) & 0x1F
}

func (c Codec) delimiter(kind int) bool {
	return c == H264 && kind == h264AUD || c == H265 && kind == h265AUD
}

func (c Codec) randomAccess(kind int) bool {
	return c == H264 && kind == h264IDR || c == H265 && kind >= h265IDRWithLeading && kind <= h265CRA
}

func (c Codec) parameterSet(kind int) bool {
	return c == H264 && (kind == h264SPS || kind == h264PPS) || c == H265 && kind >= h265VPS && kind <= h265PPS
}

// splitAnnexB returns the NAL units of a byte stream (ITU-T H.264 annex B); zeros before a start code belong to it.
func splitAnnexB(stream []byte) [][]byte {
	var units [][]byte
	code := []byte{0, 0, 1}
	start := bytes.Index(stream, code)
	for start >= 0 {
		rest := stream[start+len(code):]
		end := bytes.Index(rest, code)
		unit := rest
		if end >= 0 {
			unit = rest[:end]
			end += start + len(code)
		}
		if unit = bytes.TrimRight(unit, "\x00"); len(unit) > 1 {
			units = append(units, unit)
		}
		start = end
	}
	return units
}

// cut makes a frame of each access unit.
func (v *Video) cut(stream []byte, order []int64) error {
	if v.Codec != H264 && v.Codec != H265 {
		return fmt.Errorf("%q is no coding of pictures", v.Codec)
	}
	if v.ClockRate <= 0 || v.Ticks <= 0 {
		return errIndex
	}
	var unit [][]byte
	for _, nal := range splitAnnexB(stream) {
		kind := v.Codec.kindOf(nal)
		if v.Codec.delimiter(kind) {
			v.add(unit)
			unit = nil
		} else if unit == nil {
			return errNoDelimiter
		}
		v.keep(kind, nal)
		unit = append(unit, nal)
	}
	v.add(unit)
	if v.SPS == nil || v.PPS == nil || v.Codec == H265 && v.VPS == nil || !v.Frames[0].Key {
		return errNoParameterSet
	}
	return v.present(order)
}

// keep remembers the first parameter sets.
func (v *Video) keep(kind int, nal []byte) {
	set := func(at *[]byte) {
		if *at == nil {
			*at = bytes.Clone(nal)
		}
	}
	switch {
	case v.Codec == H264 && kind == h264SPS, v.Codec == H265 && kind == h265SPS:
		set(&v.SPS)
	case v.Codec == H264 && kind == h264PPS, v.Codec == H265 && kind == h265PPS:
		set(&v.PPS)
	case v.Codec == H265 && kind == h265VPS:
		set(&v.VPS)
	}
}

// add packetises one access unit.
func (v *Video) add(unit [][]byte) {
	if len(unit) == 0 {
		return
	}
	var f Frame
	for i, nal := range unit {
		kind := v.Codec.kindOf(nal)
		f.Key = f.Key || v.Codec.randomAccess(kind)
		if !v.Codec.delimiter(kind) {
			f.Units = append(f.Units, Unit{nal, v.Codec.parameterSet(kind)})
		}
		if v.Codec == H265 {
			f.addH265(nal, v.Codec.parameterSet(kind), i == len(unit)-1)
		} else {
			f.addH264(nal, v.Codec.parameterSet(kind), i == len(unit)-1)
		}
	}
	v.Frames = append(v.Frames, f)
}

// present sets the PTS. Each is that of the picture's own place in the loop, so that pictures and sound agree; it may lie before the
// time of sending.
func (v *Video) present(order []int64) error {
	if len(order) != 0 && len(order) != len(v.Frames) {
		return errOrder
	}
	seen := make([]bool, len(v.Frames))
	for i := range v.Frames {
		place := int64(i)
		if len(order) != 0 {
			place = order[i]
		}
		if place < 0 || place >= int64(len(seen)) || seen[place] {
			return errOrder
		}
		seen[place] = true
		v.Frames[i].PTS = place * v.Ticks
	}
	return nil
}
