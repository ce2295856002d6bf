package media_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"mediapusher/internal/media"
)

func TestAccessUnitKeepsItsUnitsWhileItGrows(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		au := media.NewAccessUnit(h264Track)
		var want [][]byte
		for range random.IntN(20) {
			part := make([]byte, random.IntN(5000))
			for i := range part {
				part[i] = byte(random.Uint32())
			}
			if len(want) > 0 && random.IntN(2) == 0 {
				if err := au.Extend(part); err != nil {
					t.Fatal(err)
				}
				want[len(want)-1] = append(want[len(want)-1], part...)
				continue
			}
			if err := au.Append(part); err != nil {
				t.Fatal(err)
			}
			want = append(want, bytes.Clone(part))
		}
		size := 0
		for i, unit := range want {
			size += len(unit)
			if !bytes.Equal(au.Units[i], unit) {
				t.Fatalf("unit %d changed", i)
			}
		}
		if len(au.Units) != len(want) || au.Size() != size {
			t.Fatalf("%d units of %d bytes, want %d of %d", len(au.Units), au.Size(), len(want), size)
		}
		au.Release()
	}
}

func TestAccessUnitHasCeilings(t *testing.T) {
	au := media.NewAccessUnit(h264Track)
	for range media.MaxNALUnits {
		if err := au.Append([]byte{1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := au.Append([]byte{1}); !errors.Is(err, media.ErrUnitTooLarge) {
		t.Errorf("one NAL unit too many: %v", err)
	}
	if err := au.Extend(make([]byte, media.MaxUnitSize)); !errors.Is(err, media.ErrUnitTooLarge) {
		t.Errorf("too many bytes: %v", err)
	}
}

func BenchmarkRoad(b *testing.B) {
	track := &media.Track{Codec: media.H264, SPS: sps360, PPS: pps360}
	queue := media.NewQueue(media.QueueConfig{})
	road := media.NewNormaliser(media.NewTimeline(queue))
	setTracks(b, road, track)
	queue.Attach()
	picture := append([]byte{0x65, 0x88, 0x84}, make([]byte, 1397)...) // believable as the slice of a key frame
	b.ReportAllocs()
	b.SetBytes(14 * 1400)
	for i := range b.N {
		au := media.NewAccessUnit(track)
		au.PTS = int64(i) * 3600
		if err := au.Append(picture); err != nil {
			b.Fatal(err)
		}
		for range 13 {
			if err := au.Extend(picture); err != nil {
				b.Fatal(err)
			}
		}
		write(b, road, au)
		sent, err := queue.Next(b.Context(), 0)
		if err != nil {
			b.Fatal(err)
		}
		sent.Release()
	}
}
