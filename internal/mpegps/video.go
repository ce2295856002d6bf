package mpegps

import (
	"slices"
	"time"

	"mediapusher/internal/media"
)

const (
	// packedPictures is how many packs must begin in the middle of a picture before a stream is taken for one that cuts its pictures
	// into packs.
	packedPictures = 3
	// regularPacks is how many packs must begin with a PTS before each is taken for a picture.
	regularPacks = 8
	// defaultStep is the time of a picture without PTS behind the one before where nothing tells it: 25 pictures a second.
	defaultStep = 3600
	// foreignStrikes is how many key frames must show no parameter sets of H.264 or H.265 before a PSM that calls the coding something
	// else is believed against pictures that came before.
	foreignStrikes = 2
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

// codec is the coding in force.
func (v *video) codec() media.Codec {
	if v.track == nil {
		return media.CodecUnknown
	}
	return v.track.Codec
}

// declare takes what a PSM says. The pictures have the last word.
func (v *video) declare(m programMap) error {
	if m.videoID == 0 {
		return nil
	}
	var err error
	if v.id != m.videoID || m.videoCodec != media.CodecUnknown && m.videoCodec != v.codec() {
		err = v.flush()
		v.id = m.videoID
	}
	v.mapped, v.foreign = 1, ""
	switch {
	case m.videoCodec != media.CodecUnknown:
		v.use(m.videoCodec)
	case m.videoKnown && v.track == nil:
		v.d.refuse(m.videoName)
	default:
		v.foreign = m.videoName
	}
	return err
}

// use makes a track of a coding, unless it is in force.
func (v *video) use(codec media.Codec) {
	if v.codec() != codec {
		v.track = &media.Track{ID: videoTrack, Codec: codec}
	}
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

// expects tells whether a PTS is that of the unit, or of one that is to begin.
func (v *video) expects(pts int64) bool {
	if v.nWaiting > 0 {
		return v.waiting[v.nWaiting-1] == pts
	}
	return v.au != nil && v.timed && v.au.PTS == pts
}

// stamp notes the PTS of the unit that begins in this packet; where the last packet ended within a start code, the PTS before is for the
// unit that began there.
func (v *video) stamp(pts int64, started bool) {
	switch {
	case v.expects(pts):
	case v.nWaiting == 1 && started:
		v.waiting[1], v.nWaiting = pts, 2
	default:
		v.waiting[0], v.nWaiting = pts, 1
	}
}

// write takes payload. It stops at the start code of another packet, and returns what is behind the 00 00 01.
func (v *video) write(p []byte) (rest []byte, system bool, err error) {
	v.arrival = v.d.arrival
	for len(p) > 0 {
		if v.heading && v.nHeld == 0 && p[0] >= idEnd {
			v.heading = false
			return p, true, nil
		}
		switch {
		case v.heading && (v.nHeld > 0 || len(p) < nalHead):
			n := copy(v.held[v.nHeld:], p)
			v.nHeld += n
			p = p[n:]
			if v.nHeld < nalHead {
				return nil, false, nil
			}
			if err := v.release(); err != nil {
				return nil, false, err
			}
			continue
		case v.heading:
			v.heading = false
			if err := v.nal(p[:nalHead]); err != nil {
				return nil, false, err
			}
		}
		if p, v.heading, err = v.split.Next(v.au, p); err != nil {
			return nil, false, err
		}
	}
	return nil, false, nil
}

// release copies the bytes that were held.
func (v *video) release() error {
	held, n := v.held, v.nHeld
	v.heading, v.nHeld = false, 0
	if err := v.nal(held[:n]); err != nil {
		return err
	}
	var err error
	_, v.heading, err = v.split.Next(v.au, held[:n])
	return err
}

// nal looks at the first bytes of a NAL unit, which begins an access unit or goes on with one.
func (v *video) nal(h []byte) error {
	codec := v.codec()
	if found := sniff(h); codec == media.CodecUnknown && found != codec {
		codec = found
		v.use(codec)
		v.picture = slices.ContainsFunc(v.au.Units, func(nal []byte) bool {
			part, _ := slice(codec, nal)
			return part
		})
	}
	if v.au.Size() > 0 && v.begins(codec, h) {
		if err := v.finish(); err != nil {
			return err
		}
		v.open()
	}
	if v.au.Size() == 0 {
		v.time()
	}
	if part, _ := slice(codec, h); part {
		v.picture = true
	}
	return nil
}

// begins tells whether a NAL unit is the first of an access unit.
func (v *video) begins(codec media.Codec, h []byte) bool {
	part, first := slice(codec, h)
	own := v.packed < packedPictures && (v.picture || codec == media.CodecUnknown) && (first || !part)
	if v.nWaiting > 0 && v.au.Size() == v.clean && (v.aligned || own) {
		return true
	}
	bySyntax := !v.aligned || v.packed >= packedPictures || v.packs || v.nWaiting > 0 || !v.clockSet
	return bySyntax && v.picture && leads(codec, h)
}

// open begins a unit.
func (v *video) open() {
	v.au = media.NewAccessUnit(v.track)
	v.suspect, v.foreign = v.foreign, ""
	v.kind, v.mapped = v.mapped, 0
	v.au.Reserve(v.size[v.kind])
	v.dated, v.timed, v.picture, v.packs, v.clean = false, false, false, false, 0
}

// time gives the unit that begins its PTS.
func (v *video) time() {
	switch {
	case v.nWaiting > 0:
		v.au.PTS, v.timed = v.waiting[0], true
		v.waiting[0] = v.waiting[1]
		v.nWaiting--
		v.d.wall.picture(v.au.PTS)
	case v.dated: // before, and no bytes have come since
		return
	case v.clockSet:
		v.au.PTS = v.lastPTS + v.step()
	default:
		v.au.PTS = v.untimed()
	}
	v.dated, v.lastPTS, v.begun, v.began = true, v.au.PTS, true, v.d.arrival
}

func (v *video) step() int64 {
	if ticks := int64(v.d.stats.FrameTicks); ticks > 0 && ticks < secondTicks {
		return ticks
	}
	return defaultStep
}

// untimed is the PTS of a picture in a stream without any: the clock of the pack, or else of the arrival.
func (v *video) untimed() int64 {
	scr := v.clock.at(v.d.scr)
	if !v.begun || scr > v.lastPTS {
		return scr
	}
	waited := v.d.arrival.Sub(v.began)
	return v.lastPTS + max(1, int64(waited*secondTicks/time.Second))
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

// judge finds out the coding where the PSM is missing or wrong. It tells whether the unit can be given out.
func (v *video) judge(au *media.AccessUnit) bool {
	if codec := sniffUnit(au); codec != media.CodecUnknown {
		v.use(codec)
		v.strikes = 0
		return true
	}
	switch {
	case v.suspect != "":
		if v.strikes++; v.strikes >= foreignStrikes || v.track == nil {
			v.d.refuse(v.suspect)
		}
		v.lost = true
		return false
	case v.track == nil && au.Units[0][0] >= olderStartCode:
		if v.strikes++; v.strikes >= foreignStrikes {
			v.d.refuse("MPEG-1, MPEG-2 or MPEG-4 video")
		}
		return false
	}
	return v.track != nil
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
