package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"mediapusher/internal/e2e/rtmp"
	"mediapusher/internal/media"
	"mediapusher/internal/rtspsource"
	"mediapusher/pusher"
)

// maxAllocations is the goal for one frame.
const maxAllocations = 2.0

// measureRoad runs n roads in this process, from the simulator to a server that throws all away without allocating, and prints what
// a frame allocates once the pools are full.
func measureRoad(ctx context.Context, from *source, n int, window time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("road: %w", err)
	}
	server := rtmp.NewServer(rtmp.Config{})
	running.Go(func() { _ = server.Run(ctx, listener) })
	dialer, err := pusher.NewRTMPDialer(pusher.RTMPConfig{URL: "rtmp://" + listener.Addr().String() + "/live/{stream}"})
	if err != nil {
		return fmt.Errorf("road: %w", err)
	}
	frames := new(atomic.Int64)
	failed := make(chan error, 2*n)
	for i := range n {
		r, err := newRoad(from.url(i), dialer, frames)
		if err != nil {
			return err
		}
		running.Go(func() { failed <- r.source.Run(ctx, media.NewNormaliser(media.NewTimeline(r))) })
		running.Go(func() { failed <- r.publisher.Run(ctx, "s"+strconv.Itoa(i), r.queue, r.promised) })
	}
	if err := flowing(ctx, server, frames, n, failed); err != nil {
		return fmt.Errorf("road: %w", err)
	}
	before, count := allocations(), frames.Load()
	if err := pause(ctx, window); err != nil {
		return err
	}
	after, count := allocations(), frames.Load()-count
	each := float64(after.objects-before.objects) / float64(count)
	bytes := float64(after.bytes-before.bytes) / float64(count)
	_, _ = fmt.Fprintf(os.Stdout, "allocations for each frame from RTSP to RTMP: %.2f objects, %.0f bytes"+
		" (%d streams, %d frames, %d collections)\n\n", each, bytes, n, count, after.collections-before.collections)
	if each > maxAllocations {
		return fmt.Errorf("%.2f allocations for each frame, the goal is %.0f", each, maxAllocations)
	}
	return nil
}

// flowing waits until all streams are published and the pools are warm: three seconds, more than a group of pictures.
func flowing(ctx context.Context, server *rtmp.Server, frames *atomic.Int64, n int, failed <-chan error) error {
	deadline := time.Now().Add(30 * time.Second)
	for server.Publishing() < n || frames.Load() < int64(25*n) {
		select {
		case err := <-failed:
			return fmt.Errorf("a stream ended: %w", err)
		default:
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d streams are published", server.Publishing(), n)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return pause(ctx, 3*time.Second)
}

// road is what a session has between its recorder and its server.
type road struct {
	source    *rtspsource.Source
	queue     *media.Queue
	publisher *pusher.Publisher
	frames    *atomic.Int64
	tracks    atomic.Pointer[[]*media.Track]
}

func newRoad(url string, dialer pusher.Dialer, frames *atomic.Int64) (*road, error) {
	from, err := rtspsource.New(rtspsource.Config{URL: url, User: user, Password: password})
	if err != nil {
		return nil, fmt.Errorf("road: %w", err)
	}
	return &road{
		source:    from,
		queue:     media.NewQueue(media.QueueConfig{}),
		publisher: pusher.NewPublisher(pusher.PublisherConfig{Dialer: dialer}),
		frames:    frames,
	}, nil
}

// SetTracks keeps the description for the publisher.
func (r *road) SetTracks(tracks []*media.Track) error {
	r.tracks.Store(&tracks)
	return r.queue.SetTracks(tracks) //nolint:wrapcheck // a sink in a row
}

// Write counts the frame.
func (r *road) Write(au *media.AccessUnit) error {
	r.frames.Add(1)
	return r.queue.Write(au) //nolint:wrapcheck // a sink in a row
}

func (r *road) promised() []*media.Track {
	if tracks := r.tracks.Load(); tracks != nil {
		return *tracks
	}
	return nil
}

type heap struct {
	objects, bytes uint64
	collections    uint32
}

func allocations() heap {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return heap{m.Mallocs, m.TotalAlloc, m.NumGC}
}
