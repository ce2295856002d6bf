package rtspsource

// Packet types of RFC 6184 section 5.2 beside single NAL units.
const (
	h264STAPA = 24
	h264FUA   = 28
)

// h264 depacketises RFC 6184: single NAL units, STAP-A and FU-A. The interleaved forms are left out at the stream description.
type h264 struct {
	picture
	header [1]byte
}

func newH264(t *track) depacketiser {
	return &h264{picture: picture{track: t, naming: naming{headerSize: 1, slice: h264Slice}}}
}

// h264Slice tells slices, also the partitioned ones, from other NAL units (ISO/IEC 14496-10 table 7-1).
func h264Slice(nal []byte) bool {
	kind := nal[0] & 0x1f
	return kind >= 1 && kind <= 5
}

func (d *h264) push(p *packet) error {
	if err := d.begin(p); err != nil {
		return err
	}
	if len(p.payload) > 0 {
		switch kind := p.payload[0] & 0x1f; {
		case kind == h264STAPA:
			d.aggregate(p.payload[1:])
		case kind == h264FUA:
			d.fragments(p.payload)
		case kind > 0 && kind < h264STAPA, startsWithCode(p.payload):
			d.add(p.payload)
		default:
			d.track.stats.bad.Add(1)
		}
	}
	return d.end(p)
}

// fragments takes one FU-A. Start and end may both be set (the standard forbids it, cameras do it), and a start may come without the end
// of the one before.
func (d *h264) fragments(b []byte) {
	if len(b) < 2 {
		d.track.stats.bad.Add(1)
		return
	}
	if b[1]&0x80 != 0 {
		d.header[0] = b[0]&0xe0 | b[1]&0x1f
		d.addStart(d.header[:], b[2:])
	} else {
		d.addPiece(b[2:])
	}
	if b[1]&0x40 != 0 {
		d.fragment = false
	}
}

// startsWithCode tells whether a payload begins with a start code of three or four bytes.
func startsWithCode(b []byte) bool {
	return len(b) >= 4 && b[0] == 0 && b[1] == 0 && (b[2] == 1 || b[2] == 0 && b[3] == 1)
}
