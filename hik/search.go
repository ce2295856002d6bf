package hik

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

const (
	// maxSearchPages is the ceiling for a device that always has more: 20,000 recordings.
	maxSearchPages = 500
	// maxFiles is the ceiling for one whose pages are larger than was asked for.
	maxFiles = 50_000
)

// mainTrack is the track of a channel's recordings, which are of the main stream.
func mainTrack(number int) int { return number*100 + 1 }

// Search asks page after page, until the device has no more. Where it goes on for ever or repeats itself, the search ends with what is
// known, and says so in the log.
func (r *recorder) Search(ctx context.Context, request device.SearchRequest, page func([]playback.File)) error {
	if r.Way == device.WayRTSP {
		return r.Failure(device.OpSearch, 0, netway.Meaning{
			Kind:  device.KindUnsupported,
			Words: "recordings are listed by HTTP only, which does not answer; http_port names another port",
		})
	}
	number, p, _, err := r.channel(ctx, need{op: device.OpSearch, pages: r.numbering()}, request.Channel)
	if err != nil {
		return err
	}
	track := mainTrack(number)
	clock, err := r.clockOf(ctx, device.OpSearch, track)
	if err != nil {
		return err
	}
	q := searchQuery{op: device.OpSearch, id: searchID(), track: track, known: p.lists(number)}
	q.start, q.end = clock.span(request.Range)
	c := newCatalogue(clock, track)
	if err := r.walk(ctx, q, c, page); err != nil {
		return err
	}
	if c.formed {
		r.traits.keepForm(c.form)
	}
	r.logSearch(c)
	return nil
}

// walk asks page after page to the end; there is no way to close a search before, and a recorder may take no other one meanwhile.
func (r *recorder) walk(ctx context.Context, q searchQuery, c *catalogue, page func([]playback.File)) error {
	for c.end == "" {
		result, err := r.searchPage(ctx, q)
		if err != nil {
			return err
		}
		c.pages++
		if fresh := c.take(result.items()); len(fresh) > 0 {
			page(fresh)
		}
		q.position += result.matches()
		c.end = c.endOf(result)
	}
	return nil
}

// The ends of a search.
const (
	endRegular  = "the device has no more"
	endEmpty    = "the device promises more and gives none"
	endRepeated = "the device repeats itself"
)

// endOf tells why a search ends after a page, "" where it goes on.
func (c *catalogue) endOf(result *searchResult) string {
	items := len(result.Items)
	switch {
	case !result.more(items):
		return endRegular
	case items == 0:
		return endEmpty
	case c.repeats:
		return endRepeated
	case c.pages >= maxSearchPages:
		return fmt.Sprintf("the device has more than %d pages", maxSearchPages)
	case len(c.seen) >= maxFiles:
		return fmt.Sprintf("the device has more than %d recordings", maxFiles)
	default:
		return ""
	}
}

func (r *recorder) logSearch(c *catalogue) {
	fields := []zap.Field{
		zap.String("device", r.Target.Address()), zap.Int("track", c.track), zap.Int("pages", c.pages), zap.Int("recordings", len(c.seen)),
		zap.Int("other_tracks", c.others), zap.Int("without_sense", c.garbage), zap.String("end", c.end),
	}
	if c.end == endRegular && c.garbage == 0 {
		r.driver.cfg.Log.Debug("search", fields...)
		return
	}
	r.driver.cfg.Log.Warn("search is odd", fields...)
}
