package dhav

import (
	"bytes"
	"fmt"

	"mediapusher/internal/media"
)

// The numbers of codings of pictures; 0 where no tag tells one.
const (
	videoUntold = 0x00
	videoMPEG4  = 0x01
	videoH264   = 0x02
	videoMJPEG  = 0x03
	videoH264B  = 0x04
	videoH264C  = 0x08
	videoH265   = 0x0C
)

// maxSets is among how many NAL units at the beginning of a key frame parameter sets are looked for.
const maxSets = 16

// video is what is known of the pictures.
type video struct {
	group
	coding byte // of the tag, when the track was made
	jpeg   bool // the newest frame was a JPEG picture: the first is a snapshot, a second one means that the camera was switched
	step   pictureStep
}

// picture takes the payload of a key frame or of another picture.
func (d *Demuxer) picture(h *header, t tags, payload []byte) error {
	v := &d.video
	if !d.intact(h.kind, &t, payload) {
		d.spoil(&v.group)
		return nil
	}
	if len(payload) == 0 || h.kind != typeKey && v.track == nil {
		return nil // nothing can be decoded before the first key frame
	}
	au := media.NewAccessUnit(nil)
	au.Reserve(len(payload))
	var cut media.AnnexB
	if err := cut.Write(au, payload); err != nil || len(au.Units) == 0 {
		au.Release()
		if h.kind == typeKey && t.video == videoMJPEG {
			return fmt.Errorf("%w: MJPEG", ErrCodec) // which has no start codes
		}
		d.spoil(&v.group)
		return nil
	}
	if h.kind == typeKey {
		if err := v.describe(&t, au.Units); err != nil {
			au.Release()
			return err
		}
		if v.track == nil {
			au.Release()
			return nil
		}
	}
	if t.frameRate > 0 || v.step.nominal == 0 {
		v.step.promise(t.frameRate)
	}
	v.jpeg = false
	v.step.learn(d.place(au, &v.group, h, v.step.step, &d.audio.group))
	return d.give(au)
}

// sets are the first parameter sets of each kind, and the coding that they show.
type sets struct {
	codec         media.Codec
	vps, sps, pps []byte
}

// findSets looks for parameter sets. The first byte of an H.264 sequence parameter set is odd, which in H.265 would be a layer that no
// camera has; that of H.265's is type 2 in H.264, which is not used either.
func findSets(units [][]byte) (s sets) {
	for _, nal := range units[:min(len(units), maxSets)] {
		switch {
		case len(nal) < 4:
		case nal[0]&0x9F == 7 && s.sps == nil:
			s.codec, s.sps = media.H264, nal
		case nal[0]&0x9F == 8 && nal[0]&0x60 != 0 && s.codec == media.H264 && s.pps == nil:
			s.pps = nal
		case nal[0] == 0x40 && nal[1] == 1 && s.vps == nil:
			s.vps = nal
		case nal[0] == 0x42 && nal[1] == 1 && s.sps == nil:
			s.codec, s.sps = media.H265, nal
		case nal[0] == 0x44 && nal[1] == 1 && s.codec == media.H265 && s.pps == nil:
			s.pps = nal
		}
	}
	return s
}

// describe makes a new track where a key frame tells something new. The parameter sets tell the coding, not the tag, which some firmware
// leaves at H.264 when it is switched to H.265.
func (v *video) describe(t *tags, units [][]byte) error {
	s := findSets(units)
	if s.codec == media.CodecUnknown {
		if v.track != nil && (t.video == v.coding || t.video == videoUntold) {
			return nil
		}
		switch t.video {
		case videoH264, videoH264B, videoH264C:
			s.codec = media.H264
		case videoH265:
			s.codec = media.H265
		case videoUntold:
			return nil
		default:
			return fmt.Errorf("%w: %s", ErrCodec, codecName(t.video))
		}
	}
	if s.codec != media.H265 {
		s.vps = nil
	}
	v.coding = t.video
	was := v.track
	if was == nil {
		was = new(media.Track)
	}
	width, height, frameRate := was.Width, was.Height, was.FrameRate
	if t.width > 0 && t.height > 0 {
		width, height = t.width, t.height
	}
	if t.frameRate > 0 {
		frameRate = float64(t.frameRate)
	}
	if s.codec == was.Codec && width == was.Width && height == was.Height && frameRate == was.FrameRate &&
		bytes.Equal(s.vps, was.VPS) && bytes.Equal(s.sps, was.SPS) && bytes.Equal(s.pps, was.PPS) {
		return nil
	}
	v.track = &media.Track{
		ID: 0, Codec: s.codec, VPS: bytes.Clone(s.vps), SPS: bytes.Clone(s.sps), PPS: bytes.Clone(s.pps),
		Width: width, Height: height, FrameRate: frameRate,
	}
	return nil
}

// codecName names what the road does not carry.
func codecName(coding byte) string {
	switch coding {
	case videoMPEG4:
		return "MPEG-4"
	case videoMJPEG:
		return "MJPEG"
	default:
		return fmt.Sprintf("number 0x%02x", coding)
	}
}
