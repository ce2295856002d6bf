package pusher

import (
	"mediapusher/internal/media"
)

// First bytes of FLV tag bodies (Video File Format 10.1, annex E.4; Enhanced RTMP v1).
const (
	avcKey, avcInter   = 0x17, 0x27
	hevcKey, hevcInter = 0x1C, 0x2C // codec id 12
	exKey, exInter     = 0x90, 0xA0 // with the packet type in the low bits
	aacTag             = 0xAF       // the rate and channels in it mean nothing for AAC

	packetConfig = 0
	packetFrame  = 1
	exStart      = 0
	exFrame      = 1
	exFrameX     = 3 // a frame without composition time

	fourCC = "hvc1"
)

// Codec numbers of onMetaData.
const (
	codecAVC        = 7
	codecHEVC       = 12
	codecEnhanced   = 'h'<<24 | 'v'<<16 | 'c'<<8 | '1'
	codecAAC        = 10
	maxCompositionT = 0x7FFFFF
)

// videoForm is how pictures are written: H.264, H.265 as codec id 12, or H.265 with a FourCC.
type videoForm uint8

const (
	formAVC videoForm = iota
	formHEVC
	formEnhanced
)

// metadataID is the videocodecid of onMetaData.
func (f videoForm) metadataID() float64 {
	switch f {
	case formHEVC:
		return codecHEVC
	case formEnhanced:
		return codecEnhanced
	default:
		return codecAVC
	}
}

// appendConfig appends the tag body that carries a track's decoder configuration record. It fails with ErrNoPicture.
func (f videoForm) appendConfig(b []byte, t *media.Track) ([]byte, error) {
	switch f {
	case formHEVC:
		return hevcRecord(append(b, hevcKey, packetConfig, 0, 0, 0), t)
	case formEnhanced:
		return hevcRecord(append(append(b, exKey|exStart), fourCC...), t)
	default:
		return avcRecord(append(b, avcKey, packetConfig, 0, 0, 0), t)
	}
}

// appendHeader appends what stands before the NAL units of a picture. cts is the composition time, PTS less DTS, in ms.
func (f videoForm) appendHeader(b []byte, key bool, cts uint32) []byte {
	cts = min(cts, maxCompositionT)
	if f == formEnhanced {
		first := byte(exInter)
		if key {
			first = exKey
		}
		if cts == 0 {
			return append(append(b, first|exFrameX), fourCC...)
		}
		return appendUint24(append(append(b, first|exFrame), fourCC...), cts)
	}
	first := byte(avcInter)
	switch {
	case f == formHEVC && key:
		first = hevcKey
	case f == formHEVC:
		first = hevcInter
	case key:
		first = avcKey
	}
	return appendUint24(append(b, first, packetFrame), cts)
}

// milliseconds is the RTMP time of a time of the output clock: rounded down from the whole, so that nothing adds up.
func milliseconds(t int64) int64 { return max(t, 0) * 1000 / media.ClockRate }
