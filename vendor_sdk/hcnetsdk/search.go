//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

import (
	"time"

	"mediapusher/vendor_sdk/sdk"
)

const (
	// A recorder gives at most 4000 files in one search, so spans are asked for by the day.
	maxFiles = 4000
	window   = 24 * time.Hour
	// pageSize is how many files are handed over at a time.
	pageSize = 100
)

// found names a file that was handed over.
type found struct {
	name  string
	start time.Time
}

// Search asks by the day, and again from the last file on where a recorder filled its list. Files that lie in two of these spans are handed
// over once.
func (d *device) Search(request sdk.SearchRequest, page func(files []sdk.File) (more bool)) error {
	end := wholeSecond(request.End)
	before := make(map[found]bool)
	for from := request.Start; ; {
		to := from.Add(window)
		if to.After(end) {
			to = end
		}
		part := collector{before: before, now: make(map[found]bool), page: page}
		if err := d.find(sdk.SearchRequest{Channel: request.Channel, Span: sdk.Span{Start: from, End: to}}, &part); err != nil {
			return err
		}
		if !part.flush() {
			return nil
		}
		switch {
		case part.count >= maxFiles && part.last.After(from):
			from = part.last
		case to.Before(end):
			from = to
		default:
			return nil
		}
		before = part.now
	}
}

// collector hands files over in pages.
type collector struct {
	before, now map[found]bool
	page        func([]sdk.File) bool
	files       []sdk.File
	count       int
	last        time.Time
	ended       bool
}

// add returns false when nobody wants more.
func (c *collector) add(file sdk.File) bool {
	key := found{file.Name, file.Start}
	c.count++
	c.last = file.Start
	if !c.now[key] && !c.before[key] {
		c.files = append(c.files, file)
	}
	c.now[key] = true
	return len(c.files) < pageSize || c.flush()
}

// flush hands over what there is, and returns false when nobody wants more.
func (c *collector) flush() bool {
	if len(c.files) > 0 && !c.ended {
		c.ended = !c.page(c.files)
	}
	c.files = nil
	return !c.ended
}
