//go:build (hiksdk || dahuasdk) && cgo

package native_test

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mediapusher/vendor_sdk/native"
	"mediapusher/vendor_sdk/native/internal/pushtest"
	"mediapusher/vendor_sdk/sdk"
)

const patience = 20 * time.Second

func newRing(t *testing.T) *native.Ring {
	t.Helper()
	r := native.NewRing()
	if r == nil {
		t.Fatal("no memory for a ring")
	}
	t.Cleanup(r.Shut)
	return r
}

// collect returns an id whose packets come out of the channel, with data of their own.
func collect(r *native.Ring) (uint64, <-chan sdk.Packet) {
	packets := make(chan sdk.Packet, 1024)
	return r.Open(func(p sdk.Packet) {
		p.Data = bytes.Clone(p.Data)
		packets <- p
	}), packets
}

func next(t *testing.T, packets <-chan sdk.Packet) sdk.Packet {
	t.Helper()
	select {
	case p := <-packets:
		return p
	case <-time.After(patience):
		t.Fatal("no packet came")
		return sdk.Packet{}
	}
}

func TestRingKeepsWhatWasPushed(t *testing.T) {
	r := newRing(t)
	id, packets := collect(r)
	large := bytes.Repeat([]byte{7}, 256<<10)
	cases := []struct {
		name string
		kind sdk.Kind
		code int
		data []byte
	}{
		{"head", sdk.Head, 0, bytes.Repeat([]byte{1}, 40)},
		{"data", sdk.Data, 0, []byte{1, 2, 3}},
		{"empty data", sdk.Data, 0, nil},
		{"largest piece", sdk.Data, 0, large},
		{"end", sdk.End, 0, nil},
		{"negative code", sdk.Broken, -7, nil},
		{"high code", sdk.Broken, 0x8003, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			pushtest.Push(r.Push(), id, uint8(c.kind), c.code, c.data)
			got := next(t, packets)
			if got.Kind != c.kind || got.Code != c.code || got.Lost || !bytes.Equal(got.Data, c.data) {
				t.Errorf("pushed %v %d %d bytes, got %v %d lost %t %d bytes", c.kind, c.code, len(c.data), got.Kind, got.Code, got.Lost, len(got.Data))
			}
		})
	}
}

func TestRingCutsLargePackets(t *testing.T) {
	r := newRing(t)
	id, packets := collect(r)
	want := make([]byte, 3<<20+17)
	for i := range want {
		want[i] = byte(i / 251)
	}
	pushtest.Push(r.Push(), id, uint8(sdk.Data), 0, want)
	var got []byte
	for len(got) < len(want) {
		got = append(got, next(t, packets).Data...)
	}
	if !bytes.Equal(got, want) {
		t.Error("the pieces are not what was pushed")
	}
}

// Several threads push more than the ring holds in all, around its end many times: each id's packets come whole and in order.
func TestRingKeepsOrderOfThreads(t *testing.T) {
	r := newRing(t)
	const threads, packets, largest = 3, 2000, 24 << 10
	var ids [threads]uint64
	var running [threads]*pushtest.Thread
	var ended [threads]chan struct{}
	for n := range threads {
		ended[n] = make(chan struct{})
		last := -1
		ids[n] = r.Open(func(p sdk.Packet) {
			if p.Kind == sdk.End {
				if !p.Lost && last != packets-1 {
					t.Errorf("thread %d: the last packet was %d, and none is lost", n, last)
				}
				close(ended[n])
				return
			}
			number, err := pushtest.Check(p.Data)
			switch {
			case err != nil:
				t.Error(err)
			case number <= last || number != last+1 && !p.Lost:
				t.Errorf("thread %d: packet %d after %d, lost %t", n, number, last, p.Lost)
			case number == last+1 && p.Lost:
				t.Errorf("thread %d: packet %d says that one is lost before it", n, number)
			}
			last = number
		})
		running[n] = pushtest.Start(r.Push(), ids[n], largest, packets)
	}
	for n := range threads {
		running[n].Wait()
		pushtest.Push(r.Push(), ids[n], uint8(sdk.End), 0, nil)
		select {
		case <-ended[n]:
		case <-time.After(patience):
			t.Fatalf("thread %d: its end did not come", n)
		}
		r.Close(ids[n])
	}
}

func TestRingDropsWhatDoesNotFit(t *testing.T) {
	r := newRing(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	full, packets := collect(r)
	quiet, others := collect(r)
	blocker := r.Open(func(sdk.Packet) {
		once.Do(func() { close(entered) })
		<-leave
	})
	pushtest.Push(r.Push(), blocker, uint8(sdk.Data), 0, nil)
	<-entered // from here on nobody takes out of the ring
	piece := make([]byte, 100<<10)
	for range 400 { // 40 MB into 16 MiB
		pushtest.Push(r.Push(), full, uint8(sdk.Data), 0, piece)
	}
	pushtest.Push(r.Push(), full, uint8(sdk.End), 0, nil)
	pushtest.Push(r.Push(), quiet, uint8(sdk.Broken), 5, nil)
	close(leave)
	count := 0
	for {
		p := next(t, packets)
		if p.Kind == sdk.End {
			if !p.Lost {
				t.Error("the packet behind the lost ones does not say so")
			}
			break
		}
		count++
		if p.Lost {
			t.Errorf("packet %d says that one is lost before it", count)
		}
	}
	if count < 120 || count >= 164 {
		t.Errorf("%d pieces of 100 KiB came out of a ring of 16 MiB", count)
	}
	if p := next(t, others); p.Lost || p.Code != 5 {
		t.Errorf("another id got %+v", p)
	}
	pushtest.Push(r.Push(), full, uint8(sdk.Data), 0, piece)
	if p := next(t, packets); p.Lost {
		t.Error("a loss is told twice")
	}
}

func TestRingDropsUnknownIDs(t *testing.T) {
	r := newRing(t)
	closed, gone := collect(r)
	r.Close(closed)
	id, packets := collect(r)
	if id == closed {
		t.Errorf("id %d was given twice", id)
	}
	for _, unknown := range []uint64{0, closed, id + 1, id + 1<<16, id + 1<<40, ^uint64(0)} {
		pushtest.Push(r.Push(), unknown, uint8(sdk.Data), 0, []byte{1})
	}
	pushtest.Push(r.Push(), id, uint8(sdk.End), 0, nil)
	if p := next(t, packets); p.Kind != sdk.End {
		t.Errorf("got %+v, pushed with another id", p)
	}
	if len(gone) != 0 {
		t.Error("a closed id got a packet")
	}
	r.Close(closed)
	r.Close(12345)
	r.Hold(12345, true)
}

func TestRingCloseWhileThreadsPush(t *testing.T) {
	r := newRing(t)
	for round := range 15 {
		var closed atomic.Bool
		came := make(chan struct{})
		var once sync.Once
		id := r.Open(func(p sdk.Packet) {
			if closed.Load() {
				t.Error("called back after Close")
			}
			if _, err := pushtest.Check(p.Data); err != nil {
				t.Error(err)
			}
			once.Do(func() { close(came) })
		})
		var threads [2]*pushtest.Thread
		for n := range threads {
			threads[n] = pushtest.Start(r.Push(), id, 4096, 0)
		}
		select {
		case <-came:
		case <-time.After(patience):
			t.Fatalf("round %d: nothing came", round)
		}
		r.Close(id)
		closed.Store(true)
		for _, thread := range threads {
			thread.Stop()
		}
	}
}

func TestRingCloseWaitsForTake(t *testing.T) {
	r := newRing(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	var left atomic.Bool
	id := r.Open(func(sdk.Packet) {
		close(entered)
		<-leave
		left.Store(true)
	})
	pushtest.Push(r.Push(), id, uint8(sdk.Data), 0, nil)
	<-entered
	closed := make(chan struct{})
	go func() {
		r.Close(id)
		if !left.Load() {
			t.Error("Close returned while the Take ran")
		}
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(20 * time.Millisecond):
	}
	close(leave)
	<-closed
}

func TestRingHold(t *testing.T) {
	r := newRing(t)
	id, packets := collect(r)
	r.Hold(id, true)
	start := time.Now()
	pushtest.Start(r.Push(), id, 8, 1).Wait()
	if took := time.Since(start); took < 400*time.Millisecond {
		t.Errorf("a held push came back after %v", took)
	}
	next(t, packets)

	pushtest.Push(r.Push(), id, uint8(sdk.End), 0, nil) // what is not Data does not wait
	if p := next(t, packets); p.Kind != sdk.End {
		t.Errorf("got %+v", p)
	}

	thread := pushtest.Start(r.Push(), id, 8, 1)
	r.Hold(id, false)
	thread.Wait()
	next(t, packets)

	r.Hold(id, true)
	thread = pushtest.Start(r.Push(), id, 8, 0)
	r.Close(id) // lets go what waits
	thread.Stop()
}

func TestRingShut(t *testing.T) {
	r := native.NewRing()
	came := make(chan struct{})
	var once sync.Once
	id := r.Open(func(sdk.Packet) { once.Do(func() { close(came) }) })
	thread := pushtest.Start(r.Push(), id, 4096, 0)
	defer thread.Stop()
	<-came
	r.Shut()
	r.Shut()
	if got := r.Open(func(sdk.Packet) {}); got != 0 {
		t.Errorf("Open after Shut gave %d", got)
	}
	r.Close(id)

	another := newRing(t)
	id, packets := collect(another)
	pushtest.Push(r.Push(), id, uint8(sdk.End), 0, nil)
	if p := next(t, packets); p.Kind != sdk.End {
		t.Errorf("got %+v", p)
	}
}
