package media

import "fmt"

// ClockRate is the unit of every PTS and DTS of this package: ticks in a second.
const ClockRate = 90000

// MaxTracks is the ceiling for the tracks of one source.
const MaxTracks = 4

// Codec names a coding that the road can carry from a device.
type Codec uint8

// The codings a source may announce. L16 is linear PCM, 16 bit, big endian (RFC 3551 section 4.5.11).
const (
	CodecUnknown Codec = iota
	H264
	H265
	AAC
	PCMA
	PCMU
	L16
)

var codecNames = [...]string{"unknown", "H.264", "H.265", "AAC", "G.711 A-law", "G.711 mu-law", "L16"}

// String returns the name an operator reads, "H.264".
func (c Codec) String() string {
	if int(c) < len(codecNames) {
		return codecNames[c]
	}
	return fmt.Sprintf("codec %d", uint8(c))
}

// Video tells a picture coding from an audio coding.
func (c Codec) Video() bool { return c == H264 || c == H265 }

// Track describes one elementary stream. A Track is immutable once it has been handed on: whoever learns new parameter sets
// makes a new Track with the same ID. So a change is seen by comparing pointers, and a dropped access unit never takes the
// description of the following one with it.
type Track struct {
	// ID is a small number, unique in the list given to Sink.SetTracks, below MaxTracks; it stays the same when the description
	// changes.
	ID    int
	Codec Codec

	// VPS (H.265 only), SPS and PPS are NAL units without start code; nil where not known yet.
	VPS, SPS, PPS []byte
	// Width and Height in pixels and FrameRate in pictures a second come from the SPS; 0 where not known.
	Width, Height int
	FrameRate     float64
	// ReorderDepth is how many pictures may follow one in decoding order and precede it in output order: 0 where PTS equals DTS. It
	// comes from the SPS (max_num_reorder_frames, sps_max_num_reorder_pics).
	ReorderDepth int

	// AudioConfig is the AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1) of AAC, else nil.
	AudioConfig []byte
	// SampleRate in Hz and Channels describe audio; 0 for video.
	SampleRate, Channels int
}
