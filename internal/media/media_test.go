package media_test

import (
	"testing"
	"time"

	"mediapusher/internal/media"
)

// collector keeps what a stage writes.
type collector struct {
	tracks []*media.Track
	units  []*media.AccessUnit
}

func (c *collector) SetTracks(tracks []*media.Track) error {
	c.tracks = tracks
	return nil
}

func (c *collector) Write(au *media.AccessUnit) error {
	c.units = append(c.units, au)
	return nil
}

func (c *collector) of(id int) []*media.AccessUnit {
	var units []*media.AccessUnit
	for _, au := range c.units {
		if au.Track.ID == id {
			units = append(units, au)
		}
	}
	return units
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	ms      = media.ClockRate / 1000
	videoID = 0
	audioID = 1
)

func newUnit(t testing.TB, track *media.Track, pts int64, nals ...[]byte) *media.AccessUnit {
	t.Helper()
	au := media.NewAccessUnit(track)
	au.PTS = pts
	for _, nal := range nals {
		if err := au.Append(nal); err != nil {
			t.Fatal(err)
		}
	}
	return au
}

func write(t testing.TB, sink media.Sink, au *media.AccessUnit) {
	t.Helper()
	if err := sink.Write(au); err != nil {
		t.Fatal(err)
	}
}

func setTracks(t testing.TB, sink media.Sink, tracks ...*media.Track) {
	t.Helper()
	if err := sink.SetTracks(tracks); err != nil {
		t.Fatal(err)
	}
}

// checkRising fails where DTS does not rise by a millisecond or PTS lies before DTS.
func checkRising(t testing.TB, units []*media.AccessUnit) {
	t.Helper()
	for i, au := range units {
		if au.PTS < au.DTS {
			t.Errorf("unit %d: PTS %d before DTS %d", i, au.PTS, au.DTS)
		}
		if i > 0 && au.DTS < units[i-1].DTS+ms {
			t.Errorf("unit %d: DTS %d does not rise from %d", i, au.DTS, units[i-1].DTS)
		}
	}
}
