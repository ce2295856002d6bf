package rtspsource

import (
	"bytes"
	"encoding/binary"
	"time"

	"mediapusher/internal/media"
)

// probePictures is how many pictures of a run are searched for start codes throughout. Afterwards only the small NAL units are, unless a
// start code was found.
const probePictures = 100

var startCode = []byte{0, 0, 1}

// naming tells what a picture has to know of a coding's NAL unit header.
type naming struct {
	headerSize int
	// slice tells whether a NAL unit type carries picture data.
	slice func(nal []byte) bool
}

// picture gathers the NAL units of one access unit. Both RFC 6184 and RFC 7798 mark its end by the marker bit of its last packet; a new
// timestamp ends it too, for devices that leave the marker out. A marker before the first slice is not believed: recorders set it on
// parameter sets, and give these an older timestamp.
type picture struct {
	track  *track
	naming naming

	au      *media.AccessUnit // nil between pictures
	usual   int               // bytes of the track's usual picture, a key frame counting little
	ticks   int64
	arrival time.Time
	slices  int
	checked int // NAL units searched for start codes
	// fragment says that the last NAL unit is a fragmentation unit that goes on.
	fragment bool
	// spoiled says that the rest of the picture at ticks is dropped.
	spoiled bool
	// torn says that the picture begins behind a gap, so that its beginning may be missing.
	torn bool

	probed    int
	startCode bool // a start code was found inside a NAL unit of this track
}

// begin prepares for the payload of p.
func (c *picture) begin(p *packet) error {
	ticks := c.track.extended
	if ticks != c.ticks {
		switch {
		case c.au != nil && p.lost:
			c.spoil()
		case c.au != nil:
			if err := c.close(); err != nil {
				return err
			}
		}
		c.spoiled = false
	} else if p.lost && c.au != nil {
		c.spoil()
	}
	c.ticks, c.arrival = ticks, p.arrival
	if p.lost {
		c.torn = true
	}
	return nil
}

// end closes the picture if p is its last packet. A marker in the middle of a NAL unit is not believed.
func (c *picture) end(p *packet) error {
	if !p.marker || c.fragment {
		return nil
	}
	if c.spoiled {
		c.spoiled = false
		return nil
	}
	return c.close()
}

// add takes a whole NAL unit.
func (c *picture) add(nal []byte) {
	c.append(nal, nil)
	c.fragment = false
}

// aggregate takes several whole NAL units, each behind its size (RFC 6184 section 5.7.1, RFC 7798 section 4.4.2).
func (c *picture) aggregate(b []byte) {
	for len(b) >= 2 {
		size := int(binary.BigEndian.Uint16(b))
		if b = b[2:]; size > len(b) {
			c.spoil()
			return
		}
		c.add(b[:size])
		b = b[size:]
	}
}

// addStart takes the header and the first piece of a NAL unit that goes on in the next packets.
func (c *picture) addStart(header, piece []byte) {
	c.append(header, piece)
	c.fragment = c.au != nil
}

// append begins a NAL unit of two pieces; the first holds the header.
func (c *picture) append(nal, rest []byte) {
	if c.spoiled || len(nal) == 0 {
		return
	}
	if c.naming.slice(nal) {
		if c.slices == 0 && c.torn && !c.firstSlice(nal, rest) {
			c.spoil()
			return
		}
		c.slices++
	}
	if c.au == nil {
		c.au = media.NewAccessUnit(c.track.desc)
		c.au.Reserve(c.usual)
	}
	err := c.au.Append(nal)
	if err == nil {
		err = c.au.Extend(rest)
	}
	if err != nil {
		c.spoil()
	}
}

// addPiece takes a further piece. Without a beginning the picture is spoiled.
func (c *picture) addPiece(piece []byte) {
	if c.spoiled {
		return
	}
	if !c.fragment || c.au == nil {
		c.spoil()
		return
	}
	if err := c.au.Extend(piece); err != nil {
		c.spoil()
	}
}

// firstSlice tells whether a slice is the first of its picture: first_mb_in_slice is 0, a single bit in H.264; H.265 has a flag there.
func (c *picture) firstSlice(nal, rest []byte) bool {
	if len(nal) > c.naming.headerSize {
		rest = nal[c.naming.headerSize:]
	}
	return len(rest) > 0 && rest[0]&0x80 != 0
}

// spoil drops the picture and what follows of it.
func (c *picture) spoil() {
	c.drop()
	c.spoiled = true
	c.track.spoil()
}

// drop forgets what was gathered.
func (c *picture) drop() {
	if c.au != nil {
		c.au.Release()
	}
	c.au, c.slices, c.checked, c.fragment = nil, 0, 0, false
}

// close hands the picture on, or keeps it open where no slice has come yet.
func (c *picture) close() error {
	c.fragment = false
	if c.au == nil {
		return nil
	}
	c.split()
	if c.au == nil || c.slices == 0 {
		return nil
	}
	au := c.au
	c.au, c.slices, c.checked, c.torn = nil, 0, 0, false
	c.usual += (min(au.Size(), 2*c.usual+1024) - c.usual) / 4
	return c.track.emit(au, c.ticks, c.arrival)
}

// split makes NAL units of what start codes (ISO/IEC 14496-10 annex B) separate: some devices pack several NAL units, or a whole picture
// with its start codes, into one RTP payload or one run of fragments. Within a NAL unit a start code cannot occur.
func (c *picture) split() {
	all := c.startCode || c.probed < probePictures
	c.probed = min(c.probed+1, probePictures)
	found := false
	for _, nal := range c.au.Units[c.checked:] {
		if (all || !c.naming.slice(nal)) && bytes.Contains(nal, startCode) {
			found = true
			break
		}
	}
	c.checked = len(c.au.Units)
	if !found {
		return
	}
	c.startCode = true
	whole := c.au
	c.au, c.slices = nil, 0
	c.torn = false
	for _, nal := range whole.Units {
		for rest := nal; rest != nil; {
			nal, rest = cutStartCode(rest)
			c.add(nal)
		}
	}
	whole.Release()
	if c.au != nil {
		c.checked = len(c.au.Units)
	}
}

// cutStartCode returns what lies before the first start code, without trailing zeros, and what lies behind it; rest is nil where there is
// none.
func cutStartCode(b []byte) (nal, rest []byte) {
	nal, rest, found := bytes.Cut(b, startCode)
	if !found {
		return nal, nil
	}
	return bytes.TrimRight(nal, "\x00"), rest
}
