package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"mediapusher/internal/e2e/nginx"
)

// rival carries streams from the source to the server.
type rival interface {
	// none starts what runs without any stream and returns its processes.
	none(ctx context.Context) error
	// streams brings n streams up.
	streams(ctx context.Context, n int) error
	// pids are the processes at work, without their children.
	pids() []int
	// stop ends everything.
	stop()
}

// sample is one measurement.
type sample struct {
	cpu    float64 // seconds a stream-minute
	memory float64 // MB a stream
	idle   float64 // share of the machine's processors that had nothing to do
}

// Goals for 60 streams.
const (
	goalStreams = 60
	goalCPU     = 0.4 // of ffmpeg's
	goalMemory  = 1.0 // MB a stream
)

// measureLoad lets both rivals carry each number of streams in turn and prints the table.
func measureLoad(ctx context.Context, o options, from *source) error {
	dir, err := os.MkdirTemp("", "mediapusher-bench")
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	server, err := nginx.New(dir)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	var table results
	for round := range o.rounds {
		for _, n := range o.counts {
			for _, name := range []string{ours, theirs} {
				fmt.Fprintf(os.Stderr, "bench: round %d of %d, %d streams, %s\n", round+1, o.rounds, n, name)
				s, err := once(ctx, newRival(name, o, from, server, filepath.Join(dir, "service.yml")), server, n, o.window)
				if err != nil {
					return fmt.Errorf("%s with %d streams: %w", name, n, err)
				}
				table.add(n, name, s)
			}
		}
	}
	return table.print(os.Stdout)
}

// once measures one rival with n streams, server and rival fresh.
func once(ctx context.Context, r rival, server *nginx.Server, n int, window time.Duration) (sample, error) {
	if err := server.Start(ctx); err != nil {
		return sample{}, err //nolint:wrapcheck // says nginx
	}
	defer server.Stop()
	defer r.stop()
	if err := r.none(ctx); err != nil {
		return sample{}, err
	}
	idleMemory, err := resident(r.pids())
	if err != nil {
		return sample{}, err
	}
	if err := r.streams(ctx, n); err != nil {
		return sample{}, err
	}
	if err := published(ctx, server, n); err != nil {
		return sample{}, err
	}
	before, err := measure(r.pids())
	if err != nil {
		return sample{}, err
	}
	if err := pause(ctx, window); err != nil {
		return sample{}, err
	}
	after, err := measure(r.pids())
	if err != nil {
		return sample{}, err
	}
	if streams, err := server.Publishing(ctx); err != nil || len(streams) != n {
		return sample{}, errors.Join(err, fmt.Errorf("%d of %d streams at the end", len(streams), n))
	}
	took := after.at.Sub(before.at).Seconds()
	return sample{
		cpu:    (after.cpu - before.cpu) * 60 / took / float64(n),
		memory: float64(after.memory-idleMemory) / float64(n) / 1e6,
		idle:   after.idle.since(before.idle),
	}, nil
}

// published waits until the server has n publishers that have all sent more than a moment's worth, and 2.5 s more.
func published(ctx context.Context, server *nginx.Server, n int) error {
	deadline := time.Now().Add(90 * time.Second)
	for {
		up := 0
		streams, err := server.Publishing(ctx)
		if err != nil {
			return err //nolint:wrapcheck // says nginx
		}
		for _, s := range streams {
			if s.BytesIn > 200_000 {
				up++
			}
		}
		if up >= n {
			return pause(ctx, 2500*time.Millisecond)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d streams are up", up, n)
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}
