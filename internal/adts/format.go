package adts

import "slices"

// LC is the audio object type of AAC Low Complexity (ISO/IEC 14496-3 table 1.17).
const LC = 2

const (
	rateEscape = 15 // a sampling_frequency_index: the rate itself follows, 24 bits
	// ConfigSize is the length in bytes of the longest AudioSpecificConfig that AppendConfig writes.
	ConfigSize = 5
)

// Format is how the frames of a stream are to be decoded.
type Format struct {
	// ObjectType is the audio object type, in ADTS 1 to 4.
	ObjectType int
	// SampleRate is in hertz.
	SampleRate int
	// Channels is the number of channels, 1 to 8; 0 where only the frames tell it.
	Channels int
}

// AppendConfig appends the AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1) of frames of FrameSamples to dst: two bytes, or
// ConfigSize where the rate has no index. The object type must be below 31, the rate below 1<<24.
func (f Format) AppendConfig(dst []byte) []byte {
	object, layout := uint64(f.ObjectType), uint64(configuration(f.Channels))
	if index := slices.Index(rates[:], f.SampleRate); index >= 0 && f.SampleRate > 0 {
		// 5 bits of object type, 4 of the index, 4 of the channel configuration, 3 zeros.
		bits := object<<11 | uint64(index)<<7 | layout<<3
		return append(dst, byte(bits>>8), byte(bits))
	}
	// The 24 bits of the rate stand between the escape and the channel configuration.
	bits := object<<35 | rateEscape<<31 | uint64(f.SampleRate)<<7 | layout<<3
	return append(dst, byte(bits>>32), byte(bits>>24), byte(bits>>16), byte(bits>>8), byte(bits))
}

// channels is the number of channels of a channel configuration of three bits (ISO/IEC 14496-3 table 1.19).
func channels(configuration byte) int {
	if configuration == 7 {
		return 8 // 7.1
	}
	return int(configuration)
}

// configuration is the channel configuration of a number of channels, 0 where there is none.
func configuration(channels int) int {
	switch channels {
	case 1, 2, 3, 4, 5, 6:
		return channels
	case 7:
		return 11 // 6.1
	case 8:
		return 7
	default:
		return 0
	}
}
