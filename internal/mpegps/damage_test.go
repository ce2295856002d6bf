package mpegps_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"mediapusher/internal/nvrsim/psmux"
)

// One byte of a hundred is damaged, in bursts and alone, in every second group of pictures: the others arrive whole.
func TestDamage(t *testing.T) {
	for _, c := range []struct {
		name, video, audio string
		cfg                psmux.Config
	}{
		{"H.264", "hikvision-h264.h264", "beeps.aac", psmux.Config{Video: psmux.H264, Audio: psmux.AAC, SampleRate: 16000, MaxPES: 1000}},
		{"H.265", "hikvision-h265.h265", "beeps.alaw", psmux.Config{Video: psmux.H265, Audio: psmux.ALaw, PrivateEvery: 2}},
		{"small", "hikvision-sub.h264", "beeps.ulaw", psmux.Config{Video: psmux.H264, Audio: psmux.MuLaw, MaxPES: 65000, PrivateEvery: 5}},
		{"no PSM", "hikvision-sub.h264", "beeps.aac", psmux.Config{Video: psmux.H264, Audio: psmux.AAC, NoMap: true}},
	} {
		seeds := uint64(20)
		if poisoned {
			seeds = 4 // race builds are slow
		}
		for seed := range seeds {
			t.Run(fmt.Sprintf("%s, seed %d", c.name, seed), func(t *testing.T) { testDamage(t, c.video, c.audio, c.cfg, seed) })
		}
	}
}

func testDamage(t *testing.T, videoFile, audioFile string, cfg psmux.Config, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 99))
	video := pictures(t, videoFile, 1<<33-100*step)
	stream, marks := mux(cfg, video, sounds(t, audioFile, 1<<33-100*step))
	marks = append(marks, len(stream))
	var groups []int // places of key frames
	for i, p := range video {
		if p.Key {
			groups = append(groups, i)
		}
	}
	groups = append(groups, len(video))
	damaged := make([]bool, len(groups))
	for g := 1; g < len(groups)-1; g += 2 {
		damaged[g] = true
		part := stream[marks[groups[g]]:marks[groups[g+1]]]
		for range max(len(part)/100, 1) {
			part[random.IntN(len(part))] = byte(random.Uint32())
		}
		if seed%4 == 0 { // its very first bytes
			part[random.IntN(6)] ^= 1 << random.IntN(8)
		}
	}
	got, stats := demux(t, stream)
	if stats.Resyncs == 0 {
		t.Fatal("nothing was damaged")
	}
	byPTS := map[int64]unit{}
	for _, u := range got.video() {
		byPTS[u.PTS] = u
	}
	for g := range len(groups) - 1 {
		if damaged[g] {
			continue
		}
		for i := groups[g]; i < groups[g+1]; i++ {
			u, ok := byPTS[int64(video[i].PTS)]
			if !ok || !slices.EqualFunc(u.Units, video[i].Units, bytes.Equal) {
				t.Errorf("picture %d of undamaged group %d (%d to %d): there %v", i, g, groups[g], groups[g+1], ok)
			}
		}
	}
}
