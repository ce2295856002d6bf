package playback_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/playback"
)

// 24 hours in 300 files with gaps, at speed 8: session checks each picture against its position.
func TestDayAtSpeed8(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ranges []playback.Range
		var content time.Duration
		for i := range 300 {
			r := span(i*288, i*288+287)
			if i%3 == 0 {
				r.End = r.End.Add(-30 * time.Second)
			}
			ranges = append(ranges, r)
			content += r.End.Sub(r.Start)
			if i%3 != 0 && i < 299 {
				content += time.Second // it is one recording with the next, which this recorder plays
			}
		}
		var first, most uint64
		hour := 0
		begin := time.Now()
		p, over := session(t, &recorder{table: table(ranges...)}, func(_ *playback.Player, shown time.Time) {
			if h := int(shown.Sub(noon) / time.Hour); h > hour {
				hour = h
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				if first == 0 {
					first = m.HeapAlloc
				}
				most = max(most, m.HeapAlloc)
			}
		})
		if err := p.SetSpeed(t.Context(), 8); err != nil {
			t.Error(err)
		}
		if err := <-over; err != nil {
			t.Error(err)
		}
		if lasted := time.Since(begin); (lasted - content/8).Abs() > time.Second {
			t.Errorf("%v of recording lasted %v", content, lasted)
		}
		if hour < 23 || most > first+8<<20 {
			t.Errorf("%d hours, heap %d and at most %d bytes", hour, first, most)
		}
	})
}
