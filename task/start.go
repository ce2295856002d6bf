package task

import (
	"context"
	"errors"

	"mediapusher/internal/device"
)

// StartLive starts a session, or joins the one that pulls the same, and returns when its picture can be played. Errors are a
// *device.Error, ErrPublish, ErrNoPicture, ErrClosing or the context's; a start that failed, or whose ctx ended, leaves nothing behind.
func (s *Scheduler) StartLive(ctx context.Context, request LiveRequest) (Started, error) {
	//nolint:contextcheck // a session outlives the request that starts it
	session, handle, err := s.join(source{target: request.Target, channel: request.Channel, stream: request.Stream})
	if err != nil {
		return Started{}, err
	}
	if err := session.playable(ctx, s.cfg.Load().StartTimeout); err != nil {
		s.leave(handle, ErrNobodyWaits)
		return Started{}, err
	}
	if !s.lend(handle) {
		return Started{}, session.reason()
	}
	return Started{Handle: handle, Stream: session.name}, nil
}

// StartPlayback starts a session of its own for each call and returns when its picture can be played and the search for recordings has
// ended. Errors are those of StartLive and ErrNoRecording. A recording that is over by then is answered all the same; its handle has
// ended.
func (s *Scheduler) StartPlayback(ctx context.Context, request PlaybackRequest) (Recording, error) {
	feed := newRecording(s.cfg.Load(), request.Range)
	//nolint:contextcheck // a session outlives the request that starts it
	session, handle, err := s.begin(source{target: request.Target, channel: request.Channel, stream: device.MainStream}, feed)
	if err != nil {
		return Recording{}, err
	}
	err = session.playable(ctx, s.cfg.Load().StartTimeout)
	if err == nil {
		err = session.listed(ctx, feed.search)
	}
	if err != nil {
		s.leave(handle, ErrNobodyWaits)
		return Recording{}, err
	}
	if !s.lend(handle) && !errors.Is(session.reason(), ErrOver) {
		return Recording{}, session.reason()
	}
	return Recording{
		Started: Started{Handle: handle, Stream: session.name}, Range: feed.search.span(), Files: feed.search.files(),
	}, nil
}

// listed waits until the search has ended. It returns why nothing can be played, why the session ended before, or the context's error.
func (s *session) listed(ctx context.Context, search *search) error {
	select {
	case <-search.settled:
		if err := search.barred(); err != nil {
			return err
		}
	case <-s.over:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case <-s.over: // which also ends the search
		if reason := s.reason(); !errors.Is(reason, ErrOver) {
			return reason
		}
	default:
	}
	return nil
}

// begin makes a session that nobody shares and gives the caller a handle on it, whose lease does not run yet.
func (s *Scheduler) begin(source source, feed feed) (*session, int32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, 0, ErrClosing
	}
	begun := s.open(source, feed)
	return begun, s.admit(begun), nil
}
