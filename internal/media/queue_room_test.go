package media_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/media"
)

// sounds writes units of sound: their DTS in frames of 40 ms.
func sounds(t *testing.T, q *media.Queue, dts ...int64) {
	t.Helper()
	for _, n := range dts {
		au := newUnit(t, &media.Track{ID: audioID, Codec: media.PCMA, SampleRate: 8000}, 0, make([]byte, 10))
		au.RandomAccess, au.DTS = true, n*40*ms
		if err := q.Write(au); err != nil {
			t.Error(err)
		}
	}
}

// A full queue of recordings lets Write wait until there is room, whatever it is full of, and drops nothing.
func TestQueueWaitsForRoom(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fill  func(t *testing.T, q *media.Queue)
		more  func(t *testing.T, q *media.Queue) // waits
		takes int                                // units until there is room
		want  []int64
	}{
		{
			"bytes", func(t *testing.T, q *media.Queue) { offer(t, q, 400, 0, -1) },
			func(t *testing.T, q *media.Queue) { offer(t, q, 400, -2) }, 1,
			[]int64{0, -1, -2},
		},
		{
			"a unit larger than all", func(t *testing.T, q *media.Queue) { offer(t, q, 10, 0, -1) },
			func(t *testing.T, q *media.Queue) { offer(t, q, 4000, -2) }, 2,
			[]int64{0, -1, -2},
		},
		{
			"span", func(t *testing.T, q *media.Queue) { offer(t, q, 1, 0, -25) },
			func(t *testing.T, q *media.Queue) { offer(t, q, 1, -26) }, 1,
			[]int64{0, -25, -26},
		},
		{
			"sound alone", func(t *testing.T, q *media.Queue) { offer(t, q, 1, 0); sounds(t, q, 10, 25) },
			func(t *testing.T, q *media.Queue) { sounds(t, q, 30) }, 1,
			[]int64{0, 10, 25, 30},
		},
		{
			"no publish", func(t *testing.T, q *media.Queue) { q.Detach(); offer(t, q, 1, 0, -25) },
			func(t *testing.T, q *media.Queue) { offer(t, q, 1, -30) }, 1,
			[]int64{0, -25, -30},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := media.NewQueue(media.QueueConfig{MaxBytes: 1000, MaxSpan: time.Second, Full: media.WaitForRoom})
				q.Attach()
				tt.fill(t, q)
				done := make(chan struct{})
				go func() {
					tt.more(t, q)
					close(done)
				}()
				var got []int64
				for range tt.takes {
					<-time.After(time.Second)
					select {
					case <-done:
						t.Fatal("Write does not wait")
					default:
					}
					au, err := q.Take()
					if err != nil {
						t.Fatal(err)
					}
					n := au.DTS / (40 * ms)
					if !au.RandomAccess {
						n = -n
					}
					got = append(got, n)
					au.Release()
				}
				<-done
				if got = append(got, take(t, q)...); !slices.Equal(got, tt.want) || q.Dropped() != 0 || !q.Empty() {
					t.Errorf("got %v, want %v, dropped %d", got, tt.want, q.Dropped())
				}
			})
		})
	}
}

// Flush and Close free a Write that waits; what it brought belongs to what was flushed.
func TestQueueFreesAWrite(t *testing.T) {
	for _, tt := range []struct {
		name string
		free func(q *media.Queue)
		err  error
		want []int64
	}{
		{"Flush", (*media.Queue).Flush, nil, []int64{60}},
		{"Close", (*media.Queue).Close, media.ErrQueueClosed, []int64{0, -25}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := media.NewQueue(media.QueueConfig{MaxSpan: time.Second, Full: media.WaitForRoom})
				q.Attach()
				offer(t, q, 1, 0, -25)
				freed := make(chan error, 1)
				go func() {
					au := newUnit(t, h264Track, 0, idr)
					au.RandomAccess, au.DTS = true, 30*40*ms
					freed <- q.Write(au)
				}()
				<-time.After(time.Minute)
				tt.free(q)
				if err := <-freed; !errors.Is(err, tt.err) {
					t.Errorf("Write: %v, want %v", err, tt.err)
				}
				if tt.err == nil {
					offer(t, q, 1, -59, 60)
				}
				if got := take(t, q); !slices.Equal(got, tt.want) {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// What was handed over last can be put back, and is the first again, also of a full ring.
func TestQueuePutBack(t *testing.T) {
	q := media.NewQueue(media.QueueConfig{Full: media.WaitForRoom})
	q.Attach()
	if _, err := q.Take(); !errors.Is(err, media.ErrIdle) {
		t.Errorf("Take of an empty queue: %v", err)
	}
	offer(t, q, 1, 0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15)
	au, err := q.Take()
	if err != nil {
		t.Fatal(err)
	}
	offer(t, q, 1, -16)
	q.PutBack(au)
	q.Detach()
	q.Attach()
	if got := take(t, q); len(got) != 17 || got[0] != 0 || got[1] != -1 || got[16] != -16 {
		t.Errorf("got %v", got)
	}
	q.Close()
	if _, err := q.Take(); !errors.Is(err, media.ErrQueueClosed) {
		t.Errorf("Take of a closed queue: %v", err)
	}
}
