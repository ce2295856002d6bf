package devicetest

import (
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
)

// keyFrames is how far from the asked time a recorder may begin: the distance of key frames, and some seconds of doubt.
const keyFrames = 5 * time.Second

func (h Harness) playbacks(t *testing.T) {
	t.Helper()
	t.Run("from the asked time to the end", h.playbackEnds)
	t.Run("odd recorder", h.playbackOdd)
	t.Run("nothing recorded", h.playbackEmpty)
	t.Run("unknown channel", h.playbackUnknown)
	t.Run("slots used up, run again", h.playbackSlots)
	t.Run("camera off", h.playbackOffline)
}

// recorded starts a recorder on which two channels and one without a camera have an hour recorded.
func (h Harness) recorded(t *testing.T, setup Setup) Recorder {
	t.Helper()
	hour := []playback.Range{minutes(0, 60)}
	setup.Recorded = map[int][]playback.Range{h.Channel: hour, h.Second: hour, h.Offline: hour}
	return h.Start(t, setup)
}

// span is some seconds of the suite's hour.
func span(seconds int) playback.Range {
	start := noon(10).Add(20 * time.Second)
	return playback.Range{Start: start, End: start.Add(time.Duration(seconds) * time.Second)}
}

func recording(t *testing.T, d device.Device, channel int, request playback.Request) media.Source {
	t.Helper()
	request.Speed = 1
	source, err := d.Playback(t.Context(), device.PlaybackRequest{Channel: channel, Request: request})
	if err != nil {
		t.Fatalf("playback %d: %v", channel, err)
	}
	return source
}

// failing returns how a playback fails, be it at once or when it runs.
func failing(t *testing.T, d device.Device, channel int, wanted playback.Range) error {
	t.Helper()
	request := device.PlaybackRequest{Channel: channel, Request: playback.Request{Range: wanted, Speed: 1}}
	source, err := d.Playback(t.Context(), request)
	if err != nil {
		return err
	}
	return run(t, source).ended(t)
}

// near tells whether a recorder began where it was asked to; one that does not say may.
func near(t *testing.T, said []playback.Began, want time.Time) {
	t.Helper()
	if len(said) > 1 {
		t.Errorf("began %d times", len(said))
	}
	for _, began := range said {
		if off := began.Start.Sub(want); !began.Start.IsZero() && off.Abs() > keyFrames {
			t.Errorf("began at %v, asked for %v", began.Start, want)
		}
	}
}

// shows tells whether the first picture of a run, which has ended, is that of the time that was asked for.
func shows(t *testing.T, r Recorder, channel int, stream *running, want time.Time) {
	t.Helper()
	second, ok := r.Shown(channel, stream.sink.units)
	if off := (second - want.Sub(want.Truncate(time.Minute))).Abs(); !ok || off > keyFrames && off < time.Minute-keyFrames {
		t.Errorf("the first picture is of second %v (%v), asked for %v", second, ok, want)
	}
}

func (h Harness) playbackEnds(t *testing.T) {
	r := h.recorded(t, Setup{})
	d := h.open(t, r)
	for _, trouble := range []Trouble{EndsByBye, EndsByCut, EndsByWord} {
		t.Run(string(trouble), func(t *testing.T) {
			r.Suffer(trouble)
			var said []playback.Began
			source := recording(t, d, h.Channel, playback.Request{Range: span(2), Began: func(b playback.Began) { said = append(said, b) }})
			if counts := r.Counts(); counts.Sessions != 0 || counts.Connections != 0 {
				t.Errorf("%+v open before the run", counts)
			}
			stream := run(t, source)
			stream.picture(t)
			if err := stream.ended(t); err != nil {
				t.Errorf("at the end of the recording: %v", err)
			}
			near(t, said, span(2).Start)
			shows(t, r, h.Channel, stream, span(2).Start)
			length := time.Duration(stream.sink.end-stream.sink.start) * time.Second / 90000
			if length < time.Second || length > 2*time.Second+keyFrames {
				t.Errorf("%v of pictures, want about 2s", length)
			}
			leftNothing(t, r)
		})
	}
}

// playbackOdd: what is asked for is played, whatever the recorder counts from.
func (h Harness) playbackOdd(t *testing.T) {
	r := h.recorded(t, Setup{Odd: true})
	var said []playback.Began
	began := func(b playback.Began) { said = append(said, b) }
	stream := run(t, recording(t, h.open(t, r), h.Second, playback.Request{Range: span(600), Began: began}))
	stream.picture(t)
	stream.stop(t)
	near(t, said, span(600).Start)
	shows(t, r, h.Second, stream, span(600).Start)
	leftNothing(t, r)
}

func (h Harness) playbackEmpty(t *testing.T) {
	r := h.recorded(t, Setup{})
	expect(t, r, failing(t, h.open(t, r), h.Channel, minutes(120, 130)), device.OpPlayback, device.KindNoRecording)
	leftNothing(t, r)
}

func (h Harness) playbackUnknown(t *testing.T) {
	r := h.recorded(t, Setup{})
	expect(t, r, failing(t, h.open(t, r), h.Missing, span(2)), device.OpPlayback, device.KindNoSuchChannel)
	leftNothing(t, r)
}

func (h Harness) playbackSlots(t *testing.T) {
	r := h.recorded(t, Setup{})
	d := h.open(t, r)
	r.Suffer(OnePlayback)
	source := recording(t, d, h.Channel, playback.Request{Range: span(600)})
	first := run(t, source)
	first.picture(t)
	expect(t, r, failing(t, d, h.Second, span(600)), device.OpPlayback, device.KindBusy)
	first.stop(t)
	again := run(t, source)
	again.picture(t)
	again.stop(t)
	leftNothing(t, r)
}

func (h Harness) playbackOffline(t *testing.T) {
	r := h.recorded(t, Setup{})
	stream := run(t, recording(t, h.open(t, r), h.Offline, playback.Request{Range: span(600)}))
	stream.picture(t)
	stream.stop(t)
	leftNothing(t, r)
}
