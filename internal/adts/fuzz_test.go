package adts_test

import (
	"testing"

	"mediapusher/internal/adts"
)

// What is read is within its bounds, does not depend on what is behind the header, and says the same as an AudioSpecificConfig.
func FuzzParse(f *testing.F) {
	f.Add(lc())
	f.Add(append(lc(), 1, 2, 3))
	f.Add([]byte{0xFF, 0xF0, 0x51, 0xC3, 0xFF, 0xFF, 0xFF})
	f.Add([]byte{0xFF, 0xF9, 0x7C, 0x80, 0x02, 0x00, 0x00})
	f.Add([]byte{0xFF, 0xFB, 0x90})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, ok := adts.Parse(b)
		if !ok {
			return
		}
		for n := range len(b) {
			if !adts.Begins(b[:n]) {
				t.Fatalf("its first %d bytes are no beginning", n)
			}
		}
		if short, ok := adts.Parse(b[:adts.HeaderSize]); !ok || short != h {
			t.Fatalf("%+v, alone %+v", h, short)
		}
		if h.Size < adts.HeaderSize || h.FrameSize <= h.Size || h.FrameSize > 8191 || h.Blocks < 1 || h.Blocks > 4 {
			t.Fatalf("%+v", h)
		}
		config := h.AppendConfig(nil)
		if len(config) != 2 {
			t.Fatalf("%x", config)
		}
		bits := int(config[0])<<8 | int(config[1])
		profile, index, layout := int(b[2]>>6), int(b[2]>>2&0xF), int(b[2]&1)<<2|int(b[3]>>6)
		if bits>>11 != profile+1 || bits>>7&0xF != index || bits>>3&0xF != layout || bits&7 != 0 {
			t.Fatalf("%+v is %x", h, config)
		}
	})
}
