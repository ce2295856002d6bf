package playback_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/playback"
)

func minute() []playback.Range { return []playback.Range{span(0, 60)} }

// A minute of recording lasts a minute on recorders of every kind, and the position is that of the picture.
func TestAMinuteOnRecordersOfEveryKind(t *testing.T) {
	standing := func(n, _ int64) int64 { return 7 + n/1_000_000 }
	for name, tt := range map[string]struct {
		deck  *deck
		lasts time.Duration
		slack time.Duration // of the length
		off   time.Duration // how wrong the position may be
	}{
		"fast":                      {deck: &deck{}},
		"real time":                 {deck: &deck{rate: 1}},
		"falls back and catches up": {deck: &deck{rate: 1.5, stall: 3 * time.Second, stallAt: 20 * time.Second}, slack: 2 * time.Second},
		"opens in a second":         {deck: &deck{takes: time.Second, rate: 1.2}, lasts: 61 * time.Second},
		"quiet for five seconds":    {deck: &deck{quiet: 5 * time.Second, rate: 1.2}, lasts: 65 * time.Second},
		"a gap":                     {deck: &deck{recorded: []playback.Range{span(0, 30), span(300, 330)}}},
		"a gap, and a slow open": {
			deck: &deck{recorded: []playback.Range{span(0, 30), span(300, 330)}, takes: time.Second}, lasts: 61 * time.Second,
		},
		"pictures out of order":         {deck: &deck{reorders: true, group: 24}, slack: 500 * time.Millisecond},
		"out of order at 5 a second":    {deck: &deck{reorders: true, frame: 200 * time.Millisecond, group: 6}, slack: time.Second, off: time.Second},
		"a group of ten seconds":        {deck: &deck{group: 250, rate: 1}},
		"begins with the key frame":     {deck: &deck{recorded: []playback.Range{span(-60, 60)}, table: asked(span(0, 60)), lead: 8 * time.Second}, off: 8 * time.Second},
		"ends four seconds early":       {deck: &deck{early: 4 * time.Second}, lasts: 56 * time.Second},
		"timestamps twice":              {deck: &deck{stamp: func(n, _ int64) int64 { return n / 2 * 2 * 3600 }}},
		"timestamps a little back":      {deck: &deck{stamp: func(n, pts int64) int64 { return pts - n%2*5400 }}},
		"timestamps begin anew at 20 s": {deck: &deck{stamp: func(_, pts int64) int64 { return pts % (20 * 90000) }}},
		"timestamps jump by a day":      {deck: &deck{stamp: func(n, pts int64) int64 { return pts + n/500*86400*90000 }}},
		"timestamps stand":              {deck: &deck{stamp: standing}, slack: 2 * time.Second},
		"sound":                         {deck: &deck{sound: true}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := tt.deck
				if d.recorded == nil {
					d.recorded = minute()
				}
				if tt.lasts == 0 {
					tt.lasts = time.Minute
				}
				if tt.slack == 0 {
					tt.slack = 300 * time.Millisecond
				}
				s := show(t, d)
				s.lasts(t, tt.lasts, tt.slack)
				s.holds(t, 0, max(tt.off, 300*time.Millisecond))
				if (s.sounds > 0) != d.sound {
					t.Errorf("%d units of sound", s.sounds)
				}
			})
		})
	}
}

// asked is a complete timetable of one file.
func asked(r playback.Range) *playback.Timetable { return table(r) }

// The last pictures are on air up to two seconds after they were written: the player takes commands until then.
func TestCommandsUntilTheLastPictureIsOnAir(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := show(t, &deck{recorded: minute()})
		<-time.After(59900 * time.Millisecond)
		if at := s.player.Position(); at.Before(noon.Add(59 * time.Second)) {
			t.Errorf("position %v", at)
		}
		if err := s.player.Seek(t.Context(), noon.Add(50*time.Second)); err != nil {
			t.Errorf("seek in the last moment: %v", err)
		}
		<-time.After(8900 * time.Millisecond)
		if err := s.player.Pause(t.Context()); err != nil {
			t.Error(err)
		}
		<-time.After(time.Minute)
		if err := s.player.Resume(t.Context()); err != nil {
			t.Error(err)
		}
		s.lasts(t, 129800*time.Millisecond, 1200*time.Millisecond)
		if err := s.player.Pause(t.Context()); !errors.Is(err, playback.ErrEnded) {
			t.Errorf("pause behind the end: %v", err)
		}
	})
}

// Recordings shorter than a second, and a device that brings no new picture, end.
func TestEveryWayEnds(t *testing.T) {
	part := func(from, to int) playback.Range {
		return playback.Range{Start: noon.Add(time.Duration(from) * time.Millisecond), End: noon.Add(time.Duration(to) * time.Millisecond)}
	}
	for name, tt := range map[string]struct {
		deck *deck
		err  error
	}{
		"short recordings":        {deck: &deck{recorded: []playback.Range{part(100, 500), part(5100, 5700), part(9000, 9900)}}},
		"no picture":              {deck: &deck{recorded: []playback.Range{span(900, 910)}, table: asked(span(0, 60)), early: time.Hour}, err: playback.ErrNoPicture},
		"one picture and no more": {deck: &deck{recorded: minute(), table: asked(span(0, 3600)), early: 59 * time.Second}},
		"ends after half":         {deck: &deck{recorded: minute(), early: 30 * time.Second}},
		"many empty recordings": {
			deck: &deck{recorded: []playback.Range{span(0, 10), span(90, 91)}, table: table(span(0, 10), span(20, 30), span(40, 50), span(60, 70), span(80, 91))},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := show(t, tt.deck)
				select {
				case err := <-s.over:
					if !errors.Is(err, tt.err) {
						t.Errorf("%v, want %v", err, tt.err)
					}
				case <-time.After(10 * time.Minute):
					t.Fatal("it does not end")
				}
				if asks := tt.deck.asked(); len(asks) > 40 {
					t.Errorf("the device was asked %d times", len(asks))
				}
			})
		})
	}
}

// A recorder that knows no speed is brought forward in hops; one that keeps up is not.
func TestSpeed(t *testing.T) {
	for name, tt := range map[string]struct {
		deck  *deck
		speed float64
		lasts time.Duration
		slack time.Duration
		runs  int // at most, and more than one where the device hops
	}{
		"fast":                      {deck: &deck{}, speed: 4, lasts: 15 * time.Second, runs: 1},
		"scales":                    {deck: &deck{rate: 1, scales: true, granted: 4}, speed: 4, lasts: 15 * time.Second, runs: 1},
		"scales and squeezes":       {deck: &deck{rate: 1, scales: true, squeezes: true, granted: 4}, speed: 4, lasts: 15 * time.Second, runs: 1},
		"key frames":                {deck: &deck{rate: 1, scales: true, keysOnly: true, granted: 4}, speed: 4, lasts: 15 * time.Second, runs: 1},
		"key frames, squeezed":      {deck: &deck{rate: 1, scales: true, squeezes: true, keysOnly: true, granted: 4}, speed: 4, lasts: 15 * time.Second, runs: 1},
		"key frames, squeezed, 8":   {deck: &deck{rate: 1, scales: true, squeezes: true, keysOnly: true, granted: 8}, speed: 8, lasts: 7500 * time.Millisecond, runs: 1},
		"fast key frames":           {deck: &deck{keysOnly: true}, speed: 4, lasts: 15 * time.Second, runs: 1},
		"real time":                 {deck: &deck{rate: 1}, speed: 4, lasts: 15 * time.Second, runs: 8},
		"real time, opens in half":  {deck: &deck{rate: 1, takes: 500 * time.Millisecond}, speed: 4, lasts: 15500 * time.Millisecond, runs: 8},
		"real time, 8":              {deck: &deck{rate: 1}, speed: 8, lasts: 7500 * time.Millisecond, runs: 5},
		"real time, 2":              {deck: &deck{rate: 1}, speed: 2, lasts: 30 * time.Second, runs: 9},
		"real time at half":         {deck: &deck{rate: 1}, speed: 0.5, lasts: 2 * time.Minute, runs: 1},
		"stretches at half":         {deck: &deck{rate: 1, scales: true, squeezes: true, granted: 0.5}, speed: 0.5, lasts: 2 * time.Minute, runs: 1},
		"scales to an eighth":       {deck: &deck{rate: 1, scales: true, granted: 0.125}, speed: 0.125, lasts: 8 * time.Minute, runs: 1},
		"sound":                     {deck: &deck{sound: true}, speed: 2, lasts: 30 * time.Second, runs: 1},
		"real time, two recordings": {deck: &deck{rate: 1, recorded: []playback.Range{span(0, 30), span(300, 330)}}, speed: 4, lasts: 15 * time.Second, runs: 9},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := tt.deck
				if d.recorded == nil {
					d.recorded = minute()
				}
				s := show(t, d)
				<-time.After(200 * time.Millisecond) // the rate of the pictures shows
				if err := s.player.Pause(t.Context()); err != nil {
					t.Error(err)
				}
				if err := s.player.SetSpeed(t.Context(), tt.speed); err != nil {
					t.Error(err)
				}
				d.mu.Lock()
				d.asks = nil
				d.mu.Unlock()
				s.begin = time.Now()
				if err := s.player.Resume(t.Context()); err != nil {
					t.Error(err)
				}
				s.mu.Lock()
				before := s.sounds
				s.mu.Unlock()
				s.lasts(t, tt.lasts, 1500*time.Millisecond)
				s.holds(t, 2500*time.Millisecond, 1500*time.Millisecond)
				// a recording behind a gap is a run of its own
				if n := len(d.asked()); n > tt.runs+len(d.recorded)-1 || tt.runs > 1 && n < 2 {
					t.Errorf("%d runs: %v", n, d.asked())
				}
				if s.sounds != before {
					t.Errorf("%d units of sound", s.sounds-before)
				}
			})
		})
	}
}
