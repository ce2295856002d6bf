package rtspsource

import (
	"time"

	"mediapusher/internal/media"
)

// The length of an AAC frame on the clock of its core decoder (ISO/IEC 14496-3 section 4.5.1.1).
const (
	aacFrameSamples      = 1024
	aacShortFrameSamples = 960
)

// aacLayout is how RFC 3640 section 3.2.1 lays out the AU headers of a stream, in bits.
type aacLayout struct {
	size, index, indexDelta int
}

// valid tells whether the layout can be read: every header has a size, and none is larger than RFC 3640's modes need.
func (l aacLayout) valid() bool {
	return l.size > 0 && l.size <= 16 && l.index >= 0 && l.index <= 16 && l.indexDelta >= 0 && l.indexDelta <= 16
}

// aac depacketises RFC 3640: several whole frames in a packet, or one frame over several packets.
type aac struct {
	track      *track
	layout     aacLayout
	frameTicks int64 // a frame's length on the RTP clock

	// A frame that goes on in the next packet, and the bytes still to come.
	au      *media.AccessUnit
	ticks   int64
	missing int
}

// drop implements depacketiser.
func (d *aac) drop() {
	if d.au != nil {
		d.au.Release()
		d.au = nil
	}
}

func (d *aac) push(p *packet) error {
	if len(p.payload) < 2 {
		d.spoil()
		return nil
	}
	bits := int(p.payload[0])<<8 | int(p.payload[1])
	headers := p.payload[2:]
	if size := (bits + 7) / 8; bits > 0 && size <= len(headers) {
		data := headers[size:]
		return d.units(p, headers[:size], bits, data)
	}
	d.spoil()
	return nil
}

// units walks through the AU headers and the data behind them.
func (d *aac) units(p *packet, headers []byte, bits int, data []byte) error {
	r := bitReader{b: headers, end: bits}
	ticks := d.track.extended
	if d.au != nil {
		size, _ := r.read(d.layout.size)
		if !p.lost && ticks == d.ticks && size == d.au.Size()+d.missing {
			return d.continued(p, data)
		}
		d.spoil()
		r = bitReader{b: headers, end: bits}
	}
	skip := d.layout.index
	for n := 0; ; n++ {
		size, ok := r.read(d.layout.size)
		if !ok {
			return nil
		}
		index, _ := r.read(skip)
		if n > 0 {
			ticks += d.frameTicks * int64(index+1)
		}
		skip = d.layout.indexDelta
		if size > len(data) {
			if n == 0 {
				d.begin(data, size, ticks)
			} else {
				d.spoil()
			}
			return nil
		}
		if err := d.frame(data[:size], ticks, p.arrival); err != nil {
			return err
		}
		data = data[size:]
	}
}

// frame hands on a whole frame.
func (d *aac) frame(b []byte, ticks int64, arrival time.Time) error {
	if b = stripADTS(b); len(b) == 0 {
		return nil
	}
	return d.track.emit(d.track.unit(b), ticks, arrival)
}

// begin takes the first piece of a frame of size bytes.
func (d *aac) begin(b []byte, size int, ticks int64) {
	d.au, d.ticks, d.missing = d.track.unit(b), ticks, size-len(b)
}

// continued takes the next piece.
func (d *aac) continued(p *packet, b []byte) error {
	fits := len(b) <= d.missing && d.au.Extend(b) == nil
	if !fits {
		d.spoil()
		return nil
	}
	if d.missing -= len(b); d.missing > 0 {
		return nil
	}
	au := d.au
	d.au = nil
	return d.track.emit(au, d.ticks, p.arrival)
}

func (d *aac) spoil() {
	d.drop()
	d.track.spoil()
}

// stripADTS cuts off an ADTS header (ISO/IEC 13818-7 section 6.2) that some cameras leave on. Its sync word cannot begin a raw frame:
// that would be an end element with data behind it.
func stripADTS(b []byte) []byte {
	if len(b) < 7 || b[0] != 0xff || b[1]&0xf6 != 0xf0 {
		return b
	}
	if size := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5; size != len(b) {
		return b
	}
	if b[1]&1 == 0 && len(b) >= 9 {
		return b[9:]
	}
	return b[7:]
}

// bitReader reads bit fields from the most significant bit on.
type bitReader struct {
	b        []byte
	pos, end int // in bits; end lies within b
}

// read takes n bits, at most 32. ok is false where fewer are left.
func (r *bitReader) read(n int) (v int, ok bool) {
	if n > r.end-r.pos {
		r.pos = r.end
		return 0, false
	}
	for range n {
		v = v<<1 | int(r.b[r.pos>>3]>>(7-r.pos&7))&1
		r.pos++
	}
	return v, true
}
