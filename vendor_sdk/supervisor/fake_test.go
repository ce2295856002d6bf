package supervisor_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/worker"
)

// fakeVariable makes a worker of the test binary. It lists faults, see fakeLibrary.
const fakeVariable = "FAKE_WORKER"

func TestMain(m *testing.M) {
	if faults, ok := os.LookupEnv(fakeVariable); ok {
		os.Exit(serve(faults))
	}
	if _, ok := os.LookupEnv(parentVariable); ok {
		os.Exit(beParent())
	}
	goleak.VerifyTestMain(m)
}

func serve(faults string) int {
	if strings.Contains(faults, "exit-at-start") {
		fmt.Fprintln(os.Stderr, "cannot go on")
		return 3
	}
	out, err := worker.Detach()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintln(os.Stdout, "a library prints to the standard output")
	if strings.Contains(faults, "babble") {
		fmt.Fprintln(out, "this is not the protocol, it is a text of some length")
	}
	lib := &fakeLibrary{faults: faults}
	err = worker.New(worker.Config{Vendor: "fake", Open: lib.open, In: os.Stdin, Out: out, Words: os.Stderr}).Run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// The movements that make the fake library do what libraries do.
const (
	moveWell = iota + 100
	moveExit
	movePanic
	moveSignal
	moveBloat
	moveHang
	moveWedge
	moveFreeze
	moveSilence
	moveRefused
)

// The channels of the fake library. Live: 1 to 9 flow steadily, flood floods. Playback floods.
const (
	flood       = 10
	hangingStop = 11
	hangs       = 12
	slow        = 13
	endless     = 14
	unknown     = 15
)

// fakeLibrary is a maker's library that is not one. Streams carry packets that begin with their number.
type fakeLibrary struct {
	faults                          string
	wedge, silent                   atomic.Bool
	streams, logins, pauses, resume atomic.Int32
	taking                          sync.Mutex // all packets come as from one goroutine
}

func (f *fakeLibrary) is(fault string) bool { return strings.Contains(f.faults, fault) }

func (f *fakeLibrary) open() (sdk.Library, error) {
	switch {
	case f.is("load-error"):
		return nil, &sdk.LoadError{File: "libfake.so", Reason: "no such file"}
	case f.is("not-built"):
		return nil, fmt.Errorf("%w: build it", sdk.ErrNotBuilt)
	}
	return f, nil
}

func (f *fakeLibrary) Version() string { return fmt.Sprintf("fake %d", os.Getpid()) }

func (f *fakeLibrary) Close() error {
	fmt.Fprintf(os.Stderr, "closed with %d streams, %d logins\n", f.streams.Load(), f.logins.Load())
	return nil
}

func (f *fakeLibrary) LogIn(account sdk.Account) (sdk.Device, sdk.Identity, error) {
	fmt.Fprintf(os.Stdout, "logging in %s:%s\n", account.User, account.Password)
	switch {
	case f.is("hang-login"):
		select {}
	case f.is("crash-login"):
		os.Exit(9)
	case f.is("slow-login"):
		<-time.After(500 * time.Millisecond)
	case account.Password == "wrong":
		return nil, sdk.Identity{}, &sdk.Error{Call: "FAKE_Login", Code: 1, TriesLeft: 4}
	}
	f.logins.Add(1)
	return &fakeDevice{f}, sdk.Identity{Serial: "S1", Type: 7, Analog: 4, FirstAnalog: 1}, nil
}

type fakeDevice struct{ *fakeLibrary }

func (d *fakeDevice) check() {
	if d.wedge.Load() {
		select {}
	}
}

func (d *fakeDevice) LogOut() error {
	d.check()
	d.logins.Add(-1)
	return nil
}

func (d *fakeDevice) Live(request sdk.LiveRequest, take sdk.Take) (sdk.Stream, error) {
	d.check()
	size, pace := 1000, 5*time.Millisecond
	switch request.Channel {
	case hangs:
		select {}
	case unknown:
		return nil, &sdk.Error{Call: "FAKE_Live", Code: 4}
	case slow:
		<-time.After(500 * time.Millisecond)
	case flood:
		size, pace = 100_000, 0
	}
	return d.start(take, size, pace, request.Channel == hangingStop, 1<<30), nil
}

func (d *fakeDevice) Playback(request sdk.PlaybackRequest, take sdk.Take) (sdk.Stream, error) {
	d.check()
	// A second of recording is a packet.
	return d.start(take, 16_000, 0, false, int(request.End.Sub(request.Start)/time.Second)), nil
}

func (d *fakeDevice) start(take sdk.Take, size int, pace time.Duration, hangingStop bool, packets int) sdk.Stream {
	d.streams.Add(1)
	s := &fakeStream{library: d.fakeLibrary, stopping: make(chan struct{}), hangs: hangingStop}
	s.running.Go(func() {
		d.take(take, sdk.Packet{Kind: sdk.Head, Data: make([]byte, 40)})
		data := make([]byte, size)
		for i := 0; i < packets; {
			select {
			case <-s.stopping:
				return
			case <-time.After(pace):
			}
			if s.paused.Load() || d.silent.Load() {
				<-time.After(time.Millisecond)
				continue
			}
			binary.LittleEndian.PutUint64(data, uint64(i))
			d.take(take, sdk.Packet{Kind: sdk.Data, Data: data})
			i++
		}
		d.take(take, sdk.Packet{Kind: sdk.End})
	})
	return s
}

func (f *fakeLibrary) take(take sdk.Take, packet sdk.Packet) {
	f.taking.Lock()
	defer f.taking.Unlock()
	take(packet)
}

func (d *fakeDevice) Search(request sdk.SearchRequest, page func([]sdk.File) bool) error {
	d.check()
	if request.Channel == hangs {
		select {}
	}
	for i := 0; i < 3 || request.Channel == endless; i++ {
		if !page(make([]sdk.File, 300)) {
			d.pauses.Add(100) // the test sees that the search was ended
			return nil
		}
	}
	return nil
}

func (d *fakeDevice) Move(movement sdk.Movement) error {
	d.check()
	switch movement.Command {
	case moveExit:
		fmt.Fprintln(os.Stderr, "assertion failed")
		os.Exit(7)
	case movePanic:
		var nowhere *fakeLibrary
		go nowhere.faulty()
		select {}
	case moveSignal:
		dieOfSignal()
		select {}
	case moveBloat:
		go bloat()
	case moveHang:
		select {}
	case moveWedge:
		d.silent.Store(true)
		d.wedge.Store(true)
	case moveSilence:
		d.silent.Store(true)
	case moveFreeze:
		go freeze()
	case moveRefused:
		return fmt.Errorf("moving: %w", &sdk.Error{Call: "FAKE_Move", Code: 23})
	}
	return nil
}

// bloat takes a GiB of memory, bit by bit.
func bloat() {
	hoard := [][]byte{}
	for range 256 {
		block := make([]byte, 4<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		hoard = append(hoard, block)
		<-time.After(time.Millisecond)
	}
	<-time.After(time.Hour)
	runtime.KeepAlive(hoard)
}

func (f *fakeLibrary) faulty() { fmt.Fprintln(os.Stderr, f.faults) }

// KeyFrame of channel 0 tells the counters.
func (d *fakeDevice) KeyFrame(channel, _ int) error {
	d.check()
	if channel == 0 {
		return &sdk.Error{Call: "counters", Code: int(d.pauses.Load()), TriesLeft: int(d.resume.Load()), LockedFor: time.Duration(d.streams.Load())}
	}
	return nil
}

type fakeStream struct {
	library  *fakeLibrary
	stopping chan struct{}
	hangs    bool
	paused   atomic.Bool
	running  sync.WaitGroup
}

func (s *fakeStream) Seek(time.Time) error { return nil }

func (s *fakeStream) Speed(speed float64) error {
	if speed > 16 {
		return &sdk.Error{Call: "FAKE_Speed", Code: 17}
	}
	return nil
}

func (s *fakeStream) Pause() error {
	s.paused.Store(true)
	s.library.pauses.Add(1)
	return nil
}

func (s *fakeStream) Resume() error {
	s.paused.Store(false)
	s.library.resume.Add(1)
	return nil
}

func (s *fakeStream) Stop() error {
	if s.hangs {
		select {}
	}
	close(s.stopping)
	s.running.Wait()
	s.library.streams.Add(-1)
	return nil
}
