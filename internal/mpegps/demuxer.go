package mpegps

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"mediapusher/internal/media"
)

var (
	// ErrPrivate is the start of Hikvision's old private container ("4HKH"), which is no program stream.
	ErrPrivate = errors.New("old private container of Hikvision, not a program stream")
	// ErrCodec is video of a coding that is neither H.264 nor H.265; the text names it.
	ErrCodec = errors.New("video coding not carried")
)

// The ID of each track.
const (
	videoTrack = 0
	audioTrack = 1
)

// Demuxer is a push parser of one program stream. It is not safe for concurrent use.
//
// Video is H.264 or H.265, in the first video stream (E0 to EF) that has a coding we carry; audio is AAC in ADTS or G.711, in the
// first such stream of C0 to DF. The PSM (program stream map) says what they are; where it is missing or wrong the NAL units do, and where
// it is missing the ADTS headers, or the head that Hikvision's SDK puts before the stream.
//
// PTS are those of the stream, unwrapped to 64 bit. A picture that has none lies one frame after the one before. Where a video stream
// has no PTS at all, the clock reference of the pack headers (SCR) stands for it, and where that stands still, the time of arrival.
// Audio without PTS goes on by its samples.
type Demuxer struct {
	emit    func(*media.AccessUnit) error
	now     func() time.Time
	arrival time.Time // of the bytes that Write has
	failed  error     // ErrPrivate or ErrCodec

	place place
	head  [maxHeader]byte // a header that is cut across pieces
	have  int
	left  int  // bytes of the payload that are to come
	open  bool // the payload ends at the next start code instead (PES_packet_length 0)
	scan  scanner

	scr      int64
	lastPack [packSize]byte
	psm      programMap
	wall     wallClock
	video    video
	audio    audio
	stats    Stats
}

// place is what the next byte of the stream belongs to.
type place uint8

const (
	atHeader place = iota
	inVideo
	inAudio
	inOther // a payload that nobody wants
	lost    // the structure is lost: the next pack header is sought
)

// Stats says what a Demuxer has met. The numbers count from New.
type Stats struct {
	// Resyncs counts the times the structure was lost, Skipped the bytes passed over until it was found again.
	Resyncs, Skipped uint64
	// Units counts access units given out, Dropped those begun and given up: damaged, too large, or of a coding not known yet.
	Units, Dropped uint64
	// Ignored names the codings of streams that are dropped, "MPEG audio".
	Ignored []string
	// Width and Height in pixels and FrameTicks in 1/90000 s are what the recorder declares of its video in the PSM (VIDEO
	// descriptor); 0 where it does not. The SPS is what counts.
	Width, Height, FrameTicks int
}

// maxIgnored is the ceiling for Stats.Ignored: streams of a PSM have at most 48 ids.
const maxIgnored = 48

// New returns a Demuxer that gives each access unit, and the ownership of it, to emit. Units of a track come in the order of the
// stream, each when its end has been seen, which for video is the begin of the next picture; see Idle.
func New(emit func(*media.AccessUnit) error) *Demuxer {
	d := &Demuxer{emit: emit, now: time.Now}
	d.video.d, d.audio.d = d, d
	return d
}

// Write takes the next piece of the stream, cut anywhere, and keeps no part of it. It returns the error of emit as it is, and errors
// that errors.Is finds as ErrPrivate and ErrCodec, again at each call until Reset. Damaged data is no error. After an error of emit
// the rest of p is lost.
func (d *Demuxer) Write(p []byte) error {
	d.arrival = d.now()
	return d.feed(p)
}

func (d *Demuxer) feed(p []byte) error {
	for len(p) > 0 {
		if d.failed != nil {
			return d.failed
		}
		var err error
		switch d.place {
		case atHeader:
			p, err = d.gather(p)
		case inVideo:
			p, err = d.writeVideo(p)
		case inAudio, inOther:
			p, err = d.pass(p)
		case lost:
			p = d.seek(p)
		}
		if err != nil {
			return err
		}
	}
	return d.failed
}

// Flush gives out the last unit at the end of the stream. A unit in the middle of which the stream ends is dropped. It returns the
// error of emit, ErrPrivate and ErrCodec as Write does. More of the stream may follow.
func (d *Demuxer) Flush() error {
	where, cut := d.place, d.left > 0
	d.place, d.have, d.left, d.scan = atHeader, 0, 0, scanner{}
	switch {
	case where == inAudio && d.open:
		if err := d.audio.finish(); err != nil {
			return err
		}
	case where == inVideo && !d.open && cut:
		d.video.drop()
	}
	d.open = false
	d.audio.drop()
	if err := d.video.flush(); err != nil {
		return err
	}
	return d.failed
}

// Reset tells that data was lost: what is begun is dropped, and nothing is given out before the next pack header. The next unit of
// each track is Lost.
func (d *Demuxer) Reset() {
	d.failed = nil
	d.have, d.left, d.open, d.scan = 0, 0, false, scanner{}
	d.place = lost
	d.video.drop()
	d.audio.drop()
	d.video.lost, d.audio.lost = true, true
}

// Stats returns the counts so far.
func (d *Demuxer) Stats() Stats {
	s := d.stats
	s.Ignored = slices.Clone(s.Ignored)
	return s
}

// AudioPromised tells whether the PSM lists an audio stream of a coding that is carried, or where none has come, whether Hikvision's head
// names such a coding.
func (d *Demuxer) AudioPromised() bool {
	if d.psm.videoID|d.psm.audioID == 0 {
		return d.audio.head.codec != media.CodecUnknown
	}
	return d.psm.audioCodec != media.CodecUnknown
}

// gather takes a header, at once where it lies whole in p.
func (d *Demuxer) gather(p []byte) ([]byte, error) {
	if d.have == 0 {
		n := headerSize(p)
		if n <= len(p) {
			return p[n:], d.take(p[:n])
		}
		d.have = copy(d.head[:], p)
		return nil, nil
	}
	for {
		n := headerSize(d.head[:d.have])
		if n <= d.have {
			break
		}
		got := copy(d.head[d.have:n], p)
		d.have += got
		p = p[got:]
		if d.have < n {
			return nil, nil
		}
	}
	n := d.have
	d.have = 0
	return p, d.take(d.head[:n])
}

// take acts on a header that lies whole in b.
func (d *Demuxer) take(b []byte) error {
	kind := kindOf(b)
	switch kind {
	case packHeader:
		d.scr = systemClock(b)
		copy(d.lastPack[:], b)
		d.video.pack()
	case hikHead:
		d.video.pack()
		d.audio.head = hikSoundOf(b)
	case hikPrivate:
		d.failed = ErrPrivate
	case programStreamMap:
		return d.takeMap(b)
	case videoPES, audioPES:
		if h, ok := parsePES(b); ok {
			return d.takePES(kind, h)
		}
		return d.damageAt(b)
	case otherPacket:
		d.left = int(binary.BigEndian.Uint16(b[4:])) - (len(b) - 6)
		if d.open = d.left == 0 && b[3] != idSystemHeader; d.open || d.left > 0 {
			d.place = inOther
		}
	case endCode:
	case noHeader:
		return d.damageAt(b)
	}
	return nil
}

// damageAt is damage where b stands in the place of a header: a pack header all the same ends the picture before it.
func (d *Demuxer) damageAt(b []byte) error {
	if nearlyPack(b, &d.lastPack) {
		d.video.pack()
	}
	return d.damage(b)
}

func (d *Demuxer) takePES(kind headerKind, h pesHeader) error {
	d.left, d.open = h.payload, h.open
	wanted := inOther
	switch {
	case kind == videoPES && d.video.wants(h.id) && d.video.late(h):
		d.video.lost, d.video.uneven = true, true
	case kind == videoPES && d.video.wants(h.id):
		wanted = inVideo
		if err := d.video.pes(h); err != nil {
			return err
		}
	case kind == audioPES && d.audio.wants(h.id):
		wanted = inAudio
		d.audio.pes(h)
	}
	if d.place = wanted; d.left == 0 && !d.open {
		d.place = atHeader
		if wanted == inAudio {
			return d.audio.finish()
		}
	}
	return nil
}

// writeVideo takes payload of the video stream.
func (d *Demuxer) writeVideo(p []byte) ([]byte, error) {
	in := p
	if !d.open {
		in = p[:min(len(p), d.left)]
	}
	rest, system, err := d.video.write(in)
	switch {
	case errors.Is(err, media.ErrUnitTooLarge):
		d.left = 0
		return p, d.damage(nil)
	case err != nil:
		return nil, err
	case system && d.open:
		d.place, d.open = atHeader, false
		d.have = copy(d.head[:], startCode)
		return rest, nil
	case system: // the length was wrong
		p = p[len(in)-len(rest):]
		d.left = 0
		err = d.damage(nil)
		d.scan.have = len(startCode)
		return p, err
	case !d.open:
		if d.left -= len(in); d.left == 0 {
			d.place = atHeader
		}
	}
	return p[len(in):], nil
}

// pass takes payload of the audio stream, or of one that nobody wants. A whole pack header within says that the length was wrong.
func (d *Demuxer) pass(p []byte) ([]byte, error) {
	in := p
	if !d.open {
		in = p[:min(len(p), d.left)]
	}
	n, found := d.scan.find(in)
	if d.place == inAudio && !d.audio.add(in[:n]) {
		d.left = 0
		return p[n:], d.damage(nil)
	}
	if !d.open {
		d.left -= n
	}
	switch {
	case found && d.open:
		return p[n:], d.endOpen()
	case found:
		pack := d.scan
		d.video.pack()
		err := d.damage(nil)
		d.scan = pack
		d.found()
		return p[n:], err
	case !d.open && d.left == 0:
		audio := d.place == inAudio
		d.place, d.scan = atHeader, scanner{}
		if audio {
			return p[n:], d.audio.finish()
		}
	}
	return p[n:], nil
}

// endOpen ends a payload of open length, other than video, at a pack header.
func (d *Demuxer) endOpen() error {
	audio := d.place == inAudio
	size := d.scan.have
	d.found()
	d.open = false
	if !audio {
		return nil
	}
	d.audio.takeBack(size)
	return d.audio.finish()
}

// found goes on behind the pack header that the scanner holds.
func (d *Demuxer) found() {
	d.place = atHeader
	d.have = copy(d.head[:], d.scan.head[:d.scan.have])
	d.scan = scanner{}
}

// seek looks for the next pack header.
func (d *Demuxer) seek(p []byte) []byte {
	n, found := d.scan.find(p)
	d.stats.Skipped += uint64(n)
	if found {
		d.stats.Skipped -= min(d.stats.Skipped, uint64(d.scan.have))
		d.found()
	}
	return p[n:]
}

// damage gives up what is begun, unless it is known to be complete, and looks for the next pack header from b on.
func (d *Demuxer) damage(b []byte) error {
	d.stats.Resyncs++
	d.place, d.have, d.left, d.open, d.scan = lost, 0, 0, false, scanner{}
	err := d.video.abandon()
	d.audio.drop()
	d.video.lost, d.audio.lost = true, true
	if err != nil || len(b) == 0 {
		return err
	}
	d.stats.Skipped++
	var again [maxHeader]byte // b may lie in head
	return d.feed(again[:copy(again[:], b[1:])])
}

// give hands a unit out.
func (d *Demuxer) give(au *media.AccessUnit) error {
	d.stats.Units++
	return d.emit(au)
}

// ignore names a coding that is dropped.
func (d *Demuxer) ignore(coding string) {
	if !slices.Contains(d.stats.Ignored, coding) && len(d.stats.Ignored) < maxIgnored {
		d.stats.Ignored = append(d.stats.Ignored, coding)
	}
}

// pts unwraps a PTS of the video, the sound's clock helping where it is the first.
func (d *Demuxer) pts(raw int64) int64 {
	if c := &d.audio.clock; c.started && !c.samples {
		d.video.clock.near(c.lastRaw)
	}
	return d.video.clock.at(raw)
}

// refuse ends the work: nothing of this stream can be carried.
func (d *Demuxer) refuse(coding string) { d.failed = fmt.Errorf("%w: %s", ErrCodec, coding) }
