package mpegps_test

import (
	"bytes"
	"io/fs"
	"slices"
	"testing"
	"time"

	"mediapusher/internal/media"
	"mediapusher/internal/mpegps"
	"mediapusher/internal/nvrsim/clips"
	"mediapusher/internal/nvrsim/psmux"
)

// unit is what a test keeps of an access unit.
type unit struct {
	Track *media.Track
	PTS   int64
	Wall  time.Time
	Lost  bool
	Units [][]byte
}

// collector copies units and releases them.
type collector struct{ units []unit }

func (c *collector) emit(au *media.AccessUnit) error {
	u := unit{Track: au.Track, PTS: au.PTS, Wall: au.Wall, Lost: au.Lost}
	for _, nal := range au.Units {
		u.Units = append(u.Units, bytes.Clone(nal))
	}
	c.units = append(c.units, u)
	au.Release()
	return nil
}

func (c *collector) of(id int) []unit {
	var units []unit
	for _, u := range c.units {
		if u.Track.ID == id {
			units = append(units, u)
		}
	}
	return units
}

func (c *collector) video() []unit { return c.of(0) }
func (c *collector) audio() []unit { return c.of(1) }

// demux feeds pieces and flushes.
func demux(t testing.TB, pieces ...[]byte) (*collector, mpegps.Stats) {
	t.Helper()
	c := &collector{}
	d := mpegps.New(c.emit)
	d.StopClock()
	for _, p := range pieces {
		if err := d.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Flush(); err != nil {
		t.Fatal(err)
	}
	return c, d.Stats()
}

// split returns the NAL units of a byte stream.
func split(t testing.TB, stream []byte) [][]byte {
	t.Helper()
	var units [][]byte
	for i, part := range bytes.Split(stream, []byte{0, 0, 1}) {
		if part = bytes.TrimRight(part, "\x00"); i > 0 && len(part) > 0 {
			units = append(units, part)
		}
	}
	return units
}

func clip(t testing.TB, file string) []byte {
	t.Helper()
	stream, err := fs.ReadFile(clips.Embedded(), file)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

const step = 3600

// pictures cuts a clip at its delimiters. Times begin at zero.
func pictures(t testing.TB, file string, start uint64) []psmux.Picture {
	t.Helper()
	var all []psmux.Picture
	h265 := file[len(file)-3:] == "265"
	for _, nal := range split(t, clip(t, file)) {
		kind, delimiter, key := nal[0]&0x1F, byte(9), nal[0]&0x1F == 5
		if h265 {
			kind, delimiter, key = nal[0]>>1, 35, nal[0]>>1 >= 16 && nal[0]>>1 <= 21
		}
		if kind == delimiter {
			n := len(all)
			all = append(all, psmux.Picture{PTS: start + uint64(n)*step, Wall: wall.Add(time.Duration(n) * 40 * time.Millisecond)})
			all[n].DTS = all[n].PTS
			continue
		}
		p := &all[len(all)-1]
		p.Units = append(p.Units, nal)
		p.Key = p.Key || key
	}
	return all
}

var wall = time.Date(2026, 11, 20, 10, 11, 12, 0, time.UTC)

// sounds cuts a clip of audio into frames with their times.
func sounds(t testing.TB, file string, start uint64) []psmux.Sound {
	t.Helper()
	stream := clip(t, file)
	var all []psmux.Sound
	if file != "beeps.aac" {
		for frame := range slices.Chunk(stream, 320) {
			all = append(all, psmux.Sound{Data: frame, PTS: start + uint64(len(all))*step})
		}
		return all
	}
	for len(stream) > 0 {
		n := int(stream[3]&3)<<11 | int(stream[4])<<3 | int(stream[5]>>5)
		all = append(all, psmux.Sound{Data: stream[:n], PTS: start + uint64(len(all))*1024*90000/16000})
		stream = stream[n:]
	}
	return all
}

// mux interleaves by time, with the head before. marks are where the pictures begin.
func mux(cfg psmux.Config, video []psmux.Picture, audio []psmux.Sound) (stream []byte, marks []int) {
	m := psmux.New(cfg)
	stream = m.AppendHead(nil)
	for _, p := range video {
		marks = append(marks, len(stream))
		stream = m.AppendPicture(stream, p)
		for len(audio) > 0 && audio[0].PTS < p.PTS+step {
			stream = m.AppendSound(stream, audio[0])
			audio = audio[1:]
		}
	}
	return stream, marks
}

// checkVideo compares units with the pictures that went in.
func checkVideo(t *testing.T, got []unit, want []psmux.Picture) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if !slices.EqualFunc(got[i].Units, want[i].Units, bytes.Equal) {
			t.Fatalf("picture %d: %d units %.40x, want %d %.40x", i, len(got[i].Units), got[i].Units, len(want[i].Units), want[i].Units)
		}
		if got[i].PTS != int64(want[i].PTS) {
			t.Fatalf("picture %d: PTS %d, want %d", i, got[i].PTS, want[i].PTS)
		}
		if got[i].Lost {
			t.Fatalf("picture %d is Lost", i)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d pictures, want %d", len(got), len(want))
	}
}

func equalUnit(a, b unit) bool {
	return a.Track.Codec == b.Track.Codec && a.PTS == b.PTS && a.Wall.Equal(b.Wall) && a.Lost == b.Lost && slices.EqualFunc(a.Units, b.Units, bytes.Equal)
}
