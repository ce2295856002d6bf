package dahua

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/playback"
)

// Ceilings of a search: what is asked for in one page, as the vendor's text recommends, how many pages are read, and how many items.
const (
	pageSize = 100
	maxPages = 2000
	maxFound = 100000
)

// sweep takes in the pages of one query and hands over what belongs to the wanted channel.
type sweep struct {
	search *search
	// asked is the channel number in the query, counted from whatever the device counts from; -1 where the Channel of the items leaves no
	// doubt.
	asked int
	// blind takes items that do not tell their channel.
	blind bool

	seen      map[item]struct{}
	taken     int // items of the wanted channel
	strangers int // items of another one
	// base is the number of the device's first channel, as far as the items prove it; nil where they do not.
	base   *int
	mains  []playback.Range
	extras []playback.File
}

// drain reads pages until one brings nothing new: an empty one, or a repeated one. A short page is not trusted to be the last, because a
// device may give less than it is asked for.
func (s *sweep) drain(ctx context.Context, next func(context.Context) ([]item, error)) error {
	s.seen = map[item]struct{}{}
	for range maxPages {
		if ctx.Err() != nil {
			return s.search.recorder.TooLong(ctx, device.OpSearch, "the search takes too long")
		}
		page, err := next(ctx)
		if err != nil {
			return err
		}
		if !s.take(page) {
			if len(s.seen) >= maxFound {
				s.cutShort()
			}
			s.flush()
			return nil
		}
	}
	s.cutShort()
	s.flush()
	return nil
}

// cutShort tells the log that the list is not whole.
func (s *sweep) cutShort() {
	r := s.search.recorder
	r.driver.cfg.Log.Warn("the list of recordings is cut short, because the device gives too many",
		zap.String("device", r.Target.Address()), zap.Int("recordings", len(s.seen)))
}

// take hands over what is new and wanted, and tells whether another page is worth asking for.
func (s *sweep) take(page []item) (more bool) {
	var unproven, own []item
	for _, i := range page {
		// The end and the length of a recording that is being written grow from page to page.
		name := item{channel: i.channel, start: i.start, path: i.path, stream: i.stream}
		if _, repeated := s.seen[name]; repeated {
			continue
		}
		s.seen[name] = struct{}{}
		more = true
		switch where := i.where(s.asked); where {
		case -1:
			unproven = append(unproven, i)
		case s.search.channel - 1:
			own = append(own, i)
			s.prove(where)
		default:
			s.strangers++
			s.prove(where)
		}
	}
	if s.blind && s.strangers == 0 {
		own = append(own, unproven...)
	}
	s.taken += len(own)
	s.hand(own)
	// The whole answer is of another channel; number 0 alone may mean all channels.
	wrong := s.taken == 0 && s.strangers > 0 && s.asked > 0
	return more && !wrong && len(s.seen) < maxFound
}

// prove concludes from an item's channel what the device counts from: an item "one lower than asked" says 1, "same as asked" says 0. A
// query for 0 proves nothing, since it can stand for the first channel or for all.
func (s *sweep) prove(where int) {
	if s.asked > 0 && (where == s.asked || where == s.asked-1) {
		s.base = new(s.asked - where)
	}
}

func (s *sweep) hand(own []item) {
	var files []playback.File
	for _, i := range own {
		file, ok := i.file()
		if !ok || !file.Start.Before(s.search.span.End) || !file.End.After(s.search.span.Start) {
			continue
		}
		if i.extra() {
			s.extras = append(s.extras, file)
			continue
		}
		s.mains = append(s.mains, file.Range)
		files = append(files, file)
	}
	if len(files) > 0 {
		s.search.page(files)
	}
}

// flush hands over the recordings of a sub stream for the times at which there is none of the main stream.
func (s *sweep) flush() {
	var files []playback.File
	mains := union(s.mains)
	for _, extra := range s.extras {
		if !covers(mains, extra.Start.Add(extra.End.Sub(extra.Start)/2)) {
			files = append(files, extra)
		}
	}
	if len(files) > 0 {
		s.search.page(files)
	}
}

// union returns what the ranges cover together, in order of time.
func union(ranges []playback.Range) []playback.Range {
	slices.SortFunc(ranges, func(a, b playback.Range) int { return a.Start.Compare(b.Start) })
	var all []playback.Range
	for _, r := range ranges {
		if last := len(all) - 1; last >= 0 && !r.Start.After(all[last].End) {
			if r.End.After(all[last].End) {
				all[last].End = r.End
			}
			continue
		}
		all = append(all, r)
	}
	return all
}

// covers tells whether a time lies in one of the ranges, which are in order and apart.
func covers(ranges []playback.Range, t time.Time) bool {
	after, _ := slices.BinarySearchFunc(ranges, t, func(r playback.Range, t time.Time) int {
		if r.Start.After(t) {
			return 1
		}
		return -1
	})
	return after > 0 && t.Before(ranges[after-1].End)
}
