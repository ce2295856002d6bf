package dhav

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mediapusher/internal/media"
)

// ErrCodec is wrapped by the error of Write and Flush where the pictures are in a coding that the road does not carry: MPEG-4, MJPEG, or
// one whose number is not known.
var ErrCodec = errors.New("video coding not carried")

// Demuxer finds the frames in a DHAV stream. The end of what could not be taken yet is kept, at most twice the largest frame (8 MiB).
//
// It is not safe for concurrent use.
type Demuxer struct {
	emit func(*media.AccessUnit) error

	// pending[start:] has been seen and not taken; need is what it must grow to before there is more to say.
	pending []byte
	start   int
	need    int

	sums    sums
	headed  bool // the sum of a whole frame's header was right once: from there on it must be
	lost    bool // bytes are being skipped, or the stream has just been reset
	numbers numbers
	video   video
	audio   audio
	arrival time.Time
	stats   Stats
}

// New returns a Demuxer that gives access units to emit, and the ownership of them. Their tracks have the ID 0 (video) and 1 (audio);
// the description changes with a key frame or with the tags of sound. PTS counts from about zero. Wall is the device's date refined by its
// counter, where the date is one. emit is called by the goroutine that calls Write and Flush.
func New(emit func(*media.AccessUnit) error) *Demuxer {
	return &Demuxer{emit: emit}
}

// Write takes the next bytes of the stream, cut anywhere, and keeps no part of p. It returns the error of emit, behind which the stream
// must not go on, or one that wraps ErrCodec.
func (d *Demuxer) Write(p []byte) error {
	d.arrival = time.Now()
	d.stats.Bytes += uint64(len(p))
	for d.start < len(d.pending) {
		if missing := d.need - (len(d.pending) - d.start); missing > 0 {
			n := min(missing, len(p))
			d.keep(p[:n])
			if p = p[n:]; n < missing {
				return nil
			}
		}
		n, err := d.take(d.pending[d.start:])
		if d.start += n; d.start == len(d.pending) {
			d.pending, d.start = d.pending[:0], 0
		}
		if err != nil {
			return err
		}
	}
	// Frames that lie in p as a whole are taken from there.
	n, err := d.take(p)
	if err != nil {
		return err
	}
	d.keep(p[n:])
	return nil
}

// Flush says that the stream is at its end: what is pending is no whole frame, but may have some in it. It returns what Write returns.
func (d *Demuxer) Flush() error {
	for d.start < len(d.pending) {
		d.skip(1)
		d.start++
		n, err := d.take(d.pending[d.start:])
		d.start += n
		if err != nil {
			return err
		}
	}
	d.pending, d.start = d.pending[:0], 0
	return nil
}

// Reset says that bytes are missing before the next Write: what is pending is dropped and the next unit of each track is Lost.
func (d *Demuxer) Reset() {
	d.stats.Skipped += uint64(len(d.pending) - d.start)
	d.pending, d.start, d.lost = nil, 0, true
	d.numbers.newest = nil
	d.video.reset()
	d.audio.reset()
}

// Stats returns the counters. The notes are the caller's.
func (d *Demuxer) Stats() Stats {
	stats := d.stats
	stats.Notes = slices.Clone(stats.Notes)
	return stats
}

// keep appends to pending. What was taken is moved over where there is at least as much of it as is left, so that a byte moves once on
// average.
func (d *Demuxer) keep(p []byte) {
	if len(p) == 0 {
		return
	}
	if left := len(d.pending) - d.start; d.start > 0 && d.start >= left {
		copy(d.pending, d.pending[d.start:])
		d.pending, d.start = d.pending[:left], 0
	}
	if room := d.need - (len(d.pending) - d.start); room > 0 {
		d.pending = slices.Grow(d.pending, room)
	}
	d.pending = append(d.pending, p...)
}

// take takes the frames at the beginning of b and returns how many bytes are done with. Less than all means that the rest must grow to
// need bytes.
func (d *Demuxer) take(b []byte) (n int, err error) {
	for n < len(b) {
		if at := findMagic(b[n:]); at > 0 {
			d.skip(at)
			n += at
			continue
		}
		rest := b[n:]
		if d.need = headerSize; len(rest) < d.need {
			return n, nil
		}
		h, ok := readHeader(rest)
		if !ok || !h.summed && d.headed {
			d.skip(1)
			n++
			continue
		}
		if d.need = h.length; len(rest) < d.need {
			return n, nil
		}
		frame := rest[:h.length]
		if !trailed(frame) {
			d.stats.Damaged++
			d.skip(1)
			n++
			continue
		}
		n += h.length
		d.headed = d.headed || h.summed
		if err := d.frame(&h, frame); err != nil {
			return n, err
		}
	}
	return n, nil
}

// findMagic returns where a frame may begin in b; its end counts where the magic may go on behind it.
func findMagic(b []byte) int {
	if strings.HasPrefix(magic, string(b[:min(len(b), len(magic))])) {
		return 0
	}
	if at := bytes.Index(b, []byte(magic)); at >= 0 {
		return at
	}
	at := max(len(b)-len(magic)+1, 0)
	for !strings.HasPrefix(magic, string(b[at:])) {
		at++
	}
	return at
}

// skip counts bytes that belong to no frame.
func (d *Demuxer) skip(n int) {
	d.stats.Skipped += uint64(n)
	if !d.lost && d.stats.Frames > 0 {
		d.stats.Resyncs++
	}
	d.lost = true
}

// frame takes one whole frame.
func (d *Demuxer) frame(h *header, frame []byte) error {
	skipped := d.lost && d.stats.Frames > 0
	d.lost = false
	d.stats.Frames++
	d.stats.Ended = false
	extension, payload := frame[headerSize:headerSize+h.tags], frame[headerSize+h.tags:len(frame)-trailerSize]
	if skipped {
		// Whatever counts with the same numbers may have lost something.
		d.video.skipped, d.audio.skipped = true, true
	}
	switch h.kind {
	case typeKey, typeInter:
		d.follow(&d.video.group, h)
		return d.picture(h, readTags(extension), payload)
	case typeAudio:
		d.follow(&d.audio.group, h)
		return d.sound(h, readTags(extension), payload)
	case typeJPEG:
		if d.video.track == nil || d.video.jpeg {
			return fmt.Errorf("%w: MJPEG", ErrCodec)
		}
		d.video.jpeg = true
		d.note("a JPEG picture between others left out")
	case typeEnd:
		// What comes behind it, if anything, counts anew.
		d.video.sequence, d.audio.sequence, d.numbers = sequence{}, sequence{}, numbers{}
		d.stats.Ended = true
	case typeData, typeSkip:
	default:
		d.note("frames of type 0x%02x left out", h.kind)
	}
	return nil
}

// give hands a unit on.
func (d *Demuxer) give(au *media.AccessUnit) error {
	d.stats.Units++
	return d.emit(au)
}

// note keeps words for the operator, once.
func (d *Demuxer) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if len(d.stats.Notes) < maxNotes && !slices.Contains(d.stats.Notes, text) {
		d.stats.Notes = append(d.stats.Notes, text)
	}
}
