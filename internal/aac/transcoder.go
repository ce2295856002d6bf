package aac

import (
	"fmt"
	"sync"

	"mediapusher/internal/media"
)

// Policy says what becomes of audio that is not AAC.
type Policy uint8

// The policies.
const (
	// Transcode makes AAC of it, from the first audio unit on.
	Transcode Policy = iota
	// Drop leaves its track out and releases its units.
	Drop
)

// Transcoder is a media.Sink that stands between the Timeline and the Queue. Video and AAC pass untouched, track pointers and units
// alike. A G.711 or L16 track becomes an AAC-LC track of the same ID, at 48000 or 44100 Hz, or is left out of the list given to the
// next sink: by policy, or because the encoder knows no such rate or channel count.
//
// SetTracks and Write are called by one goroutine at a time, as media.Source says; Note may be called by any.
type Transcoder struct {
	next   media.Sink
	policy Policy
	// streams are those of the tracks that are transcoded, by track ID; a nil stream's units are dropped.
	streams map[int]*stream

	mu   sync.Mutex
	note string
}

var _ media.Sink = (*Transcoder)(nil)

// New returns a Transcoder in front of next. It holds no encoder until the first unit of audio that needs one.
func New(next media.Sink, policy Policy) *Transcoder {
	return &Transcoder{next: next, policy: policy, streams: make(map[int]*stream)}
}

// Note tells an operator what happens to the audio, "transcoded to AAC" or "dropped: G.711 A-law"; empty where it passes.
func (t *Transcoder) Note() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.note
}

// SetTracks implements media.Sink. When a source runs again with the same audio, the next sink sees the same *media.Track again.
func (t *Transcoder) SetTracks(tracks []*media.Track) error {
	t.setNote("")
	kept := make(map[int]*stream)
	out := make([]*media.Track, 0, len(tracks))
	for _, track := range tracks {
		if !linear(track.Codec) {
			out = append(out, track)
			continue
		}
		s := t.stream(track)
		kept[track.ID] = s
		if s != nil {
			out = append(out, s.out)
		}
	}
	t.streams = kept
	return t.next.SetTracks(out)
}

// Write implements media.Sink.
func (t *Transcoder) Write(au *media.AccessUnit) error {
	if !linear(au.Track.Codec) {
		return t.next.Write(au)
	}
	defer au.Release()
	s, known := t.streams[au.Track.ID]
	if !known || s != nil && s.in != au.Track {
		s = t.stream(au.Track)
		t.streams[au.Track.ID] = s
	}
	if s == nil {
		return nil
	}
	return s.write(au, t.next)
}

// stream returns what transcodes track: the one already at work on its ID where the samples have the same form, else a new one, or
// nil where the track is dropped. It sets the note.
func (t *Transcoder) stream(track *media.Track) *stream {
	if t.policy == Drop {
		t.setNote("dropped: " + track.Codec.String())
		return nil
	}
	old := t.streams[track.ID]
	if old != nil && old.takes(track) {
		old.in = track
		t.setNote("transcoded to AAC")
		return old
	}
	s, err := newStream(track)
	if err != nil {
		t.setNote("dropped: " + err.Error())
		return nil
	}
	if old != nil {
		s.floor = old.floor
	}
	t.setNote("transcoded to AAC")
	return s
}

func (t *Transcoder) setNote(note string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.note = note
}

// linear tells the codecs that are samples rather than frames.
func linear(c media.Codec) bool { return c == media.PCMA || c == media.PCMU || c == media.L16 }

// sampleForm returns rate and channels of a linear track. G.711 in RTP is 8000 Hz mono where nothing else is said (RFC 3551 section
// 4.5.14).
func sampleForm(track *media.Track) (rate, channels int, err error) {
	rate, channels = track.SampleRate, max(track.Channels, 1)
	if rate == 0 {
		rate = 8000
	}
	if _, _, ok := outputRate(rate); !ok {
		return 0, 0, fmt.Errorf("%s at %d Hz", track.Codec, rate)
	}
	if channels > maxChannels {
		return 0, 0, fmt.Errorf("%s of %d channels", track.Codec, channels)
	}
	return rate, channels, nil
}
