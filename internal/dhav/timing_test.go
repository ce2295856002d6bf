package dhav_test

import (
	"testing"
	"time"
)

// moment is what a recorder writes on one frame: its date and its counter.
type moment struct {
	sound   bool
	date    time.Time
	counter int
}

// timed demuxes frames at moments.
func timed(t *testing.T, rate byte, moments []moment) []unit {
	t.Helper()
	var stream []byte
	var pictures, sounds int
	for _, m := range moments {
		var f frame
		if m.sound {
			f = alaw(0)
			f.sequence = uint32(sounds)
			sounds++
		} else {
			f = picture(0)
			f.sequence, f.tags = uint32(pictures), videoTag(2, rate)
			pictures++
		}
		f.date, f.counter = m.date, uint16(m.counter)
		stream = append(stream, f.bytes()...)
	}
	c, _ := demux(t, stream)
	if len(c.units) != len(moments) {
		t.Fatalf("%d units of %d", len(c.units), len(moments))
	}
	return c.units
}

func millis(u unit) int64 { return u.PTS / 90 }

// A camera's first second, as it was recorded: the counter jitters, then steps evenly.
func TestJitter(t *testing.T) {
	steps := []int{60, 20, 40, 230, 70, 10, 0, 10, 20, 30, 20}
	counter, sum := 65500, 0 // wraps at once
	moments := []moment{{date: noon(), counter: counter}}
	sums := []int{0}
	for n := range 400 {
		step := 40
		if n < len(steps) {
			step = steps[n]
		}
		sum += step
		sums = append(sums, sum)
		moments = append(moments, moment{date: noon().Add(time.Duration(sum) * time.Millisecond), counter: counter + sum})
	}
	units := timed(t, 25, moments)
	for n, u := range units {
		if away := millis(u) - int64(sums[n]); away > 250 || away < -251 {
			t.Errorf("picture %d is %d ms from the counter", n, away)
		}
		if n == 0 {
			continue
		}
		step := u.PTS - units[n-1].PTS
		if step < 20*90 || step > 80*90 {
			t.Errorf("picture %d: step of %d ms", n, step/90)
		}
		if n > 200 && (step < 3590 || step > 3610 || millis(u)-int64(sums[n]) > 5 || int64(sums[n])-millis(u) > 5) {
			t.Errorf("picture %d: step of %d ticks, %d ms at %d", n, step, millis(u), sums[n])
		}
	}
}

func TestFrameRateOfTagIsWrong(t *testing.T) {
	for _, period := range []int{20, 66, 80, 200, 500, 1000, 4000} {
		var moments []moment
		for n := range 600 {
			at := n * period
			moments = append(moments, moment{date: noon().Add(time.Duration(at) * time.Millisecond), counter: at})
		}
		units := timed(t, 25, moments)
		for n, u := range units {
			away := millis(u) - int64(n*period)
			if away > 250 || away < -251 || n > 400 && (away > 20 || away < -20) {
				t.Errorf("every %d ms: picture %d is %d ms from the counter", period, n, away)
				break
			}
		}
	}
}

func TestClock(t *testing.T) {
	at := func(ms int) time.Time { return noon().Add(time.Duration(ms) * time.Millisecond) }
	for name, test := range map[string]struct {
		second   moment
		from, to int64 // of the step, in milliseconds
	}{
		"one frame":                       {moment{date: at(40), counter: 40}, 40, 40},
		"gap within the counter":          {moment{date: at(30000), counter: 30000}, 30000, 30000},
		"gap of more than half a round":   {moment{date: at(50000), counter: 50000}, 50000, 50000},
		"gap of more than a round":        {moment{date: at(100000), counter: 100000}, 100000, 100000},
		"gap of days":                     {moment{date: at(86400000 * 3), counter: 86400000 * 3}, 86400000 * 3, 86400000 * 3},
		"gap, restarted":                  {moment{date: at(7200000), counter: 17}, 7199000, 7201000},
		"short gap, restarted":            {moment{date: at(10000), counter: 60000}, 9000, 11000},
		"clock set back":                  {moment{date: at(-3600000), counter: 40}, 1, 80},
		"no date":                         {moment{counter: 40}, 40, 40},
		"no date, more than half a round": {moment{counter: 40000}, 40000, 40000},
		"equal":                           {moment{date: at(0), counter: 0}, 1, 40},
		"a little back":                   {moment{date: at(0), counter: 65536 - 30}, 1, 40},
		"far back":                        {moment{date: at(-20000), counter: 65536 - 20000}, 1, 80},
	} {
		t.Run(name, func(t *testing.T) {
			units := timed(t, 25, []moment{{date: at(0)}, test.second})
			step := millis(units[1]) - millis(units[0])
			// One step that fits is drawn to the nominal 40 ms, longer ones are not.
			if step < test.from || step > test.to {
				t.Errorf("step of %d ms", step)
			}
			if test.second.date.IsZero() {
				return
			}
			if away := units[1].Wall.Sub(test.second.date.Truncate(time.Second)); away < -100*time.Millisecond || away > 1100*time.Millisecond {
				t.Errorf("wall %v", units[1].Wall)
			}
		})
	}
}

func TestWallIsTheDateRefined(t *testing.T) {
	const offset = 730 // of the first picture within its second
	var moments []moment
	for n := range 3000 {
		ms := n * 40
		moments = append(moments, moment{date: noon().Add(time.Duration(ms+offset) * time.Millisecond).Truncate(time.Second), counter: ms + 20296})
	}
	units := timed(t, 25, moments)
	for n, u := range units {
		want := noon().Add(time.Duration(n*40+offset) * time.Millisecond)
		away := u.Wall.Sub(want)
		if away > 0 || away < -time.Second || n > 25 && away < -40*time.Millisecond {
			t.Fatalf("picture %d: %v from the device's clock", n, away)
		}
		if u.Wall.Location() != time.UTC {
			t.Fatal("not in UTC")
		}
	}
}

// Picture and sound keep their distance: over wraps of the counter, a restart of the device, and a clock that is set.
func TestPictureAndSoundStayTogether(t *testing.T) {
	type epoch struct {
		date    time.Time
		counter int
	}
	var moments []moment
	for _, e := range []epoch{{noon(), 5}, {noon().Add(2 * time.Hour), 31000}, {noon().Add(-time.Hour), 60000}} {
		for n := range 4000 {
			now := e.date.Add(time.Duration(n) * 40 * time.Millisecond)
			moments = append(moments, moment{date: now, counter: e.counter + n*40},
				moment{sound: true, date: now.Add(10 * time.Millisecond), counter: e.counter + n*40 + 10})
		}
	}
	units := timed(t, 25, moments)
	for n := 0; n < len(units); n += 2 {
		if apart := millis(units[n+1]) - millis(units[n]); apart < 0 || apart > 50 {
			t.Fatalf("picture %d: sound is %d ms behind", n/2, apart)
		}
		if n > 0 && units[n].PTS <= units[n-2].PTS {
			t.Fatalf("picture %d: PTS does not rise", n/2)
		}
	}
}

// Counters that have nothing in common are put side by side by the date.
func TestCountersApart(t *testing.T) {
	var moments []moment
	for n := range 4000 {
		now := noon().Add(time.Duration(n) * 40 * time.Millisecond)
		moments = append(moments, moment{date: now, counter: n * 40}, moment{sound: true, date: now, counter: n*40 + 33333})
	}
	units := timed(t, 25, moments)
	for n := 0; n < len(units); n += 2 {
		if apart := millis(units[n+1]) - millis(units[n]); apart < -1000 || apart > 1000 {
			t.Fatalf("picture %d: sound is %d ms behind", n/2, apart)
		}
		if n > 100 {
			if apart := units[n+1].Wall.Sub(units[n].Wall).Abs(); apart > 50*time.Millisecond {
				t.Fatalf("picture %d: walls are %v apart", n/2, apart)
			}
		}
	}
}

// A track whose dates are in another time zone is put beside the other by its arrival in the stream.
func TestDatesApart(t *testing.T) {
	units := timed(t, 25, []moment{{date: noon(), counter: 0}, {date: noon(), counter: 40}, {sound: true, date: noon().Add(8 * time.Hour), counter: 50}})
	if apart := millis(units[2]) - millis(units[1]); apart < -250 || apart > 250 {
		t.Errorf("sound is %d ms behind", apart)
	}
}

func TestNoDateNoWall(t *testing.T) {
	units := timed(t, 25, []moment{{counter: 0}, {sound: true, counter: 7}, {counter: 40}})
	for _, u := range units {
		if !u.Wall.IsZero() {
			t.Errorf("wall %v", u.Wall)
		}
	}
	if apart := millis(units[1]) - millis(units[0]); apart != 7 {
		t.Errorf("sound is %d ms behind", apart)
	}
}
