package supervisor_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
)

const (
	secret = "geheim-4711"
	// patience is for what should come soon, on a machine that is slow.
	patience = 40 * time.Second
)

// rig is a supervisor with its log.
type rig struct {
	*supervisor.Supervisor
	logs *observer.ObservedLogs
}

func newRig(t *testing.T, faults string, change func(*supervisor.Config)) rig {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zap.DebugLevel)
	cfg := supervisor.Config{
		Command: []string{program, "sdk-worker"}, Directory: t.TempDir(), Environment: []string{fakeVariable + "=" + faults},
		MaxCrashes: 1000, Log: zap.New(core),
	}
	if change != nil {
		change(&cfg)
	}
	r := rig{supervisor.New(cfg), logs}
	r.Impatient()
	return r
}

func account() sdk.Account {
	return sdk.Account{Host: "127.0.0.1", Port: 8000, User: "admin", Password: secret}
}

func (r rig) open(t *testing.T, name string) *supervisor.Device {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	device, identity, err := r.Open(ctx, name, account())
	if err != nil {
		t.Fatal(err)
	}
	if identity.Serial != "S1" || identity.Analog != 4 {
		t.Errorf("identity %+v", identity)
	}
	t.Cleanup(func() { _ = device.Close() })
	return device
}

// pid of a worker: the fake library's version tells it.
func pid(t *testing.T, device *supervisor.Device) int {
	t.Helper()
	var n int
	if _, err := fmt.Sscanf(device.Version(), "fake %d", &n); err != nil {
		t.Fatalf("version %q", device.Version())
	}
	return n
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !condition(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

func live(t *testing.T, device *supervisor.Device, channel int) *supervisor.Stream {
	t.Helper()
	stream, err := device.Live(t.Context(), sdk.LiveRequest{Channel: channel})
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// next returns the number of the next data packet.
func next(t *testing.T, stream *supervisor.Stream) (number uint64, lost bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		packet, err := stream.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if packet.Kind == sdk.Data {
			return binary.LittleEndian.Uint64(packet.Data), packet.Lost
		}
	}
}

// failure reads a stream until it ends, which it must by a failure of the worker.
func failure(t *testing.T, stream *supervisor.Stream) *supervisor.WorkerError {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		if _, err := stream.Next(ctx); err != nil {
			var worker *supervisor.WorkerError
			if !errors.As(err, &worker) {
				t.Fatalf("the stream ended with %v", err)
			}
			return worker
		}
	}
}

func TestCallsCrossTheProcess(t *testing.T) {
	r := newRig(t, "plain", nil)
	device := r.open(t, "recorder")
	ctx := t.Context()
	if err := device.Move(ctx, sdk.Movement{Channel: 1, Command: moveWell}); err != nil {
		t.Error(err)
	}
	err := device.Move(ctx, sdk.Movement{Channel: 1, Command: moveRefused})
	if failed := (*sdk.Error)(nil); !errors.As(err, &failed) || failed.Code != 23 || !strings.HasPrefix(err.Error(), "moving: ") {
		t.Errorf("a refused movement: %v", err)
	}
	if _, err := device.Live(ctx, sdk.LiveRequest{Channel: unknown}); !errors.As(err, new(*sdk.Error)) {
		t.Errorf("an unknown channel: %v", err)
	}
	if err := device.KeyFrame(ctx, 1, 0); err != nil {
		t.Error(err)
	}
	files := 0
	if err := device.Search(ctx, sdk.SearchRequest{Channel: 1}, func(page []sdk.File) { files += len(page) }); err != nil || files != 900 {
		t.Errorf("%d files, %v", files, err)
	}
	start := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	playback, err := device.Playback(ctx, sdk.PlaybackRequest{Channel: 1, Span: sdk.Span{Start: start, End: start.Add(3 * time.Second)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(playback.Seek(ctx, start), playback.Speed(ctx, 2)); err != nil {
		t.Error(err)
	}
	if err := playback.Speed(ctx, 99); !errors.As(err, new(*sdk.Error)) {
		t.Errorf("speed 99: %v", err)
	}
	var kinds []sdk.Kind
	for len(kinds) < 5 {
		packet, err := playback.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, packet.Kind)
	}
	if want := []sdk.Kind{sdk.Head, sdk.Data, sdk.Data, sdk.Data, sdk.End}; fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("kinds %v, want %v", kinds, want)
	}
	if err := errors.Join(playback.Close(), playback.Close()); err != nil {
		t.Error(err)
	}
	if _, err := playback.Next(ctx); !errors.Is(err, supervisor.ErrClosed) {
		t.Errorf("a closed stream: %v", err)
	}
	open := live(t, device, 1)
	worker := pid(t, device)
	if err := errors.Join(device.Close(), device.Close()); err != nil {
		t.Error(err)
	}
	if lives(worker) {
		t.Error("the process is still there")
	}
	if err := device.KeyFrame(ctx, 1, 0); !errors.Is(err, supervisor.ErrClosed) {
		t.Errorf("a closed device: %v", err)
	}
	if err := open.Close(); err != nil {
		t.Errorf("closing a stream of a closed device: %v", err)
	}
	if r.logs.FilterField(zap.String("line", "closed with 0 streams, 0 logins")).Len() != 1 {
		t.Error("the library was not closed in order")
	}
	if r.logs.FilterMessage("the SDK worker failed").Len() != 0 {
		t.Error("closing counted as failure")
	}
}

func TestOpenSaysWhyNot(t *testing.T) {
	for _, tt := range []struct {
		name, faults, password string
		want                   func(error) bool
	}{
		{"password", "plain", "wrong", func(err error) bool {
			failed := (*sdk.Error)(nil)
			return errors.As(err, &failed) && failed.TriesLeft == 4
		}},
		{"load", "load-error", "", func(err error) bool { return errors.As(err, new(*sdk.LoadError)) }},
		{"not built", "not-built", "", func(err error) bool { return errors.Is(err, sdk.ErrNotBuilt) }},
		{"exit at start", "exit-at-start", "", isWorkerError("did not start", "exit status 3: cannot go on")},
		{"no protocol", "babble", "", isWorkerError("crashed", "bad frame")},
		{"crash in login", "crash-login", "", isWorkerError("crashed", "exit status 9")},
		{"hang in login", "hang-login", "", isWorkerError("hangs", "login did not return")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.faults, nil)
			to := account()
			to.Password = tt.password
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if _, _, err := r.Open(ctx, "recorder", to); !tt.want(err) {
				t.Errorf("%v", err)
			}
		})
	}
}

func isWorkerError(cause, detail string) func(error) bool {
	return func(err error) bool {
		failed := (*supervisor.WorkerError)(nil)
		return errors.As(err, &failed) && failed.Cause == cause && strings.Contains(failed.Detail, detail)
	}
}

func TestAProgramThatIsNotThere(t *testing.T) {
	r := newRig(t, "", func(cfg *supervisor.Config) { cfg.Command = []string{t.TempDir() + "/none"} })
	if _, _, err := r.Open(t.Context(), "recorder", account()); !isWorkerError("did not start", "none")(err) {
		t.Error(err)
	}
}

func TestVersion(t *testing.T) {
	if version, err := newRig(t, "plain", nil).Version(t.Context()); err != nil || !strings.HasPrefix(version, "fake ") {
		t.Errorf("%q, %v", version, err)
	}
	if _, err := newRig(t, "load-error", nil).Version(t.Context()); !errors.As(err, new(*sdk.LoadError)) {
		t.Error(err)
	}
	if _, err := newRig(t, "exit-at-start", nil).Version(t.Context()); !isWorkerError("did not start", "cannot go on")(err) {
		t.Error(err)
	}
}

func TestAFaultCostsOneWorker(t *testing.T) {
	r := newRig(t, "plain", func(cfg *supervisor.Config) { cfg.MemoryLimit = 200 << 20 })
	other := r.open(t, "other")
	witness := live(t, other, 1)
	want, _ := next(t, witness)
	for _, tt := range []struct {
		name          string
		command       int
		cause, detail string
	}{
		{"exit", moveExit, "crashed", "assertion failed"},
		{"panic", movePanic, "crashed", "panic: runtime error: invalid memory address"},
		{"signal", moveSignal, "crashed", diedOfSignal},
		{"bloat", moveBloat, "too much memory", "MiB"},
		{"hang", moveHang, "hangs", "move did not return within 1s"},
		{"wedge", moveWedge, "hangs", "key did not return within 1.5s"},
		{"freeze", moveFreeze, "hangs", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			device := r.open(t, tt.name)
			stream := live(t, device, 1)
			next(t, stream)
			if err := device.Move(t.Context(), sdk.Movement{Command: tt.command}); err != nil && !isWorkerError(tt.cause, tt.detail)(err) {
				t.Errorf("the call: %v", err)
			}
			if err := failure(t, stream); !isWorkerError(tt.cause, tt.detail)(err) {
				t.Errorf("the stream: %v", err)
			}
			if err := device.KeyFrame(t.Context(), 1, 0); !errors.As(err, new(*supervisor.WorkerError)) {
				t.Errorf("a later call: %v", err)
			}
			if err := errors.Join(stream.Close(), device.Close()); err != nil {
				t.Error(err)
			}
			if lives(pid(t, device)) {
				t.Error("the process is still there")
			}
			for range 50 {
				want++
				if got, lost := next(t, witness); got != want || lost {
					t.Fatalf("the other worker's stream: packet %d, want %d, lost %t", got, want, lost)
				}
			}
		})
	}
}

func TestHangingStreamCalls(t *testing.T) {
	r := newRig(t, "plain", nil)
	device := r.open(t, "recorder")
	if err := live(t, device, hangingStop).Close(); err != nil {
		t.Errorf("a stream that went with its worker: %v", err)
	}
	if err := device.KeyFrame(t.Context(), 1, 0); !isWorkerError("hangs", "stop of stream")(err) {
		t.Error(err)
	}
	device = r.open(t, "recorder")
	if _, err := device.Live(t.Context(), sdk.LiveRequest{Channel: hangs}); !isWorkerError("hangs", "live did not return")(err) {
		t.Error(err)
	}
	device = r.open(t, "recorder")
	if err := device.Search(t.Context(), sdk.SearchRequest{Channel: hangs}, nil); !isWorkerError("hangs", "search did not return")(err) {
		t.Error(err)
	}
}

// All streams stop at once, and the recorder answers all the same.
func TestAStallOfAllStreamsIsAFault(t *testing.T) {
	r := newRig(t, "plain", func(cfg *supervisor.Config) { cfg.MaxCrashes = 1 })
	device := r.open(t, "recorder")
	first, second := live(t, device, 1), live(t, device, 2)
	next(t, first)
	next(t, second)
	if err := device.Move(t.Context(), sdk.Movement{Command: moveSilence}); err != nil {
		t.Fatal(err)
	}
	for _, stream := range []*supervisor.Stream{first, second} {
		if err := failure(t, stream); !isWorkerError("hangs", "nothing comes of 2 streams")(err) {
			t.Error(err)
		}
	}
	next(t, live(t, r.open(t, "recorder"), 1)) // it may have been the recorder: it need not rest
}

func TestSilenceOfALibraryThatLivesIsNoFault(t *testing.T) {
	device := newRig(t, "plain", nil).open(t, "recorder")
	stream := live(t, device, 1)
	next(t, stream)
	if err := device.Move(t.Context(), sdk.Movement{Command: moveSilence}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
	defer cancel()
	for {
		if _, err := stream.Next(ctx); err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			return
		}
	}
}

func TestWhatACallerGaveUpIsUndone(t *testing.T) {
	r := newRig(t, "plain", nil)
	device := r.open(t, "recorder")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := device.Live(ctx, sdk.LiveRequest{Channel: slow}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	eventually(t, "the stream is stopped", func() bool { return counters(t, device).begun == 0 })
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	pages := 0
	err := device.Search(ctx, sdk.SearchRequest{Channel: endless}, func([]sdk.File) {
		if pages++; pages == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	eventually(t, "the search is ended", func() bool { return counters(t, device).pauses == 100 })
}

func TestALoginThatWasGivenUp(t *testing.T) {
	for faults, message := range map[string]string{
		"slow-login": "the SDK worker has ended", "hang-login": "the SDK worker failed",
	} {
		t.Run(faults, func(t *testing.T) {
			r := newRig(t, faults, nil)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			result := make(chan error, 1)
			go func() {
				_, _, err := r.Open(ctx, "recorder", account())
				result <- err
			}()
			eventually(t, "the login begins", func() bool { return r.logs.FilterMessage("the SDK worker says").Len() > 1 })
			cancel()
			if err := <-result; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			eventually(t, "the worker is gone", func() bool { return r.logs.FilterMessage(message).Len() == 1 })
			if faults == "slow-login" && r.logs.FilterField(zap.String("line", "closed with 0 streams, 0 logins")).Len() != 1 {
				t.Error("the login was not undone")
			}
		})
	}
}

type counts struct{ pauses, resumes, begun int }

func counters(t *testing.T, device *supervisor.Device) counts {
	t.Helper()
	err := device.KeyFrame(t.Context(), 0, 0)
	failed := (*sdk.Error)(nil)
	if !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return counts{failed.Code, failed.TriesLeft, int(failed.LockedFor)}
}

func TestASlowConsumerHoldsItsOwnStreamBackOnly(t *testing.T) {
	device := newRig(t, "plain", nil).open(t, "recorder")
	start := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	const packets = 3000 // 48 MB, more than all queues together hold
	playback, err := device.Playback(t.Context(), sdk.PlaybackRequest{Span: sdk.Span{Start: start, End: start.Add(packets * time.Second)}})
	if err != nil {
		t.Fatal(err)
	}
	flooding, steady := live(t, device, flood), live(t, device, 1)
	eventually(t, "the playback is paused", func() bool { return counters(t, device).pauses == 1 })
	want, _ := next(t, steady)
	for range 200 {
		want++
		if got, lost := next(t, steady); got != want || lost {
			t.Fatalf("packet %d of a live stream, want %d, lost %t", got, want, lost)
		}
	}
	for i := range uint64(packets) {
		if got, lost := next(t, playback); got != i || lost {
			t.Fatalf("packet %d of the playback, want %d, lost %t", got, i, lost)
		}
	}
	if got := counters(t, device); got.resumes < 1 || got.pauses-got.resumes > 1 {
		t.Errorf("%+v", got)
	}
	// The live stream that nobody took from has a gap, and says so.
	for lost := false; !lost; {
		_, lost = next(t, flooding)
	}
}
