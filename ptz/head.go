package ptz

import (
	"context"
	"time"
)

// Camera is one camera that can be moved, and whoever may move it.
type Camera interface {
	// Key names the camera, whoever moves it: cameras with the same key are the same. Logs show it.
	Key() string
	// Open returns what moves the camera.
	Open(ctx context.Context) (Head, error)
	// Access is what is needed to make the camera again after a restart of the service, credentials included. It must not be stored or
	// logged as it is.
	Access() []byte
}

// Head moves one camera. One goroutine at a time uses it.
type Head interface {
	// Start begins a movement. timed says that the device ends it after duration by itself. Where the error in the chain has a method
	// Refused() bool that returns true, the device has said no and nothing moves; any other error counts as a start that may have
	// reached the camera.
	Start(ctx context.Context, command Command, duration time.Duration) (timed bool, err error)
	// Stop ends the movement that Start began, also one of another head. It may be called again where it failed, and where nothing
	// moves. Where the error in the chain has a method Permanent() bool that returns true, it is tried again seldom.
	Stop(ctx context.Context, command Command) error
	// Close frees what the head holds at the device.
	Close() error
}
