// Command bench measures what a stream costs: CPU and memory of mediaPusher beside one `ffmpeg -c copy` for each stream, on the same
// clip, source and server in one run, and allocations for each frame on the road from RTSP to RTMP; and the demuxers of PS and DHAV
// beside `ffmpeg -c copy` of the same file. `make bench` runs it.
//
// CPU is the time on a processor that the kernel counts for each thread (/proc/PID/task/*/schedstat), children included; memory is
// what is resident at N streams less what is resident at none, over N. Loopback makes the sender pay for the receiver's TCP, alike for
// both. Compare numbers of one N only: at few streams the cost of waking up is most of it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type options struct {
	programs string
	clip     string
	counts   []int
	rounds   int
	window   time.Duration
	only     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 3 && args[0] == sourceRole {
		return serveSource(ctx, args[1], args[2])
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	if err := makeClip(ctx, o.clip); err != nil {
		return err
	}
	var failed []error
	if o.only == "" || o.only == "demux" {
		failed = append(failed, measureDemuxing(ctx, o))
	}
	if o.only == "demux" {
		return errors.Join(failed...)
	}
	source, err := startSource(ctx, o.clip, maximum(o.counts))
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	defer source.stop()
	if o.only != "load" {
		failed = append(failed, measureRoad(ctx, source, maximum(o.counts), o.window))
	}
	if o.only != "road" {
		failed = append(failed, measureLoad(ctx, o, source))
	}
	return errors.Join(failed...)
}

func parse(args []string) (options, error) {
	var o options
	var counts string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.programs, "bin", "bin", "folder of the built programs")
	flags.StringVar(&o.clip, "clip", ".cache/bench", "folder of the clip; made where it is missing")
	flags.StringVar(&counts, "n", "1,20,60", "numbers of streams")
	flags.IntVar(&o.rounds, "rounds", 2, "repetitions, of which the median is printed")
	flags.DurationVar(&o.window, "window", 8*time.Second, "length of one measurement")
	flags.StringVar(&o.only, "only", "", "\"demux\" (PS and DHAV), \"road\" (allocations) or \"load\" (CPU and memory) alone")
	if err := flags.Parse(args); err != nil {
		return o, fmt.Errorf("flags: %w", err)
	}
	for text := range strings.SplitSeq(counts, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxStreams {
			return o, fmt.Errorf("-n: %q is no number from 1 to %d", text, maxStreams)
		}
		o.counts = append(o.counts, n)
	}
	if o.rounds < 1 {
		return o, errors.New("-rounds must be at least 1")
	}
	return o, nil
}

func maximum(counts []int) int {
	most := 0
	for _, n := range counts {
		most = max(most, n)
	}
	return most
}

// makeClip lets the project's script make the clip: 1920x1080, 25 pictures a second, 4 Mbit/s H.264, AAC.
func makeClip(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, clipName+".json")); err == nil {
		return nil
	}
	fmt.Fprintln(os.Stderr, "bench: making the clip, this takes a minute")
	cmd := exec.CommandContext(ctx, "scripts/clips.sh", "bench", dir)
	cmd.Env = append(os.Environ(), "SECONDS_LONG=20")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("scripts/clips.sh: %w", err)
	}
	return nil
}

// pause waits unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
