package nvrsim

import (
	"bytes"
	"time"
)

// minChunk is how many bytes in a row tell one picture from another; shorter ones may be the same in many.
const minChunk = 64

// Shown finds the place in the loop of a channel's main clip, counted from 1, of a key frame with these NAL units. ok is false where there
// is none.
func (r *Recorder) Shown(number int, units [][]byte) (at time.Duration, ok bool) {
	if number < 1 || number > len(r.channels) {
		return 0, false
	}
	picture := bytes.Join(units, nil)
	video := r.channels[number-1].main.Video
	for i := range video.Frames {
		frame := &video.Frames[i]
		if !frame.Key {
			continue
		}
		// What is behind the headers of interleaving, RTP and fragmentation, which is of 3 bytes at most.
		const headers = 4 + 12 + 3
		rest, seen := picture, 0
		for _, p := range frame.Packets {
			chunk := frame.Wire[min(p.Start+headers, p.End):p.End]
			if p.ParameterSet || len(chunk) < minChunk {
				continue
			}
			place := bytes.Index(rest, chunk)
			if place < 0 {
				seen = 0
				break
			}
			rest, seen = rest[place+len(chunk):], seen+1
		}
		if seen > 0 {
			return time.Duration(frame.PTS) * time.Second / time.Duration(video.ClockRate), true
		}
	}
	return 0, false
}
