package mpegps_test

import (
	"slices"
	"testing"

	"mediapusher/internal/media"
	"mediapusher/internal/mpegps"
	"mediapusher/internal/nvrsim/psmux"
)

// camera is a stream as a recorder sends it: 4 Mbit/s and more, 5120 bytes a packet, sound of 40 ms a packet.
func camera(t testing.TB) []byte {
	t.Helper()
	video := pictures(t, "hikvision-h264.h264", 0)[:50]
	for i, p := range video {
		units := slices.Clone(p.Units)
		last := len(units) - 1
		filled := slices.Clone(units[last])
		for size := map[bool]int{true: 200_000, false: 20_000}[p.Key]; len(filled) < size; {
			filled = append(filled, units[last]...)
		}
		units[last] = filled
		video[i].Units = units
	}
	stream, _ := mux(psmux.Config{Video: psmux.H264, Audio: psmux.ALaw}, video, sounds(t, "beeps.alaw", 0))
	return stream[40:]
}

// BenchmarkDemux is what one core does, in pieces of 64 KiB.
func BenchmarkDemux(b *testing.B) {
	stream := camera(b)
	frames := 0
	d := mpegps.New(func(au *media.AccessUnit) error {
		frames++
		au.Release()
		return nil
	})
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		for piece := range slices.Chunk(stream, 64<<10) {
			if err := d.Write(piece); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(frames)/float64(b.N), "frames/op")
}

func TestAllocations(t *testing.T) {
	if poisoned {
		t.Skip("the race detector drops what is pooled")
	}
	stream := camera(t)
	frames := 0
	d := mpegps.New(func(au *media.AccessUnit) error {
		frames++
		au.Release()
		return nil
	})
	write := func() {
		for piece := range slices.Chunk(stream, 5000) {
			if err := d.Write(piece); err != nil {
				t.Fatal(err)
			}
		}
	}
	write()
	frames = 0
	const rounds = 20
	if n := testing.AllocsPerRun(rounds, write); n >= 1 {
		t.Errorf("%v allocations in %d frames", n, frames/rounds)
	}
}
