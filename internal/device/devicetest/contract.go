package devicetest

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mediapusher/internal/device"
)

func (h Harness) opens(t *testing.T) {
	d := h.open(t, h.Start(t, Setup{}))
	if info := d.Info(); info.Model == "" || info.Serial == "" || info.Way == "" {
		t.Errorf("info %+v has gaps", info)
	}
}

func (h Harness) wrongPassword(t *testing.T) {
	r := h.Start(t, Setup{})
	target := r.Target
	target.Password = device.NewSecret(wrongPassword)
	_, err := h.Driver(nil).Open(t.Context(), target)
	failure := failureOf(t, r, err, device.OpLogin, device.KindAuth)
	if !failure.Permanent() || failure.Meaning == "" {
		t.Errorf("error %v: permanent %v", failure, failure.Permanent())
	}
	if refused := r.Counts().Refused; refused != 1 {
		t.Errorf("%d attempts at the recorder, want 1", refused)
	}
	leftNothing(t, r)
}

func (h Harness) locked(t *testing.T) {
	r := h.Start(t, Setup{LockAfter: 1})
	target := r.Target
	target.Password = device.NewSecret(wrongPassword)
	_, err := h.Driver(nil).Open(t.Context(), target)
	expect(t, r, err, device.OpLogin, device.KindAuth, device.KindLocked)
	_, err = h.Driver(nil).Open(t.Context(), r.Target)
	failure := failureOf(t, r, err, device.OpLogin, device.KindLocked)
	if !failure.Permanent() || failure.RetryAfter < 0 {
		t.Errorf("error %v: permanent %v, retry after %v", failure, failure.Permanent(), failure.RetryAfter)
	}
	// While it is locked a recorder counts each request, also those that only look who is there.
	if refused := r.Counts().Refused; refused > 3 {
		t.Errorf("%d attempts at the recorder, want one, and at most two looks at the lock", refused)
	}
}

func (h Harness) unreachable(t *testing.T) {
	r := h.Start(t, Setup{})
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	_, err := h.Driver(nil).Open(ctx, at(r.Target, ClosedPort(t)))
	if failure := failureOf(t, r, err, device.OpLogin, device.KindUnreachable); failure.Permanent() {
		t.Errorf("%v is permanent", failure)
	}
}

func (h Harness) silent(t *testing.T) {
	r := h.Start(t, Setup{})
	const limit = 300 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	start := time.Now()
	_, err := h.Driver(nil).Open(ctx, at(r.Target, deafListener(t)))
	expect(t, r, err, device.OpLogin, device.KindUnreachable)
	if took := time.Since(start); took > limit+2*time.Second {
		t.Errorf("open took %v, ctx had %v", took, limit)
	}
}

func (h Harness) busy(t *testing.T) {
	r := h.Start(t, Setup{})
	r.Suffer(Busy)
	_, err := h.Driver(nil).Open(t.Context(), r.Target)
	expect(t, r, err, device.OpLogin, device.KindBusy)
	r.Suffer(NoTrouble)
	h.open(t, r)
}

func (h Harness) unknownChannel(t *testing.T) {
	r := h.Start(t, Setup{})
	_, err := h.open(t, r).Live(t.Context(), device.LiveRequest{Channel: h.Missing})
	failure := failureOf(t, r, err, device.OpLive, device.KindNoSuchChannel)
	if !strings.Contains(failure.Error(), h.Existing) {
		t.Errorf("%q does not name the channels %q", failure, h.Existing)
	}
}

// offline: the recorder may tell when asked for the channel or when it is to play.
func (h Harness) offline(t *testing.T) {
	r := h.Start(t, Setup{})
	source, err := h.open(t, r).Live(t.Context(), device.LiveRequest{Channel: h.Offline})
	if err == nil {
		err = run(t, source).ended(t)
	}
	expect(t, r, err, device.OpLive, device.KindOffline)
	leftNothing(t, r)
}

func (h Harness) live(t *testing.T) {
	r := h.Start(t, Setup{})
	source := live(t, h.open(t, r), h.Channel)
	if counts := r.Counts(); counts.Sessions != 0 || counts.Connections != 0 {
		t.Errorf("%+v open before the run", counts)
	}
	stream := run(t, source)
	stream.picture(t)
	stream.stop(t)
	if stream.sink.early {
		t.Error("a unit was written before the tracks were told")
	}
	for i, track := range stream.sink.tracks {
		if track.ID != i {
			t.Errorf("track %d has ID %d", i, track.ID)
		}
	}
	leftNothing(t, r)
}

func (h Harness) subStream(t *testing.T) {
	r := h.Start(t, Setup{})
	d := h.open(t, r)
	width := func(stream device.Stream) int {
		source, err := d.Live(t.Context(), device.LiveRequest{Channel: h.Channel, Stream: stream})
		if err != nil {
			t.Fatal(err)
		}
		playing := run(t, source)
		playing.picture(t)
		playing.stop(t)
		return playing.sink.width
	}
	main, sub := width(device.MainStream), width(device.SubStream)
	if sub == 0 || sub >= main {
		t.Errorf("sub stream is %d wide, main stream %d", sub, main)
	}
	leftNothing(t, r)
}

func (h Harness) cancelAsking(t *testing.T) {
	r := h.Start(t, Setup{})
	d := h.open(t, r)
	source := live(t, d, h.Channel)
	r.Suffer(MuteDescribe)
	stream := run(t, source)
	waitFor(t, startLimit, "the question for the stream", func() bool { return r.Counts().Connections > 0 })
	stream.stop(t)
	leftNothingWithin(t, r, cleanLimit+h.Lag)
}

func (h Harness) muteStream(t *testing.T) {
	r := h.Start(t, Setup{})
	d := h.open(t, r)
	r.Suffer(MuteStream)
	expect(t, r, run(t, live(t, d, h.Channel)).ended(t), device.OpLive, device.KindNoData)
	leftNothing(t, r)
}

func (h Harness) runAgain(t *testing.T) {
	r := h.Start(t, Setup{})
	source := live(t, h.open(t, r), h.Channel)
	r.Suffer(CutStream)
	failure := failureOf(t, r, run(t, source).ended(t), device.OpLive, device.KindUnreachable)
	if failure.Permanent() {
		t.Errorf("%v is permanent", failure)
	}
	r.Suffer(NoTrouble)
	again := run(t, source)
	again.picture(t)
	again.stop(t)
	leftNothing(t, r)
}

// sinkError: what the sink says is no failure of the device.
func (h Harness) sinkError(t *testing.T) {
	r := h.Start(t, Setup{})
	source := live(t, h.open(t, r), h.Channel)
	refusal := errors.New("the sink does not want this")
	err := source.Run(t.Context(), &sink{err: refusal, picture: make(chan struct{})})
	if _, isDevice := device.KindOf(err); !errors.Is(err, refusal) || isDevice {
		t.Errorf("error %v, want the sink's own", err)
	}
	leftNothing(t, r)
}

func (h Harness) sessionLimit(t *testing.T) {
	r := h.Start(t, Setup{})
	d := h.open(t, r)
	r.Suffer(OneStream)
	first := run(t, live(t, d, h.Channel))
	first.picture(t)
	failure := failureOf(t, r, run(t, live(t, d, h.Second)).ended(t), device.OpLive, device.KindBusy)
	if failure.Permanent() {
		t.Errorf("%v is permanent", failure)
	}
	first.stop(t)
	second := run(t, live(t, d, h.Second))
	second.picture(t)
	second.stop(t)
	leftNothing(t, r)
}

// counting counts how often the adapter is asked to log in.
type counting struct {
	device.Driver
	opens atomic.Int32
}

func (c *counting) Open(ctx context.Context, target device.Target) (device.Device, error) {
	c.opens.Add(1)
	return c.Driver.Open(ctx, target)
}

// pooled returns a pool around the adapter that ends with the test.
func (h Harness) pooled(t *testing.T, vendor device.Vendor) (*device.Pool, *counting) {
	t.Helper()
	adapter := &counting{Driver: h.Driver(nil)}
	pool := device.NewPool(device.PoolConfig{Drivers: map[device.Vendor]device.Driver{vendor: adapter}})
	t.Cleanup(pool.Close)
	return pool, adapter
}

func (h Harness) sharedLogin(t *testing.T) {
	r := h.Start(t, Setup{})
	pool, adapter := h.pooled(t, r.Target.Vendor)
	streams := make([]*running, 0, 2)
	for _, channel := range []int{h.Channel, h.Second} {
		d, err := pool.Open(t.Context(), r.Target)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		streams = append(streams, run(t, live(t, d, channel)))
	}
	for _, stream := range streams {
		stream.picture(t)
	}
	for _, stream := range streams {
		stream.stop(t)
	}
	if opens := adapter.opens.Load(); opens != 1 {
		t.Errorf("%d logins for two streams, want 1", opens)
	}
	leftNothing(t, r)
}

func (h Harness) rests(t *testing.T) {
	r := h.Start(t, Setup{})
	pool, _ := h.pooled(t, r.Target.Vendor)
	target := r.Target
	target.Password = device.NewSecret(wrongPassword)
	for _, kind := range []device.Kind{device.KindAuth, device.KindLocked, device.KindLocked} {
		_, err := pool.Open(t.Context(), target)
		expect(t, r, err, device.OpLogin, kind)
	}
	if refused := r.Counts().Refused; refused != 1 {
		t.Errorf("%d attempts at the recorder, want 1", refused)
	}
	d, err := pool.Open(t.Context(), r.Target)
	if err != nil {
		t.Fatalf("the right password after a wrong one: %v", err)
	}
	_ = d.Close()
}
