package sdkway

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/vendor_sdk/sdk"
)

// source is a media.Source: a live stream, or one run of a recording.
type source struct {
	recorder *recorder
	op       device.Operation
	channel  int // of the library
	stream   int // of a live stream
	// recording is what to play, nil for a live stream.
	recording *playback.Request
	silence   time.Duration
}

// Run plays until ctx or the recording ends. It tells the tracks when the first of them has brought something, because a library announces
// nothing; see opening.
func (s *source) Run(ctx context.Context, sink media.Sink) error {
	stream, err := s.start(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return s.recorder.explain(s.op, err)
	}
	defer func() {
		if err := stream.Close(); err != nil {
			s.recorder.cfg.Log.Debug("a stream was not stopped in good order", zap.String("device", s.recorder.address), zap.Error(err))
		}
	}()
	r := newRun(s, stream, sink)
	defer r.release()
	defer s.recorder.streams.join(r)()
	err = r.read(ctx)
	switch {
	case err == nil, ctx.Err() != nil:
		return nil
	case r.sinkErr != nil:
		return r.sinkErr
	default:
		return s.recorder.explain(s.op, err)
	}
}

// start asks the library for the stream.
func (s *source) start(ctx context.Context) (Stream, error) {
	starting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	login := s.recorder.login
	if s.recording == nil {
		stream, err := login.Live(starting, sdk.LiveRequest{Channel: s.channel, Stream: s.stream})
		if err != nil {
			return nil, err
		}
		s.askKeyFrame(ctx)
		return stream, nil
	}
	stream, err := login.Playback(starting, sdk.PlaybackRequest{Channel: s.channel, Span: sdk.Span(s.recording.Range)})
	if err != nil {
		return nil, err
	}
	if err := s.setSpeed(starting, stream); err != nil {
		return nil, errors.Join(err, stream.Close())
	}
	return stream, nil
}

// askKeyFrame lets the first picture come early. Cameras that cannot do that send one soon enough, so nobody waits for the answer, and the
// wish outlives the stream rather than be broken off within the library.
func (s *source) askKeyFrame(ctx context.Context) {
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), startLimit)
	s.recorder.asks.Go(func() {
		defer cancel()
		_ = s.recorder.login.KeyFrame(asking, s.channel, s.stream)
	})
}

// setSpeed asks a playback for its speed. A device that refuses plays at its own, which the caller sees from the pictures.
func (s *source) setSpeed(ctx context.Context, stream Stream) error {
	if s.recording.Speed == 1 || s.recording.Speed == 0 {
		return nil
	}
	err := stream.Speed(ctx, s.recording.Speed)
	var refused *sdk.Error
	if errors.As(err, &refused) {
		s.recorder.cfg.Log.Debug("the speed of a recording is refused", zap.String("device", s.recorder.address),
			zap.Float64("speed", s.recording.Speed), zap.Error(err))
		return nil
	}
	return err
}
