package devicetest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/playback"
)

// searchLimit is how long a search may take, also at a recorder that never comes to an end.
const searchLimit = 15 * time.Second

// midway is how long after its start a search that is slow is in its middle.
const midway = 300 * time.Millisecond

// noon is where the recordings of the suite lie, on the recorder's clock.
func noon(minute int) time.Time { return time.Date(2016, 7, 20, 12, minute, 0, 0, time.UTC) }

func minutes(from, until int) playback.Range {
	return playback.Range{Start: noon(from), End: noon(until)}
}

// fives returns files of five minutes without gaps.
func fives(files int) []playback.Range {
	spans := make([]playback.Range, files)
	for i := range spans {
		spans[i] = minutes(5*i, 5*i+5)
	}
	return spans
}

func (h Harness) searches(t *testing.T) {
	t.Helper()
	t.Run("complete", h.searchComplete)
	t.Run("odd recorder", h.searchOdd)
	t.Run("pages", h.searchPages)
	t.Run("nothing recorded", h.searchEmpty)
	t.Run("unknown channel", h.searchUnknown)
	t.Run("cancelled midway", h.searchCancelled)
	t.Run("power lost midway", h.searchPowerOff)
}

// search returns the files of a search in the order of time, and how many pages there were.
func search(t *testing.T, d device.Device, channel int, span playback.Range) (files []playback.File, pages int, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), searchLimit)
	defer cancel()
	err = d.Search(ctx, device.SearchRequest{Channel: channel, Range: span}, func(page []playback.File) {
		files = append(files, page...)
		pages++
	})
	if ctx.Err() != nil {
		t.Fatalf("the search took %v", searchLimit)
	}
	slices.SortFunc(files, func(a, b playback.File) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.Name, b.Name))
	})
	return files, pages, err
}

// same tells what is wrong with the files of a search, in the order of time.
func same(t *testing.T, files []playback.File, want []playback.Range) {
	t.Helper()
	names := make(map[string]bool)
	for _, file := range files {
		if file.Name == "" || file.Size <= 0 || names[file.Name] {
			t.Errorf("file %+v: without name or size, or twice", file)
		}
		names[file.Name] = true
	}
	if !slices.EqualFunc(files, want, func(f playback.File, r playback.Range) bool {
		return f.Start.Equal(r.Start) && f.End.Equal(r.End)
	}) {
		t.Errorf("files %+v, want %v", files, want)
	}
}

// searchComplete asks for a range in the middle of files that the recorder does not give in the order of time, and for a camera that is
// off: what it recorded is there.
func (h Harness) searchComplete(t *testing.T) {
	first, second, off := minutes(-10, 50), minutes(50, 90), minutes(10, 20)
	r := h.Start(t, Setup{Recorded: map[int][]playback.Range{
		h.Channel: {second, minutes(120, 130), first}, h.Second: {minutes(0, 30)}, h.Offline: {off},
	}})
	d := h.open(t, r)
	files, _, err := search(t, d, h.Channel, minutes(0, 60))
	if err != nil {
		t.Fatal(err)
	}
	same(t, files, []playback.Range{first, second})
	files, _, err = search(t, d, h.Offline, minutes(0, 60))
	if err != nil {
		t.Fatal(err)
	}
	same(t, files, []playback.Range{off})
	leftNothing(t, r)
}

// searchOdd: whatever a recorder counts from, no channel gets the files of another one, nor those of another hour.
func (h Harness) searchOdd(t *testing.T) {
	for _, channels := range [][]int{{h.Channel}, {h.Second}, {h.Channel, h.Second, h.Offline}} {
		recorded := make(map[int][]playback.Range)
		for _, channel := range channels {
			recorded[channel] = []playback.Range{minutes(channel%10, channel%10+10)}
		}
		r := h.Start(t, Setup{Odd: true, Recorded: recorded})
		d := h.open(t, r)
		for _, channel := range []int{h.Channel, h.Second, h.Offline} {
			files, _, err := search(t, d, channel, minutes(0, 60))
			if err != nil {
				t.Fatal(err)
			}
			same(t, files, recorded[channel])
		}
		leftNothing(t, r)
	}
}

func (h Harness) searchPages(t *testing.T) {
	all := fives(7)
	for _, c := range []struct {
		trouble Trouble
		want    []playback.Range
		pages   int // at least
	}{{NoTrouble, all, 1}, {SmallPages, all, 4}, {EndlessPages, all, 4}, {RepeatedPages, all[:2], 1}} {
		t.Run(cmp.Or(string(c.trouble), "ordinary"), func(t *testing.T) {
			r := h.Start(t, Setup{Recorded: map[int][]playback.Range{h.Channel: all}})
			d := h.open(t, r)
			r.Suffer(c.trouble)
			if h.Whole {
				c.want, c.pages = all, 1
			}
			files, pages, err := search(t, d, h.Channel, minutes(0, 60))
			if err != nil || pages < c.pages {
				t.Errorf("%d pages, error %v; want %d pages", pages, err, c.pages)
			}
			same(t, files, c.want)
			leftNothing(t, r)
		})
	}
}

func (h Harness) searchEmpty(t *testing.T) {
	r := h.Start(t, Setup{Recorded: map[int][]playback.Range{h.Channel: fives(2)}})
	d := h.open(t, r)
	for _, trouble := range []Trouble{NoTrouble, EndlessPages} {
		r.Suffer(trouble)
		if files, _, err := search(t, d, h.Channel, minutes(30, 60)); err != nil || len(files) != 0 {
			t.Errorf("files %+v, error %v", files, err)
		}
	}
	leftNothing(t, r)
}

func (h Harness) searchUnknown(t *testing.T) {
	r := h.Start(t, Setup{})
	_, _, err := search(t, h.open(t, r), h.Missing, minutes(0, 60))
	expect(t, r, err, device.OpSearch, device.KindNoSuchChannel)
	leftNothing(t, r)
}

func (h Harness) searchCancelled(t *testing.T) {
	r := h.Start(t, Setup{Recorded: map[int][]playback.Range{h.Channel: fives(12)}})
	d := h.open(t, r)
	r.Suffer(SlowPages)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	start := time.Now()
	if h.Whole {
		defer time.AfterFunc(midway, cancel).Stop()
	}
	_ = d.Search(ctx, device.SearchRequest{Channel: h.Channel, Range: minutes(0, 60)}, func(page []playback.File) {
		seen += len(page)
		cancel()
	})
	if took := time.Since(start); took > searchLimit || seen == 0 && !h.Whole || seen >= 12 {
		t.Errorf("%d files in %v", seen, took)
	}
	leftNothing(t, r)
}

func (h Harness) searchPowerOff(t *testing.T) {
	r := h.Start(t, Setup{Recorded: map[int][]playback.Range{h.Channel: fives(12)}})
	d := h.open(t, r)
	r.Suffer(SlowPages)
	ctx, cancel := context.WithTimeout(t.Context(), searchLimit)
	defer cancel()
	if h.Whole {
		defer time.AfterFunc(midway, r.PowerOff).Stop()
	}
	err := d.Search(ctx, device.SearchRequest{Channel: h.Channel, Range: minutes(0, 60)}, func([]playback.File) { r.PowerOff() })
	expect(t, r, err, device.OpSearch, device.KindUnreachable)
}
