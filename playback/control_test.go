package playback_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/playback"
)

// refusal is a device's error as it says no.
type refusal bool

func (refusal) Error() string   { return "refused" }
func (r refusal) Refused() bool { return bool(r) }

// full is the error of a device whose slots are taken.
type full struct{ refusal }

func (full) Error() string { return "all slots are taken" }
func (full) Busy() bool    { return true }

// A recorder gives the slot of a run back a moment after its end: a seek waits for that, and for nothing that lasts.
func TestSlotIsGivenBackLate(t *testing.T) {
	for _, test := range []struct {
		name  string
		back  time.Duration // behind the end of the run before
		fails bool
	}{
		{"at once", 0, false},
		{"after half a second", 500 * time.Millisecond, false},
		{"after two seconds", 1900 * time.Millisecond, false},
		{"never", time.Hour, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var taken atomic.Pointer[time.Time]
				d := &deck{recorded: []playback.Range{span(0, 600)}, rate: 1, refuse: func(playback.Request) error {
					if until := taken.Load(); until != nil && time.Now().Before(*until) {
						return full{true}
					}
					return nil
				}}
				s := show(t, d)
				<-time.After(10 * time.Second)
				until := time.Now().Add(test.back)
				taken.Store(&until)
				err := s.player.Seek(t.Context(), noon.Add(300*time.Second))
				took := time.Since(until.Add(-test.back))
				if (err != nil) != test.fails || took > 3*time.Second {
					t.Errorf("Seek: %v after %v", err, took)
				}
				if asked := len(d.asked()); asked > 6 {
					t.Errorf("the device was asked %d times", asked)
				}
			})
		})
	}
}

// at once fails where a command takes time or fails.
func atOnce(t *testing.T, what string, command func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	begin := time.Now()
	if err := command(ctx); err != nil || time.Since(begin) > 0 {
		t.Errorf("%s: %v after %v", what, err, time.Since(begin))
	}
}

// While the source waits for its next try the player stands and obeys.
func TestCommandsBetweenTwoRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var away atomic.Bool
		d := &deck{recorded: []playback.Range{span(0, 600)}, rate: 1, retry: 10 * time.Second, refuse: func(playback.Request) error {
			if away.Load() {
				return errors.New("away")
			}
			return nil
		}}
		s := show(t, d)
		<-time.After(10 * time.Second)
		away.Store(true)
		if err := s.player.Seek(t.Context(), noon.Add(100*time.Second)); err == nil {
			t.Error("the seek went well")
		}
		<-time.After(time.Second)
		atOnce(t, "Pause", s.player.Pause)
		atOnce(t, "SetSpeed", func(ctx context.Context) error { return s.player.SetSpeed(ctx, 2) })
		atOnce(t, "Pause", s.player.Pause)
		if at := s.player.Position(); at.Sub(noon.Add(10*time.Second)).Abs() > 2*time.Second || !s.player.Paused() {
			t.Errorf("paused %v at %v", s.player.Paused(), at)
		}
		atOnce(t, "Seek", func(ctx context.Context) error { return s.player.Seek(ctx, noon.Add(500*time.Second)) })
		away.Store(false)
		begin := time.Now()
		if err := s.player.Resume(t.Context()); err != nil || time.Since(begin) > 10*time.Second {
			t.Errorf("Resume: %v after %v", err, time.Since(begin))
		}
		s.begin = time.Now()
		s.lasts(t, 50*time.Second, 1500*time.Millisecond)
	})
}

// A Pause that comes when Run fails is answered by its end.
func TestPauseAsRunFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deck{recorded: minute(), takes: time.Second, refuse: func(playback.Request) error { return errors.New("away") }}
		s := show(t, d)
		<-time.After(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.player.Pause(ctx); err != nil {
			t.Errorf("Pause: %v", err)
		}
		if !s.player.Paused() {
			t.Error("it is not paused")
		}
	})
}

// Commands that change nothing leave the pending one alone, and the search for the last picture.
func TestCommandsThatChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deck{recorded: []playback.Range{span(0, 600)}, takes: 2 * time.Second, rate: 2}
		s := show(t, d)
		<-time.After(5 * time.Second)
		nothing := func() {
			<-time.After(time.Second)
			atOnce(t, "SetSpeed", func(ctx context.Context) error { return s.player.SetSpeed(ctx, 1) })
			atOnce(t, "Resume", s.player.Resume)
		}
		go nothing()
		if err := s.player.Seek(t.Context(), noon.Add(500*time.Second)); err != nil {
			t.Error(err)
		}
		<-time.After(time.Second)
		if at := s.player.Position(); at.Sub(noon.Add(501*time.Second)).Abs() > time.Second {
			t.Errorf("position %v", at)
		}
		go nothing()
		if err := s.player.Seek(t.Context(), noon.Add(600*time.Second)); err != nil {
			t.Error(err)
		}
		if err := <-s.over; err != nil {
			t.Error(err)
		}
		shots := s.seen()
		if last := shots[len(shots)-1].shown; last.Before(noon.Add(599500 * time.Millisecond)) {
			t.Errorf("the last picture was that of %v", last)
		}
	})
}

// A seek to the last end shows the last picture, however far before it the last key frame is.
func TestSeekToTheEnd(t *testing.T) {
	for _, group := range []int{5, 75, 250} {
		synctest.Test(t, func(t *testing.T) {
			s := show(t, &deck{recorded: []playback.Range{span(0, 600)}, group: group})
			if err := s.player.Seek(t.Context(), noon.Add(600*time.Second)); err != nil {
				t.Errorf("key frames every %d: %v", group, err)
			}
			if err := <-s.over; err != nil {
				t.Error(err)
			}
			shots := s.seen()
			if last := shots[len(shots)-1].shown; last.Before(noon.Add(599900 * time.Millisecond)) {
				t.Errorf("key frames every %d: the last picture was that of %v", group, last)
			}
		})
	}
}

// A recorder that failed at the start of a recording is asked once more a second later, one that refused is left in peace.
func TestARefusalIsNotRepeated(t *testing.T) {
	lost := errors.New("lost")
	for name, tt := range map[string]struct {
		deck *deck
		asks int
	}{
		"refuses to open": {&deck{refuse: func(playback.Request) error { return refusal(true) }}, 1},
		"does not open":   {&deck{refuse: func(playback.Request) error { return lost }}, 1},
		"refuses to play": {&deck{fails: refusal(true)}, 1},
		"breaks off":      {&deck{fails: refusal(false)}, 2},
		"fails":           {&deck{fails: lost}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.deck.recorded = minute()
				s := show(t, tt.deck)
				if err := <-s.over; err == nil {
					t.Error("no error")
				}
				if asks := tt.deck.asked(); len(asks) != tt.asks {
					t.Errorf("asked for %v", asks)
				}
			})
		})
	}
}

// Where nothing is known of the start, a device plays from the next recording: the position is right when the list has come.
func TestABeginInAnUnknownGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deck{recorded: []playback.Range{span(300, 360)}, table: playback.NewTimetable(span(0, 3600), playback.ClipNone)}
		s := show(t, d)
		<-time.After(5 * time.Second)
		d.table.Add([]playback.File{{Range: span(300, 360)}})
		<-time.After(5 * time.Second)
		d.table.Complete()
		s.lasts(t, time.Minute, 300*time.Millisecond)
		s.holds(t, 8*time.Second, 300*time.Millisecond)
	})
}

// The list tells of the next recording long after the first is over: it is played then, and the wait is not taken for a slow device.
func TestARecordingThatBecomesKnownLate(t *testing.T) {
	for _, speed := range []float64{1, 4} {
		synctest.Test(t, func(t *testing.T) {
			d := &deck{
				recorded: []playback.Range{span(0, 30), span(300, 330)}, table: playback.NewTimetable(span(0, 3600), playback.ClipNone),
				rate: 1, scales: true, granted: speed,
			}
			d.table.Add([]playback.File{{Range: span(0, 30)}})
			s := show(t, d)
			if speed != 1 {
				if err := s.player.SetSpeed(t.Context(), speed); err != nil {
					t.Error(err)
				}
			}
			<-time.After(50 * time.Second)
			d.table.Add([]playback.File{{Range: span(300, 330)}})
			d.table.Complete()
			s.lasts(t, 50*time.Second+time.Duration(float64(30*time.Second)/speed), 300*time.Millisecond)
			s.holds(t, 0, 300*time.Millisecond)
		})
	}
}

// A gap that no list tells of is passed.
func TestAStopInAGapThatNobodyKnows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deck{recorded: []playback.Range{span(0, 30), span(35, 60)}, table: asked(span(0, 60))}
		s := show(t, d)
		s.lasts(t, 55*time.Second, 6*time.Second)
		shots := s.seen()
		if last := shots[len(shots)-1].shown; last.Before(noon.Add(54 * time.Second)) {
			t.Errorf("the last picture was that of %v", last)
		}
	})
}

// One run goes over from file to file, whose timestamps begin anew: the position takes the next file's start.
func TestJumpAtAFilesBoundary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := table(span(0, 20), span(21, 40), span(41, 60))
		d := &deck{
			recorded: []playback.Range{span(0, 20), span(21, 40), span(41, 60)}, table: files, through: true,
			stamp: func(n, pts int64) int64 { return pts + []int64{0, 900, 30}[min(2, n/498)]*90000*1000 },
		}
		s := show(t, d)
		s.lasts(t, 58*time.Second, 600*time.Millisecond)
		s.holds(t, 0, 1100*time.Millisecond)
	})
}

// A device's own clock sets the position where it runs as the recording does, and else never makes it worse than a group of pictures.
func TestTheDevicesClock(t *testing.T) {
	begin := time.Time{}
	for name, tt := range map[string]struct {
		clock func(at time.Time) time.Time
		off   time.Duration
		from  time.Duration
		speed float64
	}{
		"recorded, in UTC": {func(at time.Time) time.Time { return at.Add(-8 * time.Hour) }, time.Second, 2500 * time.Millisecond, 1},
		"recorded, on the wall, whole seconds": {
			func(at time.Time) time.Time { return at.Truncate(time.Second) }, 2 * time.Second, 2500 * time.Millisecond, 1,
		},
		"recorded, at speed 4": {func(at time.Time) time.Time { return at }, time.Second, 4 * time.Second, 4},
		"the present":          {func(time.Time) time.Time { return time.Now() }, 9 * time.Second, 0, 1},
		"the present, by chance": {
			func(time.Time) time.Time { return noon.Add(2*time.Hour - 4*time.Second + time.Since(begin)) }, 10 * time.Second, 0, 1,
		},
		"the present, by chance, at speed 4": {
			func(time.Time) time.Time { return noon.Add(2*time.Hour - 4*time.Second + time.Since(begin)) }, 10 * time.Second, 0, 4,
		},
		"stands":   {func(time.Time) time.Time { return noon }, 9 * time.Second, 0, 1},
		"far away": {func(at time.Time) time.Time { return at.AddDate(20, 0, 0) }, 9 * time.Second, 0, 1},
		"is set after 20 s": {func(at time.Time) time.Time {
			if at.After(noon.Add(20 * time.Second)) {
				return at.Add(6 * time.Minute)
			}
			return at
		}, 9 * time.Second, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin = time.Now()
				d := &deck{
					recorded: []playback.Range{span(-60, 60)}, table: asked(span(0, 60)), lead: 8 * time.Second, clock: tt.clock,
					rate: 1, scales: true, granted: tt.speed,
				}
				s := show(t, d)
				if tt.speed != 1 {
					if err := s.player.SetSpeed(t.Context(), tt.speed); err != nil {
						t.Error(err)
					}
				}
				if err := <-s.over; err != nil {
					t.Error(err)
				}
				s.holds(t, tt.from, tt.off)
			})
		})
	}
}
