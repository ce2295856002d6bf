package media

// NAL unit types (ITU-T H.264 table 7-1, H.265 table 7-1) as far as the road treats them differently.
const (
	h264IDR = 5
	h264SPS = 7
	h264PPS = 8

	h265RADLR  = 7
	h265RASLN  = 8
	h265RASLR  = 9
	h265IRAP   = 16 // the first of the random-access types
	h265IDRW   = 19
	h265IDRN   = 20
	h265CRA    = 21 // the last one in use
	h265VPS    = 32
	h265SPS    = 33
	h265PPS    = 34
	h265PreSEI = 39
	h265SufSEI = 40
)

// nalKind is what a NAL unit is to the Normaliser.
type nalKind uint8

const (
	nalDrop    nalKind = iota // damaged, or of no use to a player: delimiters, filler, end of sequence, other layers
	nalKeep                   // SEI and the like
	nalSlice                  // part of a picture
	nalRandom                 // part of a picture at which decoding can start
	nalLeading                // part of an H.265 picture that refers to pictures before the random-access point (RASL)
	nalVPS
	nalSPS
	nalPPS
)

// classifyH264 tells what a NAL unit is, by its one-byte header (H.264 section 7.3.1).
func classifyH264(nal []byte) nalKind {
	if len(nal) < 2 || nal[0]&0x80 != 0 {
		return nalDrop
	}
	switch t := nal[0] & 0x1F; t {
	case 1, 2, 3, 4:
		return nalSlice
	case h264IDR:
		return nalRandom
	case 6, 13, 19:
		return nalKeep
	case h264SPS:
		return nalSPS
	case h264PPS:
		return nalPPS
	default:
		return nalDrop
	}
}

// classifyH265 tells what a NAL unit is, by its two-byte header (H.265 section 7.3.1.2). Layers above the base are dropped.
func classifyH265(nal []byte) nalKind {
	if len(nal) < 3 || nal[0]&0x80 != 0 || nal[0]&1 != 0 || nal[1]>>3 != 0 || nal[1]&7 == 0 {
		return nalDrop
	}
	switch t := nal[0] >> 1; {
	case t == h265RASLN || t == h265RASLR:
		return nalLeading
	case t <= h265RADLR:
		return nalSlice
	case t >= h265IRAP && t <= h265CRA:
		return nalRandom
	case t == h265VPS:
		return nalVPS
	case t == h265SPS:
		return nalSPS
	case t == h265PPS:
		return nalPPS
	case t == h265PreSEI || t == h265SufSEI:
		return nalKeep
	default:
		return nalDrop
	}
}

func isIDR265(nal []byte) bool {
	t := nal[0] >> 1
	return t == h265IDRW || t == h265IDRN
}
