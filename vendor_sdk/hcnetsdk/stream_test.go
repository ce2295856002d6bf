//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk_test

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
	"mediapusher/vendor_sdk/sdk"
)

// tape keeps what a stream brings.
type tape struct {
	packets chan sdk.Packet
	stopped atomic.Bool
	late    atomic.Bool
}

func newTape() *tape { return &tape{packets: make(chan sdk.Packet, 1<<16)} }

func (t *tape) take(p sdk.Packet) {
	if t.stopped.Load() {
		t.late.Store(true)
	}
	p.Data = bytes.Clone(p.Data)
	select {
	case t.packets <- p:
	default:
	}
}

// until returns the first packet of a kind, and how many bytes of data came before it.
func (t *tape) until(tb testing.TB, kind sdk.Kind) (sdk.Packet, int) {
	tb.Helper()
	size := 0
	for limit := time.After(patience); ; {
		select {
		case p := <-t.packets:
			if p.Kind == kind {
				return p, size
			}
			size += len(p.Data)
		case <-limit:
			tb.Fatalf("no packet of kind %d came, %d bytes of data", kind, size)
		}
	}
}

func stop(t *testing.T, stream sdk.Stream, tape *tape) {
	t.Helper()
	if err := stream.Stop(); err != nil {
		t.Errorf("Stop: %v", err)
	}
	tape.stopped.Store(true)
	if tape.late.Load() {
		t.Error("called back after Stop")
	}
}

func TestLive(t *testing.T) {
	_, device := logIn(t, nil)
	for stream := range 2 {
		tape := newTape()
		live, err := device.Live(sdk.LiveRequest{Channel: first, Stream: stream}, tape.take)
		if err != nil {
			t.Fatal(err)
		}
		head, before := tape.until(t, sdk.Head)
		if len(head.Data) != 40 || !bytes.HasPrefix(head.Data, []byte("IMKH")) || before != 0 {
			t.Errorf("head %q after %d bytes", head.Data, before)
		}
		if data, _ := tape.until(t, sdk.Data); len(data.Data) == 0 {
			t.Error("data without bytes")
		}
		if err := device.KeyFrame(first, stream); err != nil {
			t.Errorf("KeyFrame: %v", err)
		}
		for name, call := range map[string]func() error{
			"Pause": live.Pause, "Seek": func() error { return live.Seek(day) }, "Speed": func() error { return live.Speed(2) },
		} {
			var failure *sdk.Error
			if err := call(); !errors.As(err, &failure) || failure.Code != 23 {
				t.Errorf("%s of a live stream: %v", name, err)
			}
		}
		stop(t, live, tape)
	}
}

func TestLiveRefused(t *testing.T) {
	_, device := logIn(t, nil)
	for channel, code := range map[int]int{first + 5: 83, 200: 4} {
		var failure *sdk.Error
		if _, err := device.Live(sdk.LiveRequest{Channel: channel}, func(sdk.Packet) {}); !errors.As(err, &failure) || failure.Code != code {
			t.Errorf("channel %d: %v, want error %d", channel, err, code)
		}
	}
}

func TestLiveLost(t *testing.T) {
	r, device := logIn(t, nil)
	lost, other := newTape(), newTape()
	a, err := device.Live(sdk.LiveRequest{Channel: first}, lost.take)
	if err != nil {
		t.Fatal(err)
	}
	b, err := device.Live(sdk.LiveRequest{Channel: first + 1}, other.take)
	if err != nil {
		t.Fatal(err)
	}
	r.SetFaults(nvrsim.Faults{SDKLose: true})
	for _, tape := range []*tape{lost, other} {
		if p, _ := tape.until(t, sdk.Broken); p.Code == 0 {
			t.Error("a lost stream gives no number")
		}
	}
	stop(t, a, lost)
	stop(t, b, other)
	r.SetFaults(nvrsim.Faults{})
	again := newTape()
	c, err := device.Live(sdk.LiveRequest{Channel: first}, again.take)
	if err != nil {
		t.Fatal(err)
	}
	again.until(t, sdk.Data)
	stop(t, c, again)
}

// The recorder goes away: the login's streams are lost.
func TestLoginLost(t *testing.T) {
	library := open(t)
	r, account := recorder(t, nil)
	device, _, err := library.LogIn(account)
	if err != nil {
		t.Fatal(err)
	}
	tape := newTape()
	live, err := device.Live(sdk.LiveRequest{Channel: first}, tape.take)
	if err != nil {
		t.Fatal(err)
	}
	tape.until(t, sdk.Data)
	r.Drop()
	tape.until(t, sdk.Broken)
	stop(t, live, tape)
	_ = device.LogOut() // the recorder need not know the login any more
}

func TestPlaybackToTheEnd(t *testing.T) {
	_, device := logIn(t, nil)
	tape := newTape()
	span := sdk.Span{Start: day.Add(5 * time.Second), End: day.Add(15 * time.Second)}
	playback, err := device.Playback(sdk.PlaybackRequest{Channel: first, Span: span}, tape.take)
	if err != nil {
		t.Fatal(err)
	}
	tape.until(t, sdk.Head)
	if _, size := tape.until(t, sdk.End); size < 10_000 {
		t.Errorf("%d bytes of ten seconds", size)
	}
	stop(t, playback, tape)
}

func TestPlaybackRefused(t *testing.T) {
	_, device := logIn(t, nil)
	for name, request := range map[string]sdk.PlaybackRequest{
		"no recording": {Channel: first, Span: sdk.Span{Start: day.Add(time.Hour), End: day.Add(2 * time.Hour)}},
		"no channel":   {Channel: 200, Span: sdk.Span{Start: day, End: day.Add(time.Minute)}},
	} {
		var failure *sdk.Error
		if _, err := device.Playback(request, func(sdk.Packet) {}); !errors.As(err, &failure) || failure.Code == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlaybackControls(t *testing.T) {
	_, device := logIn(t, func(cfg *nvrsim.Config) {
		cfg.Channels[0].Recordings[0].End = day.Add(time.Hour)
		cfg.Faults.SDKPaced = true
	})
	tape := newTape()
	playback, err := device.Playback(sdk.PlaybackRequest{Channel: first, Span: sdk.Span{Start: day, End: day.Add(time.Hour)}}, tape.take)
	if err != nil {
		t.Fatal(err)
	}
	tape.until(t, sdk.Data)
	for _, speed := range []float64{2, 16, 1, 0.5, 3, 100, 1. / 64} {
		if err := playback.Speed(speed); err != nil {
			t.Errorf("speed %v: %v", speed, err)
		}
	}
	for _, speed := range []float64{0, -1} {
		if err := playback.Speed(speed); err == nil {
			t.Errorf("speed %v is taken", speed)
		}
	}
	if err := playback.Speed(16); err != nil {
		t.Error(err)
	}
	for _, order := range []func() error{playback.Pause, playback.Pause, playback.Resume, playback.Resume} {
		if err := order(); err != nil {
			t.Error(err)
		}
	}
	tape.until(t, sdk.Data)
	if err := playback.Seek(day.Add(59*time.Minute + 50*time.Second)); err != nil {
		t.Error(err)
	}
	tape.until(t, sdk.Sought)
	if err := playback.Pause(); err != nil {
		t.Error(err)
	}
	// One round of staying alive: longer than its period.
	<-time.After(2200 * time.Millisecond)
	if err := playback.Resume(); err != nil {
		t.Error(err)
	}
	tape.until(t, sdk.End)
	stop(t, playback, tape)
}

func TestStopWhilePaused(t *testing.T) {
	_, device := logIn(t, nil)
	tape := newTape()
	playback, err := device.Playback(sdk.PlaybackRequest{Channel: first, Span: sdk.Span{Start: day, End: day.Add(30 * time.Second)}}, tape.take)
	if err != nil {
		t.Fatal(err)
	}
	if err := playback.Pause(); err != nil {
		t.Fatal(err)
	}
	stop(t, playback, tape)
}

// Old libraries and some recorders say nothing at the end.
func TestPlaybackEndWithoutCallback(t *testing.T) {
	if !again(t, "no-end") {
		return
	}
	_, device := logIn(t, nil)
	tape := newTape()
	playback, err := device.Playback(sdk.PlaybackRequest{Channel: first, Span: sdk.Span{Start: day, End: day.Add(5 * time.Second)}}, tape.take)
	if err != nil {
		t.Fatal(err)
	}
	if _, size := tape.until(t, sdk.End); size < 10_000 {
		t.Errorf("%d bytes of five seconds", size)
	}
	stop(t, playback, tape)
}

// Streams of one login start and stop side by side.
func TestStartAndStopSideBySide(t *testing.T) {
	r, device := logIn(t, nil)
	var streams sync.WaitGroup
	for n := range 4 {
		streams.Go(func() {
			for round := range 25 {
				tape := newTape()
				var stream sdk.Stream
				var err error
				if (n+round)%2 == 0 {
					stream, err = device.Live(sdk.LiveRequest{Channel: first + n, Stream: round % 2}, tape.take)
				} else {
					stream, err = device.Playback(sdk.PlaybackRequest{Channel: first, Span: sdk.Span{Start: day, End: day.Add(20 * time.Second)}}, tape.take)
				}
				if err != nil {
					t.Errorf("round %d: %v", round, err)
					return
				}
				if round%3 == 0 {
					_ = stream.Pause()
				}
				if err := stream.Stop(); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
				tape.stopped.Store(true)
				defer func() {
					if tape.late.Load() {
						t.Error("called back after Stop")
					}
				}()
			}
		})
	}
	streams.Wait()
	for limit := time.After(patience); r.Counts().Sessions != 0; {
		select {
		case <-limit:
			t.Fatalf("the recorder still has %+v", r.Counts())
		case <-time.After(10 * time.Millisecond):
		}
	}
}
