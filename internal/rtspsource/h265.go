package rtspsource

// Packet types of RFC 7798 section 4.4 beside single NAL units.
const (
	h265Aggregate = 48
	h265Fragment  = 49
)

// h265 depacketises RFC 7798 without decoding order numbers: single NAL units, aggregation packets and fragmentation units.
type h265 struct {
	picture
	header [2]byte
}

func newH265(t *track) depacketiser {
	return &h265{picture: picture{track: t, naming: naming{headerSize: 2, slice: h265Slice}}}
}

// h265Slice tells slice segments from other NAL units (ISO/IEC 23008-2 table 7-1).
func h265Slice(nal []byte) bool { return nal[0]>>1&0x3f < 32 }

func (d *h265) push(p *packet) error {
	if err := d.begin(p); err != nil {
		return err
	}
	if len(p.payload) > 2 {
		switch kind := p.payload[0] >> 1 & 0x3f; {
		case kind == h265Aggregate:
			d.aggregate(p.payload[2:])
		case kind == h265Fragment:
			d.fragments(p.payload)
		case kind < h265Aggregate:
			d.add(p.payload)
		default:
			d.track.stats.bad.Add(1)
		}
	}
	return d.end(p)
}

func (d *h265) fragments(b []byte) {
	if b[2]&0x80 != 0 {
		d.header[0], d.header[1] = b[0]&0x81|b[2]&0x3f<<1, b[1]
		d.addStart(d.header[:], b[3:])
	} else {
		d.addPiece(b[3:])
	}
	if b[2]&0x40 != 0 {
		d.fragment = false
	}
}
