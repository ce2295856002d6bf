package mpegps

import "encoding/binary"

// Stream ids (ISO/IEC 13818-1 table 2-22) and start code values of the pack layer (section 2.5.3).
const (
	idEnd          = 0xB9
	idPack         = 0xBA
	idSystemHeader = 0xBB
	idMap          = 0xBC
	idAudio        = 0xC0 // to DF
	idVideo        = 0xE0 // to EF
	idVideoLast    = 0xEF
)

const (
	// maxMap is the largest program_stream_map_length (section 2.5.4.2).
	maxMap = 1018
	// maxHeader is the largest header that is gathered: that of the PSM.
	maxHeader = 6 + maxMap
	// packSize is the size of a pack header of MPEG-2 without stuffing, packSize1 of MPEG-1 (ISO/IEC 11172-1 section 2.4.3.2).
	packSize, packSize1 = 14, 12
	// hikHeadSize is the size of the head that Hikvision's SDK puts before the stream, and recorders before recorded files.
	hikHeadSize = 40
	// maxStuffing is the most stuffing bytes of a packet header of MPEG-1 (section 2.4.3.3).
	maxStuffing = 16
)

var startCode = []byte{0, 0, 1}

// headerKind is what stands at a place where a header is due.
type headerKind uint8

const (
	noHeader headerKind = iota
	packHeader
	programStreamMap
	videoPES
	audioPES
	otherPacket
	endCode
	hikHead
	hikPrivate
)

// kindOf looks at a header of which headerSize bytes are there.
func kindOf(b []byte) headerKind {
	switch string(b[:4]) {
	case "IMKH":
		return hikHead
	case "4HKH":
		return hikPrivate
	}
	if b[0]|b[1] != 0 || b[2] != 1 || b[3] < idEnd {
		return noHeader
	}
	switch id := b[3]; {
	case id == idEnd:
		return endCode
	case id == idPack:
		if len(b) > 4 && b[4]&0xF0 != 0x20 && b[4]&0xC0 != 0x40 {
			return noHeader
		}
		return packHeader
	case id == idMap:
		if len(b) > 5 && binary.BigEndian.Uint16(b[4:]) > maxMap {
			return noHeader
		}
		return programStreamMap
	case id >= idVideo && id <= idVideoLast:
		return videoPES
	case id >= idAudio && id < idVideo:
		return audioPES
	case len(b) >= packSize && maskedPack(b):
		return noHeader
	default:
		return otherPacket
	}
}

// maskedPack tells whether another packet is a pack header whose last byte of the start code was damaged: its length would hide the
// packs that follow.
func maskedPack(b []byte) bool {
	return b[4]&0xC4 == 0x44 && packMarked(b) && (b[6] != 0xFF || b[8] != 0xFF) // padding is FF
}

// headerSize tells how many bytes the header at the start of b has, as far as b tells: the answer is final where it is not larger than
// len(b). For what is no header it is packSize, enough to see what it might have been.
func headerSize(b []byte) int {
	if len(b) < 4 {
		return 4
	}
	switch kindOf(b) {
	case packHeader:
		switch {
		case len(b) < 5:
			return 5
		case b[4]&0xF0 == 0x20:
			return packSize1
		case len(b) < packSize:
			return packSize
		}
		return packSize + int(b[13]&7)
	case programStreamMap:
		if len(b) < 6 {
			return 6
		}
		return 6 + int(binary.BigEndian.Uint16(b[4:]))
	case videoPES, audioPES:
		return pesSize(b)
	case otherPacket:
		if len(b) > 4 && b[4]&0xC4 == 0x44 {
			return packSize // of which the last bytes are payload
		}
		return 6
	case hikHead:
		return hikHeadSize
	case hikPrivate, endCode:
		return 4
	case noHeader:
	}
	return packSize
}

// systemClock is the SCR base of a pack header in 1/90000 s.
func systemClock(b []byte) int64 {
	if len(b) == packSize1 {
		return timestamp(b[4:])
	}
	return int64(b[4]>>3&7)<<30 | int64(b[4]&3)<<28 | int64(b[5])<<20 | int64(b[6]>>3)<<15 |
		int64(b[6]&3)<<13 | int64(b[7])<<5 | int64(b[8]>>3)
}

// packMarked tells whether the fixed bits of a pack header are right.
func packMarked(b []byte) bool {
	if b[4]&0xF0 == 0x20 {
		return b[4]&1 == 1 && b[6]&1 == 1 && b[8]&1 == 1 && b[9]&0x80 != 0 && b[11]&1 == 1
	}
	return b[4]&0xC4 == 0x44 && b[6]&4 != 0 && b[8]&4 != 0 && b[9]&1 != 0 && b[12]&3 == 3
}

// nearlyPack tells whether b was a pack header before some of its bytes were damaged: most are those of the last pack, apart from the
// part of the SCR that changes.
func nearlyPack(b []byte, last *[packSize]byte) bool {
	if len(b) < packSize {
		return false
	}
	const most = 8
	same := 0
	for _, i := range [...]int{0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13} {
		if b[i] == last[i] {
			same++
		}
	}
	return same >= most
}

// scanner looks for a whole pack header in bytes of which the structure is not known, or not trusted. The bytes come in pieces.
type scanner struct {
	head [packSize]byte
	have int
}

// find looks at p. It returns how many bytes it has looked at: all, or up to the end of the header, which is then in head[:have].
func (s *scanner) find(p []byte) (n int, found bool) {
	for n < len(p) {
		if s.have == 0 {
			if n = skipToZero(p, n); n == len(p) {
				return n, false
			}
		}
		c := p[n]
		n++
		switch {
		case s.have < 2 && c == 0, s.have == 2 && c == 1, s.have == 3 && c == idPack:
			s.have++
			copy(s.head[:], []byte{0, 0, 1, idPack})
		case s.have == 2 && c == 0:
		case s.have < 4:
			s.have = 0
			if c == 0 {
				s.have = 1
			}
		default:
			s.head[s.have] = c
			s.have++
			size := packSize
			if s.head[4]&0xF0 == 0x20 {
				size = packSize1
			}
			if s.have == size {
				if packMarked(s.head[:]) {
					return n, true
				}
				s.have = 0
			}
		}
	}
	return n, false
}
