package main

import (
	"testing"
	"time"
)

// The demo has two days of files up to now, with one gap a day.
func TestDemoRecordings(t *testing.T) {
	for _, c := range []struct {
		now         string
		files, gaps int
	}{
		{"2026-03-02 00:00:00", 24, 1},
		{"2026-03-02 12:10:00", 36, 1}, // in the gap of today
		{"2026-03-02 15:30:10", 40, 2},
	} {
		now, err := time.Parse(time.DateTime, c.now)
		if err != nil {
			t.Fatal(err)
		}
		files := demoRecordings(now.Add(time.Millisecond))
		if len(files) != c.files {
			t.Fatalf("%s: %d files, want %d", c.now, len(files), c.files)
		}
		gaps := 0
		for i := 1; i < len(files); i++ {
			if gap := files[i].Start.Sub(files[i-1].End); gap == 20*time.Minute {
				gaps++
			} else if gap != 0 {
				t.Errorf("%s: %v between files", c.now, gap)
			}
		}
		first, last := files[0].Start, files[len(files)-1].End
		if gaps != c.gaps || first.Format(time.DateTime) != "2026-03-01 00:00:00" || last.After(now) {
			t.Errorf("%s: %d gaps, from %v to %v", c.now, gaps, first, last)
		}
	}
}
