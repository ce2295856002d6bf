package hik

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mediapusher/playback"
)

// maxName is the ceiling for a file's name, in bytes; the vendor's have about thirty.
const maxName = 255

// catalogue collects the recordings of one search.
type catalogue struct {
	clock *clock
	track int
	seen  map[playback.File]struct{}

	form   trackForm // of the first address that has one, where formed
	formed bool

	last            []matchItem // the page before
	repeats         bool        // the last page had nothing new, or nothing else than the page before
	others, garbage int         // items of other tracks, and those whose times make no sense
	pages           int
	end             string // why the search ended, "" before it did
}

func newCatalogue(clock *clock, track int) *catalogue {
	return &catalogue{clock: clock, track: track, seen: map[playback.File]struct{}{}}
}

// take returns the recordings of a page that are new.
func (c *catalogue) take(items []matchItem) []playback.File {
	fresh := make([]playback.File, 0, len(items))
	repeated := 0
	for _, item := range items {
		if track, ok := number(item.Track); ok && track != c.track {
			c.others++ // pictures, as track 103
			continue
		}
		file, err := c.file(item)
		if err != nil {
			c.garbage++
			continue
		}
		if _, known := c.seen[file]; known {
			repeated++
			continue
		}
		c.seen[file] = struct{}{}
		fresh = append(fresh, file)
		if !c.formed {
			c.form, c.formed = formOf(item.URI, c.track)
		}
	}
	c.repeats = len(fresh) == 0 && (repeated > 0 || slices.Equal(items, c.last))
	c.last = items
	return fresh
}

// file reads one item. The error tells times that make no sense.
func (c *catalogue) file(item matchItem) (playback.File, error) {
	start, err := c.clock.read(item.Start)
	if err != nil {
		return playback.File{}, err
	}
	end, err := c.clock.read(item.End)
	if err != nil {
		return playback.File{}, err
	}
	span, err := playback.NewRange(start, end)
	if err != nil {
		return playback.File{}, fmt.Errorf("recording: %w", err)
	}
	file := playback.File{Size: sizeOf(item.URI), Range: span}
	for _, name := range []string{queryValue(item.URI, "name"), strings.TrimSpace(item.Name)} {
		if usable(name) {
			file.Name = name
			return file, nil
		}
	}
	file.Name = fmt.Sprintf("%d_%s", c.track, start.Format("20060102150405"))
	return file, nil
}

// usable tells a name that can be shown.
func usable(name string) bool {
	return name != "" && len(name) <= maxName && utf8.ValidString(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// queryValue reads a value of a playbackURI, "" where there is none. Some firmware escapes the query twice.
func queryValue(uri, key string) string {
	_, query, _ := strings.Cut(strings.ReplaceAll(uri, "&amp;", "&"), "?")
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if !strings.EqualFold(strings.TrimSpace(name), key) {
			continue
		}
		if plain, err := url.PathUnescape(value); err == nil { // a plus stays one
			value = plain
		}
		return strings.TrimSpace(value)
	}
	return ""
}

// sizeOf reads the size in bytes, 0 where the device does not tell it.
func sizeOf(uri string) int64 {
	size, err := strconv.ParseInt(queryValue(uri, "size"), 10, 64)
	if err != nil || size < 0 {
		return 0
	}
	return size
}
