package dhav_test

import (
	"bytes"
	"testing"
	"time"

	"mediapusher/internal/dhav"
	"mediapusher/internal/media"
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

// demux feeds pieces and flushes.
func demux(t *testing.T, pieces ...[]byte) (*collector, dhav.Stats) {
	t.Helper()
	c := &collector{}
	d := dhav.New(c.emit)
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
