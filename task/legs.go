package task

import (
	"context"
	"time"

	"mediapusher/internal/device"
)

// startPull begins a run of the source. None may be running.
func (s *session) startPull(ctx context.Context) {
	s.pull.retry = nil
	s.pull.running = true
	s.update(func(st *Snapshot) { st.Source.connecting() })
	s.note(func(c *course, now time.Time) { c.begin(firstOfPull, firstOfPush, now) })
	ctx, stop := context.WithCancel(ctx)
	s.stopPull = stop
	stream := s.stream
	go func() {
		defer stop() // a context that is not ended stays with the session's for as long as that lives
		err := s.source.target.Password.Unspoken(s.runPull(ctx, stream))
		s.events <- event{kind: pullEnded, err: err}
	}()
}

// runPull is one run of the source, from the login to its end.
func (s *session) runPull(ctx context.Context, stream device.Stream) error {
	d, err := s.login(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // it gives a shared login back: nothing can fail that matters here
	s.report(event{kind: pullLogged, info: d.Info()})
	return s.feed.run(ctx, d, stream)
}

// login takes at most 7/10 of the start's limit, so that the code of a failure says which step failed. A slow recorder needs three answers
// for it, the port's, the challenge and the login's, and no more than as many afterwards.
func (s *session) login(ctx context.Context) (device.Device, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.StartTimeout*7/10)
	defer cancel()
	return s.cfg.Devices.Open(ctx, s.source.target)
}

// startPush begins a publish. None may be running.
func (s *session) startPush(ctx context.Context) {
	s.push.retry = nil
	s.push.running = true
	s.publishing = true
	s.update(func(st *Snapshot) { st.Publish.connecting() })
	s.note(func(c *course, now time.Time) { c.begin(firstOfPush, endOfPush, now) })
	go func() {
		err := s.publisher.Run(ctx, s.name, s.feed.units(), s.road.promised)
		s.events <- event{kind: pushEnded, err: err}
	}()
}

// report hands a report to the session's goroutine, unless the session is over.
func (s *session) report(e event) {
	select {
	case s.events <- e:
	case <-s.over:
	}
}
