package dhav

import "mediapusher/internal/media"

const aacFrameSamples = 1024

// aac hands on frames of AAC: one or more with ADTS headers, or a single one without, whose configuration is that of the tag.
func (d *Demuxer) aac(h *header, payload []byte) error {
	a := &d.audio
	if !adts(payload) {
		return d.aacFrame(h, newAACFormat(aacObjectLC, a.rate, a.channels), payload)
	}
	for len(payload) > 0 {
		format, frame, rest, ok := readADTS(payload, a.channels)
		if !ok {
			d.spoil(&a.group)
			return nil
		}
		if err := d.aacFrame(h, format, frame); err != nil {
			return err
		}
		payload, h = rest, nil
	}
	return nil
}

// aacFrame hands on one frame; h is nil for one that follows another in the same payload.
func (d *Demuxer) aacFrame(h *header, format aacFormat, frame []byte) error {
	a := &d.audio
	a.describe(media.AAC, format.config[:format.size], format.rate, format.channels)
	au, ok := d.soundUnit(frame)
	if !ok {
		return nil
	}
	if h != nil {
		d.place(au, &a.group, h, a.length, &d.video.group)
	} else {
		d.stamp(au, &a.group, a.smoother.behind(a.length))
	}
	a.length = int64(aacFrameSamples) * media.ClockRate / int64(format.rate)
	return d.give(au)
}
