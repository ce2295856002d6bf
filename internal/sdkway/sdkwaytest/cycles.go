package sdkwaytest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/media"
	"mediapusher/internal/sdkway"
	"mediapusher/playback"
)

const (
	// abreast is how many streams, or logins, are started and stopped side by side.
	abreast      = 16
	abreastLogin = 4
	// Each playbackEvery-th round is a playback, each abortEvery-th one is given up while it starts or soon after.
	playbackEvery = 10
	abortEvery    = 4
)

// slack is by how much more than before a process may hold of what grows by itself: threads of the Go runtime, which never end and of which
// there are as many as calls were in the library at the same moment (a worker takes 256), and memory that is kept for what comes next. Of
// the rest nothing more may be held.
var slack = holding{"threads": 256, "heap": 12 << 20, "memory": memorySlack} //nolint:gochecknoglobals // a table

// Cycles tests that streams and logins that come and go leave nothing: at the recorder, in the worker, in the service.
func (a Adapter) Cycles(t *testing.T) {
	t.Helper()
	a.supervisor(t)
	if hold()["threads"] == 0 {
		t.Skip("no /proc")
	}
	recorded := playback.Range{Start: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 20, 10, 10, 0, 0, time.UTC)}
	r := a.Simulate(t, a.recorder(devicetest.Setup{Recorded: map[int][]playback.Range{a.FirstChannel: {recorded}}}))
	t.Run("streams", func(t *testing.T) { a.streamCycles(t, r, recorded) })
	t.Run("logins", func(t *testing.T) { a.loginCycles(t, r) })
}

func (a Adapter) streamCycles(t *testing.T, r devicetest.Recorder, recorded playback.Range) {
	t.Helper()
	told := newReports(t)
	d, err := a.New(sdkway.Config{Supervisor: a.start(t, a.directory(), 0, workerReport+"="+told.listener.Addr().String())}).
		Open(t.Context(), r.Target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	holdings := func() holding { return together(r, told.ask(t)) }
	play := func(rounds int) {
		turns(t, abreast, rounds, func(i int) error { return a.round(t.Context(), d, i, recorded.Start) })
	}
	play(min(rounds/10, 200))
	waitFor(t, "rest at the recorder", func() bool { return r.Counts().Connections == 0 })
	base := holdings()
	play(rounds)
	backAt(t, base, holdings)
}

// round starts and stops one stream.
func (a Adapter) round(ctx context.Context, d device.Device, i int, recorded time.Time) error {
	source, err := a.source(ctx, d, i, recorded)
	if err != nil {
		return err
	}
	if i%abortEvery == 1 {
		aborted, cancel := context.WithTimeout(ctx, time.Duration(i%23)*time.Millisecond)
		defer cancel()
		return source.Run(aborted, ignoring{})
	}
	limited, cancel := context.WithTimeoutCause(ctx, patience, errors.New("no picture"))
	defer cancel()
	if err := source.Run(limited, &described{}); !errors.Is(err, errDescribed) {
		return fmt.Errorf("round %d: %w", i, errors.Join(err, context.Cause(limited)))
	}
	return nil
}

func (a Adapter) source(ctx context.Context, d device.Device, i int, recorded time.Time) (media.Source, error) {
	if i%playbackEvery == 0 {
		start := recorded.Add(time.Duration(i%300) * time.Second)
		span := playback.Range{Start: start, End: start.Add(time.Minute)}
		return d.Playback(ctx, device.PlaybackRequest{Channel: a.FirstChannel, Request: playback.Request{Range: span}})
	}
	return d.Live(ctx, device.LiveRequest{Channel: a.FirstChannel + i%2})
}

func (a Adapter) loginCycles(t *testing.T, r devicetest.Recorder) {
	t.Helper()
	driver := a.driver(a.start(t, a.directory(), 0))
	holdings := func() holding { return together(r, nil) }
	log := func(logins int) {
		turns(t, abreastLogin, logins, func(i int) error {
			d, err := driver.Open(t.Context(), r.Target)
			if err != nil {
				return err
			}
			if i%3 == 0 { // the others have played nothing
				err = a.round(t.Context(), d, abortEvery, time.Time{})
			}
			return errors.Join(err, d.Close())
		})
	}
	log(abreastLogin)
	waitFor(t, "rest at the recorder", func() bool { return r.Counts().Logins == 0 })
	base := holdings()
	log(logins)
	backAt(t, base, holdings)
}

// turns does so many things, some of them side by side, until one fails.
func turns(t *testing.T, abreast, count int, do func(i int) error) {
	t.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range abreast {
		all.Go(func() {
			for !t.Failed() {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				if err := do(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// together is what the recorder, this process and its worker hold.
func together(r devicetest.Recorder, worker holding) holding {
	counts := r.Counts()
	all := holding{
		"recorder: connections": int64(counts.Connections), "recorder: sessions": int64(counts.Sessions),
		"recorder: searches": int64(counts.Searches), "recorder: logins": int64(counts.Logins),
	}
	for name, n := range hold() {
		all["service: "+name] = n
	}
	for name, n := range worker {
		all["worker: "+name] = n
	}
	return all
}

// backAt waits until no more is held than at the base.
func backAt(t *testing.T, base holding, now func() holding) {
	t.Helper()
	var excess []string
	for limit := time.Now().Add(patience); ; {
		excess = excess[:0]
		held := now()
		for _, name := range slices.Sorted(maps.Keys(held)) {
			_, of, _ := strings.Cut(name, ": ")
			if held[name] > base[name]+slack[of] {
				excess = append(excess, fmt.Sprintf("%s: %d, before %d", name, held[name], base[name]))
			}
		}
		if len(excess) == 0 {
			t.Logf("held: %v; before: %v", held, base)
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("left behind: %v", excess)
		}
		<-time.After(200 * time.Millisecond)
	}
}
