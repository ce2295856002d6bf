package device_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/device"
)

// fork is a Fallback over two ways, the first of which answers by kind where that is not nil.
type fork struct {
	sdk, net *fakeRecorder
	driver   *device.Fallback
	settings device.Settings
	kind     *device.Kind
	after    time.Duration // RetryAfter of the first way's error
}

var someRecorder = device.Target{
	Vendor: device.Hikvision, Host: "192.0.2.7", Port: 8000, User: "admin", Password: device.NewSecret("right"),
}

func newFork() *fork {
	f := &fork{net: &fakeRecorder{way: device.WayNet}}
	f.sdk = &fakeRecorder{way: device.WaySDK, verdict: func(string) error {
		if f.kind == nil {
			return nil
		}
		return &device.Error{Vendor: device.Hikvision, Op: device.OpLogin, Kind: *f.kind, Meaning: "no luck", RetryAfter: f.after}
	}}
	f.driver = device.NewFallback(device.FallbackConfig{
		Ways:     []device.Way{{Name: device.WaySDK, Driver: f.sdk}, {Name: device.WayNet, Driver: f.net}},
		Settings: func(device.Target) device.Settings { return f.settings },
	})
	return f
}

func (f *fork) open(t *testing.T) device.Info {
	t.Helper()
	d, err := f.driver.Open(t.Context(), someRecorder)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	return d.Info()
}

func (f *fork) tried(t *testing.T, sdk, net int) {
	t.Helper()
	gotSDK, _ := f.sdk.count()
	gotNet, _ := f.net.count()
	if gotSDK != sdk || gotNet != net {
		t.Errorf("sdk was tried %d times and net %d times, want %d and %d", gotSDK, gotNet, sdk, net)
	}
}

func TestFallbackByKind(t *testing.T) {
	helps := map[device.Kind]bool{
		device.KindNotBuilt: true, device.KindUnreachable: true, device.KindUnsupported: true, device.KindProtocol: true,
		device.KindNoData: true, device.KindAuth: false, device.KindLocked: false, device.KindBusy: false,
		device.KindNotAllowed: false, device.KindNoSuchChannel: false, device.KindOffline: false, device.KindNoRecording: false,
	}
	for kind, another := range helps {
		t.Run(kind.String(), func(t *testing.T) {
			f := newFork()
			f.kind = &kind
			d, err := f.driver.Open(t.Context(), someRecorder)
			if !another {
				if got, _ := device.KindOf(err); err == nil || got != kind {
					t.Errorf("error %v, want that of the first way", err)
				}
				f.tried(t, 1, 0)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if info := d.Info(); info.Way != device.WayNet || !strings.Contains(info.Why, "sdk: "+kind.String()+": no luck") {
				t.Errorf("info %+v", info)
			}
			if got, want := d.Info().SteppedDown, kind != device.KindNotBuilt; got != want {
				t.Errorf("%s: stepped down %t", kind, got)
			}
			f.tried(t, 1, 1)
		})
	}
}

// The way that worked comes first for a while; then the preferred one is tried again.
func TestFallbackRemembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFork()
		kind := device.KindUnreachable
		f.kind = &kind
		start := time.Now()
		if info := f.open(t); info.BetterAt.Sub(start) != device.DefaultWayRest {
			t.Errorf("the better way may be tried again at %v", info.BetterAt)
		}
		f.kind = nil
		if info := f.open(t); info.Way != device.WayNet || info.Why == "" || info.BetterAt.Sub(start) != device.DefaultWayRest {
			t.Errorf("a moment later: %+v", info)
		}
		f.tried(t, 1, 2)
		<-time.After(device.DefaultWayRest + time.Second)
		if info := f.open(t); info.Way != device.WaySDK || info.Why != "" || !info.BetterAt.IsZero() {
			t.Errorf("after the rest: %+v", info)
		}
		f.tried(t, 2, 2)
	})
}

// A way that rests longer by its own word is left alone that long, and is all the same the last resort.
func TestFallbackLastResort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFork()
		kind := device.KindUnreachable
		f.kind, f.after = &kind, time.Hour
		f.open(t)
		<-time.After(30 * time.Minute)
		f.open(t)
		f.tried(t, 1, 2)
		f.kind = nil
		f.net.verdict = func(string) error {
			return &device.Error{Vendor: device.Hikvision, Op: device.OpLogin, Kind: device.KindUnreachable, Meaning: "refused"}
		}
		if info := f.open(t); info.Way != device.WaySDK {
			t.Errorf("%+v", info)
		}
	})
}

func TestFallbackOrder(t *testing.T) {
	f := newFork()
	f.settings.Ways = []string{device.WayNet, device.WaySDK}
	if info := f.open(t); info.Way != device.WayNet || info.Why != "" {
		t.Errorf("%+v", info)
	}
	f.tried(t, 0, 1)
	f.settings.Ways = []string{device.WaySDK}
	kind := device.KindUnreachable
	f.kind = &kind
	if _, err := f.driver.Open(t.Context(), someRecorder); err == nil {
		t.Error("a way that is not allowed was taken")
	}
	f.tried(t, 1, 1)
	f.settings.Ways = []string{"pigeon"}
	_, err := f.driver.Open(t.Context(), someRecorder)
	if got, _ := device.KindOf(err); got != device.KindNotBuilt {
		t.Errorf("no way at all: %v", err)
	}
}

// A login that hangs leaves time for the other way, and its end is not the end of the opening.
func TestFallbackLeavesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFork()
		f.sdk.delay = time.Hour
		start := time.Now()
		f.open(t)
		if took := time.Since(start); took != device.DefaultWayLimit {
			t.Errorf("opened after %v", took)
		}
		f = newFork()
		f.sdk.delay = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start = time.Now()
		if _, err := f.driver.Open(ctx, someRecorder); err != nil || time.Since(start) != 1500*time.Millisecond {
			t.Errorf("opened after %v, %v", time.Since(start), err)
		}
	})
}

func TestFallbackTellsAll(t *testing.T) {
	f := newFork()
	f.net.verdict = func(string) error {
		return &device.Error{Vendor: device.Hikvision, Address: "192.0.2.7:80", Op: device.OpLogin, Kind: device.KindUnreachable, Meaning: "refused"}
	}
	for _, kind := range []device.Kind{device.KindUnreachable, device.KindNotBuilt} {
		f.kind = &kind
		_, err := f.driver.Open(t.Context(), someRecorder)
		var failure *device.Error
		if !errors.As(err, &failure) || failure.Address != "192.0.2.7:80" {
			t.Fatalf("%v", err)
		}
		if !strings.Contains(err.Error(), fmt.Sprintf("by sdk: %s: no luck", kind)) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A way that is not built in, behind the others, does not hide what they say.
func TestFallbackToWhatIsNotBuilt(t *testing.T) {
	f := newFork()
	kind := device.KindNotBuilt
	f.kind, f.settings.Ways = &kind, []string{device.WayNet, device.WaySDK}
	f.net.verdict = func(string) error {
		return &device.Error{Op: device.OpLogin, Kind: device.KindUnreachable, Meaning: "refused"}
	}
	_, err := f.driver.Open(t.Context(), someRecorder)
	if got, _ := device.KindOf(err); got != device.KindUnreachable || strings.Contains(err.Error(), "no luck") {
		t.Errorf("%v", err)
	}
	f.settings.Ways = []string{device.WaySDK}
	_, err = f.driver.Open(t.Context(), someRecorder)
	if got, _ := device.KindOf(err); got != device.KindNotBuilt || !strings.Contains(err.Error(), "no luck") {
		t.Errorf("%v", err)
	}
}

// A pool opens a recorder anew for new callers when a better way may work again; who plays goes on.
func TestPoolTakesTheBetterWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFork()
		kind := device.KindUnreachable
		f.kind = &kind
		pool := device.NewPool(device.PoolConfig{Drivers: map[device.Vendor]device.Driver{device.Hikvision: f.driver}})
		defer pool.Close()
		old, err := pool.Open(t.Context(), someRecorder)
		if err != nil {
			t.Fatal(err)
		}
		f.kind = nil
		<-time.After(device.DefaultWayRest + time.Second)
		fresh, err := pool.Open(t.Context(), someRecorder)
		if err != nil {
			t.Fatal(err)
		}
		if old.Info().Way != device.WayNet || fresh.Info().Way != device.WaySDK {
			t.Errorf("ways %s and %s", old.Info().Way, fresh.Info().Way)
		}
		if err := errors.Join(old.Close(), fresh.Close()); err != nil {
			t.Error(err)
		}
		if _, closes := f.net.count(); closes != 1 {
			t.Errorf("the old login was closed %d times at once, want 1", closes)
		}
	})
}
