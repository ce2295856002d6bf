package mpegps_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"mediapusher/internal/media"
	"mediapusher/internal/mpegps"
	"mediapusher/internal/nvrsim/psmux"
)

// ADTS frames follow no packet borders: a PTS is that of the first frame that begins in the packet.
func TestADTSAcrossPackets(t *testing.T) {
	video := pictures(t, "hikvision-sub.h264", 90000)[:3]
	frames := sounds(t, "beeps.aac", 90000)[:200]
	var stream []byte
	starts := make([]int, 0, len(frames))
	for _, f := range frames {
		starts = append(starts, len(stream))
		stream = append(stream, f.Data...)
	}
	random := rand.New(rand.NewPCG(7, 8))
	for round := range 20 {
		m := psmux.New(psmux.Config{Video: psmux.H264, Audio: psmux.AAC, SampleRate: 16000})
		ps := m.AppendPicture(nil, video[0])
		for at, frame := 0, 0; at < len(stream); {
			n := min(len(stream)-at, 1+random.IntN(1000))
			for frame < len(starts)-1 && starts[frame] < at {
				frame++
			}
			ps = m.AppendSound(ps, psmux.Sound{Data: stream[at : at+n], PTS: frames[frame].PTS})
			at += n
		}
		got, stats := demux(t, ps)
		if len(got.audio()) != len(frames) || stats.Resyncs != 0 {
			t.Fatalf("round %d: %d frames of %d, %+v", round, len(got.audio()), len(frames), stats)
		}
		for i, u := range got.audio() {
			if !bytes.Equal(u.Units[0], frames[i].Data[7:]) || u.PTS != int64(frames[i].PTS) || u.Lost {
				t.Fatalf("round %d, frame %d: PTS %d, want %d, lost %v", round, i, u.PTS, frames[i].PTS, u.Lost)
			}
		}
	}
}

// Bytes between ADTS frames cost what they hide, and the next frame is Lost.
func TestADTSDamage(t *testing.T) {
	video := pictures(t, "hikvision-sub.h264", 0)[:1]
	frames := sounds(t, "beeps.aac", 0)[:40]
	m := psmux.New(psmux.Config{Video: psmux.H264, Audio: psmux.AAC, SampleRate: 16000})
	ps := m.AppendPicture(nil, video[0])
	for i, f := range frames {
		data := bytes.Clone(f.Data)
		if i == 20 {
			data[0] = 0x17
		}
		ps = m.AppendSound(ps, psmux.Sound{Data: data, PTS: f.PTS})
	}
	got, _ := demux(t, ps)
	if len(got.audio()) != 39 {
		t.Fatalf("%d frames", len(got.audio()))
	}
	for i, u := range got.audio() {
		if u.Lost != (i == 20) || i >= 20 && u.PTS != int64(frames[i+1].PTS) {
			t.Errorf("frame %d: PTS %d, lost %v", i, u.PTS, u.Lost)
		}
	}
}

func TestAudioChange(t *testing.T) {
	video, later := pictures(t, "hikvision-sub.h264", 0), pictures(t, "hikvision-sub.h264", 2*step)
	mono, _ := mux(psmux.Config{Video: psmux.H264, Audio: psmux.ALaw, SampleRate: 8000}, video[:2], sounds(t, "beeps.alaw", 0)[:2])
	stereo, _ := mux(psmux.Config{Video: psmux.H264, Audio: psmux.ALaw, SampleRate: 16000, Channels: 2}, later[:2], sounds(t, "beeps.alaw", 2*step)[:1])
	got, _ := demux(t, mono, stereo)
	audio := got.audio()
	if len(audio) != 3 || audio[0].Track != audio[1].Track || audio[0].Track == audio[2].Track {
		t.Fatalf("%d units", len(audio))
	}
	if a := audio[2].Track; a.Codec != media.PCMA || a.SampleRate != 16000 || a.Channels != 2 {
		t.Errorf("%+v", a)
	}
}

// MPEG-1's packs and packets.
func TestMPEG1(t *testing.T) {
	got, stats := demux(t, mpeg1())
	if len(got.units) != 1 || len(got.units[0].Units) != 3 || got.units[0].Track.Codec != media.H264 || stats.Resyncs != 0 {
		t.Errorf("%+v %+v", got.units, stats)
	}
}

// Without a PSM the head tells what G.711 it is; one that comes later decides, and one that is only late is waited for.
func TestSoundOfHead(t *testing.T) {
	video, audio := pictures(t, "hikvision-sub.h264", 0)[:40], sounds(t, "beeps.ulaw", 0)[:40]
	for name, c := range map[string]struct {
		cfg     psmux.Config
		head    byte // low byte of the coding
		first   int  // sound that is heard
		coding  media.Codec
		promise bool
	}{
		"told by the head": {psmux.Config{NoMap: true}, 0x10, 7, media.PCMU, true},
		"A-law":            {psmux.Config{NoMap: true}, 0x11, 7, media.PCMA, true},
		"not carried":      {psmux.Config{NoMap: true}, 0x21, 40, 0, false},
		"the PSM decides":  {psmux.Config{}, 0x11, 0, media.PCMU, true},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.Video, c.cfg.Audio, c.cfg.SampleRate = psmux.H264, psmux.MuLaw, 8000
			stream, marks := mux(c.cfg, video, audio)
			head := bytes.Clone(stream[:marks[0]])
			if len(head) != 40 {
				t.Fatalf("head of %d bytes", len(head))
			}
			copy(head[12:], []byte{c.head, 0x71})
			var got collector
			d := mpegps.New(got.emit)
			if err := errors.Join(d.Write(head), d.Write(stream[marks[0]:])); err != nil {
				t.Fatal(err)
			}
			if d.AudioPromised() != c.promise || len(got.audio()) != 40-c.first {
				t.Fatalf("promised %v, %d units, %+v", d.AudioPromised(), len(got.audio()), d.Stats())
			}
			for i, u := range got.audio() {
				if n := i + c.first; u.Track.Codec != c.coding || u.Track.SampleRate != 8000 || u.Track.Channels != 1 || !bytes.Equal(u.Units[0], audio[n].Data) {
					t.Fatalf("unit %d: %+v", i, u.Track)
				}
			}
		})
	}
}
