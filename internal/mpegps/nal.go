package mpegps

import "mediapusher/internal/media"

// nalHead is how many bytes of a NAL unit tell what it is: the header, and the first bit of a slice.
const nalHead = 3

// NAL unit types (ITU-T H.264 table 7-1, H.265 table 7-1).
const (
	h264Slice      = 1
	h264PartitionA = 2
	h264IDR        = 5
	h264SEI        = 6
	h264SPS        = 7
	h264AUD        = 9

	// olderStartCode is the first start code value, B0, that begins pictures of MPEG-1, MPEG-2 and MPEG-4 and is never a NAL unit header.
	olderStartCode = 0xB0

	h265LastVCL = 31
	h265VPS     = 32
	h265AUD     = 35
	h265SEI     = 39
)

// sniff tells the coding by a NAL unit that only one of the two can have: an SPS of H.264, a VPS of H.265.
func sniff(nal []byte) media.Codec {
	switch {
	case len(nal) < nalHead:
		return media.CodecUnknown
	case nal[0] == h265VPS<<1 && nal[1] == 1:
		return media.H265
	case nal[0]&0x9F == h264SPS && nal[0]&0x60 != 0:
		return media.H264
	}
	return media.CodecUnknown
}

// sniffUnit is sniff of the NAL units before the picture.
func sniffUnit(au *media.AccessUnit) media.Codec {
	const few = 6
	for _, nal := range au.Units[:min(len(au.Units), few)] {
		if codec := sniff(nal); codec != media.CodecUnknown {
			return codec
		}
	}
	return media.CodecUnknown
}

// slice tells whether a NAL unit is part of a picture, and whether it is the first part.
func slice(codec media.Codec, h []byte) (part, first bool) {
	switch {
	case codec == media.H264 && len(h) >= 2:
		t := h[0] & 0x1F
		return t == h264Slice || t == h264PartitionA || t == h264IDR, h[1]&0x80 != 0 // first_mb_in_slice is 0
	case codec == media.H265 && len(h) >= nalHead:
		return h[0]>>1&0x3F <= h265LastVCL, h[2]&0x80 != 0 // first_slice_segment_in_pic_flag
	}
	return false, false
}

// leads tells whether a NAL unit behind a picture begins the next access unit (H.264 section 7.4.1.2.3, H.265 section 7.4.2.4.4).
func leads(codec media.Codec, h []byte) bool {
	part, first := slice(codec, h)
	switch {
	case part:
		return first
	case codec == media.H264:
		t := h[0] & 0x1F
		return t >= h264SEI && t <= h264AUD
	case codec == media.H265:
		t := h[0] >> 1 & 0x3F
		return t >= h265VPS && t <= h265AUD || t == h265SEI
	}
	return false
}

// decided tells whether the bytes of a NAL unit that are there tell what it is.
func decided(codec media.Codec, h []byte) bool {
	switch {
	case len(h) == 0:
		return false
	case codec == media.H264:
		t := h[0] & 0x1F
		return t == 0 || t > h264IDR || len(h) >= 2
	case codec == media.H265:
		return h[0]>>1&0x3F > h265LastVCL || len(h) >= nalHead
	}
	return true
}
