package dhav

// maxMisses is how many wrong sums in a row, of frames of one type, mean that a device adds up something else.
const maxMisses = 3

// sums judges the sums of payloads (tag 88). That they are the sum of the 32-bit words was read off few devices, and the header's own sum
// and the trailer hold a frame together without them. So a sum is believed once one was right, and none is any more where one after the
// other is wrong in frames that are whole: then it is no damage. Zero is no sum: there is firmware that leaves the field empty.
type sums struct {
	proven, refuted bool
	// misses are the wrong ones in a row, by type of frame: where only key frames have other sums, those are not lost for ever.
	misses [256]uint8
}

// intact tells whether a payload is what its sum promises, as far as that is believed.
func (d *Demuxer) intact(kind byte, t *tags, payload []byte) bool {
	s := &d.sums
	if t.sum == 0 || s.refuted {
		return true
	}
	if wordSum(payload) == t.sum {
		s.proven, s.misses[kind] = true, 0
		return true
	}
	if s.misses[kind]++; s.misses[kind] >= maxMisses {
		s.refuted = true
		d.note("sums of payloads not believed: %d in a row were wrong", maxMisses)
		return true
	}
	return !s.proven
}
