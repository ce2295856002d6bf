package task

import (
	"context"
	"fmt"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/pusher"
)

// live is the feed of a session that shows what a camera sees now.
type live struct{ session *session }

func (*live) kind() string                { return KindLive }
func (*live) operation() device.Operation { return device.OpLive }
func (*live) queue() media.QueueConfig    { return media.QueueConfig{} }
func (l *live) attach(s *session)         { l.session = s }
func (l *live) units() pusher.Units       { return l.session.road.queue }
func (*live) loggedIn(context.Context)    {}
func (*live) progress() *Progress         { return nil }

func (l *live) run(ctx context.Context, d device.Device, stream device.Stream) error {
	source, err := l.open(ctx, d, stream)
	if err != nil {
		return err
	}
	return source.Run(ctx, l.session.road.tap)
}

// open takes at most half of the start's limit: the device asks its pages side by side.
func (l *live) open(ctx context.Context, d device.Device, stream device.Stream) (media.Source, error) {
	ctx, cancel := context.WithTimeout(ctx, l.session.cfg.StartTimeout/2)
	defer cancel()
	return d.Live(ctx, device.LiveRequest{Channel: l.session.source.channel, Stream: stream})
}

func (l *live) ended() error {
	return l.session.deviceError(device.KindUnreachable, "the device ended the stream")
}

// withoutHEVC goes on with the sub stream.
func (l *live) withoutHEVC() error {
	s := l.session
	if s.stream == device.SubStream {
		return s.noH264("the sub stream is H.265 too, or was asked for")
	}
	s.log.Info("the RTMP server drops H.265, taking the sub stream")
	s.stream = device.SubStream
	s.update(func(st *Snapshot) { st.StreamType = s.stream.String() })
	s.publishing = false
	if s.pull.running {
		s.switching = true
		s.stopPull()
	} else {
		s.road.queue.Flush()
	}
	return nil
}

// noH264 is why a camera cannot be shown by a server that drops H.265: its sub stream is no help.
func (s *session) noH264(reason string) error {
	return droppedError{fmt.Errorf("%w: %s sends H.265, which this RTMP server drops (SRS takes it from 6.0 on): set the camera's main or"+
		" sub stream to H.264, or use a newer server: %s", ErrNoPicture, s.source, reason)}
}

// droppedError is an ErrNoPicture that comes of the server: it is a pusher.ErrHEVC as well.
type droppedError struct{ error }

func (d droppedError) Unwrap() error      { return d.error }
func (droppedError) Is(target error) bool { return target == pusher.ErrHEVC }
