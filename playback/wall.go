package playback

import (
	"math"
	"time"

	"mediapusher/internal/media"
)

const (
	// zoneStep and maxZone are what zones differ by and at most are.
	zoneStep = 15 * time.Minute
	maxZone  = 14 * time.Hour
	// maxGroup is how long before what was asked for a device may begin: a group of pictures.
	maxGroup = 10 * time.Second
	// maxEarly is how far behind it may begin, or the clock be off.
	maxEarly = 2 * time.Second
	// maxDrift is how unevenly the clock may run: some have whole seconds.
	maxDrift = 1200 * time.Millisecond
	// worthIt is the least correction.
	worthIt = time.Second
	// present is how close to the time of arrival a clock shows the present, not the recorded time.
	present = time.Minute
)

// wall judges the clock that a device sends with its pictures: it shows the recorded time, in whatever zone, or the present, or nothing of
// use. What matters is never to be wrong by more than a group of pictures, so in doubt it is not believed.
type wall struct {
	offset  time.Duration // of the device's clock: its zone
	first   time.Duration // how far it was from the position at since
	since   time.Time
	trusted bool
	doubted bool
}

// correct returns the recorded time of a picture by the device's clock where that is to be believed, and differs from the position at.
func (w *wall) correct(au *media.AccessUnit, at time.Time, speed float64) (time.Time, bool) {
	if w.doubted {
		return time.Time{}, false
	}
	if w.since.IsZero() {
		apart := au.Wall.Sub(at)
		w.offset, w.since = apart.Round(zoneStep), at
		w.first = apart - w.offset
		w.doubted = w.offset.Abs() > maxZone || w.first < -maxGroup || w.first > maxEarly || au.Wall.Sub(au.Arrival).Abs() < present
		return time.Time{}, false
	}
	told := au.Wall.Add(-w.offset)
	apart := told.Sub(at)
	switch {
	case w.trusted:
		w.doubted = apart.Abs() > maxEarly
	case (apart - w.first).Abs() > maxDrift:
		w.doubted = true
	case at.Sub(w.since) < proof(speed):
		return time.Time{}, false
	default:
		w.trusted = true
	}
	return told, !w.doubted && apart.Abs() > worthIt
}

// proof is for how much recorded time the clock must run like it. One that shows the present runs at speed 1, whatever the speed: it must
// have had time to fall behind or run ahead.
func proof(speed float64) time.Duration {
	differs := math.Abs(1 - 1/speed)
	if differs < 0.01 {
		return 2 * time.Second
	}
	return time.Duration(float64(2*time.Second) * max(1, 1.25/differs))
}
