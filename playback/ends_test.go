package playback_test

import (
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/playback"
)

// last fails where the last picture of a recording was not shown, or one behind it, or a position behind the end.
func (s *screen) last(t *testing.T, end, past time.Duration) {
	t.Helper()
	shots := s.seen()
	newest := time.Time{}
	for _, shot := range shots {
		if shot.shown.After(newest) {
			newest = shot.shown
		}
		if shot.at.After(noon.Add(end)) {
			t.Errorf("position %v behind the end", shot.at)
			return
		}
	}
	if want := noon.Add(end - 40*time.Millisecond); newest.Before(want) || newest.After(want.Add(past)) {
		t.Errorf("the last picture was that of %v", newest)
	}
}

// A device begins at the key frame before what it is asked for and does not tell: the last pictures are shown all the same.
func TestTheEndBehindASeekOffAKeyFrame(t *testing.T) {
	for name, tt := range map[string]struct {
		deck *deck
		seek time.Duration
		past time.Duration
	}{
		"ends":                  {deck: &deck{}, seek: 50 * time.Second},
		"falls silent":          {deck: &deck{idles: true}, seek: 50 * time.Second},
		"real time, key unseen": {deck: &deck{rate: 1, idles: true}, seek: 59 * time.Second},
		"plays on":              {deck: &deck{past: time.Minute}, seek: 50 * time.Second, past: 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := tt.deck
				d.recorded, d.group, d.snaps = []playback.Range{span(0, 63)}, 100, -1
				if d.past > 0 {
					d.table = asked(span(0, 63))
				}
				s := show(t, d)
				<-time.After(5 * time.Second) // two key frames are seen
				if err := s.player.Seek(t.Context(), noon.Add(tt.seek+time.Second)); err != nil {
					t.Error(err)
				}
				if err := <-s.over; err != nil {
					t.Error(err)
				}
				s.last(t, 63*time.Second, tt.past)
			})
		})
	}
}

// The picture that fills a recording to its end ends the run: a silent recorder is not waited for.
func TestAGapCostsNoSilence(t *testing.T) {
	for name, tt := range map[string]struct {
		deck *deck
		want time.Duration
	}{
		"pictures":            {&deck{}, time.Minute},
		"pictures and sound":  {&deck{sound: true}, time.Minute + 180*time.Millisecond},
		"pictures in pieces":  {&deck{stamp: func(_, pts int64) int64 { return pts / 7200 * 7200 }}, time.Minute + 600*time.Millisecond},
		"pictures, not paced": {&deck{rate: 20}, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := tt.deck
				d.recorded, d.idles = []playback.Range{span(0, 20), span(300, 320), span(540, 560)}, true
				if d.rate == 0 {
					d.rate = 1
				}
				s := show(t, d)
				s.lasts(t, tt.want, 150*time.Millisecond)
				s.last(t, 560*time.Second, 0)
			})
		})
	}
}

// Where no key frame is left behind a seek to the end, the search for the last picture goes on after two seconds of silence.
func TestSeekBehindTheLastKeyFrame(t *testing.T) {
	for group, within := range map[int]time.Duration{75: 3 * time.Second, 250: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			d := &deck{recorded: []playback.Range{span(0, 598)}, table: playback.NewTimetable(span(0, 600), playback.ClipNone), group: group, snaps: 1, idles: true}
			d.table.Add([]playback.File{{Range: span(0, 598)}})
			d.table.Complete()
			s := show(t, d)
			<-time.After(time.Second)
			begin, done := time.Now(), make(chan error, 1)
			go func() { done <- s.player.Seek(t.Context(), noon.Add(600*time.Second)) }()
			for waiting := true; waiting; {
				select {
				case err := <-done:
					waiting = false
					if err != nil || time.Since(begin) > within {
						t.Errorf("key frames every %d: %v after %v", group, err, time.Since(begin))
					}
				case <-time.After(100 * time.Millisecond):
				}
				if at := s.player.Position(); at.After(noon.Add(598 * time.Second)) {
					t.Errorf("position %v", at)
				}
			}
			if err := <-s.over; err != nil {
				t.Error(err)
			}
			s.last(t, 598*time.Second, 0)
		})
	}
}

// A device that is brought forward in hops shows the last second of a recording.
func TestHopsShowTheEnd(t *testing.T) {
	for _, speed := range []float64{2, 4, 8} {
		synctest.Test(t, func(t *testing.T) {
			d := &deck{recorded: []playback.Range{span(0, 40)}, rate: 1, group: 50, snaps: -1, idles: true, takes: 300 * time.Millisecond}
			s := show(t, d)
			<-time.After(500 * time.Millisecond)
			if err := s.player.SetSpeed(t.Context(), speed); err != nil {
				t.Error(err)
			}
			if err := <-s.over; err != nil {
				t.Error(err)
			}
			s.last(t, 40*time.Second, 0)
			if n := len(d.asked()); n < 3 || n > 11 {
				t.Errorf("%d runs at speed %v", n, speed)
			}
		})
	}
}
