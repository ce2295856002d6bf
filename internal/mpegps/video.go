package mpegps

import (
	"time"

	"mediapusher/internal/media"
)

const (
	// packedPictures is how many packs must begin in the middle of a picture before a stream is taken for one that cuts its pictures
	// into packs.
	packedPictures = 3
	// regularPacks is how many packs must begin with a PTS before each is taken for a picture.
	regularPacks = 8
)

// video makes access units of one video stream.
//
// A recorder gives each picture a pack header, a PTS and packets of its own: what has one PTS is one unit. A multiplexer that follows
// the standard to the letter fills packets of a size with pictures, and the PTS is that of the first picture that begins in a packet;
// there the NAL units tell where a picture begins.
type video struct {
	d     *Demuxer
	id    byte
	track *media.Track // nil where the coding is not known
	split media.AnnexB

	au      *media.AccessUnit // the unit that is begun
	suspect string            // the coding that the PSM before it named, where it is not carried
	kind    int               // 1 where a PSM came before it
	dated   bool              // its PTS is set
	timed   bool              // its PTS is from the stream
	picture bool              // it has part of a picture
	clean   int               // its size when the last packet began; -1 where a start code had begun before
	arrival time.Time         // of its last byte
	size    [2]int            // of the last units, by kind

	heading bool // a start code has come, what follows is not known yet
	held    [nalHead]byte
	nHeld   int

	waiting  [2]int64 // PTS of units that are to begin
	nWaiting int
	clock    unwrapper
	lastPTS  int64 // of the unit begun last
	began    time.Time
	begun    bool // there is one
	clockSet bool // a PTS has come on this stream

	aligned bool // the packet with the last PTS had data_alignment_indicator
	newPack bool // a pack header has come since the last packet
	packs   bool // a pack header has come since the unit began
	packed  int  // packs that began in a picture
	regular int  // packs, of the last ones, that began with a PTS
	ended   bool // a pack header says that the unit is complete

	payload, longest int  // of the last packet, and the most of one
	hurried          bool // the last unit was given out before the next has begun
	uneven           bool // short packets need not end a picture: there are several slices in one, or packets of any size

	lost    bool
	mapped  int    // kind of the next unit
	foreign string // suspect of the next unit
	strikes int
}

// wants tells whether packets with this id are ours.
func (v *video) wants(id byte) bool {
	if v.id == 0 {
		if listed := v.d.psm.videoID; listed != 0 && listed != id {
			return false
		}
		v.id = id
	}
	return v.id == id
}

// pack notes a pack header.
func (v *video) pack() {
	v.newPack, v.packs = true, true
	v.ended = v.packed < packedPictures
}

// pes begins a packet.
func (v *video) pes(h pesHeader) error {
	if v.heading && v.nHeld > 0 && decided(v.codec(), v.held[:v.nHeld]) {
		if err := v.release(); err != nil {
			return err
		}
	}
	var pts int64
	if h.stamped {
		pts = v.d.pts(h.pts)
	}
	v.uneven = v.uneven || v.ending() && (!h.stamped || v.expects(pts))
	v.learn(h)
	if another := h.stamped && !v.expects(pts); h.aligned && (another || !h.stamped && v.newPack && v.regular >= regularPacks) {
		// Not even a damaged start code makes this part of the unit before.
		if err := v.flush(); err != nil {
			return err
		}
	}
	v.newPack, v.ended, v.hurried = false, false, false
	v.payload, v.longest = h.payload, max(v.longest, h.payload)
	if v.au == nil {
		v.open()
	}
	started := v.heading || v.split.Pending() && !h.aligned
	v.clean = v.au.Size()
	if started {
		v.clean = -1
	}
	if h.stamped {
		v.aligned, v.clockSet = h.aligned, true
		v.stamp(pts, started)
	}
	return nil
}

// learn finds out whether each pack is a picture.
func (v *video) learn(h pesHeader) {
	switch {
	case !v.newPack:
	case h.stamped:
		v.regular = min(v.regular+1, 2*regularPacks)
	default:
		v.regular = max(v.regular-regularPacks/2, 0)
		if !h.aligned && v.clockSet && v.packed < packedPictures {
			v.packed++
		}
	}
}

// open begins a unit.
func (v *video) open() {
	v.au = media.NewAccessUnit(v.track)
	v.suspect, v.foreign = v.foreign, ""
	v.kind, v.mapped = v.mapped, 0
	v.au.Reserve(v.size[v.kind])
	v.dated, v.timed, v.picture, v.packs, v.clean = false, false, false, false, 0
}

// finish gives the unit out. It leaves the place in the byte stream as it is.
func (v *video) finish() error {
	au := v.au
	v.au = nil
	if au == nil {
		return nil
	}
	if len(au.Units) == 0 {
		au.Release()
		return nil
	}
	v.size[v.kind] = au.Size()
	if !v.judge(au) {
		v.d.stats.Dropped++
		au.Release()
		return nil
	}
	au.Track, au.Arrival, au.Wall = v.track, v.arrival, v.d.wall.at(au.PTS)
	au.Lost, v.lost = v.lost, false
	return v.d.give(au)
}

// flush ends the unit at the end of the stream.
func (v *video) flush() error {
	if v.au == nil {
		v.forget()
		return nil
	}
	for v.heading && v.nHeld > 0 {
		if err := v.release(); err != nil {
			v.drop()
			return nil //nolint:nilerr // a unit that is too large at its very end is dropped like any other
		}
	}
	err := v.finish()
	v.forget()
	return err
}

// abandon ends the unit where the structure is lost.
func (v *video) abandon() error {
	if v.ended {
		return v.flush()
	}
	v.drop()
	return nil
}

// drop gives up what is begun.
func (v *video) drop() {
	if v.au != nil {
		if len(v.au.Units) > 0 {
			v.d.stats.Dropped++
		}
		v.au.Release()
		v.au = nil
	}
	v.forget()
}

// forget leaves the byte stream.
func (v *video) forget() {
	v.split.Reset()
	v.heading, v.nHeld, v.nWaiting = false, 0, 0
	v.ended, v.newPack, v.packs, v.picture, v.dated, v.timed = false, false, false, false, false, false
}
