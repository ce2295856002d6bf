package ptz

import (
	"sync/atomic"
	"time"
)

// order is one Move on its way through the goroutine of its camera.
type order struct {
	camera   Camera
	command  Command
	duration time.Duration
	// answer gets one value, also where nobody waits any more.
	answer chan error
	// settled: the caller has withdrawn, or the start goes out. The first of both counts.
	settled atomic.Bool
}

func newOrder(camera Camera, command Command, duration time.Duration) *order {
	return &order{camera: camera, command: command, duration: duration, answer: make(chan error, 1)}
}

// withdraw is false where the start goes out already.
func (o *order) withdraw() bool { return o.settled.CompareAndSwap(false, true) }

// begin is false where the caller has withdrawn.
func (o *order) begin() bool { return o.settled.CompareAndSwap(false, true) }
