package device_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/ptz"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeRecorder is a driver and its devices; it counts what reaches it.
type fakeRecorder struct {
	delay   time.Duration // of an opening
	verdict func(password string) error
	run     func(ctx context.Context, sink media.Sink) error
	way     string
	open    bool // the login asks for no password
	search  func(ctx context.Context, page func([]playback.File)) error
	head    *fakeHead // nil: no camera to move
	channel int       // of the newest head

	mu                     sync.Mutex
	opens, closes, cancels int
	running, maxRunning    int
}

func (f *fakeRecorder) Open(ctx context.Context, target device.Target) (device.Device, error) {
	f.mu.Lock()
	f.opens++
	f.mu.Unlock()
	select {
	case <-time.After(f.delay):
	case <-ctx.Done():
		f.mu.Lock()
		f.cancels++
		f.mu.Unlock()
		return nil, &device.Error{Vendor: target.Vendor, Op: device.OpLogin, Kind: device.KindUnreachable, Meaning: "at step two", Err: context.Cause(ctx)}
	}
	if f.verdict != nil {
		if err := f.verdict(target.Password.Reveal()); err != nil {
			return nil, err
		}
	}
	return &fakeDevice{f}, nil
}

func (d *fakeDevice) Search(ctx context.Context, _ device.SearchRequest, page func([]playback.File)) error {
	if d.f.search == nil {
		return nil
	}
	return d.f.search(ctx, page)
}

func (d *fakeDevice) Playback(context.Context, device.PlaybackRequest) (media.Source, error) {
	return fakeSource(d.f.run), nil
}

func (d *fakeDevice) PTZ(_ context.Context, channel int) (ptz.Head, error) {
	d.f.channel = channel
	if d.f.head == nil {
		return nil, &device.Error{Op: device.OpPTZ, Kind: device.KindUnsupported}
	}
	return d.f.head, nil
}

// fakeHead counts what reaches it and answers err.
type fakeHead struct {
	err                   error
	starts, stops, closes int
}

func (h *fakeHead) Start(context.Context, ptz.Command, time.Duration) (bool, error) {
	h.starts++
	return false, h.err
}

func (h *fakeHead) Stop(context.Context, ptz.Command) error {
	h.stops++
	return h.err
}

func (h *fakeHead) Close() error {
	h.closes++
	return nil
}

func (f *fakeRecorder) count() (opens, closes int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.opens, f.closes
}

func (f *fakeRecorder) peak() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.maxRunning
}

type fakeDevice struct{ f *fakeRecorder }

func (d *fakeDevice) Info() device.Info {
	return device.Info{Model: "fake", Way: d.f.way, Proven: !d.f.open && d.f.way != device.WayRTSP}
}

func (d *fakeDevice) Live(context.Context, device.LiveRequest) (media.Source, error) {
	return fakeSource(d.f.run), nil
}

func (d *fakeDevice) Close() error {
	d.f.mu.Lock()
	defer d.f.mu.Unlock()
	d.f.closes++
	return nil
}

type fakeSource func(ctx context.Context, sink media.Sink) error

func (s fakeSource) Run(ctx context.Context, sink media.Sink) error { return s(ctx, sink) }

// pass lets the bubble's time pass.
func pass(d time.Duration) { <-time.After(d) }

type nullSink struct{}

func (nullSink) SetTracks([]*media.Track) error { return nil }
func (nullSink) Write(au *media.AccessUnit) error {
	au.Release()
	return nil
}

func target(password string) device.Target {
	return device.Target{Vendor: device.Hikvision, Host: "192.0.2.1", Port: 8000, User: "admin", Password: device.NewSecret(password)}
}

func newPool(f *fakeRecorder, settings device.Settings) *device.Pool {
	return device.NewPool(device.PoolConfig{
		Drivers:  map[device.Vendor]device.Driver{device.Hikvision: f},
		Settings: func(device.Target) device.Settings { return settings },
	})
}

func mustOpen(t *testing.T, pool *device.Pool, password string) device.Device {
	t.Helper()
	d, err := pool.Open(t.Context(), target(password))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func wantKind(t *testing.T, err error, want device.Kind, words ...string) {
	t.Helper()
	if kind, ok := device.KindOf(err); !ok || kind != want {
		t.Fatalf("error %v, want kind %v", err, want)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
}

func TestOpensOfOneTargetAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{delay: time.Second}
		pool := newPool(f, device.Settings{})
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				ctx := t.Context()
				if i == 0 { // the first caller's cancel must not fail the others
					short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
					defer cancel()
					_, err := pool.Open(short, target("good"))
					wantKind(t, err, device.KindUnreachable)
					return
				}
				pass(10 * time.Millisecond)
				d, err := pool.Open(ctx, target("good"))
				if err != nil {
					t.Error(err)
					return
				}
				_ = d.Close()
				_ = d.Close() // twice is once
			})
		}
		wg.Wait()
		if opens, closes := f.count(); opens != 1 || closes != 0 {
			t.Errorf("%d opens, %d closes; want 1 and 0 during the linger", opens, closes)
		}
		pass(device.DefaultLinger / 2)
		d := mustOpen(t, pool, "good") // taken up again
		pass(2 * device.DefaultLinger)
		if opens, closes := f.count(); opens != 1 || closes != 0 {
			t.Errorf("%d opens, %d closes; want 1 and 0 while in use", opens, closes)
		}
		_ = d.Close()
		pass(device.DefaultLinger + time.Second)
		if _, closes := f.count(); closes != 1 {
			t.Errorf("%d closes after the linger, want 1", closes)
		}
		pool.Close()
	})
}

func TestLastWaiterEndsTheOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{delay: time.Hour}
		pool := newPool(f, device.Settings{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := pool.Open(ctx, target("good"))
		wantKind(t, err, device.KindUnreachable, "at step two")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller whose time was up is told %v", err)
		}
		synctest.Wait()
		if f.cancels != 1 {
			t.Errorf("opening was not cancelled")
		}
		pool.Close()
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{}
		pool := newPool(f, device.Settings{})
		idle := mustOpen(t, pool, "idle")
		_ = idle.Close()
		used := mustOpen(t, pool, "used")
		f.delay = time.Hour
		go func() {
			_, err := pool.Open(t.Context(), target("opening"))
			wantKind(t, err, device.KindUnreachable)
		}()
		synctest.Wait()
		pool.Close()
		pool.Close()
		if _, closes := f.count(); closes != 1 || f.cancels != 1 {
			t.Errorf("%d closes, %d cancelled openings, want 1 and 1", closes, f.cancels)
		}
		_, err := pool.Open(t.Context(), target("late"))
		wantKind(t, err, device.KindUnreachable, "shutting down")
		_ = used.Close()
		if _, closes := f.count(); closes != 2 {
			t.Errorf("%d closes, want 2", closes)
		}
		synctest.Wait()
	})
}

func refuse(kind device.Kind, after time.Duration) error {
	return &device.Error{
		Vendor: device.Hikvision, Address: "192.0.2.1:80", Op: device.OpLogin, Kind: kind, Code: 401, Meaning: "4 tries left", RetryAfter: after,
	}
}

// An operator has unlocked the account: nobody waits any longer, and what is refused again rests again.
func TestRelent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{verdict: func(string) error { return refuse(device.KindLocked, 20*time.Minute) }}
		pool := device.NewPool(device.PoolConfig{Drivers: map[device.Vendor]device.Driver{device.Hikvision: f}, Linger: -1})
		defer pool.Close()
		for want := range 3 {
			for range 2 {
				if _, err := pool.Open(t.Context(), target("good")); err == nil {
					t.Fatal("a locked account was let in")
				}
			}
			if asked, _ := f.count(); asked != want+1 {
				t.Fatalf("the recorder was asked %d times, want %d", asked, want+1)
			}
			pool.Relent()
		}
	})
}

// refuseLive is a refusal of a stream.
func refuseLive() error {
	return &device.Error{Vendor: device.Hikvision, Address: "192.0.2.1:554", Op: device.OpLive, Kind: device.KindAuth, Code: 401}
}

func TestCoolDown(t *testing.T) {
	goodOnly := func(password string) error {
		if strings.HasPrefix(password, "good") {
			return nil
		}
		return refuse(device.KindAuth, 0)
	}
	type step struct {
		wait     time.Duration
		password string
		want     string // "", "auth" or "locked"
		reaches  bool   // the device is asked
		words    string
	}
	tests := []struct {
		name    string
		verdict func(string) error
		steps   []step
	}{
		{"same password rests", goodOnly, []step{
			{0, "bad", "auth", true, "4 tries left"},
			{time.Minute, "bad", "locked", false, "not tried again for 4m0s; the device said: 4 tries left"},
			{4 * time.Minute, "bad", "auth", true, ""},
		}},
		{"a corrected typing error goes through", goodOnly, []step{
			{0, "bad", "auth", true, ""},
			{0, "good", "", true, ""},
			{0, "bad", "locked", false, ""},
		}},
		{"two different passwords, then the right one", goodOnly, []step{
			{0, "bad1", "auth", true, ""},
			{0, "bad2", "auth", true, ""},
			{0, "good", "", true, ""},
		}},
		{"three different passwords, then nobody but who worked before", goodOnly, []step{
			{0, "good", "", true, ""},
			{0, "bad1", "auth", true, ""},
			{0, "bad2", "auth", true, ""},
			{time.Minute, "bad3", "auth", true, ""},
			{0, "bad4", "locked", false, "3 different passwords were refused"},
			{0, "good2", "locked", false, ""},
			{time.Minute, "good", "", true, ""},
			{3 * time.Minute, "good2", "", true, ""},
		}},
		{"locked with the device's seconds", func(string) error { return refuse(device.KindLocked, 20*time.Minute) }, []step{
			{0, "good", "locked", true, ""},
			{19 * time.Minute, "other", "locked", false, "the account is locked; not tried again for 1m0s"},
			{2 * time.Minute, "other", "locked", true, ""},
		}},
		{"locked for less than the cool-down", func(string) error { return refuse(device.KindLocked, time.Second) }, []step{
			{0, "good", "locked", true, ""},
			{4 * time.Minute, "good", "locked", false, ""},
			{2 * time.Minute, "good", "locked", true, ""},
		}},
		{"locked without seconds", func(string) error { return refuse(device.KindLocked, 0) }, []step{
			{0, "good", "locked", true, ""},
			{29 * time.Minute, "good", "locked", false, ""},
			{2 * time.Minute, "good", "locked", true, ""},
		}},
		{"unreachable does not rest", func(string) error { return &device.Error{Kind: device.KindUnreachable} }, []step{
			{0, "good", "unreachable", true, ""},
			{0, "good", "unreachable", true, ""},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeRecorder{verdict: tt.verdict}
				pool := device.NewPool(device.PoolConfig{Drivers: map[device.Vendor]device.Driver{device.Hikvision: f}, Linger: -1})
				for i, s := range tt.steps {
					pass(s.wait)
					before, _ := f.count()
					d, err := pool.Open(t.Context(), target(s.password))
					after, _ := f.count()
					got := ""
					if err == nil {
						_ = d.Close()
					} else if kind, ok := device.KindOf(err); ok {
						got = kind.String()
					}
					if got != s.want || (after > before) != s.reaches {
						t.Fatalf("step %d, %q: %q (%v), device asked: %v", i, s.password, got, err, after > before)
					}
					if err != nil && !strings.Contains(err.Error(), s.words) {
						t.Errorf("step %d: %q does not say %q", i, err, s.words)
					}
					if err != nil && strings.Contains(err.Error(), s.password) {
						t.Errorf("step %d: password in %q", i, err)
					}
				}
				pool.Close()
			})
		})
	}
}

// Callers who come together with different wrong passwords must not all be tried before the first is refused.
func TestCoolDownHoldsForCallersWhoComeTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{delay: time.Second, verdict: func(string) error { return refuse(device.KindAuth, 0) }}
		pool := newPool(f, device.Settings{})
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				if _, err := pool.Open(t.Context(), target(fmt.Sprint("bad", i))); err == nil {
					t.Error("opened with a wrong password")
				}
			})
		}
		wg.Wait()
		if opens, _ := f.count(); opens != 3 {
			t.Errorf("%d passwords tried, want 3", opens)
		}
		pool.Close()
	})
}

// Whoever calls with ever new users must not fill the memory, nor push out a refusal that still protects an account.
func TestAccountsAreBounded(t *testing.T) {
	f := &fakeRecorder{verdict: func(password string) error {
		if password == "bad" {
			return refuse(device.KindAuth, 0)
		}
		return nil
	}}
	pool := device.NewPool(device.PoolConfig{Drivers: map[device.Vendor]device.Driver{device.Hikvision: f}, Linger: -1})
	_, err := pool.Open(t.Context(), target("bad"))
	wantKind(t, err, device.KindAuth)
	for i := range device.MaxAccounts + 100 {
		one := target("good")
		one.User = fmt.Sprint("user", i)
		d, err := pool.Open(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
		_ = d.Close()
	}
	if n := pool.Accounts(); n > device.MaxAccounts {
		t.Errorf("%d accounts", n)
	}
	again := target("bad")
	_, err = pool.Open(t.Context(), again)
	wantKind(t, err, device.KindLocked)
	pool.Close()
}

func TestHostsAreComparedWithoutCase(t *testing.T) {
	f := &fakeRecorder{verdict: func(string) error { return refuse(device.KindAuth, 0) }}
	pool := newPool(f, device.Settings{})
	for i, host := range []string{"nvr.example", "NVR.example"} {
		one := target("bad")
		one.Host = host
		_, err := pool.Open(t.Context(), one)
		wantKind(t, err, []device.Kind{device.KindAuth, device.KindLocked}[i])
	}
	pool.Close()
}

func TestVendorNotBuilt(t *testing.T) {
	pool := device.NewPool(device.PoolConfig{})
	_, err := pool.Open(t.Context(), target("good"))
	wantKind(t, err, device.KindNotBuilt)
	pool.Close()
}

// playing writes a unit after a start that takes some time, and then runs until ctx ends.
func (f *fakeRecorder) playing(start time.Duration) func(context.Context, media.Sink) error {
	return func(ctx context.Context, sink media.Sink) error {
		f.mu.Lock()
		f.running++
		f.maxRunning = max(f.maxRunning, f.running)
		f.mu.Unlock()
		if err := sink.SetTracks(nil); err != nil {
			return err
		}
		pass(start)
		f.mu.Lock()
		f.running--
		f.mu.Unlock()
		if err := sink.Write(media.NewAccessUnit(nil)); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
}

func live(t *testing.T, d device.Device) media.Source {
	t.Helper()
	source, err := d.Live(t.Context(), device.LiveRequest{Channel: 33})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{}
		f.run = f.playing(time.Second)
		pool := newPool(f, device.Settings{MaxLive: 7, MaxStarts: 3})
		d := mustOpen(t, pool, "good")
		ctx, cancel := context.WithCancel(t.Context())
		results := make(chan error, 7)
		for range 7 {
			source := live(t, d)
			go func() { results <- source.Run(ctx, nullSink{}) }()
		}
		synctest.Wait()
		wantKind(t, live(t, d).Run(ctx, nullSink{}), device.KindBusy, "max_live", "7")
		pass(10 * time.Second)
		if peak := f.peak(); peak != 3 {
			t.Errorf("%d starts at once, want 3", peak)
		}
		cancel()
		for range 7 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		// All is given back: as many again.
		short, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		for range 7 {
			source := live(t, d)
			wg.Go(func() {
				if err := source.Run(short, nullSink{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := pool.Budgets(); n != 0 {
			t.Errorf("%d budgets left", n)
		}
		_ = d.Close()
		pool.Close()
	})
}

func TestWaitForAStartKeepsToContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{}
		f.run = f.playing(time.Minute)
		pool := newPool(f, device.Settings{MaxStarts: 1})
		d := mustOpen(t, pool, "good")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for range 3 {
			source := live(t, d)
			wg.Go(func() {
				if err := source.Run(ctx, nullSink{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if peak := f.peak(); peak != 1 {
			t.Errorf("%d starts at once, want 1", peak)
		}
		_ = d.Close()
		pool.Close()
	})
}

// A password that is changed at the recorder while its channels run must cost one attempt, not one for each channel.
func TestRefusalOfAStreamRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked int
		f := &fakeRecorder{way: device.WayRTSP}
		f.run = func(context.Context, media.Sink) error {
			f.mu.Lock()
			asked++
			f.mu.Unlock()
			pass(time.Second)
			return refuse(device.KindAuth, 0)
		}
		pool := newPool(f, device.Settings{})
		d := mustOpen(t, pool, "good")
		var wg sync.WaitGroup
		for range 20 {
			source := live(t, d)
			wg.Go(func() {
				var failure *device.Error
				if err := source.Run(t.Context(), nullSink{}); !errors.As(err, &failure) || !failure.Permanent() {
					t.Errorf("error %v, want a permanent one", err)
				}
			})
		}
		wg.Wait()
		if asked != 1 {
			t.Errorf("device was asked %d times, want once", asked)
		}
		_, err := pool.Open(t.Context(), target("good"))
		wantKind(t, err, device.KindLocked, "4 tries left")
		_ = d.Close()
		if opens, closes := f.count(); opens != 1 || closes != 1 {
			t.Errorf("%d opens, %d closes; want a refused login to be closed without linger", opens, closes)
		}
		pool.Close()
	})
}

// A stream that is refused behind a login that took the password ends alone, and the next caller logs in anew.
func TestRefusalBehindTheLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{}
		pool := newPool(f, device.Settings{})
		first, second := mustOpen(t, pool, "good"), mustOpen(t, pool, "good")
		f.run = func(context.Context, media.Sink) error { return refuseLive() }
		wantKind(t, live(t, first).Run(t.Context(), nullSink{}), device.KindAuth)
		f.run = f.playing(0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := live(t, second).Run(ctx, nullSink{}); err != nil {
			t.Errorf("another channel: %v", err)
		}
		if opens, _ := f.count(); opens != 1 {
			t.Errorf("%d logins while the password is proven, want 1", opens)
		}
		_ = mustOpen(t, pool, "good").Close()
		if opens, _ := f.count(); opens != 2 {
			t.Errorf("%d logins, want a second for a new caller", opens)
		}
		_, _ = first.Close(), second.Close()
		pool.Close()
	})
}

// Where the password was changed under a login, its streams ask by one login, not each by itself.
func TestChangedPasswordIsTriedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, changed := 0, false
		f := &fakeRecorder{verdict: func(string) error {
			if changed {
				return refuse(device.KindAuth, 0)
			}
			return nil
		}}
		f.run = func(context.Context, media.Sink) error {
			f.mu.Lock()
			asked++
			f.mu.Unlock()
			pass(time.Second)
			return refuseLive()
		}
		pool := newPool(f, device.Settings{})
		d := mustOpen(t, pool, "good")
		pass(time.Hour)
		changed = true
		var wg sync.WaitGroup
		for range 20 {
			source := live(t, d)
			wg.Go(func() {
				if kind, _ := device.KindOf(source.Run(t.Context(), nullSink{})); kind != device.KindAuth && kind != device.KindLocked {
					t.Errorf("kind %v", kind)
				}
			})
		}
		wg.Wait()
		if opens, _ := f.count(); opens != 2 || asked != 1 {
			t.Errorf("%d logins and %d streams reached the device, want 2 and 1", opens, asked)
		}
		_, err := pool.Open(t.Context(), target("good"))
		wantKind(t, err, device.KindLocked)
		_ = d.Close()
		pool.Close()
	})
}

// A login that asks for no password proves nothing: the streams try it one after the other.
func TestOpenLoginProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		f := &fakeRecorder{open: true}
		f.run = func(context.Context, media.Sink) error {
			f.mu.Lock()
			asked++
			f.mu.Unlock()
			pass(time.Second)
			return refuse(device.KindAuth, 0)
		}
		pool := newPool(f, device.Settings{})
		d := mustOpen(t, pool, "bad")
		var wg sync.WaitGroup
		for range 5 {
			source := live(t, d)
			wg.Go(func() {
				if source.Run(t.Context(), nullSink{}) == nil {
					t.Error("no error")
				}
			})
		}
		wg.Wait()
		if asked != 1 {
			t.Errorf("%d attempts, want 1", asked)
		}
		_ = d.Close()
		pool.Close()
	})
}

// A channel that does not answer must not keep the others of its recorder from starting.
func TestHangingChannelDelaysOthersBriefly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeRecorder{way: device.WayRTSP}
		pool := newPool(f, device.Settings{})
		d := mustOpen(t, pool, "good")
		ctx, cancel := context.WithCancel(t.Context())
		hanging := make(chan error, 1)
		f.run = func(ctx context.Context, _ media.Sink) error {
			<-ctx.Done()
			return nil
		}
		stuck := live(t, d)
		go func() { hanging <- stuck.Run(ctx, nullSink{}) }()
		synctest.Wait()
		f.run = f.playing(0)
		good, start := live(t, d), time.Now()
		var took time.Duration
		playing := make(chan error, 1)
		go func() { playing <- good.Run(ctx, &onTracks{func() { took = time.Since(start) }}) }()
		pass(time.Minute)
		cancel()
		for _, result := range []chan error{hanging, playing} {
			if err := <-result; err != nil {
				t.Error(err)
			}
		}
		if took == 0 || took > 3*time.Second {
			t.Errorf("the other channel was described after %v", took)
		}
		_ = d.Close()
		pool.Close()
	})
}

type onTracks struct{ told func() }

func (s *onTracks) SetTracks([]*media.Track) error {
	s.told()
	return nil
}

func (*onTracks) Write(au *media.AccessUnit) error {
	au.Release()
	return nil
}
