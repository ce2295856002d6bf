package media

import (
	"errors"
	"fmt"

	"github.com/bluenviron/mediacommon/pkg/bits"
	"github.com/bluenviron/mediacommon/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/pkg/codecs/h265"
)

// A damaged stream may carry the NAL unit types of pictures and nothing that can be decoded behind them. So the headers of what would start
// the decoding are read: a picture that breaks a rule of its standard there is damaged.

// headerBytes is how much of a NAL unit is looked at: more than the fields below can take.
const headerBytes = 64

// maxPPS is the number of picture parameter sets that a stream may have (H.264 section 7.4.2.2; H.265 has 64).
const maxPPS = 256

var errSyntax = errors.New("breaks the syntax")

// syntax is what the parameter sets tell about how slice headers are written.
type syntax struct {
	codec Codec
	sps   h264.SPS // of H.264
	spsID uint32
	pps   [maxPPS]bool
	// extra is num_extra_slice_header_bits of each picture parameter set of H.265.
	extra [maxPPS]uint8
}

// newSyntax reads the sequence parameter set of a track.
func newSyntax(t *Track) (*syntax, error) {
	s := &syntax{codec: t.Codec}
	if t.Codec == H265 {
		var sps h265.SPS
		if err := sps.Unmarshal(t.SPS); err != nil {
			return nil, fmt.Errorf("H.265 SPS: %w", err)
		}
		s.spsID = uint32(sps.ID)
	} else {
		if err := s.sps.Unmarshal(t.SPS); err != nil {
			return nil, fmt.Errorf("H.264 SPS: %w", err)
		}
		s.spsID = s.sps.ID
	}
	return s, nil
}

// learn takes a picture parameter set. It fails for one that is damaged or belongs to another sequence parameter set.
func (s *syntax) learn(nal []byte) error {
	id, spsID, extra, err := s.readPPS(nal)
	if err != nil {
		return err
	}
	if id >= maxPPS || spsID != s.spsID {
		return fmt.Errorf("PPS %d of SPS %d: %w", id, spsID, errSyntax)
	}
	s.pps[id], s.extra[id] = true, extra
	return nil
}

func (s *syntax) readPPS(nal []byte) (id, spsID uint32, extra uint8, err error) {
	if s.codec == H265 {
		var pps h265.PPS
		err = pps.Unmarshal(nal[:min(len(nal), headerBytes)])
		return pps.ID, pps.SPSID, pps.NumExtraSliceHeaderBits, err
	}
	r := newFields(nal, 1)
	return r.golomb(), r.golomb(), 0, r.err
}

// startsPicture tells whether a NAL unit can be the first slice of a picture at which decoding can start.
func (s *syntax) startsPicture(nal []byte) bool {
	if s.codec == H265 {
		return s.startsPicture265(nal)
	}
	return s.startsPicture264(nal)
}

// startsPicture264 reads the slice header (H.264 section 7.3.3): an IDR picture begins with macroblock 0, has only I and SI slices, and its
// frame_num and picture order count are 0 (sections 7.4.3 and 8.2.1).
func (s *syntax) startsPicture264(nal []byte) bool {
	r := newFields(nal, 1)
	firstMacroblock, sliceType, pps := r.golomb(), r.golomb(), r.golomb()
	if s.sps.SeparateColourPlaneFlag {
		r.bits(2)
	}
	frameNum := r.bits(int(s.sps.Log2MaxFrameNumMinus4) + 4)
	if !s.sps.FrameMbsOnlyFlag && r.bits(1) == 1 { // field_pic_flag
		r.bits(1)
	}
	r.golomb() // idr_pic_id
	order := uint64(0)
	if s.sps.PicOrderCntType == 0 && s.sps.FrameMbsOnlyFlag {
		order = r.bits(int(s.sps.Log2MaxPicOrderCntLsbMinus4) + 4)
	}
	intra := sliceType == 2 || sliceType == 4 || sliceType == 7 || sliceType == 9
	return r.err == nil && firstMacroblock == 0 && intra && pps < maxPPS && s.pps[pps] && frameNum == 0 && order == 0
}

// startsPicture265 reads the slice segment header (H.265 section 7.3.6.1): the first segment of a random-access picture, of an I slice
// (section 7.4.7.1).
func (s *syntax) startsPicture265(nal []byte) bool {
	r := newFields(nal, 2)
	first := r.bits(1)
	r.bits(1) // no_output_of_prior_pics_flag
	pps := r.golomb()
	if r.err != nil || pps >= maxPPS || !s.pps[pps] {
		return false
	}
	r.bits(int(s.extra[pps]))
	sliceType := r.golomb()
	return r.err == nil && first == 1 && sliceType == 2
}

// fields reads the fields of a header, and keeps the first error.
type fields struct {
	b   []byte
	pos int
	err error
}

// newFields reads behind a NAL unit header of some bytes.
func newFields(nal []byte, header int) *fields {
	return &fields{b: h264.EmulationPreventionRemove(nal[:min(len(nal), headerBytes)]), pos: header * 8}
}

func (r *fields) golomb() uint32 {
	if r.err != nil {
		return 0
	}
	var v uint32
	v, r.err = bits.ReadGolombUnsigned(r.b, &r.pos)
	return v
}

func (r *fields) bits(n int) uint64 {
	if r.err != nil || n == 0 {
		return 0
	}
	var v uint64
	v, r.err = bits.ReadBits(r.b, &r.pos, n)
	return v
}
