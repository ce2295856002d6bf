package sdkway_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/sdkway"
	"mediapusher/playback"
	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
)

// running is a source in the background, within a bubble of time of its own.
type running struct {
	*fake
	sink   *sink
	device device.Device
	cancel context.CancelFunc
	done   chan error
}

func run(t *testing.T, f *fake, out *sink, promised *bool, ask func(device.Device) (media.Source, error)) *running {
	t.Helper()
	return runOf(t, f, out, vendor(promised), ask)
}

func runOf(t *testing.T, f *fake, out *sink, v sdkway.Vendor, ask func(device.Device) (media.Source, error)) *running {
	t.Helper()
	d, err := sdkway.New(sdkway.Config{Supervisor: f}, v).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	source, err := ask(d)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{f, out, d, cancel, make(chan error, 1)}
	go func() { r.done <- source.Run(ctx, out) }()
	return r
}

func live(t *testing.T, f *fake, out *sink, promised *bool) *running {
	t.Helper()
	return run(t, f, out, promised, func(d device.Device) (media.Source, error) {
		return d.Live(t.Context(), device.LiveRequest{Channel: 2, Stream: device.SubStream})
	})
}

// end waits for the end of the run, stops it where it plays, and looks whether everything is closed.
func (r *running) end(t *testing.T) error {
	t.Helper()
	r.cancel()
	err := <-r.done
	if closing := r.device.Close(); closing != nil {
		t.Error(closing)
	}
	for _, s := range r.streams {
		if !s.stopped {
			t.Error("a stream is left open")
		}
	}
	return err
}

func (r *running) expect(t *testing.T, tracks []media.Codec, units ...written) {
	t.Helper()
	synctest.Wait()
	told, came := r.sink.see()
	if !slices.Equal(told, tracks) || !slices.Equal(came, units) {
		t.Errorf("tracks %v and units %v, want %v and %v", told, came, tracks, units)
	}
}

func picture(ms int64) written { return written{codec: media.H264, ms: ms} }
func sound(ms int64) written   { return written{codec: media.PCMA, ms: ms} }

var (
	both   = []media.Codec{media.H264, media.PCMA}
	silent = []media.Codec{media.H264}
	yes    = true
	no     = false
)

func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.packets <- sdk.Packet{Kind: sdk.Head, Data: unit{Void: true}.packet().Data}
		f.send(audio(0), video(0), audio(20), video(40))
		r := live(t, f, &sink{}, nil)
		r.expect(t, both, picture(0), sound(20), picture(40)) // sound before the first picture is of no use
		if f.keys != 1 || !slices.Equal(f.live, []sdk.LiveRequest{{Channel: 34, Stream: 1}}) {
			t.Errorf("%d key frames asked for, of %+v", f.keys, f.live)
		}
		if err := r.end(t); err != nil || r.sink.told != 1 {
			t.Errorf("%v; tracks told %d times", err, r.sink.told)
		}
	})
}

// TestOneOfSeveralIsLost: the login stays good as long as another stream flows.
func TestOneOfSeveralIsLost(t *testing.T) {
	for name, tt := range map[string]struct {
		quiet time.Duration // of the other stream
		kind  device.Kind
	}{
		"the other one flows":     {time.Second, device.KindNoData},
		"the other one has ended": {3 * time.Second, device.KindUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.send(video(0), audio(0), video(40))
				r := live(t, f, &sink{}, &yes)
				synctest.Wait()
				<-time.After(tt.quiet)
				f.packets = make(chan sdk.Packet, 1)
				f.packets <- sdk.Packet{Kind: sdk.Broken}
				source, err := r.device.Live(t.Context(), device.LiveRequest{Channel: 2})
				if err != nil {
					t.Fatal(err)
				}
				if kind, _ := device.KindOf(source.Run(t.Context(), &sink{})); kind != tt.kind {
					t.Errorf("%v, want %v", kind, tt.kind)
				}
				if err := r.end(t); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestSoundAloneIsSilence: a viewer sees a picture that stands still.
func TestSoundAloneIsSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.send(video(0), audio(0), video(40))
		r := live(t, f, &sink{}, &yes)
		begun := time.Now()
		for i := range 10 {
			select {
			case err := <-r.done:
				kind, _ := device.KindOf(err)
				if kind != device.KindNoData || time.Since(begun) != 5*time.Second {
					t.Errorf("after %v: %v", time.Since(begun), err)
				}
				r.done <- nil
				_ = r.end(t)
				return
			case <-time.After(700 * time.Millisecond):
				f.send(audio(100 + 700*i))
			}
		}
		t.Error("sound alone plays on")
		_ = r.end(t)
	})
}

// TestSoundIsWaitedFor: no longer than makes sense, and not at all where the stream says that it has none.
func TestSoundIsWaitedFor(t *testing.T) {
	for name, tt := range map[string]struct {
		promised *bool
		before   []unit // come at once
		wait     time.Duration
		tracks   []media.Codec
	}{
		"promised, comes":       {&yes, []unit{video(0), video(40), audio(40)}, 0, both},
		"promised, never comes": {&yes, []unit{video(0), video(40)}, time.Second, silent},
		"promised, in a burst":  {&yes, []unit{video(0), video(400), video(1000)}, 0, silent},
		"none":                  {&no, []unit{video(0)}, 0, silent},
		"not told, comes":       {nil, []unit{video(0), audio(10)}, 0, both},
		"not told, never comes": {nil, []unit{video(0)}, 500 * time.Millisecond, silent},
		"not told, in a burst":  {nil, []unit{video(0), video(160), video(300)}, 0, silent},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.send(tt.before...)
				r := live(t, f, &sink{}, tt.promised)
				if tt.wait > 0 {
					<-time.After(tt.wait - time.Millisecond)
					r.expect(t, nil)
					<-time.After(2 * time.Millisecond)
				}
				synctest.Wait()
				told, came := r.sink.see()
				if !slices.Equal(told, tt.tracks) || len(came) != len(tt.before) {
					t.Errorf("tracks %v and %d units, want %v and %d", told, len(came), tt.tracks, len(tt.before))
				}
				if err := r.end(t); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestSlowPictures: a live picture that looks complete does not wait for the next; one of a recording may.
func TestSlowPictures(t *testing.T) {
	kept := func(ms int) unit { u := video(ms); u.Keep = true; return u }
	for name, tt := range map[string]struct {
		recording bool
		came      []written
	}{
		"live":      {false, []written{picture(0), sound(0), picture(1000)}},
		"recording": {true, []written{picture(0), sound(0)}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.send(video(0), audio(0), kept(1000))
				v := vendor(nil)
				v.Demuxer = func(emit func(*media.AccessUnit) error) sdkway.Demuxer { return &holdingDemuxer{&demuxer{emit: emit}} }
				r := runOf(t, f, &sink{}, v, func(d device.Device) (media.Source, error) {
					if tt.recording {
						return d.Playback(t.Context(), device.PlaybackRequest{Channel: 1, Request: playback.Request{Speed: 1}})
					}
					return d.Live(t.Context(), device.LiveRequest{Channel: 1})
				})
				<-time.After(39 * time.Millisecond)
				r.expect(t, both, picture(0), sound(0))
				<-time.After(2 * time.Millisecond)
				r.expect(t, both, tt.came...)
				if err := r.end(t); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestLateSound is dropped: the tracks of a run are told once.
func TestLateSound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.send(video(0))
		r := live(t, f, &sink{}, &no)
		r.expect(t, silent, picture(0))
		f.send(audio(20), video(40))
		r.expect(t, silent, picture(0), picture(40))
		if err := r.end(t); err != nil {
			t.Error(err)
		}
	})
}

func TestHeldUnitsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.send(slices.Repeat([]unit{video(0)}, 200)...)
		r := live(t, f, &sink{}, &yes)
		synctest.Wait()
		if _, came := r.sink.see(); len(came) != 200 {
			t.Errorf("%d units have come", len(came))
		}
		if err := r.end(t); err != nil {
			t.Error(err)
		}
	})
}

// TestStreamFails: how a live stream ends by itself, and how long that takes.
func TestStreamFails(t *testing.T) {
	refusal := errors.New("the sink does not want this")
	void := unit{Void: true}.packet()
	for name, tt := range map[string]struct {
		packets []sdk.Packet
		failure error
		start   error
		sink    error
		kind    device.Kind
		after   time.Duration
	}{
		"nothing comes":   {kind: device.KindNoData, after: 5 * time.Second},
		"no pictures":     {packets: []sdk.Packet{void, audio(0).packet(), audio(20).packet()}, kind: device.KindNoData, after: 5 * time.Second},
		"falls silent":    {packets: []sdk.Packet{video(0).packet(), audio(0).packet()}, kind: device.KindNoData, after: 5 * time.Second},
		"lost":            {packets: []sdk.Packet{{Kind: sdk.Broken}}, kind: device.KindUnreachable},
		"lost, unknown":   {packets: []sdk.Packet{{Kind: sdk.Broken, Code: 4711}}, kind: device.KindUnreachable},
		"lost, known":     {packets: []sdk.Packet{{Kind: sdk.Broken, Code: codeOffline}}, kind: device.KindOffline},
		"live that ends":  {packets: []sdk.Packet{{Kind: sdk.End}}, kind: device.KindUnreachable},
		"not carried":     {packets: []sdk.Packet{unit{Bad: true}.packet()}, kind: device.KindUnsupported},
		"another coding":  {packets: []sdk.Packet{video(0).packet(), audio(0).packet(), unit{Codec: media.H265}.packet()}, kind: device.KindProtocol},
		"another sound":   {packets: []sdk.Packet{video(0).packet(), audio(0).packet(), unit{Codec: media.PCMU}.packet()}, kind: device.KindProtocol},
		"worker fails":    {failure: &supervisor.WorkerError{Cause: "crashed"}, kind: device.KindUnreachable},
		"does not start":  {start: &sdk.Error{Code: codeOffline}, kind: device.KindOffline},
		"refused by sink": {packets: []sdk.Packet{video(0).packet(), audio(0).packet()}, sink: refusal},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.startErr = tt.start
				for _, packet := range tt.packets {
					f.packets <- packet
				}
				if tt.failure != nil {
					f.failure <- tt.failure
				}
				begun := time.Now()
				r := live(t, f, &sink{err: tt.sink}, nil)
				err := <-r.done
				if took := time.Since(begun); took.Round(time.Second) != tt.after {
					t.Errorf("took %v, want %v", took, tt.after)
				}
				if tt.sink != nil {
					if _, isDevice := device.KindOf(err); !errors.Is(err, refusal) || isDevice {
						t.Errorf("error %v, want the sink's own", err)
					}
				} else if failure := failureOf(t, err, device.OpLive, tt.kind); failure.Permanent() != (tt.kind == device.KindUnsupported) {
					t.Errorf("%v: permanent %v", failure, failure.Permanent())
				}
				r.done <- nil
				_ = r.end(t)
			})
		})
	}
}

// TestSlowSink: the time in which a sink holds back is not the device's silence.
func TestSlowSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.send(video(0), audio(0), video(40))
		r := live(t, f, &sink{block: 20 * time.Second}, nil)
		<-time.After(61 * time.Second)
		r.expect(t, both, picture(0), sound(0), picture(40))
		f.send(video(80))
		<-time.After(21 * time.Second)
		r.expect(t, both, picture(0), sound(0), picture(40), picture(80))
		if err := r.end(t); err != nil {
			t.Error(err)
		}
	})
}

func TestLostPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.send(video(0), audio(0))
		again := video(80).packet()
		again.Lost = true
		f.packets <- again
		r := live(t, f, &sink{}, nil)
		r.expect(t, both, picture(0), sound(0), written{media.H264, 80, true})
		if err := r.end(t); err != nil {
			t.Error(err)
		}
	})
}

// TestKeyFrameHangs: nobody waits for the answer but the end of the login.
func TestKeyFrameHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		answer := make(chan struct{})
		f.keyFrame = func() { <-answer }
		f.send(video(0), audio(0))
		r := live(t, f, &sink{}, nil)
		r.expect(t, both, picture(0), sound(0))
		r.cancel()
		if err := <-r.done; err != nil {
			t.Error(err)
		}
		r.done <- nil
		closed := make(chan error, 1)
		go func() { closed <- r.device.Close() }()
		synctest.Wait()
		if len(closed) > 0 {
			t.Error("closed, while a call is under way")
		}
		close(answer)
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

func TestPlayback(t *testing.T) {
	noon := time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC)
	at := func(ms int) unit {
		u := video(ms)
		u.Wall = noon.Add(time.Duration(ms) * time.Millisecond)
		return u
	}
	kept := video(58000)
	kept.Keep = true
	end, broken := sdk.Packet{Kind: sdk.End}, sdk.Packet{Kind: sdk.Broken}
	for name, tt := range map[string]struct {
		packets []sdk.Packet
		speed   float64
		refused error
		start   error
		kind    device.Kind
		fails   bool
		began   time.Time
		units   int
		after   time.Duration
	}{
		"ends":                  {packets: []sdk.Packet{at(0).packet(), at(1000).packet(), end}, began: noon, units: 2},
		"ends early":            {packets: []sdk.Packet{at(-900).packet(), end}, began: noon.Add(-900 * time.Millisecond), units: 1},
		"the last comes late":   {packets: []sdk.Packet{at(0).packet(), kept.packet(), end}, began: noon, units: 2},
		"without a clock":       {packets: []sdk.Packet{video(0).packet(), end}, units: 1},
		"nothing at all":        {packets: []sdk.Packet{end}},
		"sought":                {packets: []sdk.Packet{{Kind: sdk.Sought}, at(0).packet(), end}, began: noon, units: 1},
		"cut at the end":        {packets: []sdk.Packet{at(0).packet(), at(59000).packet(), broken}, began: noon, units: 2},
		"cut, no clock":         {packets: []sdk.Packet{video(0).packet(), kept.packet(), broken}, units: 2},
		"cut midway":            {packets: []sdk.Packet{at(0).packet(), at(30000).packet(), broken}, began: noon, units: 2, fails: true, kind: device.KindUnreachable},
		"silent at the end":     {packets: []sdk.Packet{at(0).packet(), at(59000).packet()}, began: noon, units: 2, after: 10 * time.Second},
		"silent midway":         {packets: []sdk.Packet{at(0).packet()}, began: noon, units: 1, fails: true, kind: device.KindNoData, after: 10 * time.Second},
		"fast":                  {packets: []sdk.Packet{at(0).packet(), end}, speed: 4, began: noon, units: 1},
		"fast, refused":         {packets: []sdk.Packet{at(0).packet(), end}, speed: 4, refused: &sdk.Error{Code: codeCannot}, began: noon, units: 1},
		"fast, worker fails":    {speed: 4, refused: &supervisor.WorkerError{Cause: "hangs"}, fails: true, kind: device.KindUnreachable},
		"nothing recorded":      {start: &sdk.Error{Code: codeNothing}, fails: true, kind: device.KindNoRecording},
		"nothing recorded, too": {packets: []sdk.Packet{{Kind: sdk.Broken, Code: codeNothing}}, fails: true, kind: device.KindNoRecording},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.startErr, f.speedErr = tt.start, tt.refused
				for _, packet := range tt.packets {
					f.packets <- packet
				}
				var said []playback.Began
				request := device.PlaybackRequest{Channel: 1, Request: playback.Request{
					Range: playback.Range{Start: noon, End: noon.Add(time.Minute)}, Speed: max(tt.speed, 1),
					Began: func(b playback.Began) { said = append(said, b) },
				}}
				begun := time.Now()
				r := run(t, f, &sink{}, &no, func(d device.Device) (media.Source, error) { return d.Playback(t.Context(), request) })
				err := <-r.done
				if took := time.Since(begun); took.Round(time.Second) != tt.after {
					t.Errorf("took %v, want %v", took, tt.after)
				}
				if tt.fails {
					failureOf(t, err, device.OpPlayback, tt.kind)
				} else if err != nil {
					t.Error(err)
				}
				if _, came := r.sink.see(); len(came) != tt.units {
					t.Errorf("%d units, want %d", len(came), tt.units)
				}
				if tt.units > 0 && (len(said) != 1 || !said[0].Start.Equal(tt.began) || said[0].Speed != 0) {
					t.Errorf("began %+v, want %v", said, tt.began)
				}
				if tt.speed > 0 && !slices.Equal(f.speeds, []float64{tt.speed}) || tt.speed == 0 && len(f.speeds) > 0 {
					t.Errorf("speeds %v, want %v", f.speeds, tt.speed)
				}
				if want := (sdk.PlaybackRequest{Channel: 33, Span: sdk.Span(request.Range)}); !slices.Equal(f.playback, []sdk.PlaybackRequest{want}) {
					t.Errorf("asked for %+v", f.playback)
				}
				if f.keys != 0 {
					t.Error("a key frame of a recording is asked for")
				}
				r.done <- nil
				_ = r.end(t)
			})
		})
	}
}
