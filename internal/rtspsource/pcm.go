package rtspsource

// pcm takes payloads that are samples and nothing else (RFC 3551 section 4): G.711 and L16. A packet is a unit.
type pcm struct {
	track *track
	// block is the size of one sample of all channels; a payload is cut to whole blocks.
	block int
	// littleEndian samples are swapped to network order: Hikvision sends "PCM" with payload type 11 so.
	littleEndian bool
}

// drop implements depacketiser.
func (d *pcm) drop() {}

func (d *pcm) push(p *packet) error {
	n := len(p.payload) - len(p.payload)%d.block
	if n == 0 {
		return nil
	}
	au := d.track.unit(p.payload[:n])
	if au != nil && d.littleEndian {
		samples := au.Units[0]
		for i := 0; i+1 < len(samples); i += 2 {
			samples[i], samples[i+1] = samples[i+1], samples[i]
		}
	}
	return d.track.emit(au, d.track.extended, p.arrival)
}
