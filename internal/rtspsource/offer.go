package rtspsource

import (
	"fmt"
	"slices"
	"strings"

	"mediapusher/internal/media"
)

// maxClockRate is the fastest clock that is believed, in Hz.
const maxClockRate = 1_000_000

// stream is one track that is asked for: a block of the description, one of its codings and how to depacketise it.
type stream struct {
	control string
	coding  coding
	desc    *media.Track
	build   func(*track) depacketiser
}

// newTrack makes the receiving side of the stream.
func (s *stream) newTrack(sink media.Sink, stats *counters) *track {
	t := &track{desc: s.desc, payloadType: s.coding.payloadType, clockRate: int64(s.coding.rate), sink: sink, stats: stats}
	t.depacket = s.build(t)
	return t
}

// choose picks the first video and the first audio that can be carried; video is always first. notes say what else there was.
func (d *description) choose() (streams []stream, notes []string, err error) {
	var video, audio *stream
	var seen []string
	// A block the device wants to hear is a back channel, unless its video is called so too: then the word is meant the other way.
	videoSendonly := slices.ContainsFunc(d.blocks, func(b block) bool { return b.kind == "video" && b.toDevice })
	for i := range d.blocks {
		b := &d.blocks[i]
		switch {
		case b.kind == "video" && video == nil:
			video = d.pick(b, videoStream, &seen)
		case b.kind == "audio" && b.toDevice && !videoSendonly:
			notes = append(notes, "audio back channel left out")
		case b.kind == "audio" && audio == nil:
			var others []string
			if audio = d.pick(b, d.audioStream, &others); audio == nil {
				notes = append(notes, "audio "+strings.Join(others, ", ")+" left out")
			}
		default:
			notes = append(notes, "further "+printable(b.kind)+" left out")
		}
	}
	if video == nil {
		has := "none is offered"
		if len(seen) > 0 {
			has = "the stream is " + strings.Join(seen, ", ")
		}
		return nil, notes, fmt.Errorf("%w: %s", ErrNoVideo, has)
	}
	streams = []stream{*video}
	if audio != nil {
		audio.desc.ID = 1
		streams = append(streams, *audio)
	}
	return streams, notes, nil
}

// pick takes the first coding of a block that build knows; the names of the others go to seen.
func (d *description) pick(b *block, build func(coding) *stream, seen *[]string) *stream {
	for _, c := range b.codings() {
		if c.rate > 0 && c.rate <= maxClockRate {
			if s := build(c); s != nil {
				s.control, s.coding = b.control, c
				return s
			}
		}
		*seen = append(*seen, c.String())
	}
	return nil
}

// videoStream returns nil for what cannot be carried: other codings, and the forms in which NAL units come out of order.
func videoStream(c coding) *stream {
	switch {
	case c.name == "H264" && c.params["packetization-mode"] != "2":
		track := &media.Track{Codec: media.H264}
		for _, nal := range spropUnits(c.params["sprop-parameter-sets"]) {
			switch nal[0] & 0x1f {
			case 7:
				setOnce(&track.SPS, nal)
			case 8:
				setOnce(&track.PPS, nal)
			}
		}
		return &stream{desc: track, build: newH264}
	case (c.name == "H265" || c.name == "HEVC") && (c.params["sprop-max-don-diff"] == "" || c.params["sprop-max-don-diff"] == "0"):
		track := &media.Track{Codec: media.H265}
		for _, name := range []string{"sprop-vps", "sprop-sps", "sprop-pps"} {
			for _, nal := range spropUnits(c.params[name]) {
				switch nal[0] >> 1 & 0x3f {
				case 32:
					setOnce(&track.VPS, nal)
				case 33:
					setOnce(&track.SPS, nal)
				case 34:
					setOnce(&track.PPS, nal)
				}
			}
		}
		return &stream{desc: track, build: newH265}
	default:
		return nil
	}
}

func setOnce(set *[]byte, nal []byte) {
	if *set == nil {
		*set = nal
	}
}
