package media_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"mediapusher/internal/media"
)

func TestAnnexB(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		units        []string
	}{
		{"nothing", "", nil},
		{"no start code", "\x67\x42\x00\x1e", nil},
		{"bytes before the first start code", "\x11\x22\x00\x00\x01\x65\x88", []string{"\x65\x88"}},
		{"start codes of three and four bytes", "\x00\x00\x00\x01\x67\x42\x00\x00\x01\x68\xce\x00\x00\x00\x01\x65\x88\x80", []string{"\x67\x42", "\x68\xce", "\x65\x88\x80"}},
		{"zeros around", "\x00\x00\x00\x00\x00\x01\x67\x42\x00\x00\x00\x00\x00\x00\x01\x65\x88\x00\x00\x00", []string{"\x67\x42", "\x65\x88"}},
		{"zeros within", "\x00\x00\x01\x65\x00\x00\x03\x01\x00\x01\x00\x00\x02", []string{"\x65\x00\x00\x03\x01\x00\x01\x00\x00\x02"}},
		{"empty units", "\x00\x00\x01\x00\x00\x01\x00\x00\x00\x01\x41\x9a\x00\x00\x01", []string{"\x41\x9a"}},
		{"a unit of a start code's end", "\x00\x00\x01\x01\x00\x00\x01\x01", []string{"\x01", "\x01"}},
		{"many zeros within", "\x00\x00\x01\x65" + string(make([]byte, 200)) + "\x07", []string{"\x65" + string(make([]byte, 200)) + "\x07"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for cut := 1; cut <= max(len(c.stream), 1); cut++ {
				au := media.NewAccessUnit(nil)
				var a media.AnnexB
				for piece := range slices.Chunk([]byte(c.stream), cut) {
					if err := a.Write(au, piece); err != nil {
						t.Fatal(err)
					}
				}
				got := make([]string, 0, len(au.Units))
				for _, u := range au.Units {
					got = append(got, string(u))
				}
				if !slices.Equal(got, c.units) {
					t.Fatalf("in pieces of %d: %x, want %x", cut, got, c.units)
				}
				au.Release()
			}
		})
	}
}

// Any cutting gives the units that the whole stream gives, and the caller may change the unit at each start code.
func TestAnnexBCutAnywhere(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		stream := make([]byte, random.IntN(400))
		for i := range stream {
			stream[i] = byte(random.IntN(3)) // zeros and ones enough
		}
		whole := media.NewAccessUnit(nil)
		var a media.AnnexB
		if err := a.Write(whole, stream); err != nil {
			t.Fatal(err)
		}
		a.Reset()
		var got [][]byte
		au := media.NewAccessUnit(nil)
		for rest := stream; len(rest) > 0; {
			n := 1 + random.IntN(len(rest))
			piece := rest[:n]
			rest = rest[n:]
			for more := true; more; {
				var err error
				if piece, more, err = a.Next(au, piece); err != nil {
					t.Fatal(err)
				}
				if more {
					got = append(got, clone(au.Units)...)
					au.Release()
					au = media.NewAccessUnit(nil)
				}
			}
		}
		got = append(got, clone(au.Units)...)
		if !slices.EqualFunc(got, whole.Units, bytes.Equal) {
			t.Fatalf("%x: in pieces %x, whole %x", stream, got, whole.Units)
		}
		au.Release()
		whole.Release()
	}
}

func clone(units [][]byte) [][]byte {
	out := make([][]byte, 0, len(units))
	for _, u := range units {
		out = append(out, bytes.Clone(u))
	}
	return out
}

func TestAnnexBCeiling(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream []byte
	}{
		{"bytes", append([]byte{0, 0, 1}, bytes.Repeat([]byte{7}, media.MaxUnitSize+1)...)},
		{"zeros", append(append([]byte{0, 0, 1, 7}, make([]byte, media.MaxUnitSize)...), 7)},
		{"units", bytes.Repeat([]byte{0, 0, 1, 7}, media.MaxNALUnits+1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			au := media.NewAccessUnit(nil)
			defer au.Release()
			var a media.AnnexB
			var err error
			for piece := range slices.Chunk(c.stream, 1<<16) {
				if err = a.Write(au, piece); err != nil {
					break
				}
			}
			if !errors.Is(err, media.ErrUnitTooLarge) {
				t.Fatal(err)
			}
		})
	}
}
