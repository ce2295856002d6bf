//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk_test

import (
	"fmt"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
	"mediapusher/vendor_sdk/sdk"
)

func TestSearch(t *testing.T) {
	const hours = 4 * 24
	_, device := logIn(t, func(cfg *nvrsim.Config) {
		cfg.Channels[1].Recordings = nil
		for i := range hours {
			start := day.Add(time.Duration(i) * time.Hour)
			cfg.Channels[1].Recordings = append(cfg.Channels[1].Recordings,
				nvrsim.Recording{Name: fmt.Sprintf("file%03d", i), Size: 5 << 30, Start: start, End: start.Add(time.Hour)})
		}
	})
	cases := []struct {
		name     string
		channel  int
		from, to time.Duration
		want     int
	}{
		{"all", first + 1, 0, hours * time.Hour, hours},
		{"a part, over days", first + 1, 20*time.Hour + 30*time.Minute, 49*time.Hour + 30*time.Minute, 30},
		{"inside a file", first + 1, 10 * time.Minute, 20 * time.Minute, 1},
		{"none", first + 1, (hours + 2) * time.Hour, (hours + 3) * time.Hour, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			seen := make(map[string]int)
			err := device.Search(sdk.SearchRequest{Channel: c.channel, Span: sdk.Span{Start: day.Add(c.from), End: day.Add(c.to)}},
				func(files []sdk.File) bool {
					for _, file := range files {
						seen[file.Name]++
						if file.Size != 5<<30 || file.End.Sub(file.Start) != time.Hour {
							t.Errorf("got %+v", file)
						}
					}
					return true
				})
			if err != nil {
				t.Fatal(err)
			}
			if len(seen) != c.want {
				t.Errorf("%d files, want %d", len(seen), c.want)
			}
			for name, count := range seen {
				if count != 1 {
					t.Errorf("%s came %d times", name, count)
				}
			}
		})
	}
	t.Run("stops", func(t *testing.T) {
		pages := 0
		err := device.Search(sdk.SearchRequest{Channel: first + 1, Span: sdk.Span{Start: day, End: day.Add(hours * time.Hour)}},
			func([]sdk.File) bool { pages++; return false })
		if err != nil || pages != 1 {
			t.Errorf("%d pages, error %v", pages, err)
		}
	})
	t.Run("no channel", func(t *testing.T) {
		if err := device.Search(sdk.SearchRequest{Channel: 200, Span: sdk.Span{Start: day, End: day.Add(time.Hour)}},
			func([]sdk.File) bool { return true }); err == nil {
			t.Error("no error")
		}
	})
}

// A recorder gives 4000 files in a search; a day of short files has more.
func TestSearchOfFullLists(t *testing.T) {
	const count = 4500
	_, device := logIn(t, func(cfg *nvrsim.Config) {
		cfg.Channels[1].Recordings = nil
		for i := range count {
			start := day.Add(time.Duration(i) * 10 * time.Second)
			cfg.Channels[1].Recordings = append(cfg.Channels[1].Recordings,
				nvrsim.Recording{Name: fmt.Sprintf("f%05d", i), Start: start, End: start.Add(10 * time.Second)})
		}
	})
	seen := make(map[string]int)
	err := device.Search(sdk.SearchRequest{Channel: first + 1, Span: sdk.Span{Start: day, End: day.Add(24 * time.Hour)}},
		func(files []sdk.File) bool {
			for _, file := range files {
				seen[file.Name]++
			}
			return true
		})
	if err != nil || len(seen) != count {
		t.Errorf("%d files of %d, error %v", len(seen), count, err)
	}
	for name, times := range seen {
		if times != 1 {
			t.Errorf("%s came %d times", name, times)
		}
	}
}

func TestSearchNamesInGBK(t *testing.T) {
	if !again(t, "gbk") {
		return
	}
	_, device := logIn(t, nil)
	name := ""
	err := device.Search(sdk.SearchRequest{Channel: first, Span: sdk.Span{Start: day, End: day.Add(time.Hour)}},
		func(files []sdk.File) bool { name = files[0].Name; return true })
	if want := "\u5f55\u50cf"; err != nil || len(name) < len(want) || name[:len(want)] != want {
		t.Errorf("name %q, error %v", name, err)
	}
}

func TestMove(t *testing.T) {
	r, device := logIn(t, nil)
	const panLeft = 23
	for _, stop := range []bool{false, true} {
		if err := device.Move(sdk.Movement{Channel: first, Command: panLeft, Speed: 99, Stop: stop}); err != nil {
			t.Error(err)
		}
	}
	moves := 0
	for _, entry := range r.Journal() {
		if entry.Kind == nvrsim.PTZStart || entry.Kind == nvrsim.PTZStop {
			moves++
		}
	}
	if moves != 2 {
		t.Errorf("the recorder noted %d movements: %+v", moves, r.Journal())
	}
	if err := device.Move(sdk.Movement{Channel: 200, Command: panLeft, Speed: 1}); err == nil {
		t.Error("a channel that is not there moves")
	}
}
