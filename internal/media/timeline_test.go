package media_test

import (
	"testing"
	"time"

	"mediapusher/internal/media"
)

var (
	h264Track = &media.Track{ID: videoID, Codec: media.H264, FrameRate: 25}
	pcmaTrack = &media.Track{ID: audioID, Codec: media.PCMA, SampleRate: 8000, Channels: 1}
)

// feed is one access unit as a device sends it: times in milliseconds.
type feed struct {
	track   *media.Track
	pts     int64
	arrival int64
	wall    int64 // 0 for unknown
}

func runTimeline(t *testing.T, runs ...[]feed) *collector {
	t.Helper()
	out := &collector{}
	timeline := media.NewTimeline(out)
	for _, run := range runs {
		setTracks(t, timeline, h264Track, pcmaTrack)
		for _, f := range run {
			au := newUnit(t, f.track, f.pts*ms, []byte{0x65, 1})
			au.Arrival = epoch.Add(time.Duration(f.arrival) * time.Millisecond)
			if f.wall != 0 {
				au.Wall = epoch.Add(time.Duration(f.wall) * time.Millisecond)
			}
			write(t, timeline, au)
		}
	}
	return out
}

// video makes n pictures, step ms apart, that arrive as they are taken.
func video(pts, arrival, n, step int64) []feed {
	feeds := make([]feed, 0, n)
	for i := range n {
		feeds = append(feeds, feed{track: h264Track, pts: pts + i*step, arrival: arrival + i*step})
	}
	return feeds
}

func TestTimelineVideo(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []int64 // PTS of the device in ms
		want []int64 // DTS of the output in ms
	}{
		{"begins at zero", []int64{5000, 5040, 5080}, []int64{0, 40, 80}},
		{"keeps uneven steps", []int64{0, 10, 90, 120}, []int64{0, 10, 90, 120}},
		{"shows a step of up to a second", []int64{0, 40, 1040, 1080}, []int64{0, 40, 1040, 1080}},
		{"hides a jump ahead", []int64{0, 40, 3600040, 3600080}, []int64{0, 40, 80, 120}},
		{"hides a jump back", []int64{100000, 100040, 40, 80}, []int64{0, 40, 80, 120}},
		{"lifts a repeated timestamp by a millisecond", []int64{0, 40, 40, 80}, []int64{0, 40, 41, 80}},
		{"goes on while the clock stands still", []int64{0, 40, 40, 40, 40, 40}, []int64{0, 40, 41, 42, 80, 120}},
		{"shows a steady stream slower than a picture a second", []int64{0, 2000, 4000, 6000}, []int64{0, 40, 2040, 4040}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var run []feed
			for _, pts := range tt.in {
				run = append(run, feed{track: h264Track, pts: pts, arrival: pts})
			}
			out := runTimeline(t, run).of(videoID)
			checkRising(t, out)
			for i, au := range out {
				if got := au.DTS / ms; got != tt.want[i] {
					t.Errorf("unit %d: DTS %d ms, want %d", i, got, tt.want[i])
				}
			}
		})
	}
}

func TestTimelineGoesOnInANewRun(t *testing.T) {
	out := runTimeline(t, video(90000, 0, 50, 40), video(7, 5000, 50, 40)).of(videoID)
	checkRising(t, out)
	for i, au := range out {
		if want := int64(i) * 40 * ms; au.DTS != want {
			t.Fatalf("unit %d: DTS %d, want %d", i, au.DTS, want)
		}
	}
}

func TestTimelineHasNoRoundingDrift(t *testing.T) {
	track := &media.Track{ID: videoID, Codec: media.H264}
	out := &collector{}
	timeline := media.NewTimeline(out)
	setTracks(t, timeline, track)
	const frames = 30 * 3600
	for i := range int64(frames) {
		write(t, timeline, newUnit(t, track, i*3003, []byte{0x65, 1})) // 29.97 pictures a second
	}
	if got := out.units[frames-1].DTS; got != (frames-1)*3003 {
		t.Errorf("after an hour: DTS %d, want %d", got, (frames-1)*3003)
	}
}

func TestTimelineDerivesDTS(t *testing.T) {
	// Decoding order of I0 P3 b1 b2 P6 b4 b5 ...
	order := []int64{0, 3, 1, 2, 6, 4, 5, 9, 7, 8}
	for name, depth := range map[string]int{"the SPS tells the depth": 1, "the SPS tells too much": 3} {
		t.Run(name, func(t *testing.T) {
			track := &media.Track{ID: videoID, Codec: media.H264, FrameRate: 25, ReorderDepth: depth}
			out := &collector{}
			timeline := media.NewTimeline(out)
			setTracks(t, timeline, track)
			for _, n := range order {
				write(t, timeline, newUnit(t, track, (1000+n*40)*ms, []byte{0x65, 1}))
			}
			checkRising(t, out.units)
			for i, au := range out.units {
				if want := (order[i] + int64(depth)) * 40 * ms; au.PTS != want {
					t.Errorf("picture %d: PTS %d ms, want %d", i, au.PTS/ms, want/ms)
				}
			}
			if out.units[0].DTS != 0 {
				t.Errorf("first DTS %d, want 0", out.units[0].DTS)
			}
		})
	}
	t.Run("the SPS tells nothing", func(t *testing.T) {
		track := &media.Track{ID: videoID, Codec: media.H264, FrameRate: 25}
		out := &collector{}
		timeline := media.NewTimeline(out)
		setTracks(t, timeline, track)
		for group := range int64(10) {
			for _, n := range []int64{3, 1, 2} {
				write(t, timeline, newUnit(t, track, (group*3+n)*40*ms, []byte{0x65, 1}))
			}
		}
		checkRising(t, out.units)
		// From the second group on, every picture keeps its own presentation time.
		base := out.units[3].PTS
		for i, n := range []int64{0, -2, -1, 3, 1, 2} {
			if got := out.units[3+i].PTS - base; got != n*40*ms {
				t.Errorf("picture %d: PTS %d ms from the group's first, want %d", 3+i, got/ms, n*40)
			}
		}
	})
}

func TestTimelineAlignsTracks(t *testing.T) {
	// Sound is on the device's audio clock, which begins at 777 s.
	mixed := func(wallOffset, arrivalDelay int64, walls bool) []feed {
		var run []feed
		for i := range int64(400) {
			v := feed{track: h264Track, pts: 10000 + i*40, arrival: i * 40}
			a := feed{track: pcmaTrack, pts: 777000 + i*40, arrival: i*40 + arrivalDelay}
			if walls {
				v.wall, a.wall = 1000000+i*40, 1000000+i*40+wallOffset
			}
			run = append(run, v, a)
		}
		return run
	}
	apart := func(out *collector, i int) int64 {
		v, a := out.of(videoID), out.of(audioID)
		return (a[i].PTS - v[i].PTS) / ms
	}
	t.Run("by arrival", func(t *testing.T) {
		if got := apart(runTimeline(t, mixed(0, 15, false)), 300); got != 15 {
			t.Errorf("sound %d ms after the picture, want 15", got)
		}
	})
	t.Run("by the wall clock", func(t *testing.T) {
		if got := apart(runTimeline(t, mixed(120, 15, true)), 300); got != 120 {
			t.Errorf("sound %d ms after the picture, want 120", got)
		}
	})
	t.Run("not by a wall clock that is far off", func(t *testing.T) {
		if got := apart(runTimeline(t, mixed(3600000, 15, true)), 300); got != 15 {
			t.Errorf("sound %d ms after the picture, want 15", got)
		}
	})
	t.Run("by a wall clock that comes late", func(t *testing.T) {
		run := mixed(60, 400, true)
		for i := range run[:200] {
			run[i].wall = 0
		}
		out := runTimeline(t, run)
		checkRising(t, out.of(audioID))
		if got := apart(out, 390); got < 50 || got > 70 {
			t.Errorf("sound %d ms after the picture, want 60", got)
		}
	})
	t.Run("through a common jump", func(t *testing.T) {
		run := mixed(0, 0, false)
		for i := 400; i < len(run); i++ {
			run[i].pts += 7200000
		}
		out := runTimeline(t, run)
		checkRising(t, out.of(videoID))
		checkRising(t, out.of(audioID))
		if got := apart(out, 390); got < -1 || got > 1 {
			t.Errorf("sound %d ms after the picture, want 0", got)
		}
	})
}

func TestTimelineLeavesOutSoundFromBeforeTheFirstPicture(t *testing.T) {
	run := append(video(0, 1000, 1, 40), feed{track: pcmaTrack, pts: 5, arrival: 900}, feed{track: pcmaTrack, pts: 145, arrival: 1040})
	out := runTimeline(t, run).of(audioID)
	if len(out) != 1 || out[0].DTS != 40*ms {
		t.Fatalf("got %d units of sound, want the one at 40 ms", len(out))
	}
}

func FuzzTimeline(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	f.Add([]byte{0x80, 0xFF, 0xFF, 0xFF, 0, 0x7F, 0xFF, 0xFF, 0xFF, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		out := &collector{}
		timeline := media.NewTimeline(out)
		tracks := []*media.Track{h264Track, pcmaTrack}
		setTracks(t, timeline, tracks...)
		var pts [2]int64
		first := true
		for ; len(data) >= 5; data = data[5:] {
			id := int(data[0] & 1)
			if first {
				id = 0
			}
			first = false
			if data[0]&0x70 == 0x70 {
				setTracks(t, timeline, tracks...)
				first = true
				continue
			}
			pts[id] += int64(int32(uint32(data[1])<<24|uint32(data[2])<<16|uint32(data[3])<<8|uint32(data[4]))) >> (data[0] >> 1 & 31 % 24)
			au := newUnit(t, tracks[id], pts[id], []byte{0x65, 1})
			au.Arrival = epoch.Add(time.Duration(pts[0]))
			if data[0]&8 != 0 {
				au.Wall = epoch.Add(time.Duration(pts[id] * 11111))
			}
			write(t, timeline, au)
		}
		checkRising(t, out.of(videoID))
		checkRising(t, out.of(audioID))
		// A step in the output is never above a second, but for what the other track's shift or a slow stream explains.
		for _, au := range out.units {
			if au.DTS < 0 {
				t.Errorf("DTS %d below zero", au.DTS)
			}
		}
	})
}
