package sdkwaytest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/media"
	"mediapusher/internal/nvrsim"
	"mediapusher/internal/sdkway"
	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
)

// patience is how long a test waits for what must come, on a slow machine.
const patience = 20 * time.Second

// driver makes the adapter's driver.
func (a Adapter) driver(workers sdkway.Supervisor) device.Driver {
	return a.New(sdkway.Config{Supervisor: workers, Silence: func() time.Duration { return 2 * time.Second }})
}

// NotBuilt tests what a program without the binding answers, when it starts a worker all the same.
func (a Adapter) NotBuilt(t *testing.T) {
	t.Helper()
	if a.Built {
		t.Skip("the binding is in this program")
	}
	r := a.Simulate(t, a.recorder(devicetest.Setup{}))
	_, err := a.driver(a.start(t, t.TempDir(), 0)).Open(t.Context(), r.Target)
	expect(t, err, device.KindNotBuilt)
	if !errors.Is(err, sdk.ErrNotBuilt) || !strings.Contains(err.Error(), "-tags") {
		t.Errorf("%v does not say how to build with it", err)
	}
}

// Logins tests what only a maker's library tells of a login, and what it needs.
func (a Adapter) Logins(t *testing.T) {
	t.Helper()
	t.Parallel()
	workers := a.supervisor(t)
	t.Run("tries left, and the lock", func(t *testing.T) {
		r := a.Simulate(t, a.recorder(devicetest.Setup{LockAfter: 2}))
		wrong := r.Target
		wrong.Password = device.NewSecret("wrong-secret")
		_, err := a.driver(workers).Open(t.Context(), wrong)
		expect(t, err, device.KindAuth)
		if !strings.Contains(err.Error(), "one try is left") {
			t.Errorf("%v does not say how many tries are left", err)
		}
		_, err = a.driver(workers).Open(t.Context(), wrong)
		expect(t, err, device.KindAuth, device.KindLocked)
		_, err = a.driver(workers).Open(t.Context(), r.Target)
		failure := failureOf(t, err, device.KindLocked)
		if left := failure.RetryAfter; left <= 0 || left > 30*time.Minute {
			t.Errorf("locked for %v", left)
		}
		if refused := r.Counts().Refused; refused != 3 {
			t.Errorf("%d attempts at the recorder, want 3", refused)
		}
	})
	t.Run("library missing", func(t *testing.T) {
		r := a.Simulate(t, a.recorder(devicetest.Setup{}))
		_, err := a.driver(a.start(t, t.TempDir(), 0)).Open(t.Context(), r.Target)
		expect(t, err, device.KindNotBuilt)
		var missing *sdk.LoadError
		if !errors.As(err, &missing) || missing.File == "" || !strings.Contains(err.Error(), "doctor --sdk") {
			t.Errorf("%v does not say what is missing and what to do", err)
		}
	})
}

// Crashes tests that a library that crashes costs its recorder's streams no more than a new login, and when it does so again and again the
// way.
func (a Adapter) Crashes(t *testing.T) {
	t.Helper()
	t.Parallel()
	a.supervisor(t)
	workers := a.start(t, a.directory(), 3)
	r, suffer := a.simulate(t, a.recorder(devicetest.Setup{}))
	for range 3 {
		suffer(nvrsim.Faults{})
		d, err := a.driver(workers).Open(t.Context(), r.Target)
		if err != nil {
			t.Fatal(err)
		}
		if err := devicetest.Play(t, d, a.FirstChannel); err != nil {
			t.Errorf("before the crash: %v", err)
		}
		suffer(nvrsim.Faults{SDKCrash: true})
		source, err := d.Live(t.Context(), device.LiveRequest{Channel: a.FirstChannel + 1})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		err = source.Run(ctx, ignoring{})
		cancel()
		var crash *supervisor.WorkerError
		if kind, _ := device.KindOf(err); kind != device.KindUnreachable || !errors.As(err, &crash) {
			t.Errorf("the crash is told as %v", err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	_, err := a.driver(workers).Open(t.Context(), r.Target)
	failure := failureOf(t, err, device.KindUnreachable)
	var rest *supervisor.RestError
	if !errors.As(err, &rest) || failure.RetryAfter <= 0 || failure.Permanent() {
		t.Errorf("after three crashes: %v", err)
	}
}

// Neighbours tests that a camera that never answers costs the other streams of its recorder nothing: the library gives it up before anybody
// takes the worker for one that hangs.
func (a Adapter) Neighbours(t *testing.T) {
	t.Helper()
	t.Parallel()
	workers := a.supervisor(t)
	r, suffer := a.simulate(t, a.recorder(devicetest.Setup{}))
	suffer(nvrsim.Faults{SDKMuteStart: true, Channels: []int{2}})
	d, err := a.driver(workers).Open(t.Context(), r.Target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	run := func(channel int) <-chan error {
		source, err := d.Live(ctx, device.LiveRequest{Channel: channel})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- source.Run(ctx, ignoring{}) }()
		return done
	}
	good, mute := run(a.FirstChannel), run(a.FirstChannel+1)
	select {
	case err := <-mute:
		var worker *supervisor.WorkerError
		if kind, _ := device.KindOf(err); kind != device.KindUnreachable || errors.As(err, &worker) {
			t.Errorf("the mute camera is told as %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the mute camera is waited for without end")
	}
	cancel()
	if err := <-good; err != nil {
		t.Errorf("the camera beside it: %v", err)
	}
}

// Tracks tests that the sound of a stream is told from its beginning, and that a stream without sound does not wait for it.
func (a Adapter) Tracks(t *testing.T) {
	t.Helper()
	t.Parallel()
	workers := a.supervisor(t)
	cfg := a.recorder(devicetest.Setup{})
	cfg.Channels = nvrsim.DemoChannels(string(a.Vendor))
	r := a.Simulate(t, cfg)
	d, err := a.driver(workers).Open(t.Context(), r.Target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for i, want := range [][]media.Codec{{media.H264, media.AAC}, {media.H264, media.PCMA}, {media.H264}, {media.H265, media.AAC}} {
		source, err := d.Live(t.Context(), device.LiveRequest{Channel: a.FirstChannel + i})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		seen := &described{}
		if err := source.Run(ctx, seen); !errors.Is(err, errDescribed) || !slices.Equal(seen.codecs, want) {
			t.Errorf("channel %d: tracks %v, want %v; %v", i, seen.codecs, want, err)
		}
		cancel()
	}
}

// errDescribed ends a run whose tracks are known.
var errDescribed = errors.New("the tracks are known")

// described is a sink that wants to know the tracks, and no more where they have come.
type described struct{ codecs []media.Codec }

func (s *described) SetTracks(tracks []*media.Track) error {
	for _, track := range tracks {
		s.codecs = append(s.codecs, track.Codec)
	}
	return nil
}

func (s *described) Write(au *media.AccessUnit) error {
	au.Release()
	return errDescribed
}

// ignoring is a sink that takes everything.
type ignoring struct{}

func (ignoring) SetTracks([]*media.Track) error { return nil }

func (ignoring) Write(au *media.AccessUnit) error {
	au.Release()
	return nil
}

// expect checks the error of a login.
func expect(t *testing.T, err error, kinds ...device.Kind) {
	t.Helper()
	_ = failureOf(t, err, kinds...)
}

// failureOf checks as expect does, for a closer look at the error.
func failureOf(t *testing.T, err error, kinds ...device.Kind) *device.Error {
	t.Helper()
	var failure *device.Error
	if !errors.As(err, &failure) || failure.Op != device.OpLogin || !slices.Contains(kinds, failure.Kind) {
		t.Fatalf("error %v, want kind %v at the login", err, kinds)
	}
	return failure
}
