package mpegps

import (
	"slices"

	"mediapusher/internal/media"
)

// write takes payload. It stops at the start code of another packet, and returns what is behind the 00 00 01.
func (v *video) write(p []byte) (rest []byte, system bool, err error) {
	v.arrival = v.d.arrival
	for len(p) > 0 {
		if v.heading && v.nHeld == 0 && p[0] >= idEnd {
			v.heading = false
			return p, true, nil
		}
		switch {
		case v.heading && (v.nHeld > 0 || len(p) < nalHead):
			n := copy(v.held[v.nHeld:], p)
			v.nHeld += n
			p = p[n:]
			if v.nHeld < nalHead {
				return nil, false, nil
			}
			if err := v.release(); err != nil {
				return nil, false, err
			}
			continue
		case v.heading:
			v.heading = false
			if err := v.nal(p[:nalHead]); err != nil {
				return nil, false, err
			}
		}
		if p, v.heading, err = v.split.Next(v.au, p); err != nil {
			return nil, false, err
		}
	}
	return nil, false, nil
}

// release copies the bytes that were held.
func (v *video) release() error {
	held, n := v.held, v.nHeld
	v.heading, v.nHeld = false, 0
	if err := v.nal(held[:n]); err != nil {
		return err
	}
	var err error
	_, v.heading, err = v.split.Next(v.au, held[:n])
	return err
}

// nal looks at the first bytes of a NAL unit, which begins an access unit or goes on with one.
func (v *video) nal(h []byte) error {
	codec := v.codec()
	if found := sniff(h); codec == media.CodecUnknown && found != codec {
		codec = found
		v.use(codec)
		v.picture = slices.ContainsFunc(v.au.Units, func(nal []byte) bool {
			part, _ := slice(codec, nal)
			return part
		})
	}
	if v.au.Size() > 0 && v.begins(codec, h) {
		if err := v.finish(); err != nil {
			return err
		}
		v.open()
	}
	if v.au.Size() == 0 {
		v.time()
	}
	if part, _ := slice(codec, h); part {
		v.picture = true
	}
	return nil
}

// begins tells whether a NAL unit is the first of an access unit.
func (v *video) begins(codec media.Codec, h []byte) bool {
	part, first := slice(codec, h)
	own := v.packed < packedPictures && (v.picture || codec == media.CodecUnknown) && (first || !part)
	if v.nWaiting > 0 && v.au.Size() == v.clean && (v.aligned || own) {
		return true
	}
	bySyntax := !v.aligned || v.packed >= packedPictures || v.packs || v.nWaiting > 0 || !v.clockSet
	return bySyntax && v.picture && leads(codec, h)
}
