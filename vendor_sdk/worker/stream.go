package worker

import (
	"sync"

	"mediapusher/vendor_sdk/sdk"
)

// stream is a stream of the library with its queue. Calls of one stream stand in a row: some libraries do not bear a pause beside a stop.
type stream struct {
	flow *outflow
	done chan struct{} // closed by stop

	calls   sync.Mutex
	library sdk.Stream
	stopped bool
}

// order makes one call, unless the stream has been stopped.
func (s *stream) order(call func(sdk.Stream) error) error {
	s.calls.Lock()
	defer s.calls.Unlock()
	if s.stopped {
		return errNoStream
	}
	return call(s.library)
}

// stop ends the stream at the device. It is called once or more often; only the first call does it.
func (s *stream) stop() error {
	s.calls.Lock()
	defer s.calls.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	close(s.done)
	err := s.library.Stop()
	s.flow.close()
	return err
}

// govern pauses a playback while its queue is full, until the stream stops. That the device refuses is only said: the ceiling of the
// queue holds anyway.
func (s *stream) govern(say func(format string, values ...any)) {
	paused := false
	for {
		select {
		case <-s.done:
			return
		case <-s.flow.pace:
		}
		full := s.flow.full()
		if full == paused {
			continue
		}
		paused = full
		call := sdk.Stream.Resume
		if full {
			call = sdk.Stream.Pause
		}
		if err := s.order(call); err != nil {
			say("holding a playback back (%t): %v", full, err)
		}
	}
}
