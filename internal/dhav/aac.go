package dhav

import (
	"mediapusher/internal/adts"
	"mediapusher/internal/media"
)

// aac hands on frames of AAC: one or more with ADTS headers, or a single one without, which the tag describes.
func (d *Demuxer) aac(h *header, payload []byte) error {
	a := &d.audio
	if len(payload) < 2 || !adts.Begins(payload) {
		return d.aacFrame(h, adts.Format{ObjectType: adts.LC, SampleRate: a.rate, Channels: a.channels}, payload)
	}
	for len(payload) > 0 {
		own, ok := adts.Parse(payload)
		if !ok || own.FrameSize > len(payload) || own.Blocks > 1 {
			d.spoil(&a.group)
			return nil
		}
		if own.Channels == 0 {
			own.Channels = a.channels
		}
		if err := d.aacFrame(h, own.Format, payload[own.Size:own.FrameSize]); err != nil {
			return err
		}
		payload, h = payload[own.FrameSize:], nil
	}
	return nil
}

// aacFrame hands on one frame; h is nil for one that follows another in the same payload.
func (d *Demuxer) aacFrame(h *header, format adts.Format, frame []byte) error {
	a := &d.audio
	var config [adts.ConfigSize]byte
	a.describe(media.AAC, format.AppendConfig(config[:0]), format.SampleRate, format.Channels)
	au, ok := d.soundUnit(frame)
	if !ok {
		return nil
	}
	if h != nil {
		d.place(au, &a.group, h, a.length, &d.video.group)
	} else {
		d.stamp(au, &a.group, a.smoother.behind(a.length))
	}
	a.length = int64(adts.FrameSamples) * media.ClockRate / int64(format.SampleRate)
	return d.give(au)
}
