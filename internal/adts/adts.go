// Package adts reads the headers that stand before frames of AAC in byte streams (ADTS, ISO/IEC 14496-3 section 1.A.2.2), and writes what
// they tell as an AudioSpecificConfig (section 1.6.2.1). It owns both forms and no stream: where a frame is looked for is the caller's.
//
// Nothing here allocates, but for AppendConfig where there is no room.
package adts

const (
	// HeaderSize is the length in bytes of a header without checksum, and how many bytes Parse needs.
	HeaderSize = 7
	// FrameSamples is the number of samples in a block of a frame, of each channel.
	FrameSamples = 1024

	checksumSize = 2
)

// rates are the values of sampling_frequency_index (ISO/IEC 14496-3 table 1.18); zero is reserved, or the escape value that ADTS does
// not allow.
var rates = [16]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

// Header is what a header tells of its frame.
type Header struct {
	Format
	// Size is the length of the header in bytes, with its checksum. FrameSize is that of the frame with the header, at most 8191 and
	// larger than Size.
	Size, FrameSize int
	// Blocks is the number of blocks of FrameSamples in the frame, 1 to 4.
	Blocks int
}

// Parse reads the header at the beginning of b, which may be of any length; the frame need not be there. ok is false where there is none,
// or not as much as HeaderSize. The checksum is not verified.
func Parse(b []byte) (h Header, ok bool) {
	if len(b) < HeaderSize || !Begins(b) {
		return h, false
	}
	h = Header{
		Format: Format{
			ObjectType: int(b[2]>>6) + 1,
			SampleRate: rates[b[2]>>2&0xF],
			Channels:   channels(b[2]&1<<2 | b[3]>>6),
		},
		Size:      HeaderSize,
		FrameSize: int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5]>>5),
		Blocks:    int(b[6]&3) + 1,
	}
	if b[1]&1 == 0 {
		h.Size += checksumSize
	}
	return h, h.FrameSize > h.Size && h.SampleRate != 0
}

// Begins tells whether b begins with the fixed bits of a header, syncword and layer, as far as b goes: nothing may be the beginning of
// one. A raw frame of AAC does not begin so: that would be an end element with data behind it.
func Begins(b []byte) bool {
	return len(b) == 0 || b[0] == 0xFF && (len(b) == 1 || b[1]&0xF6 == 0xF0)
}
