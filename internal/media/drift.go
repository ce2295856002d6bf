package media

// The bounds of the correction between two tracks, in ticks of 1/90000 s.
const (
	driftIgnored = ClockRate / 100      // 10 ms: not worth a correction
	driftSteady  = ClockRate / 50       // 20 ms: a difference that moves less than this is the same difference
	driftLarge   = ClockRate / 10       // 100 ms: corrected as fast as timestamps allow
	driftAbsurd  = 3 * ClockRate        // a clock that was set, not drift
	driftWait    = int64(8 * ClockRate) // longer than the usual distance of sender reports, 5 s
)

// drift decides how fast a track is moved towards where the wall clock says it belongs. The first difference of a run is taken at
// once, because tracks begin aligned by arrival only. A later one must last: sender reports of two tracks come seconds apart,
// and when a device's clock is set one of them tells the new time before the other.
type drift struct {
	measured bool
	settled  bool // the first difference of the run has been worked off
	err      int64
	since    int64
}

// correction returns how much to move now, at most half a frame.
func (d *drift) correction(err, now, frame int64) int64 {
	if !d.measured || abs(err-d.err) > driftSteady {
		d.measured, d.since = true, now
	}
	move := d.move(err, now, frame)
	d.err = err - move
	return move
}

func (d *drift) move(err, now, frame int64) int64 {
	switch {
	case abs(err) > driftAbsurd:
		return 0
	case abs(err) < driftIgnored:
		d.settled = true
		return 0
	case d.settled && now-d.since < driftWait:
		return 0
	case abs(err) > driftLarge:
		return clamp(err, frame/2)
	default:
		return clamp(err, frame/8)
	}
}

func abs(v int64) int64 { return max(v, -v) }

func clamp(v, limit int64) int64 { return min(max(v, -limit), limit) }
