//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
	"mediapusher/vendor_sdk/sdk"
)

// simulate runs a simulated recorder whose first channel has recordings: twelve files of ten seconds.
func simulate(t *testing.T, change func(*nvrsim.Config)) (*nvrsim.Recorder, sdk.Account) {
	t.Helper()
	cfg := nvrsim.Config{Vendor: nvrsim.Dahua, SDK: true, Channels: nvrsim.DemoChannels(nvrsim.Dahua)}
	for start := span().Start; len(cfg.Channels[0].Recordings) < 12; start = start.Add(10 * time.Second) {
		cfg.Channels[0].Recordings = append(cfg.Channels[0].Recordings, nvrsim.Recording{Start: start, End: start.Add(10 * time.Second)})
	}
	if change != nil {
		change(&cfg)
	}
	r, err := nvrsim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
	host, port, err := net.SplitHostPort(r.SDKAddr())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return r, sdk.Account{Host: host, Port: number, User: "admin", Password: "demo12345", Timeout: 5 * time.Second}
}

// enter logs in to a simulated recorder, and out at the end of the test.
func enter(t *testing.T, change func(*nvrsim.Config)) (*nvrsim.Recorder, sdk.Device) {
	t.Helper()
	library := open(t)
	r, account := simulate(t, change)
	device, identity, err := library.LogIn(account)
	if err != nil {
		t.Fatal(err)
	}
	if identity.Analog != 6 || identity.FirstAnalog != 0 || identity.Digital != 0 || identity.Serial == "" {
		t.Errorf("%+v", identity)
	}
	t.Cleanup(func() {
		if err := device.LogOut(); err != nil {
			t.Error(err)
		}
	})
	return r, device
}

func TestSimulatorLocksAccounts(t *testing.T) {
	library := open(t)
	r, account := simulate(t, func(cfg *nvrsim.Config) { cfg.LockAfter, cfg.LockFor = 3, 30*time.Minute })
	account.Password = "wrong"
	refused := func() *sdk.Error {
		t.Helper()
		_, _, err := library.LogIn(account)
		var failure *sdk.Error
		if !errors.As(err, &failure) {
			t.Fatalf("got %v", err)
		}
		return failure
	}
	for left := 2; left > 0; left-- {
		if failure := refused(); failure.Code != 100 || failure.TriesLeft != left {
			t.Errorf("%+v, want %d tries left", failure, left)
		}
	}
	refused()
	account.Password = "demo12345"
	if failure := refused(); failure.Code != 104 || failure.TriesLeft != 0 || failure.LockedFor < 29*time.Minute {
		t.Errorf("%+v", failure)
	}
	if counts := r.Counts(); counts.LoginsRefused != 4 {
		t.Errorf("%d logins were refused, want 4", counts.LoginsRefused)
	}
}

func TestSimulatorLive(t *testing.T) {
	_, device := enter(t, nil)
	take, packets := collector()
	s, err := device.Live(sdk.LiveRequest{Channel: 0, Stream: 1}, take)
	if err != nil {
		t.Fatal(err)
	}
	dataUntil(t, packets, "DHAV")
	if err := device.KeyFrame(0, 1); err != nil {
		t.Error(err)
	}
	dataUntil(t, packets, "DHAV\xfd") // a key frame
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	var failure *sdk.Error
	if _, err := device.Live(sdk.LiveRequest{Channel: 5}, take); !errors.As(err, &failure) || failure.Code != 1155 {
		t.Errorf("a channel without a camera: %v", err)
	}
	if _, err := device.Live(sdk.LiveRequest{Channel: 60}, take); !errors.As(err, &failure) {
		t.Errorf("a channel that is none: %v", err)
	}
}

func TestSimulatorPlayback(t *testing.T) {
	r, device := enter(t, nil)
	r.SetFaults(nvrsim.Faults{SDKPaced: true}) // else the end may come before the seek
	take, packets := collector()
	s, err := device.Playback(sdk.PlaybackRequest{Channel: 0, Span: sdk.Span{Start: span().Start, End: span().Start.Add(2 * time.Minute)}}, take)
	if err != nil {
		t.Fatal(err)
	}
	dataUntil(t, packets, "DHAV")
	if err := s.Pause(); err != nil {
		t.Error(err)
	}
	if err := s.Resume(); err != nil {
		t.Error(err)
	}
	if err := s.Speed(16); err != nil {
		t.Error(err)
	}
	if err := s.Seek(span().Start.Add(110 * time.Second)); err != nil {
		t.Error(err)
	}
	until(t, packets, sdk.Sought)
	if data, _ := until(t, packets, sdk.End); len(data) == 0 {
		t.Error("nothing came between the seek and the end")
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	var failure *sdk.Error
	if _, err := device.Playback(sdk.PlaybackRequest{Channel: 1, Span: span()}, take); !errors.As(err, &failure) || failure.Code != 24 {
		t.Errorf("a channel without recordings: %v", err)
	}
}

func TestSimulatorSearchAndMove(t *testing.T) {
	r, device := enter(t, nil)
	var files []sdk.File
	all := func(page []sdk.File) bool { files = append(files, page...); return true }
	if err := device.Search(sdk.SearchRequest{Channel: 0, Span: span()}, all); err != nil {
		t.Fatal(err)
	}
	if len(files) != 12 || !files[0].Start.Equal(span().Start) || !files[11].End.Equal(span().Start.Add(2*time.Minute)) || files[3].Size == 0 {
		t.Errorf("%d files: %+v", len(files), files)
	}
	files = nil
	if err := device.Search(sdk.SearchRequest{Channel: 2, Span: span()}, all); err != nil || len(files) != 0 {
		t.Errorf("a channel without recordings: %d files, %v", len(files), err)
	}
	for _, stop := range []bool{false, true} {
		if err := device.Move(sdk.Movement{Channel: 0, Command: 2, Speed: 4, Stop: stop}); err != nil {
			t.Error(err)
		}
	}
	var kinds []nvrsim.Kind
	for _, entry := range r.Journal() {
		if entry.Kind == nvrsim.PTZStart || entry.Kind == nvrsim.PTZStop {
			kinds = append(kinds, entry.Kind)
		}
	}
	if len(kinds) != 2 || kinds[0] != nvrsim.PTZStart || kinds[1] != nvrsim.PTZStop {
		t.Errorf("the recorder moved %q", kinds)
	}
}

func TestSimulatorDrops(t *testing.T) {
	r, device := enter(t, nil)
	take, packets := collector()
	s, err := device.Live(sdk.LiveRequest{Channel: 0}, take)
	if err != nil {
		t.Fatal(err)
	}
	dataUntil(t, packets, "DHAV")
	r.Drop()
	until(t, packets, sdk.Broken)
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// Callers need not wait for each other: the calls are put in a row. The fake library ends the process where two are inside one login.
func TestSimulatorTakesCallsSideBySide(t *testing.T) {
	r, device := enter(t, nil)
	var callers sync.WaitGroup
	for n := range 4 {
		callers.Go(func() {
			for range 5 {
				take, packets := collector()
				s, err := device.Live(sdk.LiveRequest{Channel: n}, take)
				if err != nil {
					t.Error(err)
					return
				}
				select {
				case <-packets:
				case <-time.After(patience):
					t.Error("no packet came")
				}
				files := 0
				err = device.Search(sdk.SearchRequest{Channel: 0, Span: span()}, func(page []sdk.File) bool { files += len(page); return true })
				if err != nil || files != 12 {
					t.Errorf("%d files, %v", files, err)
				}
				for _, stop := range []bool{false, true} {
					if err := device.Move(sdk.Movement{Channel: n, Command: 0x20, Speed: 3, Stop: stop}); err != nil {
						t.Error(err)
					}
				}
				if err := s.Stop(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	if counts := r.Counts(); counts.Moving != 0 {
		t.Errorf("%d cameras still move", counts.Moving)
	}
}
