package mpegps_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"mediapusher/internal/media"
	"mediapusher/internal/mpegps"
	"mediapusher/internal/nvrsim/psmux"
)

// FuzzDemuxer holds that any bytes, whole and byte by byte, give the same units; that units are bounded and not empty; and that what
// follows damage is found again.
func FuzzDemuxer(f *testing.F) {
	h264, h265 := pictures(f, "slow.h264", 0)[:4], pictures(f, "hikvision-h265.h265", 0)[:3]
	for i := range h264 {
		for j, u := range h264[i].Units {
			h264[i].Units[j] = u[:min(len(u), 80)]
		}
	}
	for i := range h265 {
		for j, u := range h265[i].Units {
			h265[i].Units[j] = u[:min(len(u), 60)]
		}
	}
	for _, cfg := range []psmux.Config{
		{Video: psmux.H264, Audio: psmux.AAC, SampleRate: 16000, PrivateEvery: 2, MaxPES: 64},
		{Video: psmux.H264, Audio: psmux.AAC, NoMap: true, OpenLength: true},
		{Video: psmux.H264, Audio: psmux.G726, WriteDTS: true},
		{Video: psmux.MPEG4},
	} {
		stream, _ := mux(cfg, h264, sounds(f, "beeps.aac", 0))
		f.Add(stream)
	}
	stream, _ := mux(psmux.Config{Video: psmux.H265, Audio: psmux.MuLaw, AudioClock: 8000}, h265, sounds(f, "beeps.ulaw", 0))
	f.Add(stream)
	f.Add([]byte("4HKH"))
	f.Add(append(mpeg1(), mpeg1()...))
	video := pictures(f, "slow.h264", 1<<32)[:3]
	tail, _ := mux(psmux.Config{Video: psmux.H264}, video, nil)
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 1<<16 {
			return
		}
		run := func(size int) (*collector, mpegps.Stats, error) {
			got := &collector{}
			d := mpegps.New(got.emit)
			d.StopClock()
			var err error
			for piece := range slices.Chunk(in, size) {
				err = errors.Join(err, d.Write(piece))
			}
			err = errors.Join(err, d.Flush())
			return got, d.Stats(), err
		}
		whole, stats, err := run(1 << 16)
		cut, cutStats, cutErr := run(1)
		if !slices.EqualFunc(whole.units, cut.units, equalUnit) || stats.Resyncs != cutStats.Resyncs || (err == nil) != (cutErr == nil) {
			t.Fatalf("whole %d units %+v %v, by byte %d units %+v %v", len(whole.units), stats, err, len(cut.units), cutStats, cutErr)
		}
		if stats.Skipped > uint64(len(in)) || stats.Units != uint64(len(whole.units)) {
			t.Fatalf("%+v of %d bytes", stats, len(in))
		}
		size := 0
		for _, u := range whole.units {
			if u.Track == nil || len(u.Units) == 0 || len(u.Units) > media.MaxNALUnits {
				t.Fatalf("unit of track %v, %d NAL units", u.Track, len(u.Units))
			}
			for _, nal := range u.Units {
				if len(nal) == 0 {
					t.Fatal("an empty NAL unit")
				}
				size += len(nal)
			}
		}
		if size > len(in) {
			t.Fatalf("%d bytes of %d", size, len(in))
		}
		pausing(t, in)
		afterDamage(t, in, tail, video[len(video)-1])
	})
}

// pausing holds that pauses of the stream make no empty unit and none without end, wherever they are.
func pausing(t *testing.T, in []byte) {
	t.Helper()
	var got collector
	d := mpegps.New(got.emit)
	for piece := range slices.Chunk(in, 7) {
		if err := errors.Join(d.Write(piece), d.Idle()); err != nil {
			return
		}
		if d.Holds() {
			t.Fatal("a picture is held behind a pause")
		}
	}
	for _, u := range got.units {
		if u.Track == nil || len(u.Units) == 0 || slices.ContainsFunc(u.Units, func(nal []byte) bool { return len(nal) == 0 }) {
			t.Fatal("an empty unit")
		}
	}
}

// afterDamage holds that Reset forgets everything that could spoil what follows.
func afterDamage(t *testing.T, in, tail []byte, last psmux.Picture) {
	t.Helper()
	got := &collector{}
	d := mpegps.New(got.emit)
	_ = d.Write(in) // its errors end with Reset
	d.Reset()
	got.units = nil
	if err := errors.Join(d.Write(tail), d.Flush()); err != nil {
		t.Fatal(err)
	}
	if n := len(got.units); n == 0 || !slices.EqualFunc(got.units[n-1].Units, last.Units, bytes.Equal) {
		t.Fatalf("%d units behind Reset", n)
	}
}

// mpeg1 is a pack of MPEG-1 with one picture.
func mpeg1() []byte {
	b := []byte{0, 0, 1, 0xBA, 0x21, 0, 1, 0, 1, 0x80, 0, 1}
	payload := []byte{0, 0, 0, 1, 0x67, 0x42, 0, 0x1E, 0x95, 0, 0, 1, 0x68, 0xCE, 0x38, 0, 0, 1, 0x65, 0x88, 0x84}
	header := []byte{0xFF, 0xFF, 0x60, 0x20, 0x31, 0, 1, 0x23, 0x45, 0x11, 0, 1, 0x23, 0x45}
	b = append(b, 0, 0, 1, 0xE0, 0, byte(len(header)+len(payload)))
	return append(append(b, header...), payload...)
}
