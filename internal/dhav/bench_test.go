package dhav_test

import (
	"bytes"
	"testing"

	"mediapusher/internal/dhav"
	"mediapusher/internal/media"
)

func discard(au *media.AccessUnit) error {
	au.Release()
	return nil
}

// In steady state a frame costs no allocation, whether it lies in one piece or in several.
func TestAllocations(t *testing.T) {
	stream := bytes.Join(record(t, "dahua-h264.h264", 2).frames, nil)
	for name, size := range map[string]int{"whole": len(stream), "odd pieces": 1777} {
		d := dhav.New(discard)
		run := func() {
			for rest := stream; len(rest) > 0; {
				n := min(size, len(rest))
				if err := d.Write(rest[:n]); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
		}
		run()
		if n := testing.AllocsPerRun(5, run); n > raceAllocs {
			t.Errorf("%s: %v allocations in %d frames", name, n, d.Stats().Frames)
		}
	}
}

func BenchmarkDemuxer(b *testing.B) {
	stream := bytes.Join(record(b, "dahua-h264.h264", 2).frames, nil)
	for name, size := range map[string]int{"whole": len(stream), "64KiB": 64 << 10, "odd": 1777} {
		b.Run(name, func(b *testing.B) {
			d := dhav.New(discard)
			b.SetBytes(int64(len(stream)))
			b.ReportAllocs()
			for b.Loop() {
				for rest := stream; len(rest) > 0; {
					n := min(size, len(rest))
					if err := d.Write(rest[:n]); err != nil {
						b.Fatal(err)
					}
					rest = rest[n:]
				}
			}
		})
	}
}
