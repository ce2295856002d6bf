package mpegps_test

import (
	"slices"
	"testing"

	"mediapusher/internal/media"
	"mediapusher/internal/mpegps"
	"mediapusher/internal/nvrsim/psmux"
)

// A stream that pauses behind a picture need not wait for the next one.
func TestIdle(t *testing.T) {
	video := pictures(t, "hikvision-sub.h264", 90000)[:40]
	stream, marks := mux(psmux.Config{Video: psmux.H264, MaxPES: 200}, video, nil)
	marks = append(marks, len(stream))
	var got collector
	d := mpegps.New(got.emit)
	const known = 10 // pictures that show how the recorder writes
	for i := range video {
		if err := d.Write(stream[marks[i]:marks[i+1]]); err != nil {
			t.Fatal(err)
		}
		if holds := d.Holds(); holds != (i >= known) && i != known-1 && i != known-2 {
			t.Fatalf("picture %d is held: %v", i, holds)
		}
		if err := d.Idle(); err != nil {
			t.Fatal(err)
		}
		if d.Holds() || i >= known && len(got.units) != i+1 {
			t.Fatalf("picture %d is not out", i)
		}
	}
	if err := d.Flush(); err != nil {
		t.Fatal(err)
	}
	checkVideo(t, got.video(), video)
}

// A pause within a picture: nothing is given out within a packet or behind a long one, and what comes too late costs no more than that
// picture.
func TestIdleWithin(t *testing.T) {
	video := pictures(t, "hikvision-sub.h264", 90000)[:40]
	audio := sounds(t, "beeps.alaw", 90000)
	stream, marks := mux(psmux.Config{Video: psmux.H264, Audio: psmux.ALaw, MaxPES: 200}, video, audio)
	whole, _ := demux(t, stream)
	spoilt := 0
	for at := marks[20]; at < marks[22]; at++ {
		var got collector
		d := mpegps.New(got.emit)
		if err := d.Write(stream[:at]); err != nil {
			t.Fatal(err)
		}
		if err := d.Idle(); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(stream[at:]); err != nil {
			t.Fatal(err)
		}
		if err := d.Flush(); err != nil {
			t.Fatal(err)
		}
		if len(got.video()) != len(video) || len(got.audio()) != len(whole.audio()) {
			t.Fatalf("paused at %d: %d pictures, %d sounds", at-marks[20], len(got.video()), len(got.audio()))
		}
		for i, u := range got.video() {
			same := slices.EqualFunc(u.Units, video[i].Units, slices.Equal[[]byte])
			if !same && (i < 20 || i > 21 || !got.video()[i+1].Lost) || u.PTS != int64(video[i].PTS) {
				t.Fatalf("paused at %d: picture %d of PTS %d, %d units", at-marks[20], i, u.PTS, len(u.Units))
			}
			if !same {
				spoilt++
			}
		}
	}
	if spoilt > 2 { // a first slice that happens to end there
		t.Errorf("%d pictures are spoilt", spoilt)
	}
}

// Where packs are no pictures, or short packets not the last of one, nothing is given out early: the picture may go on.
func TestIdleOtherLayouts(t *testing.T) {
	const (
		code    = "\x00\x00\x00\x01"
		first   = code + "\x67\x42\x00\x1e" + code + "\x68\xce\x38" + code + "\x65\x88\x11\x12"
		picture = code + "\x41\x9a\x31"
		second  = code + "\x41\x5a\x41" // a second slice
	)
	behind := func(n int64, packets ...string) []byte {
		stream := cat(packOf(0), pesOf(0xE0, aligned, 0, first))
		for i := range n {
			stream = cat(stream, packOf(i), pesOf(0xE0, aligned, (i+1)*3600, packets[0]))
			for _, packet := range packets[1:] {
				stream = cat(stream, pesOf(0xE0, aligned, noPTS, packet))
			}
		}
		return stream
	}
	onePack := cat(packOf(0), pesOf(0xE0, aligned, 0, first))
	for n := range int64(30) {
		onePack = cat(onePack, pesOf(0xE0, aligned, (n+1)*3600, picture))
	}
	for name, c := range map[string]struct {
		stream []byte
		holds  bool
	}{
		"as usual":            {behind(30, picture), true},
		"a few pictures":      {behind(3, picture), false},
		"one pack for all":    {onePack, false},
		"slices in packets":   {behind(30, picture, second), false},
		"a slice in packets":  {behind(30, picture, "\x32\x33"), false},
		"long packets first":  {behind(30, picture+string(make([]byte, 99)), "\x32"), true},
		"sets in own packets": {behind(30, code+"\x67\x42\x00\x1e", code+"\x68\xce\x38", picture), true},
	} {
		t.Run(name, func(t *testing.T) {
			d := mpegps.New(func(au *media.AccessUnit) error { au.Release(); return nil })
			if err := d.Write(c.stream); err != nil {
				t.Fatal(err)
			}
			before, given := d.Stats().Units, uint64(0)
			if c.holds {
				given = 1
			}
			if holds, err := d.Holds(), d.Idle(); err != nil || holds != c.holds || d.Stats().Units != before+given {
				t.Errorf("%v, holds %v, %d units, %d before", err, holds, d.Stats().Units, before)
			}
		})
	}
}
