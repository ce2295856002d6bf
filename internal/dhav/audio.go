package dhav

import (
	"bytes"

	"mediapusher/internal/media"
)

// The numbers of codings of sound that are carried.
const (
	audioMuLaw  = 0x0A
	audioMuLawB = 0x16
	audioPCM    = 0x0C
	audioPCMB   = 0x10
	audioALaw   = 0x0E
	audioAAC    = 0x1A
)

const defaultAudioRate = 8000

// maxChannels is more than any camera has; a larger number in a tag is damage.
const maxChannels = 8

// audio is what is known of the sound.
type audio struct {
	group
	coding byte // of the tag
	told   bool
	// rate and channels are those of the tag.
	rate, channels int
	length         int64 // of the newest unit, in ticks
}

// sound takes the payload of an audio frame.
func (d *Demuxer) sound(h *header, t tags, payload []byte) error {
	a := &d.audio
	if !d.intact(h.kind, &t, payload) {
		d.spoil(&a.group)
		return nil
	}
	if t.sounds {
		a.told, a.coding, a.rate, a.channels = true, t.audio, audioRate(t.rate), t.channels
		if a.channels == 0 || a.channels > maxChannels {
			a.channels = 1
		}
	}
	if !a.told || len(payload) == 0 {
		return nil
	}
	switch a.coding {
	case audioMuLaw, audioMuLawB:
		return d.samples(h, media.PCMU, 1, payload)
	case audioALaw:
		return d.samples(h, media.PCMA, 1, payload)
	case audioPCM, audioPCMB:
		return d.samples(h, media.L16, 2, payload)
	case audioAAC:
		return d.aac(h, payload)
	default:
		d.note("audio coding 0x%02x%s left out", a.coding, audioName(a.coding))
		return nil
	}
}

// samples hands on PCM of so many bytes a sample, whole ones only.
func (d *Demuxer) samples(h *header, codec media.Codec, size int, payload []byte) error {
	a := &d.audio
	block := size * a.channels
	payload = payload[:len(payload)-len(payload)%block]
	a.describe(codec, nil, a.rate, a.channels)
	au, ok := d.soundUnit(payload)
	if !ok {
		return nil
	}
	if codec == media.L16 {
		for b := au.Units[0]; len(b) >= 2; b = b[2:] {
			b[0], b[1] = b[1], b[0] // to network order
		}
	}
	d.place(au, &a.group, h, a.length, &d.video.group)
	a.length = int64(len(payload)/block) * media.ClockRate / int64(a.rate)
	return d.give(au)
}

// soundUnit copies a frame of sound.
func (d *Demuxer) soundUnit(b []byte) (au *media.AccessUnit, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	au = media.NewAccessUnit(nil)
	if err := au.Append(b); err != nil {
		au.Release()
		d.spoil(&d.audio.group)
		return nil, false
	}
	return au, true
}

// describe makes a new track where the sound has changed.
func (a *audio) describe(codec media.Codec, config []byte, rate, channels int) {
	if t := a.track; t != nil && t.Codec == codec && t.SampleRate == rate && t.Channels == channels && bytes.Equal(t.AudioConfig, config) {
		return
	}
	a.track = &media.Track{ID: 1, Codec: codec, AudioConfig: bytes.Clone(config), SampleRate: rate, Channels: channels}
}

// audioRate is the sampling rate of an index in a tag. What is not known is taken for the rate that nearly all cameras have.
func audioRate(index byte) int {
	switch index {
	case 0x01:
		return 4000
	case 0x03:
		return 11025
	case 0x04:
		return 16000
	case 0x05:
		return 20000
	case 0x06:
		return 22050
	case 0x07:
		return 32000
	case 0x08:
		return 44100
	case 0x09:
		return 48000
	case 0x0A:
		return 96000
	case 0x0B:
		return 192000
	case 0x0C:
		return 64000
	default: // 0 and 2
		return defaultAudioRate
	}
}

// audioName names what is known and not carried.
func audioName(coding byte) string {
	switch coding {
	case 0x07:
		return " (PCM, 8 bit)"
	case 0x0D:
		return " (ADPCM)"
	case 0x1F:
		return " (MPEG layer 2)"
	case 0x21:
		return " (MPEG layer 3)"
	default:
		return ""
	}
}
