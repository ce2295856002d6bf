package aac

import "math"

// The interpolation filter: a sinc of tapsPerPhase input samples under a Kaiser window. Beta 7 keeps what the zeros between the
// input samples mirror upwards some 70 dB down, far below the noise of G.711.
const (
	tapsPerPhase = 32
	kaiserBeta   = 7.0
	// passband is the edge of the filter as part of the input's half rate.
	passband = 0.92
)

// ratio is output rate over input rate in lowest terms.
type ratio struct{ up, down int }

// outputRate chooses an encoder rate that the input rate reaches with a short filter; ok is false where there is none.
func outputRate(input int) (output int, r ratio, ok bool) {
	switch input {
	case 8000:
		return 48000, ratio{6, 1}, true
	case 12000:
		return 48000, ratio{4, 1}, true
	case 16000:
		return 48000, ratio{3, 1}, true
	case 24000:
		return 48000, ratio{2, 1}, true
	case 32000:
		return 48000, ratio{3, 2}, true
	case 48000:
		return 48000, ratio{1, 1}, true
	case 11025:
		return 44100, ratio{4, 1}, true
	case 22050:
		return 44100, ratio{2, 1}, true
	case 44100:
		return 44100, ratio{1, 1}, true
	}
	return 0, ratio{}, false
}

// resampler interpolates one channel. Its state runs on over any division of the input, so unit borders cannot be heard. The filter's
// own delay is taken out: the first output sample stands where the first input sample stood.
type resampler struct {
	ratio
	phases [][tapsPerPhase]float32

	// history holds the newest taps twice, so that one window of it is always contiguous.
	history [2 * tapsPerPhase]float32
	newest  int
	phase   int
	skip    int // output samples of the lead-in not yet dropped
}

func newResampler(r ratio) *resampler {
	s := &resampler{ratio: r, phases: designPhases(r.up)}
	s.reset()
	return s
}

// reset forgets all input.
func (s *resampler) reset() {
	s.history = [2 * tapsPerPhase]float32{}
	s.newest = 0
	s.phase = 0
	s.skip = 0
	if s.up != s.down {
		s.skip = tapsPerPhase / 2 * s.up / s.down
	}
}

// push takes one input sample and appends the output samples it completes to dst, at most up of them.
func (s *resampler) push(dst []float32, x float32) []float32 {
	if s.up == s.down {
		return append(dst, x)
	}
	s.newest = (s.newest + 1) % tapsPerPhase
	s.history[s.newest] = x
	s.history[s.newest+tapsPerPhase] = x
	window := (*[tapsPerPhase]float32)(s.history[s.newest+1:])
	for ; s.phase < s.up; s.phase += s.down {
		if s.skip > 0 {
			s.skip--
			continue
		}
		taps := &s.phases[s.phase]
		var a, b, c, d float32
		for i := 0; i < tapsPerPhase; i += 4 {
			a += window[i] * taps[i]
			b += window[i+1] * taps[i+1]
			c += window[i+2] * taps[i+2]
			d += window[i+3] * taps[i+3]
		}
		dst = append(dst, a+b+c+d)
	}
	s.phase -= s.up
	return dst
}

// designPhases cuts the prototype filter into one set of taps for each position between two input samples. Tap i of a phase belongs
// to the input sample i-tapsPerPhase+1 places after the newest. Each set is scaled to pass a constant unchanged.
func designPhases(up int) [][tapsPerPhase]float32 {
	phases := make([][tapsPerPhase]float32, up)
	for p := range phases {
		var taps [tapsPerPhase]float64
		sum := 0.0
		for i := range taps {
			// The output stands tapsPerPhase/2 input samples before the newest, plus p/up.
			x := float64(i) - float64(tapsPerPhase/2-1) - float64(p)/float64(up)
			taps[i] = passband * sinc(passband*x) * kaiser(x/(tapsPerPhase/2))
			sum += taps[i]
		}
		for i := range taps {
			phases[p][i] = float32(taps[i] / sum)
		}
	}
	return phases
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the Kaiser window over x from -1 to 1, 0 outside.
func kaiser(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	return bessel0(kaiserBeta*math.Sqrt(1-x*x)) / bessel0(kaiserBeta)
}

// bessel0 is the modified Bessel function of order zero, by its power series.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-12; k++ {
		term *= (x / 2 / k) * (x / 2 / k)
		sum += term
	}
	return sum
}
