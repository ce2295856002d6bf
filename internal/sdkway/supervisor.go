package sdkway

import (
	"context"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
)

// Supervisor starts a worker process for a recorder and logs in there. It is safe for concurrent use. Errors are those of
// supervisor.Supervisor.Open.
type Supervisor interface {
	Open(ctx context.Context, name string, account sdk.Account) (Login, sdk.Identity, error)
}

// Login is a login in a worker of its own. It is safe for concurrent use, and its errors are those of supervisor.Device.
type Login interface {
	Streams
	Search(ctx context.Context, request sdk.SearchRequest, page func(files []sdk.File)) error
	Move(ctx context.Context, movement sdk.Movement) error
	Close() error
}

// Streams is the part of a Login that brings media.
type Streams interface {
	Live(ctx context.Context, request sdk.LiveRequest) (Stream, error)
	Playback(ctx context.Context, request sdk.PlaybackRequest) (Stream, error)
	KeyFrame(ctx context.Context, channel, stream int) error
}

// Stream is a live stream or a playback. One goroutine calls Next; its data is valid until the next call. When ctx ends before a packet
// has come, the stream goes on and Next may be called again.
type Stream interface {
	Next(ctx context.Context) (sdk.Packet, error)
	Speed(ctx context.Context, speed float64) error
	Close() error
}

// Supervise returns the Supervisor that starts real workers.
func Supervise(s *supervisor.Supervisor) Supervisor { return workers{s} }

// workers and login give the types of package supervisor the interfaces of this one.
type workers struct{ supervisor *supervisor.Supervisor }

func (w workers) Open(ctx context.Context, name string, account sdk.Account) (Login, sdk.Identity, error) {
	opened, identity, err := w.supervisor.Open(ctx, name, account)
	if err != nil {
		return nil, identity, err
	}
	return login{opened}, identity, nil
}

type login struct{ *supervisor.Device }

func (l login) Live(ctx context.Context, request sdk.LiveRequest) (Stream, error) {
	stream, err := l.Device.Live(ctx, request)
	if err != nil {
		return nil, err
	}
	return stream, nil
}

func (l login) Playback(ctx context.Context, request sdk.PlaybackRequest) (Stream, error) {
	stream, err := l.Device.Playback(ctx, request)
	if err != nil {
		return nil, err
	}
	return stream, nil
}

var _ Stream = (*supervisor.Stream)(nil)
