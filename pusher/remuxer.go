package pusher

import (
	"bytes"
	"encoding/binary"

	"mediapusher/internal/media"
)

// MessageWriter takes the messages of a Remuxer. Conn is one; its rules for WriteMessage hold.
type MessageWriter interface {
	WriteMessage(typeID byte, timestamp uint32, body [][]byte) error
}

// Remuxer turns the access units of one publish into RTMP messages. It writes headers and gathers slices; the payload is neither
// copied nor joined, and a frame allocates nothing.
//
// Before the first key frame go onMetaData, the decoder configuration and the AAC configuration. A configuration is sent again
// just before the key frame, or audio frame, that needs another; onMetaData goes again when the size or the audio changes.
//
// It is not safe for concurrent use.
type Remuxer struct {
	w    MessageWriter
	hevc HEVC

	video *media.Track // of the newest key frame; nil before the first
	form  videoForm
	// described is the track that the newest metadata describes.
	described   *media.Track
	videoConfig []byte

	audio       *media.Track // announced or seen
	audioConfig []byte       // as sent

	// firstPicture says that the next picture is the publish's first; begin is the time of that one, in ms.
	firstPicture bool
	begin        int64

	scratch  []byte // headers and lengths of one message
	gathered int    // how much of scratch is in body
	body     [][]byte
}

// NewRemuxer returns a Remuxer for one publish on w, which takes H.265 in the given form.
func NewRemuxer(w MessageWriter, hevc HEVC) *Remuxer {
	return &Remuxer{w: w, hevc: hevc, firstPicture: true}
}

// Announce names the AAC track that will follow, so that the first metadata promises it. Without it, audio is promised when its
// first frame comes.
func (r *Remuxer) Announce(audio *media.Track) {
	if r.audio == nil && len(audio.AudioConfig) > 0 {
		r.audio = audio
	}
}

// Write sends one unit; the unit stays the caller's. Nothing is sent before the first random-access picture. Audio that is not AAC
// is dropped, as is a second track of a kind.
//
// It fails with ErrHEVC or ErrNoPicture, or with the error of the MessageWriter.
func (r *Remuxer) Write(au *media.AccessUnit) error {
	switch {
	case len(au.Units) == 0:
		return nil
	case au.Track.Codec.Video():
		if r.video != nil && r.video.ID != au.Track.ID {
			return nil
		}
		return r.writeVideo(au)
	case au.Track.Codec == media.AAC && len(au.Track.AudioConfig) > 0:
		if r.audio != nil && r.audio.ID != au.Track.ID {
			return nil
		}
		return r.writeAudio(au)
	default:
		return nil
	}
}

func (r *Remuxer) writeVideo(au *media.AccessUnit) error {
	dts := milliseconds(au.DTS)
	if au.RandomAccess && au.Track != r.video {
		if err := r.startVideo(au.Track, dts); err != nil {
			return err
		}
	}
	if r.video == nil {
		return nil
	}
	cts := max(milliseconds(au.PTS)-dts, 0)
	r.scratch = r.form.appendHeader(r.scratch[:0], au.RandomAccess, uint32(min(cts, maxCompositionT)))
	r.body, r.gathered = r.body[:0], 0
	first := r.firstPicture && r.form == formAVC
	r.firstPicture = false
	for _, nal := range au.Units {
		if len(nal) == 0 || first && nal[0]&0x1F == nalSEI {
			continue
		}
		if first && len(r.body) == 0 && likeStartCode(len(nal)) {
			r.gather(delimiter[:])
		}
		r.gather(nal)
	}
	return r.send(TypeVideo, uint32(dts))
}

// SRS 5 and 6 guess from the first four bytes of a publish's first H.264 picture whether it comes with start codes instead of
// lengths, and hold to that: a first NAL unit of 1 byte, or of 256 to 511, ends the publish with the second picture. So SEI is left
// out there, whose length may be anything, and an access unit delimiter of two bytes goes before a slice of such a length.
const nalSEI = 6

// delimiter is an access unit delimiter that allows every slice type (H.264 section 7.3.2.4).
var delimiter = [...]byte{0x09, 0xF0}

// likeStartCode tells whether a length of four bytes reads as 00 00 00 01 or 00 00 01 xx.
func likeStartCode(length int) bool { return length == 1 || length>>8 == 1 }

// gather adds a NAL unit behind its length. What stands in scratch since the unit before, at first the tag's header, goes first.
// Slices that were gathered stay good when scratch moves to a larger array.
func (r *Remuxer) gather(nal []byte) {
	r.scratch = binary.BigEndian.AppendUint32(r.scratch, uint32(len(nal)))
	r.body = append(r.body, r.scratch[r.gathered:], nal)
	r.gathered = len(r.scratch)
}

// startVideo begins a description: at the first key frame, and at each later one that comes with a new track.
func (r *Remuxer) startVideo(t *media.Track, dts int64) error {
	timestamp := uint32(dts)
	form := formAVC
	if t.Codec == media.H265 {
		switch r.hevc {
		case HEVCNone:
			return ErrHEVC
		case HEVCLegacy:
			form = formHEVC
		case HEVCEnhanced:
			form = formEnhanced
		}
	}
	config, err := form.appendConfig(nil, t)
	if err != nil {
		if r.video == nil || r.described.Codec != t.Codec {
			return err
		}
		// One damaged parameter set is no reason to end a publish: the players keep the description they have.
		r.video = t
		return nil
	}
	first := r.video == nil
	r.video = t
	if first {
		r.begin = dts
	}
	if first || form != r.form || t.Width != r.described.Width || t.Height != r.described.Height {
		r.form = form
		if err := r.describe(t); err != nil {
			return err
		}
	}
	if !bytes.Equal(config, r.videoConfig) {
		r.videoConfig = config
		if err := r.w.WriteMessage(TypeVideo, timestamp, [][]byte{config}); err != nil {
			return err
		}
	}
	if first && r.audio != nil {
		return r.configureAudio(r.audio, timestamp)
	}
	return nil
}

func (r *Remuxer) writeAudio(au *media.AccessUnit) error {
	if r.video == nil {
		r.audio = au.Track
		return nil
	}
	dts := milliseconds(au.DTS)
	if dts < r.begin {
		// Its configuration went out at the time of the first picture, and nobody misses what was before that.
		return nil
	}
	timestamp := uint32(dts)
	if au.Track != r.audio || r.audioConfig == nil {
		changed := !bytes.Equal(au.Track.AudioConfig, r.audioConfig)
		r.audio = au.Track
		if changed {
			if err := r.describe(r.described); err != nil {
				return err
			}
			if err := r.configureAudio(au.Track, timestamp); err != nil {
				return err
			}
		}
	}
	r.scratch = append(r.scratch[:0], aacTag, packetFrame)
	r.body = append(r.body[:0], r.scratch, au.Units[0])
	return r.send(TypeAudio, timestamp)
}

func (r *Remuxer) configureAudio(t *media.Track, timestamp uint32) error {
	r.audioConfig = bytes.Clone(t.AudioConfig)
	return r.w.WriteMessage(TypeAudio, timestamp, [][]byte{{aacTag, packetConfig}, r.audioConfig})
}

// describe sends onMetaData, always at time 0: FFmpeg takes one with another time for a text track of its own (libavformat/flvdec.c), and
// SRS sets it to 0 for its players.
func (r *Remuxer) describe(video *media.Track) error {
	r.described = video
	body, err := metadata(r.form, video, r.audio)
	if err != nil {
		return err
	}
	return r.w.WriteMessage(TypeData, 0, [][]byte{body})
}

// send writes the gathered message and lets go of the payload.
func (r *Remuxer) send(typeID byte, timestamp uint32) error {
	if len(r.body) == 0 {
		return nil
	}
	err := r.w.WriteMessage(typeID, timestamp, r.body)
	clear(r.body)
	return err
}
