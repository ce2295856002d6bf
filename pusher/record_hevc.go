package pusher

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/bluenviron/mediacommon/pkg/bits"
	"github.com/bluenviron/mediacommon/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/pkg/codecs/h265"

	"mediapusher/internal/media"
)

// profileTierLevelSize is the general part of profile_tier_level(): profile, compatibility, constraints and level, in bytes
// (H.265 section 7.3.3).
const profileTierLevelSize = 12

// hevcFormat is what a record repeats of an SPS.
type hevcFormat struct {
	profileTierLevel []byte
	temporalLayers   byte
	nested           byte
	chroma           byte
	depthLuma        byte // less 8
	depthChroma      byte // less 8
}

// hevcRecord appends the HEVCDecoderConfigurationRecord of a track (ISO/IEC 14496-15 section 8.3.3.1). It fails with ErrNoPicture.
func hevcRecord(b []byte, t *media.Track) ([]byte, error) {
	sets := [...]struct {
		kind h265.NALUType
		name string
		nal  []byte
	}{
		{h265.NALUType_VPS_NUT, "VPS", t.VPS}, {h265.NALUType_SPS_NUT, "SPS", t.SPS}, {h265.NALUType_PPS_NUT, "PPS", t.PPS},
	}
	for _, set := range sets {
		if len(set.nal) < 3 || len(set.nal) > maxParameterSet || h265.NALUType(set.nal[0]>>1&0x3F) != set.kind {
			return nil, fmt.Errorf("H.265 %s of %d bytes: %w", set.name, len(set.nal), ErrNoPicture)
		}
	}
	f, err := parseHEVC(t.SPS)
	if err != nil {
		return nil, fmt.Errorf("H.265 SPS: %w: %w", err, ErrNoPicture)
	}
	b = append(b, 1) // SRS 6 refuses any other version
	b = append(b, f.profileTierLevel...)
	b = append(b,
		0xF0, 0, // min_spatial_segmentation_idc: unknown
		0xFC, // parallelismType: unknown
		0xFC|f.chroma, 0xF8|f.depthLuma, 0xF8|f.depthChroma,
		0, 0, // avgFrameRate: unknown
		f.temporalLayers<<3|f.nested<<2|3, // lengths of NAL units in four bytes
		byte(len(sets)))
	for _, set := range sets {
		b = append(b, 0x80|byte(set.kind), 0, 1) // the array is complete with one
		b = binary.BigEndian.AppendUint16(b, uint16(len(set.nal)))
		b = append(b, set.nal...)
	}
	return b, nil
}

// parseHEVC reads the beginning of an SPS (H.265 section 7.3.2.2.1), up to the bit depths. The library's own parser goes further and
// refuses streams for extensions of which a record says nothing.
func parseHEVC(nal []byte) (hevcFormat, error) {
	rbsp := h264.EmulationPreventionRemove(nal[2:])
	if len(rbsp) < 1+profileTierLevelSize {
		return hevcFormat{}, fmt.Errorf("%d bytes", len(nal))
	}
	subLayers := rbsp[0] >> 1 & 7
	f := hevcFormat{
		profileTierLevel: rbsp[1 : 1+profileTierLevelSize],
		temporalLayers:   subLayers + 1,
		nested:           rbsp[0] & 1,
	}
	r := bitReader{b: rbsp, pos: 8 * (1 + profileTierLevelSize)}
	r.skip(subLayerBits(&r, int(subLayers)))
	r.golomb() // sps_seq_parameter_set_id
	chroma := r.golomb()
	if chroma == 3 {
		r.skip(1) // separate_colour_plane_flag
	}
	r.golomb() // width
	r.golomb() // height
	if r.bits(1) == 1 {
		for range 4 {
			r.golomb() // conformance window
		}
	}
	luma, depth := r.golomb(), r.golomb()
	if r.err != nil {
		return hevcFormat{}, r.err
	}
	if chroma > 3 || luma > 7 || depth > 7 {
		return hevcFormat{}, errors.New("impossible picture format")
	}
	f.chroma, f.depthLuma, f.depthChroma = byte(chroma), byte(luma), byte(depth)
	return f, nil
}

// subLayerBits reads which parts of profile_tier_level() follow for the lower temporal layers, and returns their length.
func subLayerBits(r *bitReader, subLayers int) int {
	if subLayers == 0 {
		return 0
	}
	length := 0
	for range subLayers {
		length += 88*int(r.bits(1)) + 8*int(r.bits(1))
	}
	r.skip(2 * (8 - subLayers))
	return length
}

// bitReader keeps the first error, and reads zeros after it.
type bitReader struct {
	b   []byte
	pos int
	err error
}

func (r *bitReader) bits(n int) uint64 {
	if r.err != nil {
		return 0
	}
	v, err := bits.ReadBits(r.b, &r.pos, n)
	r.err = err
	return v
}

func (r *bitReader) skip(n int) {
	if r.err == nil {
		r.err = bits.HasSpace(r.b, r.pos, n)
	}
	if r.err == nil {
		r.pos += n
	}
}

func (r *bitReader) golomb() uint32 {
	if r.err != nil {
		return 0
	}
	v, err := bits.ReadGolombUnsigned(r.b, &r.pos)
	r.err = err
	return v
}
