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

// Where packs are no pictures nothing is given out early: what begins without a PTS may go on with the picture.
func TestIdleOtherLayouts(t *testing.T) {
	code := "\x00\x00\x00\x01"
	first := code + "\x67\x42\x00\x1e" + code + "\x68\xce\x38" + code + "\x65\x88\x11\x12"
	for name, stream := range map[string][]byte{
		"a few pictures":   cat(packOf(0), pesOf(0xE0, aligned, 0, first), packOf(9), pesOf(0xE0, aligned, 3600, code+"\x41\x9a\x31\x32")),
		"one pack for all": packOf(0),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "one pack for all" {
				stream = cat(stream, pesOf(0xE0, aligned, 0, first))
				for n := range 30 {
					stream = cat(stream, pesOf(0xE0, aligned, int64(n+1)*3600, code+"\x41\x9a\x31"))
				}
			}
			d := mpegps.New(func(au *media.AccessUnit) error { au.Release(); return nil })
			if err := d.Write(stream); err != nil {
				t.Fatal(err)
			}
			before := d.Stats().Units
			if err := d.Idle(); err != nil || d.Stats().Units != before {
				t.Errorf("%v, %d units, %d before", err, d.Stats().Units, before)
			}
		})
	}
}
