package mpegps

import (
	"bytes"

	"mediapusher/internal/adts"
	"mediapusher/internal/media"
)

const (
	// maxAudio is the ceiling for the bytes of one audio packet, and what was left of the one before.
	maxAudio = 1 << 17
	// maxGuesses is how many packets may begin within a frame, or come before the PSM.
	maxGuesses = 8
	// g711Rate is the sampling rate where nothing declares one, maxG711Rate the highest that is believed.
	g711Rate, maxG711Rate = 8000, 48000
)

// audio makes access units of one audio stream. A packet is gathered whole: it is small, and the frames in it follow no borders.
type audio struct {
	d     *Demuxer
	id    byte
	codec media.Codec // as the PSM says, or as the data say where there is none
	track *media.Track
	aac   adts.Format // of the track
	hik   hikAudio
	head  hikSound
	clock audioClock

	buf   []byte
	rest  int // bytes at the start of buf that are left of the packet before
	timed bool
	pts   int64 // of the packet, 33 bit
	// restTimed says that restPTS is that of the frame which begins the rest.
	restTimed bool
	restPTS   int64
	lost      bool

	guesses int
}

// wants tells whether packets with this id are ours.
func (a *audio) wants(id byte) bool {
	if m := a.d.psm; m.videoID != 0 || m.audioID != 0 {
		return a.codec != media.CodecUnknown && m.audioID == id
	}
	if a.id == 0 {
		a.id = id
	}
	return a.id == id
}

// declare takes what a PSM says.
func (a *audio) declare(m programMap) {
	if a.codec != m.audioCodec || a.id != m.audioID {
		a.drop()
		a.clock, a.track = audioClock{}, nil
	}
	a.id, a.codec, a.hik = m.audioID, m.audioCodec, m.audio
}

// pes begins a packet.
func (a *audio) pes(h pesHeader) {
	a.rest = len(a.buf)
	a.timed, a.pts = h.stamped, h.pts
}

// add gathers payload. It is false where it is too much.
func (a *audio) add(p []byte) bool {
	if len(a.buf)+len(p) > maxAudio {
		return false
	}
	a.buf = append(a.buf, p...)
	return true
}

// takeBack takes out the last bytes.
func (a *audio) takeBack(n int) { a.buf = a.buf[:max(a.rest, len(a.buf)-n)] }

// finish makes units of a packet.
func (a *audio) finish() error {
	if a.codec == media.CodecUnknown {
		a.guess()
	}
	switch a.codec {
	case media.AAC:
		return a.frames()
	case media.PCMA, media.PCMU:
		return a.samples()
	default:
		a.drop()
		return nil
	}
}

// guess finds out the coding where there is no PSM: AAC where ADTS frames follow each other up to the end, or else G.711 where the head
// calls it so, which the first packets do not believe: the PSM may just be late.
func (a *audio) guess() {
	b := a.buf
	for len(b) > 0 {
		h, ok := adts.Parse(b)
		if !ok {
			break
		}
		if b = b[min(h.FrameSize, len(b)):]; len(b) == 0 {
			a.codec = media.AAC
			return
		}
	}
	switch a.guesses++; {
	case a.guesses >= maxGuesses && (a.head.codec == media.PCMA || a.head.codec == media.PCMU):
		a.codec, a.hik = a.head.codec, a.head.hik
	case len(a.d.stats.Ignored) > 0:
	case len(a.buf) >= 2 && a.buf[0] == 0xFF && a.buf[1]&0xE0 == 0xE0 && a.buf[1]&6 != 0:
		a.d.ignore(codings[0x03].name)
	case a.guesses == maxGuesses:
		a.d.ignore("audio that no PSM names")
	}
}

// stamp gives the PTS of the packet to the next frame, once.
func (a *audio) stamp(timed *bool, pts int64) {
	if *timed {
		a.clock.stamp(pts, a.d.video.lastPTS, a.d.video.begun && a.d.video.clockSet)
	}
	*timed = false
}

// samples makes one unit of a packet of G.711.
func (a *audio) samples() error {
	rate, channels := g711Rate, max(a.hik.channels, 1)
	if a.hik.rate >= g711Rate && a.hik.rate <= maxG711Rate {
		rate = a.hik.rate
	}
	if t := a.track; t == nil || t.Codec != a.codec || t.SampleRate != rate || t.Channels != channels {
		a.track = &media.Track{ID: audioTrack, Codec: a.codec, SampleRate: rate, Channels: channels}
	}
	a.clock.rate = int64(rate)
	a.stamp(&a.timed, a.pts)
	err := a.give(a.buf)
	a.clock.pass(len(a.buf) / channels)
	a.buf = a.buf[:0]
	return err
}

// frames makes a unit of each ADTS frame that is complete.
func (a *audio) frames() error {
	b, done := a.buf, 0
	var err error
	for err == nil {
		h, ok := adts.Parse(b)
		switch {
		case !ok && len(b) < adts.HeaderSize && adts.Begins(b), ok && h.FrameSize > len(b):
			if done >= a.rest { // it began in this packet
				a.restTimed, a.restPTS = a.timed, a.pts
			}
			a.buf = a.buf[:copy(a.buf, b)]
			return nil
		case !ok || !adts.Begins(b[h.FrameSize:]):
			skip := 1 + max(bytes.IndexByte(b[1:], 0xFF), 0)
			b, done = b[skip:], done+skip
			a.lost = true
			continue
		}
		a.clock.rate = int64(h.SampleRate)
		if done < a.rest {
			a.stamp(&a.restTimed, a.restPTS)
		} else {
			a.restTimed = false
			a.stamp(&a.timed, a.pts)
		}
		err = a.frame(h, b[h.Size:h.FrameSize])
		b, done = b[h.FrameSize:], done+h.FrameSize
	}
	a.buf = a.buf[:copy(a.buf, b)]
	return err
}

// frame makes a unit of one frame.
func (a *audio) frame(h adts.Header, payload []byte) error {
	if h.Blocks > 1 || h.Channels == 0 {
		a.d.ignore("AAC of several blocks a frame, or without a channel configuration")
		a.lost = true
	} else {
		if a.track == nil || h.Format != a.aac {
			a.aac = h.Format
			a.track = &media.Track{
				ID: audioTrack, Codec: media.AAC, AudioConfig: h.AppendConfig(nil), SampleRate: h.SampleRate, Channels: h.Channels,
			}
		}
		a.clock.rate = int64(a.track.SampleRate)
		if err := a.give(payload); err != nil {
			return err
		}
	}
	a.clock.pass(h.Blocks * adts.FrameSamples)
	return nil
}

// give hands one frame out.
func (a *audio) give(payload []byte) error {
	if len(payload) == 0 {
		return nil
	}
	au := media.NewAccessUnit(a.track)
	if err := au.Append(payload); err != nil {
		au.Release()
		return err
	}
	au.PTS, au.Arrival = a.clock.now(), a.d.arrival
	au.Wall = a.d.wall.at(au.PTS)
	au.Lost, a.lost = a.lost, false
	return a.d.give(au)
}

// drop gives up what is begun.
func (a *audio) drop() { a.buf, a.rest, a.timed, a.restTimed = a.buf[:0], 0, false, false }
