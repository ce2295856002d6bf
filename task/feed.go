package task

import (
	"context"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/pusher"
)

// feed is where a session's pictures come from: what differs between live pictures and recordings. It has one session. Its methods are
// called on the session's goroutine where nothing else is said.
type feed interface {
	// kind is the Snapshot's, operation that of errors.
	kind() string
	operation() device.Operation
	// queue says what the session's queue does when it is full. attach is called once, when the session's road is built.
	queue() media.QueueConfig
	attach(s *session)
	// units is where the publish takes its units from.
	units() pusher.Units
	// run is one run of the source into the session's road, on a goroutine of its own; d is closed when it returns, and stream the one in
	// use. It returns nil when ctx ends, and where the source has no more.
	run(ctx context.Context, d device.Device, stream device.Stream) error
	// loggedIn is called when a run was let in. ctx ends with the session.
	loggedIn(ctx context.Context)
	// ended is the error of a source that has no more, nil where that is in order.
	ended() error
	// withoutHEVC goes on with something else than H.265, which the server drops, or returns the error that ends the session.
	withoutHEVC() error
	// progress may be called from any goroutine; nil for a feed that has none.
	progress() *Progress
}
