package aac

import (
	"fmt"
	"math"

	encoder "github.com/tphakala/go-aac"

	"mediapusher/internal/media"
)

const (
	maxChannels = 2
	// bitsPerChannel is the encoder's aim, in bit/s. With it the coder's noise stays at that of G.711 itself, some 38 dB below speech.
	bitsPerChannel = 48000

	// How far, in 1/90000 s, the sample count may stand from the input's PTS before it is corrected. A recorder's audio clock may
	// shake, so that only much is corrected at once; a smaller drift when it has stood on one side for a second, as it does where the
	// clocks of sound and picture are brought together after the first frames. Behind a known loss the gap is real however short.
	driftLimit  = media.ClockRate * 60 / 1000
	steadyLimit = media.ClockRate * 15 / 1000
	exactLimit  = media.ClockRate * 4 / 1000
	// A longer gap than this is not filled with silence: the count starts anew behind it.
	maxSilence = media.ClockRate

	// maxUnitSeconds is the ceiling of audio taken from one unit.
	maxUnitSeconds = 1
	// minStep is the least step of DTS within a track, a millisecond.
	minStep = media.ClockRate / 1000
)

// stream transcodes one track. The encoder sees an unbroken row of samples: a gap in the input is filled with silence, what comes
// too early is dropped, so that one anchor and the count of samples tell every time without rounding on.
type stream struct {
	in, out   *media.Track
	rate      int // of the input, Hz
	channels  int
	decode    *decoder
	resamples []*resampler

	enc    *encoder.Encoder // nil until the first unit
	frame  [][]float32      // the samples not yet encoded, per channel
	coded  []byte
	anchor int64 // PTS of the first sample since the encoder started
	taken  int64 // input samples per channel since the anchor
	frames int64 // access units that came out since the anchor
	late   bool  // samples are being skipped
	// settled is the count when the drift was last below steadyLimit, or on the other side; ahead tells the side.
	settled int64
	ahead   bool
	// floor is the least DTS the next unit may have.
	floor int64
}

// newStream fails for a form of samples that the encoder cannot be given.
func newStream(track *media.Track) (*stream, error) {
	rate, channels, err := sampleForm(track)
	if err != nil {
		return nil, err
	}
	outRate, _, _ := outputRate(rate)
	return &stream{
		in: track,
		out: &media.Track{
			ID: track.ID, Codec: media.AAC, SampleRate: outRate, Channels: channels, AudioConfig: audioConfig(outRate, channels),
		},
		rate:     rate,
		channels: channels,
		floor:    math.MinInt64,
	}, nil
}

// audioConfig is the AudioSpecificConfig of AAC-LC with frames of 1024 samples (ISO/IEC 14496-3 section 1.6.2.1): object type 2 in
// five bits, index of the rate in four, channels in four, three zero bits.
func audioConfig(rate, channels int) []byte {
	index := 3 // 48000 Hz
	if rate == 44100 {
		index = 4
	}
	v := 2<<11 | index<<7 | channels<<3
	return []byte{byte(v >> 8), byte(v)}
}

// takes tells whether the samples of track have the form this stream was made for.
func (s *stream) takes(track *media.Track) bool {
	rate, channels, err := sampleForm(track)
	return err == nil && track.Codec == s.in.Codec && rate == s.rate && channels == s.channels
}

// write encodes one unit and hands on what that completes. The unit stays the caller's.
func (s *stream) write(au *media.AccessUnit, next media.Sink) error {
	if len(au.Units) == 0 {
		return nil
	}
	if s.enc == nil {
		if err := s.start(au.PTS); err != nil {
			return err
		}
		s.floor = max(s.floor, au.PTS)
	}
	p := au.Units[0]
	count := min(s.decode.frames(p), maxUnitSeconds*s.rate)
	skip, err := s.align(au, next)
	if err != nil {
		return err
	}
	for i := min(skip, count); i < count; i++ {
		for c, r := range s.resamples {
			s.frame[c] = r.push(s.frame[c], s.decode.sample(p, i, c))
		}
		if err := s.sampleTaken(au, next); err != nil {
			return err
		}
	}
	return nil
}

// start makes what the first unit needs.
func (s *stream) start(pts int64) error {
	enc, err := encoder.NewEncoder(s.encoderConfig())
	if err != nil {
		return fmt.Errorf("AAC encoder: %w", err)
	}
	_, r, _ := outputRate(s.rate)
	s.enc = enc
	s.decode = newDecoder(s.in.Codec, s.channels)
	s.anchor = pts
	for range s.channels {
		s.resamples = append(s.resamples, newResampler(r))
		s.frame = append(s.frame, make([]float32, 0, encoder.FrameSize+r.up))
	}
	return nil
}

// encoderConfig takes the fast coder: on speech and tones sampled at 8 kHz it was better than the library's default at this bit rate
// and took a quarter of the time.
func (s *stream) encoderConfig() encoder.EncoderConfig {
	return encoder.EncoderConfig{
		SampleRate: s.out.SampleRate,
		Channels:   s.channels,
		Bitrate:    bitsPerChannel * s.channels,
		Coder:      encoder.CoderFast,
	}
}

// align compares the unit's PTS with the count of samples. It fills a gap, starts anew behind a long one, or returns how many samples
// of the unit are to be skipped because they would stand later than their time.
func (s *stream) align(au *media.AccessUnit, next media.Sink) (skip int, err error) {
	drift := au.PTS - (s.anchor + s.taken*media.ClockRate/int64(s.rate))
	if max(drift, -drift) < steadyLimit || s.ahead != (drift < 0) {
		s.settled, s.ahead = s.taken, drift < 0
	}
	limit := int64(driftLimit)
	if au.Lost || s.late || s.taken-s.settled > int64(s.rate) {
		limit = exactLimit
	}
	samples := drift * int64(s.rate) / media.ClockRate
	s.late = drift < -limit
	switch {
	case drift > maxSilence:
		return 0, s.restart(au, next)
	case drift > limit:
		for range samples {
			if err := s.silence(au, next); err != nil {
				return 0, err
			}
		}
	case s.late:
		return int(min(-samples, int64(maxUnitSeconds*s.rate))), nil
	}
	return 0, nil
}

// restart sends what the encoder still holds and begins a new count at the unit.
func (s *stream) restart(au *media.AccessUnit, next media.Sink) error {
	if len(s.frame[0]) > 0 {
		for c, samples := range s.frame {
			clear(samples[len(samples):encoder.FrameSize])
			s.frame[c] = samples[:encoder.FrameSize]
		}
		if err := s.encodeFull(au, next); err != nil {
			return err
		}
	}
	for !s.enc.Drained() {
		if err := s.encode(nil, au, next); err != nil {
			return err
		}
	}
	if err := s.enc.Reset(s.encoderConfig()); err != nil {
		return fmt.Errorf("AAC encoder: %w", err)
	}
	for _, r := range s.resamples {
		r.reset()
	}
	s.anchor, s.taken, s.frames, s.settled = au.PTS, 0, 0, 0
	return nil
}

func (s *stream) silence(au *media.AccessUnit, next media.Sink) error {
	for c, r := range s.resamples {
		s.frame[c] = r.push(s.frame[c], 0)
	}
	return s.sampleTaken(au, next)
}

// sampleTaken counts one input sample of all channels and encodes when a frame is full.
func (s *stream) sampleTaken(au *media.AccessUnit, next media.Sink) error {
	s.taken++
	if len(s.frame[0]) < encoder.FrameSize {
		return nil
	}
	return s.encodeFull(au, next)
}

func (s *stream) encodeFull(au *media.AccessUnit, next media.Sink) error {
	var full [maxChannels][]float32
	for c := range s.frame {
		full[c] = s.frame[c][:encoder.FrameSize]
	}
	if err := s.encode(full[:s.channels], au, next); err != nil {
		return err
	}
	for c, samples := range s.frame {
		s.frame[c] = samples[:copy(samples, samples[encoder.FrameSize:])]
	}
	return nil
}

// encode gives the encoder a frame, or nil to drain it, and hands on the access unit that comes out, if any. The encoder's units
// carry one frame of lead-in: unit n decodes to the samples of frame n-1, unit 0 to silence. That one goes out only where it does not
// stand before the input's first sample.
func (s *stream) encode(frame [][]float32, from *media.AccessUnit, next media.Sink) error {
	coded, err := s.enc.EncodeFrame(s.coded[:0], frame)
	if err != nil {
		return fmt.Errorf("AAC encoder: %w", err)
	}
	s.coded = coded
	if len(coded) == 0 {
		return nil
	}
	pts := s.anchor + (s.frames*encoder.FrameSize-encoder.EncoderDelay)*media.ClockRate/int64(s.out.SampleRate)
	s.frames++
	if pts < s.floor {
		return nil
	}
	s.floor = pts + minStep
	au := media.NewAccessUnit(s.out)
	if err := au.Append(coded); err != nil {
		au.Release()
		return fmt.Errorf("AAC frame of %d bytes: %w", len(coded), err)
	}
	au.PTS, au.DTS, au.Arrival = pts, pts, from.Arrival
	return next.Write(au)
}
