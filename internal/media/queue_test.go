package media_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/media"
)

// A picture of these tests is a number: its DTS in frames of 40 ms, negative where it is not a random-access unit.
func offer(t *testing.T, q *media.Queue, size int, pictures ...int64) {
	t.Helper()
	for _, p := range pictures {
		au := newUnit(t, h264Track, 0, make([]byte, size))
		au.RandomAccess = p >= 0
		au.DTS = max(p, -p) * 40 * ms
		if err := q.Write(au); err != nil {
			t.Fatal(err)
		}
	}
}

// take empties the queue.
func take(t *testing.T, q *media.Queue) []int64 {
	t.Helper()
	var got []int64
	for {
		au, err := q.Next(t.Context(), 0)
		if errors.Is(err, media.ErrIdle) || errors.Is(err, media.ErrQueueClosed) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		p := au.DTS / (40 * ms)
		if !au.RandomAccess {
			p = -p
		}
		got = append(got, p)
		au.Release()
	}
}

func TestQueue(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(q *media.Queue)
		want []int64
	}{
		{"passes in order", func(q *media.Queue) { q.Attach(); offer(t, q, 10, 0, -1, -2, 3) }, []int64{0, -1, -2, 3}},
		{"begins with a random-access unit", func(q *media.Queue) { q.Attach(); offer(t, q, 10, -1, -2, 3, -4) }, []int64{3, -4}},
		{"keeps the newest group of pictures for a publish to come", func(q *media.Queue) {
			offer(t, q, 10, 0, -1, -2, 3, -4)
			q.Attach()
		}, []int64{3, -4}},
		{"drops to the newest random-access unit when it holds too many bytes", func(q *media.Queue) {
			q.Attach()
			offer(t, q, 300, 0, -1, 2, -3)
		}, []int64{2, -3}},
		{"drops all when a group of pictures is too large", func(q *media.Queue) {
			q.Attach()
			offer(t, q, 300, 0, -1, -2, -3, -4, 5, -6)
		}, []int64{5, -6}},
		{"drops to the newest random-access unit when it spans too long", func(q *media.Queue) {
			q.Attach()
			offer(t, q, 1, 0, -10, 20, -26)
		}, []int64{20, -26}},
		{"spans as long as it likes while no publish is attached", func(q *media.Queue) {
			offer(t, q, 1, 0, -100, -200)
			q.Attach()
		}, []int64{0, -100, -200}},
		{"keeps the newest group of pictures when a publish ends", func(q *media.Queue) {
			q.Attach()
			offer(t, q, 1, 0, -1, 2, -3)
			q.Detach()
			offer(t, q, 1, -4)
			q.Attach()
		}, []int64{2, -3, -4}},
		{"waits for a random-access unit when a publish ends in the middle of a group", func(q *media.Queue) {
			q.Attach()
			offer(t, q, 1, 0, -1)
			take(t, q)
			offer(t, q, 1, -2)
			q.Detach()
			offer(t, q, 1, -3)
			q.Attach()
			offer(t, q, 1, -4, 5)
		}, []int64{5}},
		{"gives what is left after its end", func(q *media.Queue) { q.Attach(); offer(t, q, 1, 0, -1); q.Close() }, []int64{0, -1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := media.NewQueue(media.QueueConfig{MaxBytes: 1000, MaxSpan: time.Second})
			tt.do(q)
			if got := take(t, q); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestQueueCountsWhatItDrops(t *testing.T) {
	q := media.NewQueue(media.QueueConfig{MaxBytes: 1000})
	q.Attach()
	offer(t, q, 300, 0, -1, -2, -3, -4, 5)
	if got := q.Dropped(); got != 5 {
		t.Errorf("dropped %d, want 5", got)
	}
	q.Flush()
	if got := q.Dropped(); got != 5 {
		t.Errorf("dropped %d after a flush, want 5: no server was slow", got)
	}
}

func TestQueueNextWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := media.NewQueue(media.QueueConfig{})
		q.Attach()
		begin := time.Now()
		if _, err := q.Next(t.Context(), 2*time.Second); !errors.Is(err, media.ErrIdle) || time.Since(begin) != 2*time.Second {
			t.Errorf("%v after %v, want ErrIdle after 2s", err, time.Since(begin))
		}
		time.AfterFunc(time.Second, func() { offer(t, q, 1, 7) })
		if au, err := q.Next(t.Context(), 2*time.Second); err != nil || au.DTS != 7*40*ms || time.Since(begin) != 3*time.Second {
			t.Errorf("%v, %v after %v, want picture 7 after 3s", au, err, time.Since(begin))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := q.Next(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
		time.AfterFunc(time.Second, q.Close)
		if _, err := q.Next(t.Context(), time.Minute); !errors.Is(err, media.ErrQueueClosed) {
			t.Errorf("got %v, want ErrQueueClosed", err)
		}
		if err := q.Write(newUnit(t, h264Track, 0, idr)); !errors.Is(err, media.ErrQueueClosed) {
			t.Errorf("Write after Close: %v, want ErrQueueClosed", err)
		}
	})
}
