package sdkway_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/sdkway"
	"mediapusher/playback"
	"mediapusher/ptz"
	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
)

var target = device.Target{Vendor: device.Hikvision, Host: "192.0.2.1", User: "admin", Password: device.NewSecret("hidden-words")}

func open(t *testing.T, f *fake) device.Device {
	t.Helper()
	d, err := sdkway.New(sdkway.Config{Supervisor: f}, vendor(nil)).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOpen(t *testing.T) {
	f := newFake()
	d := open(t, f)
	info := d.Info()
	if info.Serial != "DS-1" || info.Model != "type 76" || info.Way != device.WaySDK || !info.Proven {
		t.Errorf("info %+v", info)
	}
	if f.name != "192.0.2.1:8000" || f.account.Host != "192.0.2.1" || f.account.Port != 8000 || f.account.User != "admin" ||
		f.account.Password != "hidden-words" || f.account.Timeout <= 0 {
		t.Errorf("%s is opened with %+v", f.name, f.account)
	}
	if err := d.Close(); err != nil || !f.closed {
		t.Errorf("close: %v, closed %v", err, f.closed)
	}
}

// TestOpenFails: what a login fails with decides whether another way may be tried.
func TestOpenFails(t *testing.T) {
	worker := &supervisor.WorkerError{Cause: "crashed", Detail: "signal: segmentation fault"}
	for name, tt := range map[string]struct {
		err   error
		kind  device.Kind
		words string
		retry time.Duration
	}{
		"password":       {&sdk.Error{Call: "Login", Code: codePassword, TriesLeft: 3}, device.KindAuth, "3 tries are left", 0},
		"last try":       {&sdk.Error{Call: "Login", Code: codePassword, TriesLeft: 1}, device.KindAuth, "one try is left", 0},
		"nothing told":   {&sdk.Error{Call: "Login", Code: codePassword, TriesLeft: -1}, device.KindAuth, "words of auth:", 0},
		"locked":         {&sdk.Error{Call: "Login", Code: codeLocked, LockedFor: time.Minute}, device.KindLocked, "1m0s", time.Minute},
		"locked just so": {&sdk.Error{Call: "Login", Code: codePassword, LockedFor: time.Minute}, device.KindLocked, "1m0s", time.Minute},
		"unknown number": {&sdk.Error{Call: "Login", Code: 4711}, device.KindProtocol, "4711", 0},
		"missing file":   {&sdk.LoadError{File: "/sdk/libHCCore.so", Reason: "missing"}, device.KindNotBuilt, "libHCCore.so", 0},
		"how to cure it": {&sdk.LoadError{File: "/sdk/libHCCore.so", Reason: "missing"}, device.KindNotBuilt, "doctor --sdk", 0},
		"stub":           {fmt.Errorf("%w: build with -tags hiksdk", sdk.ErrNotBuilt), device.KindNotBuilt, "-tags hiksdk", 0},
		"worker":         {worker, device.KindUnreachable, "segmentation fault", 0},
		"rest": {
			&supervisor.RestError{Until: time.Now().Add(time.Hour), Crashes: 20, Last: worker},
			device.KindUnreachable, "20 times", time.Hour,
		},
		"time":      {context.DeadlineExceeded, device.KindUnreachable, "in time", 0},
		"closed":    {supervisor.ErrClosed, device.KindUnreachable, "", 0},
		"cancelled": {context.Canceled, device.KindUnreachable, "", 0},
		"anything":  {errors.New("odd"), device.KindProtocol, "odd", 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.openErr = tt.err
			_, err := sdkway.New(sdkway.Config{Supervisor: f}, vendor(nil)).Open(t.Context(), target)
			failure := failureOf(t, err, device.OpLogin, tt.kind)
			if !strings.Contains(err.Error(), tt.words) || strings.Contains(err.Error(), "hidden-words") {
				t.Errorf("%q, want %q in it", err, tt.words)
			}
			if failure.RetryAfter.Round(time.Minute) != tt.retry || !errors.Is(err, tt.err) {
				t.Errorf("retry after %v, want %v; the cause is %v", failure.RetryAfter, tt.retry, failure.Err)
			}
			if f.opens != 1 {
				t.Errorf("%d logins", f.opens)
			}
		})
	}
}

func TestNotBuilt(t *testing.T) {
	reason := fmt.Errorf("%w: build with -tags hiksdk", sdk.ErrNotBuilt)
	_, err := sdkway.New(sdkway.Config{NotBuilt: reason}, vendor(nil)).Open(t.Context(), target)
	failureOf(t, err, device.OpLogin, device.KindNotBuilt)
	if !errors.Is(err, sdk.ErrNotBuilt) {
		t.Error(err)
	}
}

func failureOf(t *testing.T, err error, op device.Operation, kind device.Kind) *device.Error {
	t.Helper()
	var failure *device.Error
	if !errors.As(err, &failure) {
		t.Fatalf("error %v, want a *device.Error", err)
	}
	if failure.Kind != kind || failure.Op != op || failure.Vendor != device.Hikvision || failure.Address != "192.0.2.1:8000" {
		t.Errorf("error %v: kind %v at %v, want %v at %v", err, failure.Kind, failure.Op, kind, op)
	}
	return failure
}

func TestChannels(t *testing.T) {
	f := newFake()
	d := open(t, f)
	for _, channel := range []int{0, 4, 33, -1} {
		_, live := d.Live(t.Context(), device.LiveRequest{Channel: channel})
		_, play := d.Playback(t.Context(), device.PlaybackRequest{Channel: channel})
		_, move := d.PTZ(t.Context(), channel)
		find := d.Search(t.Context(), device.SearchRequest{Channel: channel}, func([]playback.File) {})
		for op, err := range map[device.Operation]error{
			device.OpLive: live, device.OpPlayback: play, device.OpPTZ: move, device.OpSearch: find,
		} {
			failureOf(t, err, op, device.KindNoSuchChannel)
			if !strings.Contains(err.Error(), "channels 1-3") {
				t.Errorf("%v does not name the channels", err)
			}
		}
	}
	if err := d.Search(t.Context(), device.SearchRequest{Channel: 2}, func([]playback.File) {}); err != nil || f.searched[0].Channel != 34 {
		t.Errorf("channel %d is searched, %v", f.searched[0].Channel, err)
	}
}

func TestSearch(t *testing.T) {
	noon := time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC)
	file := func(name string, from, until int) sdk.File {
		return sdk.File{Name: name, Size: 5 << 30, Span: sdk.Span{
			Start: noon.Add(time.Duration(from) * time.Minute), End: noon.Add(time.Duration(until) * time.Minute),
		}}
	}
	asked := device.SearchRequest{Channel: 1, Range: playback.Range{Start: noon, End: noon.Add(time.Hour)}}
	first, second, third := file("a", -10, 10), file("b", 10, 20), file("c", 50, 70)
	circle := slices.Repeat([][]sdk.File{{first, second}}, 600)
	for name, tt := range map[string]struct {
		files [][]sdk.File
		err   error
		want  string
		kind  device.Kind
	}{
		"pages":         {[][]sdk.File{{first}, {second, third}}, nil, "abc", 0},
		"nothing":       {nil, nil, "", 0},
		"none found":    {nil, &sdk.Error{Code: codeNothing}, "", 0},
		"repeated":      {[][]sdk.File{{first, second}, {second}, {second, third}}, nil, "abc", 0},
		"of no length":  {[][]sdk.File{{file("x", 5, 5), first}}, nil, "a", 0},
		"outside":       {[][]sdk.File{{file("x", -10, 0), first, file("y", 60, 70)}}, nil, "a", 0},
		"in a circle":   {append(circle, []sdk.File{third}), errors.New("is never reached"), "ab", 0},
		"fails midway":  {[][]sdk.File{{first}}, &sdk.Error{Code: codeOffline}, "a", device.KindOffline},
		"worker killed": {[][]sdk.File{{first}}, &supervisor.WorkerError{Cause: "crashed"}, "a", device.KindUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.files, f.findErr = tt.files, tt.err
			found := ""
			err := open(t, f).Search(t.Context(), asked, func(files []playback.File) {
				for _, one := range files {
					found += one.Name
					if one.Size != 5<<30 {
						t.Errorf("size %d", one.Size)
					}
				}
			})
			if found != tt.want {
				t.Errorf("found %q, want %q", found, tt.want)
			}
			if tt.kind == 0 && err != nil {
				t.Error(err)
			} else if tt.kind != 0 {
				failureOf(t, err, device.OpSearch, tt.kind)
			}
		})
	}
}

func TestMove(t *testing.T) {
	f := newFake()
	head, err := open(t, f).PTZ(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	if timed, err := head.Start(t.Context(), ptz.TiltUp, time.Second); timed || err != nil {
		t.Errorf("timed %v, %v", timed, err)
	}
	if err := head.Stop(t.Context(), ptz.TiltUp); err != nil {
		t.Error(err)
	}
	want := []sdk.Movement{{Channel: 35, Command: 21, Speed: 4}, {Channel: 35, Command: 21, Speed: 4, Stop: true}}
	if !slices.Equal(f.moved, want) {
		t.Errorf("moved %+v, want %+v", f.moved, want)
	}
	_, err = head.Start(t.Context(), ptz.ZoomIn, time.Second)
	failureOf(t, err, device.OpPTZ, device.KindUnsupported)
	f.moveErr = &sdk.Error{Code: codeCannot}
	_, err = head.Start(t.Context(), ptz.TiltUp, time.Second)
	if failure := failureOf(t, err, device.OpPTZ, device.KindUnsupported); !failure.Refused() || failure.Code != codeCannot {
		t.Errorf("%v: refused %v", failure, failure.Refused())
	}
	f.moveErr = &supervisor.WorkerError{Cause: "hangs"}
	if failure := failureOf(t, head.Stop(t.Context(), ptz.TiltUp), device.OpPTZ, device.KindUnreachable); failure.Refused() {
		t.Errorf("%v counts as refused", failure)
	}
	if err := head.Close(); err != nil {
		t.Error(err)
	}
}
