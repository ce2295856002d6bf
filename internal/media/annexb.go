package media

import "bytes"

var (
	annexBStart = []byte{0, 0, 1}
	annexBZeros = [64]byte{}
)

// AnnexB cuts a byte stream (ITU-T H.264 annex B, H.265 annex B) into NAL units while it copies it into access units, so that every
// byte is copied once. The stream comes in pieces cut anywhere, within a start code also. Bytes before the first start code are dropped,
// and so are the zeros around start codes. The zero value is ready. It is not safe for concurrent use.
type AnnexB struct {
	// zeros counts the zeros at the end of the bytes so far: they may belong to a start code.
	zeros int
	place annexBPlace
}

// annexBPlace is where the next byte of the stream stands.
type annexBPlace uint8

const (
	annexBOutside annexBPlace = iota // no start code has come yet
	annexBBehind                     // right behind a start code
	annexBWithin                     // in a NAL unit that has bytes already
)

// Write copies p into au. It keeps no part of p. It fails with ErrUnitTooLarge.
func (a *AnnexB) Write(au *AccessUnit, p []byte) error {
	for more := true; more; {
		var err error
		if p, more, err = a.Next(au, p); err != nil {
			return err
		}
	}
	return nil
}

// Next copies p into au up to the next start code. Where one is found it returns true and the bytes behind it, with which a NAL unit
// begins; the caller may give the next call another access unit. Else all of p is used up. It keeps no part of p. It fails with
// ErrUnitTooLarge.
func (a *AnnexB) Next(au *AccessUnit, p []byte) (rest []byte, begins bool, err error) {
	if a.zeros > 0 {
		nonzero := bytes.TrimLeft(p, "\x00")
		a.zeros += len(p) - len(nonzero)
		p = nonzero
		switch {
		case len(p) == 0:
			return nil, false, nil
		case a.zeros >= 2 && p[0] == 1:
			a.begin()
			return p[1:], true, nil
		}
		if err := a.pad(au); err != nil {
			return nil, false, err
		}
	}
	at := bytes.Index(p, annexBStart)
	if at < 0 {
		body := bytes.TrimRight(p, "\x00")
		a.zeros = len(p) - len(body)
		return nil, false, a.put(au, body)
	}
	if err := a.put(au, bytes.TrimRight(p[:at], "\x00")); err != nil {
		return nil, false, err
	}
	a.begin()
	return p[at+len(annexBStart):], true, nil
}

// Pending tells whether the bytes so far end with zeros that may belong to a start code.
func (a *AnnexB) Pending() bool { return a.zeros > 0 }

// Reset forgets the NAL unit that is begun: the bytes that follow belong to none before a start code.
func (a *AnnexB) Reset() { *a = AnnexB{} }

func (a *AnnexB) begin() { a.zeros, a.place = 0, annexBBehind }

func (a *AnnexB) put(au *AccessUnit, p []byte) error {
	switch {
	case len(p) == 0 || a.place == annexBOutside:
		return nil
	case a.place == annexBBehind:
		a.place = annexBWithin
		return au.Append(p)
	default:
		return au.Extend(p)
	}
}

// pad copies the zeros that turned out to belong to no start code.
func (a *AnnexB) pad(au *AccessUnit) error {
	for a.zeros > 0 {
		n := min(a.zeros, len(annexBZeros))
		if err := a.put(au, annexBZeros[:n]); err != nil {
			return err
		}
		a.zeros -= n
	}
	return nil
}
