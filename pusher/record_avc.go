package pusher

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/bluenviron/mediacommon/pkg/codecs/h264"

	"mediapusher/internal/media"
)

// maxParameterSet is what the two-byte length of a parameter set in a record can say.
const maxParameterSet = 0xFFFF

// avcRecord appends the AVCDecoderConfigurationRecord of a track (ISO/IEC 14496-15 section 5.3.3.1) with one SPS and one PPS: SRS 3
// ends the publish for any other number. It fails with ErrNoPicture.
func avcRecord(b []byte, t *media.Track) ([]byte, error) {
	sps, err := parseAVC(t.SPS)
	if err != nil {
		return nil, fmt.Errorf("H.264 SPS: %w: %w", err, ErrNoPicture)
	}
	if len(t.PPS) < 2 || len(t.PPS) > maxParameterSet || h264.NALUType(t.PPS[0]&0x1F) != h264.NALUTypePPS {
		return nil, fmt.Errorf("H.264 PPS of %d bytes: %w", len(t.PPS), ErrNoPicture)
	}
	b = append(b, 1, t.SPS[1], t.SPS[2], t.SPS[3],
		0xFC|3, // lengths of NAL units in four bytes
		0xE0|1) // one SPS
	b = binary.BigEndian.AppendUint16(b, uint16(len(t.SPS)))
	b = append(b, t.SPS...)
	b = append(b, 1)
	b = binary.BigEndian.AppendUint16(b, uint16(len(t.PPS)))
	b = append(b, t.PPS...)
	switch sps.ProfileIdc {
	case 66, 77, 88: // Baseline, Main and Extended have no such fields
	default:
		b = append(b, 0xFC|byte(sps.ChromaFormatIdc), 0xF8|byte(sps.BitDepthLumaMinus8), 0xF8|byte(sps.BitDepthChromaMinus8), 0)
	}
	return b, nil
}

// parseAVC reads an SPS as far as a decoder must. A damaged VUI at its end is let pass: it is advice, and cameras err there.
func parseAVC(nal []byte) (sps h264.SPS, err error) {
	// The parser is a foreign one, and reads what a device sends.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	if len(nal) < 4 || len(nal) > maxParameterSet {
		return sps, fmt.Errorf("%d bytes", len(nal))
	}
	if err := sps.Unmarshal(nal); err != nil && sps.VUI == nil {
		return sps, err
	}
	if sps.ChromaFormatIdc > 3 || sps.BitDepthLumaMinus8 > 6 || sps.BitDepthChromaMinus8 > 6 {
		return sps, errors.New("impossible picture format")
	}
	return sps, nil
}
