package mpegps

// Holds tells whether the last picture looks complete, and waits only for the next one to begin. It is true at most where each picture
// begins with a pack header, which is how recorders write.
func (d *Demuxer) Holds() bool { return d.place == atHeader && d.have == 0 && d.video.holds() }

// Idle tells that a live stream has brought nothing for a while: a picture that Holds speaks of is given out at once. Should more of it
// come after all, that is dropped and the next unit is Lost. It returns the error of emit.
func (d *Demuxer) Idle() error {
	if !d.Holds() {
		return nil
	}
	return d.video.hurry()
}

// ending tells whether a unit may be complete between two packets: recorders fill all packets of a slice but the last.
func (v *video) ending() bool {
	return v.au != nil && v.picture && !v.heading && !v.newPack && v.payload < v.longest
}

// holds tells whether a unit looks complete. Where each picture has a pack header, what comes without one later is known to belong to it.
func (v *video) holds() bool {
	return v.ending() && !v.uneven && v.regular >= regularPacks && v.packed < packedPictures
}

// hurry gives out a unit before the next begins.
func (v *video) hurry() error {
	v.hurried = true
	return v.flush()
}

// late tells whether a packet is of a picture that was given out.
func (v *video) late(h pesHeader) bool {
	return v.hurried && !v.newPack && (!h.stamped || (h.pts-v.lastPTS)&(wrap-1) == 0)
}
