package supervisor

import (
	"context"
	"sync"
	"time"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

// Stream is a live stream or a playback. One goroutine calls Next; the other methods are safe for concurrent use.
type Stream struct {
	w       *worker
	id      uint32
	live    bool
	channel sdk.LiveRequest // of a live stream
	arrived chan struct{}   // holds a token when there is news for Next
	close   sync.Once
	stopErr error // of Close

	// Of the goroutine that calls Next.
	current *wire.Chunk
	eaten   int

	mu      sync.Mutex
	queue   wire.Queue
	granted int   // what the worker may still send
	flowed  bool  // data has come
	over    bool  // and no more will
	err     error // what Next returns when the queue is empty
}

// Next waits for what comes next. The packet's data is valid until the next call. A live stream that is not taken from in time loses
// packets, which Packet.Lost tells; a playback is held back at the device. The error is a *WorkerError, after what the worker had sent
// before it failed, ErrClosed, or that of ctx.
func (s *Stream) Next(ctx context.Context) (sdk.Packet, error) {
	for {
		if err := ctx.Err(); err != nil {
			return sdk.Packet{}, err
		}
		if s.current != nil {
			if packet, size := s.current.Next(); size > 0 {
				s.eat(size)
				return packet, nil
			}
			s.current.Free()
		}
		s.mu.Lock()
		s.current = s.queue.Pop()
		err := s.err
		s.mu.Unlock()
		if s.current != nil {
			continue
		}
		if err != nil {
			return sdk.Packet{}, err
		}
		select {
		case <-s.arrived:
		case <-ctx.Done():
		}
	}
}

// eat tells the worker from time to time how much has been taken.
func (s *Stream) eat(size int) {
	s.eaten += size
	if s.eaten < grantAt {
		return
	}
	s.mu.Lock()
	s.granted += s.eaten
	s.mu.Unlock()
	credit := wire.Credit(s.eaten)
	s.eaten = 0
	s.w.send(wire.Frame{Type: wire.TypeCredit, ID: s.id, Payload: credit[:]})
}

// put takes a packet in. It reports whether the worker was allowed to send it.
func (s *Stream) put(packet sdk.Packet) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.granted -= wire.MediaOverhead + len(packet.Data); s.granted < 0 {
		return false
	}
	if s.err != nil {
		return true
	}
	switch packet.Kind {
	case sdk.Data:
		s.flowed = true
	case sdk.End, sdk.Broken:
		s.over = true
	default:
	}
	s.queue.Put(s.id, packet)
	nudge(s.arrived)
	return true
}

// shouldFlow tells whether silence of this stream would be strange.
func (s *Stream) shouldFlow() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live && s.flowed && !s.over && s.granted >= grantAt
}

// end lets Next return err when it has returned what is there.
func (s *Stream) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	nudge(s.arrived)
}

// Seek goes to a recorded time of a playback.
func (s *Stream) Seek(ctx context.Context, at time.Time) error {
	_, err := s.w.call(ctx, wire.Request{Op: wire.Seek, Stream: s.id, At: at}, s.w.limits.other, nil)
	return err
}

// Speed changes the speed of a playback.
func (s *Stream) Speed(ctx context.Context, speed float64) error {
	_, err := s.w.call(ctx, wire.Request{Op: wire.Speed, Stream: s.id, Speed: speed}, s.w.limits.other, nil)
	return err
}

// Close stops the stream at the device, and returns when it has stopped or the worker is gone. A worker that does not stop it within a few
// seconds is ended. The error is an *sdk.Error; the stream is over nevertheless. It may be called twice.
func (s *Stream) Close() error {
	s.close.Do(func() {
		s.end(ErrClosed)
		s.mu.Lock()
		s.queue.Clear()
		s.mu.Unlock()
		s.stopErr = s.w.stop(s.id)
	})
	return s.stopErr
}
