package mpegps

import "mediapusher/internal/media"

// foreignStrikes is how many key frames must show no parameter sets of H.264 or H.265 before a PSM that calls the coding something
// else is believed against pictures that came before.
const foreignStrikes = 2

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
