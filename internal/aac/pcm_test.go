package aac

import (
	"encoding/binary"
	"testing"

	"github.com/bluenviron/mediacommon/pkg/codecs/g711"
)

// The tables agree with those of another hand for every byte.
func TestG711(t *testing.T) {
	for i := range 256 {
		b := byte(i)
		if got, want := expandALaw(b), int16(binary.BigEndian.Uint16(g711.DecodeAlaw([]byte{b}))); got != int(want) {
			t.Errorf("A-law %#x is %d, want %d", b, got, want)
		}
		if got, want := expandMuLaw(b), int16(binary.BigEndian.Uint16(g711.DecodeMulaw([]byte{b}))); got != int(want) {
			t.Errorf("mu-law %#x is %d, want %d", b, got, want)
		}
	}
}
