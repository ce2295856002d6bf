package device_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/ptz"
)

func recorded(t *testing.T, d device.Device) media.Source {
	t.Helper()
	source, err := d.Playback(t.Context(), device.PlaybackRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestSearchesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running, most := 0, 0
		f := &fakeRecorder{search: func(context.Context, func([]playback.File)) error {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			<-time.After(time.Second)
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		}}
		pool := newPool(f, device.Settings{})
		defer pool.Close()
		begin := time.Now()
		var all sync.WaitGroup
		for n := range 3 {
			// Callers with other accounts share the recorder all the same.
			d := mustOpen(t, pool, fmt.Sprint("pw", n))
			all.Go(func() {
				if err := d.Search(t.Context(), device.SearchRequest{}, nil); err != nil {
					t.Errorf("Search: %v", err)
				}
				_ = d.Close()
			})
		}
		impatient := mustOpen(t, pool, "pw0")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		err := impatient.Search(ctx, device.SearchRequest{}, nil)
		wantKind(t, err, device.KindBusy, "search", "500ms")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Search: %v, want the context's error in it", err)
		}
		_ = impatient.Close()
		all.Wait()
		if took := time.Since(begin); most != 1 || took != 3*time.Second {
			t.Errorf("%d searches at once, three took %v", most, took)
		}
		if n := pool.Budgets(); n != 0 {
			t.Errorf("%d budgets left", n)
		}
	})
}

func TestPlaybacksHaveTheirOwnBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{}
		f.run = f.playing(time.Second)
		pool := newPool(f, device.Settings{MaxLive: 1, MaxPlaybacks: 2})
		defer pool.Close()
		d := mustOpen(t, pool, "pw")
		defer d.Close()
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for _, source := range []media.Source{live(t, d), recorded(t, d), recorded(t, d)} {
			all.Go(func() {
				if err := source.Run(ctx, nullSink{}); err != nil {
					t.Errorf("Run: %v", err)
				}
			})
		}
		pass(5 * time.Second)
		err := recorded(t, d).Run(ctx, nullSink{})
		wantKind(t, err, device.KindBusy, "max_playbacks", "2")
		var failure *device.Error
		if errors.As(err, &failure) && failure.Op != device.OpPlayback {
			t.Errorf("the operation is %q", failure.Op)
		}
		wantKind(t, live(t, d).Run(ctx, nullSink{}), device.KindBusy, "max_live")
		cancel()
		all.Wait()
		if n := pool.Budgets(); n != 0 {
			t.Errorf("%d budgets left", n)
		}
	})
}

func TestMovementsWaitForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{head: &fakeHead{}, search: func(ctx context.Context, _ func([]playback.File)) error {
			<-ctx.Done()
			return nil
		}}
		f.run = func(ctx context.Context, _ media.Sink) error { // starts and never gets anywhere
			<-ctx.Done()
			return nil
		}
		pool := newPool(f, device.Settings{MaxStarts: 1, MaxLive: 4, MaxPlaybacks: 2})
		defer pool.Close()
		d := mustOpen(t, pool, "pw")
		defer d.Close()
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 2 {
			for _, source := range []media.Source{live(t, d), recorded(t, d)} {
				all.Go(func() { _ = source.Run(ctx, nullSink{}) })
			}
			all.Go(func() { _ = d.Search(ctx, device.SearchRequest{}, nil) })
		}
		pass(2 * time.Minute) // the password is no longer fresh either
		begin := time.Now()
		head, err := device.NewCamera(pool, target("pw"), 1).Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := head.Start(t.Context(), ptz.ZoomIn, time.Second); err != nil {
			t.Error(err)
		}
		if err := head.Stop(t.Context(), ptz.ZoomIn); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("the movement waited %v", took)
		}
		if opens, _ := f.count(); opens != 1 {
			t.Errorf("%d logins, want one for streams and movements", opens)
		}
		_ = head.Close()
		cancel()
		all.Wait()
	})
}

func TestErrorsOfAHeadReachThePool(t *testing.T) {
	f := &fakeRecorder{head: &fakeHead{}}
	pool := newPool(f, device.Settings{})
	defer pool.Close()
	camera := device.NewCamera(pool, target("pw"), 1)
	head, err := camera.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.head.err = &device.Error{Op: device.OpPTZ, Kind: device.KindUnreachable}
	if err := head.Stop(t.Context(), ptz.ZoomIn); !errors.Is(err, f.head.err) {
		t.Errorf("Stop: %v", err)
	}
	again, err := camera.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if opens, _ := f.count(); opens != 2 {
		t.Errorf("%d logins, want a fresh one after a lost connection", opens)
	}
	for _, h := range []ptz.Head{head, again} {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
}
