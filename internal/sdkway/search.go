package sdkway

import (
	"context"
	"errors"

	"mediapusher/internal/device"
	"mediapusher/playback"
	"mediapusher/vendor_sdk/sdk"
)

// maxRepeated is how many files in a row may come again before a search counts as one that turns in a circle.
const maxRepeated = 1000

// errCircle ends a search whose files come again and again.
var errCircle = errors.New("the recorder repeats itself")

// Search hands on what the library finds, each file once.
func (r *recorder) Search(ctx context.Context, request device.SearchRequest, page func([]playback.File)) error {
	channel, err := r.channel(device.OpSearch, request.Channel)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, searchLimit)
	defer cancel()
	searching, stop := context.WithCancelCause(limited)
	defer stop(nil)
	found := &finding{span: request.Range, seen: make(map[playback.File]struct{})}
	err = r.login.Search(searching, sdk.SearchRequest{Channel: channel, Span: sdk.Span(request.Range)}, func(files []sdk.File) {
		if fresh := found.fresh(files); len(fresh) > 0 {
			page(fresh)
		}
		if found.repeated > maxRepeated {
			stop(errCircle)
		}
	})
	if err == nil || errors.Is(context.Cause(searching), errCircle) {
		return nil
	}
	err = r.explain(device.OpSearch, err)
	if kind, _ := device.KindOf(err); kind == device.KindNoRecording {
		return nil
	}
	return err
}

// finding is what a search has brought so far.
type finding struct {
	span     playback.Range
	seen     map[playback.File]struct{}
	repeated int // files in a row that were seen before
}

// fresh returns those files that are new and hold something of the span. Libraries list files of no length, and one that lies across
// midnight with both days.
func (f *finding) fresh(files []sdk.File) []playback.File {
	var fresh []playback.File
	for _, file := range files {
		one := playback.File{Name: file.Name, Size: file.Size, Range: playback.Range(file.Span)}
		if !one.Start.Before(one.End) || !one.Start.Before(f.span.End) || !one.End.After(f.span.Start) {
			continue
		}
		if _, again := f.seen[one]; again {
			f.repeated++
			continue
		}
		f.seen[one] = struct{}{}
		f.repeated = 0
		fresh = append(fresh, one)
	}
	return fresh
}
