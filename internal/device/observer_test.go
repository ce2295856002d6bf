package device_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
)

// heard is a device.Observer that keeps what it is told.
type heard struct {
	mu   sync.Mutex
	told []string
}

func (h *heard) tell(format string, words ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, fmt.Sprintf(format, words...))
}

func (h *heard) LoggedIn(vendor device.Vendor, err error) {
	if kind, ok := device.KindOf(err); ok {
		h.tell("%s login %s", vendor, kind)
		return
	}
	h.tell("%s login %v", vendor, err)
}

func (h *heard) Refused(vendor device.Vendor, err error) {
	kind, _ := device.KindOf(err)
	h.tell("%s refused %s", vendor, kind)
}

func (h *heard) HeldBack(vendor device.Vendor) { h.tell("%s held back", vendor) }

func (h *heard) expect(t *testing.T, want ...string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if !slices.Equal(h.told, want) {
		t.Errorf("told %q, want %q", h.told, want)
	}
	h.told = nil
}

func observedPool(f *fakeRecorder, h *heard) *device.Pool {
	return device.NewPool(device.PoolConfig{Drivers: map[device.Vendor]device.Driver{device.Hikvision: f}, Observer: h, Linger: -1})
}

// What logins come to is told once, and which accounts rest.
func TestLoginsAreObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := &heard{}, &fakeRecorder{}
		pool := observedPool(f, h)
		defer pool.Close()
		one, other := mustOpen(t, pool, "good"), mustOpen(t, pool, "good")
		h.expect(t, "hikvision login <nil>") // they share it
		_, _ = one.Close(), other.Close()

		f.verdict = func(string) error { return refuse(device.KindAuth, 0) }
		_, err := pool.Open(t.Context(), target("bad"))
		wantKind(t, err, device.KindAuth)
		h.expect(t, "hikvision login auth", "hikvision refused auth")
		_, err = pool.Open(t.Context(), target("bad"))
		wantKind(t, err, device.KindLocked)
		h.expect(t, "hikvision held back")
		if resting := pool.Resting()[device.Hikvision]; resting != (device.Resting{Refused: 1}) {
			t.Errorf("resting: %+v", resting)
		}

		f.verdict = func(string) error { return refuse(device.KindLocked, 20*time.Minute) }
		_, err = pool.Open(t.Context(), target("another"))
		wantKind(t, err, device.KindLocked)
		h.expect(t, "hikvision login locked", "hikvision refused locked")
		if resting := pool.Resting()[device.Hikvision]; resting != (device.Resting{Locked: 1}) {
			t.Errorf("resting: %+v", resting)
		}
		pass(time.Hour)
		if resting := pool.Resting(); len(resting) != 0 {
			t.Errorf("resting after an hour: %v", resting)
		}
	})
}

// A password that the first stream is refused for is told, too.
func TestRefusalsOfStreamsAreObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &heard{}
		refused := &device.Error{Op: device.OpLogin, Kind: device.KindAuth}
		f := &fakeRecorder{open: true, run: func(context.Context, media.Sink) error { return refused }}
		pool := observedPool(f, h)
		defer pool.Close()
		d := mustOpen(t, pool, "bad")
		defer func() { _ = d.Close() }()
		source, err := d.Live(t.Context(), device.LiveRequest{})
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, source.Run(t.Context(), nullSink{}), device.KindAuth)
		h.expect(t, "hikvision login <nil>", "hikvision refused auth")
	})
}

// A login that nobody waits for any more came to nothing.
func TestAbandonedLoginsAreNotObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &heard{}
		pool := observedPool(&fakeRecorder{delay: time.Minute}, h)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := pool.Open(ctx, target("good")); err == nil {
			t.Error("opened")
		}
		pool.Close()
		h.expect(t)
	})
}
