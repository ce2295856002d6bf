package playback_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/media"
	"mediapusher/playback"
)

// frames writes pictures to a queue: their DTS in milliseconds, negative where decoding cannot start there.
func frames(t *testing.T, q *media.Queue, dts ...int64) {
	t.Helper()
	for _, ms := range dts {
		au := media.NewAccessUnit(picture)
		au.RandomAccess = ms >= 0
		au.DTS = max(ms, -ms) * 90
		au.PTS, au.Wall = au.DTS, noon.Add(time.Duration(max(ms, -ms))*time.Millisecond)
		if err := q.Write(au); err != nil {
			t.Fatal(err)
		}
	}
}

// next is when the next unit comes, in milliseconds from begin, and its DTS.
func next(t *testing.T, p *playback.Pacer, begin time.Time) [2]int64 {
	t.Helper()
	au, err := p.Next(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer au.Release()
	return [2]int64{time.Since(begin).Milliseconds(), au.DTS / 90}
}

func TestPacer(t *testing.T) {
	for name, tt := range map[string]struct {
		feed func(t *testing.T, q *media.Queue, p *playback.Pacer)
		want [][2]int64 // when, and which
	}{
		"when it is due": {func(t *testing.T, q *media.Queue, _ *playback.Pacer) {
			frames(t, q, 1000, -1040, -1500, -2500)
		}, [][2]int64{{0, 1000}, {40, 1040}, {500, 1500}, {1500, 2500}}},
		"behind a stall of 3 s it catches up": {func(t *testing.T, q *media.Queue, _ *playback.Pacer) {
			frames(t, q, 0, -40)
			<-time.After(3040 * time.Millisecond)
			frames(t, q, -80, -1000, -2000)
			<-time.After(time.Millisecond)
			frames(t, q, -3000, -4000)
		}, [][2]int64{{0, 0}, {40, 40}, {3040, 80}, {3040, 1000}, {3040, 2000}, {3041, 3000}, {4000, 4000}}},
		"behind a stall of more than 5 s the schedule moves": {func(t *testing.T, q *media.Queue, _ *playback.Pacer) {
			frames(t, q, 0)
			<-time.After(6 * time.Second)
			frames(t, q, -40, -80, -1040)
		}, [][2]int64{{0, 0}, {6000, 40}, {6040, 80}, {7000, 1040}}},
		"behind a flush the next is due at once, one frame on": {func(t *testing.T, q *media.Queue, p *playback.Pacer) {
			frames(t, q, 0, -40, -1000)
			<-time.After(500 * time.Millisecond)
			p.Flush()
			if !p.Position().IsZero() {
				t.Errorf("position %v behind a flush", p.Position())
			}
			<-time.After(500 * time.Millisecond)
			frames(t, q, 90_000, -90_040, -90_080)
		}, [][2]int64{{0, 0}, {40, 40}, {1000, 80}, {1040, 120}, {1080, 160}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := media.NewQueue(media.QueueConfig{Full: media.WaitForRoom, MaxSpan: time.Hour})
				p := playback.NewPacer(q)
				p.Attach()
				begin := time.Now()
				go tt.feed(t, q, p)
				var got [][2]int64
				for range tt.want {
					got = append(got, next(t, p, begin))
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("got %v, want %v", got, tt.want)
				}
				q.Close()
				last := time.Since(begin)
				if _, err := p.Next(t.Context(), time.Minute); !errors.Is(err, media.ErrQueueClosed) || time.Since(begin)-last != 40*time.Millisecond {
					t.Errorf("%v, %v behind the last", err, time.Since(begin)-last)
				}
			})
		})
	}
}

// A publish that has nothing to send learns of it in time, to keep its connection alive; also while a unit is held that is not due.
func TestPacerIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := media.NewQueue(media.QueueConfig{Full: media.WaitForRoom, MaxSpan: time.Hour})
		p := playback.NewPacer(q)
		p.Attach()
		idle := func(what string) {
			t.Helper()
			begin := time.Now()
			if _, err := p.Next(t.Context(), time.Second); !errors.Is(err, media.ErrIdle) || time.Since(begin) != time.Second || p.Ready() {
				t.Errorf("%s: %v after %v, ready %v", what, err, time.Since(begin), p.Ready())
			}
		}
		idle("empty")
		frames(t, q, 0, -10_000)
		begin := time.Now()
		if !p.Ready() {
			t.Error("the first is not ready")
		}
		next(t, p, begin)
		idle("not due")
		if got := next(t, p, begin); got != [2]int64{10_000, 10_000} {
			t.Errorf("got %v", got)
		}
		if at := p.Position(); !at.Equal(noon.Add(10 * time.Second)) {
			t.Errorf("position %v", at)
		}
	})
}

// A key frame that waits to be due when a publish is lost is the first of the next one.
func TestPacerKeepsWhatItHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := media.NewQueue(media.QueueConfig{Full: media.WaitForRoom, MaxSpan: time.Hour})
		p := playback.NewPacer(q)
		p.Attach()
		frames(t, q, 0, 1000, -1040)
		next(t, p, time.Now())
		if p.Ready() {
			t.Error("the second is due")
		}
		drained := p.Drained()
		p.Detach()
		p.Detach()
		<-time.After(10 * time.Second)
		p.Attach()
		begin := time.Now()
		if got := next(t, p, begin); got != [2]int64{0, 1000} {
			t.Errorf("got %v", got)
		}
		select {
		case <-drained:
			t.Error("drained with one to go")
		default:
		}
		if got := next(t, p, begin); got != [2]int64{40, 1040} {
			t.Errorf("got %v", got)
		}
		<-drained
		<-p.Drained()
		frames(t, q, -1080, 1120)
		drained = p.Drained()
		p.Detach()
		p.Attach()
		if got := next(t, p, begin); got[1] != 1120 {
			t.Errorf("got %v", got)
		}
		<-drained
	})
}

// Who waits for the end of what was written learns of a Flush, too.
func TestPacerIsDrainedByAFlush(t *testing.T) {
	q := media.NewQueue(media.QueueConfig{Full: media.WaitForRoom})
	p := playback.NewPacer(q)
	frames(t, q, 0, -40)
	drained := p.Drained()
	select {
	case <-drained:
		t.Error("drained before anything was sent")
	default:
	}
	p.Flush()
	<-drained
}
