package dahua

import (
	"context"
	"time"

	"mediapusher/internal/device"
	"mediapusher/playback"
)

// Ceilings of a search: what is asked for in one page, as the vendor's text recommends, and how many pages are read.
const (
	pageSize = 100
	maxPages = 2000
)

// sweep takes in the pages of one query and hands over what belongs to the wanted channel.
type sweep struct {
	search *search
	// asked is the channel number in the query, counted from whatever the device counts from.
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
			break
		}
	}
	s.flush()
	return nil
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
	return more && !wrong
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
	for _, extra := range s.extras {
		if !covered(extra.Range, s.mains) {
			files = append(files, extra)
		}
	}
	if len(files) > 0 {
		s.search.page(files)
	}
}

// covered tells whether the middle of a range lies in one of the others.
func covered(r playback.Range, others []playback.Range) bool {
	middle := r.Start.Add(r.End.Sub(r.Start) / 2).Truncate(time.Second)
	for _, other := range others {
		if !middle.Before(other.Start) && middle.Before(other.End) {
			return true
		}
	}
	return false
}
