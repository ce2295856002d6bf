package dahua

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

// findPage is the search of CGI. It is stateful: one handle for each search, of which devices have few.
const findPage = "/cgi-bin/mediaFileFind.cgi?action="

// freeLimit is how long a search, a session or a handle may take to be given back, whatever became of who asked for it.
const freeLimit = 5 * time.Second

// maxHandle is the ceiling for the length of a handle, which is a number.
const maxHandle = 64

var (
	// errNothing says that the device refused a query, which some do where nothing is recorded.
	errNothing = errors.New("the device refuses the query")
	// errNoPage says that the device took a query and then failed at its first page.
	errNoPage = errors.New("the device gives no page of a query that it took")
)

// search looks for the recordings of one channel.
type search struct {
	recorder *recorder
	channel  int // counted from 1, as in RTSP
	span     playback.Range
	alone    bool // the device has no other channel
	page     func([]playback.File)
}

// Search asks by mediaFileFind.cgi, and by RPC2 where that fails. On device.WayRTSP it fails with device.KindUnsupported.
func (r *recorder) Search(ctx context.Context, request device.SearchRequest, page func([]playback.File)) error {
	if r.Way == device.WayRTSP {
		return r.Failure(device.OpSearch, 0, netway.Meaning{
			Kind: device.KindUnsupported, Words: "a search needs HTTP, and no HTTP port answers; http_port in devices names another",
		})
	}
	channel, count, _, err := r.resolve(ctx, device.OpSearch, request.Channel)
	if err != nil {
		return err
	}
	s := &search{recorder: r, channel: channel, span: request.Range, alone: count == 1, page: page}
	refusal := s.byCGI(ctx)
	if !saysNo(refusal) && !errors.Is(refusal, errNoPage) {
		return refusal
	}
	err = s.byRPC2(ctx)
	kind, _ := device.KindOf(err)
	var failure *device.Error
	switch {
	case !errors.Is(err, errNoRPC2):
		return err
	case errors.Is(refusal, errNoPage) && errors.As(refusal, &failure):
		return failure
	case errors.Is(refusal, errNothing):
		return nil
	case kind == device.KindAuth:
		return err
	}
	return r.unsupported(device.OpSearch, "the device lets nobody search, neither by mediaFileFind.cgi nor by RPC2", refusal)
}

// byCGI asks with the channel base that was proven for the device. Where none was, it asks with 1, as most recorders count, and then
// with 0, as NVR4108 of firmware 3.215 and cameras do. What belongs to another channel is never handed over.
func (s *search) byCGI(ctx context.Context) error {
	bases := []int{1, 0}
	known := s.recorder.lore().findBase
	if known != nil && *known == 0 {
		slices.Reverse(bases)
	}
	var answered, found bool
	var refusal, noPage error
	for _, base := range bases {
		one := &sweep{search: s, asked: s.channel - 1 + base, blind: base == 1 || s.alone}
		err := s.query(ctx, one)
		if one.base != nil {
			s.recorder.learned(func(l *lore) { l.findBase = one.base })
		}
		found = found || one.taken > 0
		switch {
		case errors.Is(err, errNothing):
			refusal = err
		case errors.Is(err, errNoPage):
			noPage = err
		case err != nil:
			return err
		default:
			answered = true
			if one.base != nil && *one.base == base {
				noPage = nil // what failed was the query with the wrong number
			}
		}
		if one.taken > 0 || known != nil && one.strangers == 0 {
			break
		}
	}
	switch {
	case noPage != nil && !found:
		return noPage
	case answered:
		return nil
	default:
		return refusal
	}
}

// query makes one search by CGI and gives its handle back. A refused query is errNothing, and errNoPage one that fails at its first page.
func (s *search) query(ctx context.Context, into *sweep) error {
	r := s.recorder
	if ctx.Err() != nil {
		return r.TooLong(ctx, device.OpSearch, "the search takes too long")
	}
	// A handle whose number got lost cannot be given back, so the end of ctx does not end this at once.
	creating, cancel := outlive(ctx, freeLimit)
	created, err := r.ask(creating, device.OpSearch, findPage+"factory.create")
	cancel()
	if err != nil {
		return err
	}
	handle := created["result"]
	if handle == "" || len(handle) > maxHandle {
		failure := r.Failure(device.OpSearch, 0, netway.Meaning{Kind: device.KindProtocol})
		failure.Err = fmt.Errorf("%w: no handle for a search", errRefused)
		return failure
	}
	object := "&object=" + url.QueryEscape(handle)
	defer s.free(ctx, object)
	// The order is fixed, blanks are %20, and brackets stand as they are.
	condition := fmt.Sprintf("&condition.Channel=%d&condition.StartTime=%s&condition.EndTime=%s&condition.Types[0]=dav",
		into.asked, findTime(s.span.Start), findTime(s.span.End))
	if _, err := r.ask(ctx, device.OpSearch, findPage+"findFile"+object+condition); saysNo(err) {
		return fmt.Errorf("%w: %w", errNothing, err)
	} else if err != nil {
		return err
	}
	pages := 0
	return into.drain(ctx, func(ctx context.Context) ([]item, error) {
		found, err := r.ask(ctx, device.OpSearch, fmt.Sprintf("%sfindNextFile%s&count=%d", findPage, object, pageSize))
		kind, _ := device.KindOf(err)
		switch {
		case err == nil:
			pages++
			return items(found), nil
		case pages > 0 && saysNo(err): // the end of the list, to some
			return nil, nil
		case pages == 0 && kind == device.KindProtocol:
			return nil, fmt.Errorf("%w: %w", errNoPage, err)
		default:
			return nil, err
		}
	})
}

// free gives a handle back, also when ctx has ended. A failure is the device's own loss, and no reason to leave out the other step.
func (s *search) free(ctx context.Context, object string) {
	for _, action := range []string{"close", "destroy"} {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeLimit)
		_, _ = s.recorder.ask(limited, device.OpSearch, findPage+action+object)
		cancel()
	}
}

// outlive returns a context that ends so long after ctx, or with the returned function, which the caller calls.
func outlive(ctx context.Context, by time.Duration) (longer context.Context, end context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(by)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() { stop(); cancel() }
}

// findTime writes a time as CGI takes it: whole seconds of the device's own clock, since a fraction is answered by 400.
func findTime(t time.Time) string { return t.Format(time.DateOnly) + "%20" + t.Format(time.TimeOnly) }

// saysNo tells that the device has understood and refuses what was asked for, or does not know it: an error in a good answer, or one of
// the statuses for that (400 with "Bad Request!", "Not Implemented!").
func saysNo(err error) bool {
	if errors.Is(err, errRefused) || errors.Is(err, errNothing) {
		return true
	}
	var failure *device.Error
	if !errors.As(err, &failure) || failure.Kind != device.KindProtocol {
		return false
	}
	switch failure.Code {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	default:
		return false
	}
}
