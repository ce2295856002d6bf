package clips

import (
	"errors"
	"fmt"
)

var (
	errADTS  = errors.New("not an ADTS stream")
	errEmpty = errors.New("no frames")
)

// cut makes the frames.
func (a *Audio) cut(stream []byte) error {
	if a.ClockRate <= 0 || a.Ticks <= 0 {
		return errIndex
	}
	switch a.Codec {
	case AAC:
		if err := a.cutADTS(stream); err != nil {
			return err
		}
	case PCMA, PCMU:
		for n := int(a.Ticks); len(stream) >= n; stream = stream[n:] {
			a.add(stream[:n], stream[:n], false)
		}
	default:
		return fmt.Errorf("%q is no coding of sound", a.Codec)
	}
	if len(a.Frames) == 0 {
		return errEmpty
	}
	return nil
}

// cutADTS reads frames of one raw data block each (ISO/IEC 14496-3 section 1.A.3.2).
func (a *Audio) cutADTS(stream []byte) error {
	for len(stream) > 0 {
		if len(stream) < 7 || stream[0] != 0xFF || stream[1]&0xF6 != 0xF0 {
			return errADTS
		}
		header := 9 - 2*int(stream[1]&1) // two more bytes where there is a checksum
		size := int(stream[3]&3)<<11 | int(stream[4])<<3 | int(stream[5])>>5
		if size <= header || size > len(stream) {
			return errADTS
		}
		if a.Config == nil {
			object, frequency, channels := stream[2]>>6+1, stream[2]>>2&0xF, stream[2]&1<<2|stream[3]>>6
			a.Config = []byte{object<<3 | frequency>>1, frequency<<7 | channels<<3}
		}
		access := stream[header:size]
		// RFC 3640 section 3.2.1: the length of the header section in bits, then size (13 bits) and index (3).
		payload := append([]byte{0, 16, byte(len(access) >> 5), byte(len(access) << 3)}, access...)
		a.add(payload, stream[:size], true)
		stream = stream[size:]
	}
	return nil
}

func (a *Audio) add(payload, unit []byte, marker bool) {
	f := Frame{PTS: int64(len(a.Frames)) * a.Ticks, Key: true, Units: []Unit{{Data: unit}}}
	f.addPacket(marker, false, payload)
	a.Frames = append(a.Frames, f)
}
