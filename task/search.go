package task

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/playback"
)

// search looks for the recordings of a session, beside the playback.
type search struct {
	table   *playback.Timetable
	first   chan struct{} // closed with the first file, and with settled
	found   func()        // closes it
	settled chan struct{} // closed when the answer need not wait any more
	settle  sync.Once

	// Written before settled is closed, read afterwards.
	verdict  error // why nothing can be played; nil where something can
	unlisted bool  // the device has no list, so the asked range is played as it is
}

func newSearch(table *playback.Timetable) *search {
	s := &search{table: table, first: make(chan struct{}), settled: make(chan struct{})}
	s.found = sync.OnceFunc(func() { close(s.first) })
	return s
}

// run searches until ctx ends or the limit has passed, and lets the device end what it began.
func (s *search) run(ctx context.Context, of *session) {
	limited, cancel := context.WithTimeout(ctx, of.cfg.SearchTimeout)
	defer cancel()
	var late sync.WaitGroup
	late.Add(1)
	stop := context.AfterFunc(limited, func() {
		defer late.Done()
		s.settle.Do(func() { s.conclude(ctx, of, of.searchTooLong()) })
	})
	err := of.source.target.Password.Unspoken(s.look(limited, of))
	if err != nil && limited.Err() != nil && !refusesLogin(err) {
		err = of.searchTooLong()
	}
	s.settle.Do(func() { s.conclude(ctx, of, err) })
	if stop() {
		late.Done()
	}
	late.Wait()
}

// look is the search itself, with a share of the login of its own.
func (s *search) look(ctx context.Context, of *session) error {
	d, err := of.login(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // it gives a share back
	request := device.SearchRequest{Channel: of.source.channel, Range: s.table.Asked()}
	return d.Search(ctx, request, func(files []playback.File) {
		s.table.Add(files)
		if s.any() {
			s.found()
		}
	})
}

func (s *search) any() bool {
	_, ok := s.table.Next(s.table.Asked().Start)
	return ok
}

// conclude decides what the end of the search means. ctx is the session's.
func (s *search) conclude(ctx context.Context, of *session, err error) {
	kind, _ := device.KindOf(err)
	asked := s.table.Asked()
	switch {
	case ctx.Err() != nil:
	case s.any() && err != nil:
		of.log.Warn("the search for recordings ended early, the list may lack some", zap.Error(err))
	case s.any():
	case err == nil || kind == device.KindNoRecording:
		s.verdict = fmt.Errorf("%w: %s from %s to %s", ErrNoRecording, of.source, playback.FormatTime(asked.Start),
			playback.FormatTime(asked.End))
	case hasNoList(err):
		of.log.Warn("the recordings cannot be listed, playing the asked range", zap.Error(err))
		s.unlisted = true
		s.table.Add([]playback.File{{Range: asked}})
	default:
		s.verdict = err
	}
	// In this order whoever is woken finds the verdict.
	close(s.settled)
	s.found()
	s.table.Complete()
	if s.verdict != nil {
		of.report(event{kind: feedFailed, err: s.verdict})
	}
}

// searchTooLong is the failure of a search that the limit ends before anything was found.
func (s *session) searchTooLong() error {
	return &device.Error{
		Vendor: s.source.target.Vendor, Address: address(s.source.target), Op: device.OpSearch, Kind: device.KindUnreachable,
		Meaning: fmt.Sprintf("the search took longer than %s (search_timeout)", s.cfg.SearchTimeout),
	}
}

// hasNoList tells a device at which nobody can search, as one that answers RTSP alone, from one whose search fails.
func hasNoList(err error) bool {
	kind, ok := device.KindOf(err)
	return ok && !refusesLogin(err) && (kind == device.KindUnsupported || kind == device.KindNotBuilt)
}

// refusesLogin tells a device that lets nobody in.
func refusesLogin(err error) bool {
	var e *device.Error
	return errors.As(err, &e) && (e.Op == device.OpLogin || e.Kind == device.KindAuth || e.Kind == device.KindLocked)
}

// await waits for the first file, for so long or until ctx ends; blind says that none has come. The error is why nothing can be played.
func (s *search) await(ctx context.Context, limit time.Duration) (blind bool, err error) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-s.first:
	case <-timer.C:
		return true, nil
	case <-ctx.Done():
		return true, nil
	}
	return false, s.barred()
}

// barred is why nothing can be played, nil where something can or the search goes on.
func (s *search) barred() error {
	select {
	case <-s.settled:
		return s.verdict
	default:
		return nil
	}
}

// files are what is known, in time order. The caller owns the slice.
func (s *search) files() []playback.File {
	if s.guesses() {
		return []playback.File{}
	}
	return s.table.Files()
}

// span is what is played, as far as it is known.
func (s *search) span() playback.Range { return s.table.Span() }

// guesses tells whether the only file is one that we made up.
func (s *search) guesses() bool {
	select {
	case <-s.settled:
		return s.unlisted
	default:
		return false
	}
}
