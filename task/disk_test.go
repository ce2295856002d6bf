package task_test

import (
	"context"
	"sync/atomic"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/ptz"
)

// disk is what a recorder has recorded, and how it fails. Its fields but the counters are guarded by the recorder's mutex, or set before
// the first start.
type disk struct {
	files  []playback.File
	track  *media.Track
	search func(ctx context.Context, page func([]playback.File)) error // nil: all files on one page
	refuse func(ctx context.Context, request playback.Request) error   // nil: play

	searches atomic.Int32 // now
	found    atomic.Int32 // searches ever
	asked    []playback.Request
}

func (l *login) Search(ctx context.Context, _ device.SearchRequest, page func([]playback.File)) error {
	l.r.disk.searches.Add(1)
	defer l.r.disk.searches.Add(-1)
	l.r.disk.found.Add(1)
	if l.r.disk.search != nil {
		return l.r.disk.search(ctx, page)
	}
	page(l.r.disk.files)
	return nil
}

func (l *login) Playback(ctx context.Context, request device.PlaybackRequest) (media.Source, error) {
	l.r.mu.Lock()
	l.r.disk.asked = append(l.r.disk.asked, request.Request)
	refuse := l.r.disk.refuse
	l.r.mu.Unlock()
	if refuse != nil {
		if err := refuse(ctx, request.Request); err != nil {
			return nil, err
		}
	}
	return &tape{l.r, request.Request}, nil
}

func (l *login) PTZ(context.Context, int) (ptz.Head, error) { return nil, errClosed }

// requests are the runs that the recorder was asked for.
func (r *recorder) requests() []playback.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]playback.Request(nil), r.disk.asked...)
}

// tape plays one run of a recording: 25 pictures a recorded second, a key frame each second, at the asked speed.
type tape struct {
	r       *recorder
	request playback.Request
}

func (t *tape) Run(ctx context.Context, sink media.Sink) error {
	t.r.plays.Add(1)
	defer t.r.plays.Add(-1)
	lost := t.r.breaks()
	at, end := t.span()
	if t.request.Began != nil {
		t.request.Began(playback.Began{Start: at, Speed: t.request.Speed})
	}
	track := t.r.disk.track
	if err := sink.SetTracks([]*media.Track{track}); err != nil {
		return err
	}
	ticker := time.NewTicker(time.Duration(float64(frame) / t.request.Speed))
	defer ticker.Stop()
	for i := 0; at.Before(end); i++ {
		au := media.NewAccessUnit(track)
		au.PTS, au.Arrival = int64(i)*3600, time.Now()
		nal := []byte{0x41, 0x9A, 1}
		if i%25 == 0 {
			nal = []byte{0x65, 0x88, 0x84, 0, 0x10}
		}
		if track.Codec == media.H265 {
			nal = []byte{1 << 1, 1, 0xD0}
			if i%25 == 0 {
				nal = []byte{19 << 1, 1, 0xAF}
			}
		}
		if err := au.Append(nal); err != nil {
			return err
		}
		if err := sink.Write(au); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-lost:
			return errTape
		case <-ctx.Done():
			return nil
		}
		at = at.Add(frame)
	}
	return nil
}

// span is what is recorded of the request, without a gap.
func (t *tape) span() (start, end time.Time) {
	for _, f := range t.r.disk.files {
		if f.End.After(t.request.Start) {
			start, end = f.Start, f.End
			break
		}
	}
	if start.Before(t.request.Start) {
		start = t.request.Start
	}
	if !t.request.End.IsZero() && end.After(t.request.End) {
		end = t.request.End
	}
	return start, end
}

var errTape = &device.Error{Op: device.OpPlayback, Kind: device.KindUnreachable, Meaning: "connection lost"}

// noon is when all recordings here begin.
func noon(after time.Duration) time.Time {
	return time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC).Add(after)
}

// span is a range from so long after noon to so long after noon.
func span(from, to time.Duration) playback.Range {
	return playback.Range{Start: noon(from), End: noon(to)}
}

func file(from, to time.Duration) playback.File {
	return playback.File{Name: from.String(), Size: 1 << 20, Range: span(from, to)}
}
