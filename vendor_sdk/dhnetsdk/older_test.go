//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"mediapusher/vendor_sdk/dhnetsdk"
	"mediapusher/vendor_sdk/sdk"
)

// A library without the newer functions does the same by the older ones, and says of the rest that it cannot.
func TestOlderLibrary(t *testing.T) {
	library := open(t)
	defer dhnetsdk.Older(library)()
	r := newRecorder(t, script{stream: pictures})
	device, identity, err := library.LogIn(r.account())
	if err != nil {
		t.Fatal(err)
	}
	if identity.Serial != "4K012345PAZ" || identity.Analog != 8 {
		t.Errorf("%+v", identity)
	}
	take, packets := collector()
	live, err := device.Live(sdk.LiveRequest{Channel: 1, Stream: 1}, take)
	if err != nil {
		t.Fatal(err)
	}
	dataUntil(t, packets, "picture")
	r.hangUp("LIVE")
	if _, p := until(t, packets, sdk.Broken); p.Code != 109 {
		t.Errorf("got %+v", p)
	}
	take, packets = collector()
	playback, err := device.Playback(sdk.PlaybackRequest{Channel: 1, Span: span()}, take)
	if err != nil {
		t.Fatal(err)
	}
	if err := playback.Seek(span().Start.Add(90 * time.Second)); err != nil {
		t.Error(err)
	}
	until(t, packets, sdk.Sought)
	r.eventually(t, "SEEK", "20261120T100130")
	if err := device.Move(sdk.Movement{Channel: 1, Command: 0x21, Speed: 3}); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"before the start": playback.Seek(span().Start.Add(-time.Second)),
		"speed":            playback.Speed(2),
		"key frame":        device.KeyFrame(1, 0),
	} {
		var failure *sdk.Error
		if !errors.As(err, &failure) || failure.Code != 23 && failure.Code != 7 {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, s := range []sdk.Stream{live, playback} {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}
	if err := device.LogOut(); err != nil {
		t.Error(err)
	}
}

func TestOlderLoginIsRefused(t *testing.T) {
	library := open(t)
	defer dhnetsdk.Older(library)()
	r := newRecorder(t, script{answer: func(string) string { return "ERR password tries=2\n" }})
	_, _, err := library.LogIn(r.account())
	var failure *sdk.Error
	if !errors.As(err, &failure) || *failure != (sdk.Error{Call: "CLIENT_LoginEx2", Code: 100, TriesLeft: 2}) {
		t.Errorf("got %#v", err)
	}
	if logins := r.asked("LOGIN"); len(logins) != 1 {
		t.Errorf("%d logins", len(logins))
	}
}

// A library that is another one names the first function that it lacks.
func TestOpenNamesAMissingFunction(t *testing.T) {
	open(t)
	if runtime.GOOS == "windows" {
		t.Skip("the network library stays loaded, so its file could not be removed")
	}
	other, err := os.ReadFile(filepath.Join(os.Getenv("MEDIAPUSHER_FAKE_SDK"), "dahua", needed()[1]))
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	for _, name := range needed() {
		if err := os.WriteFile(filepath.Join(directory, name), other, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var failure *sdk.LoadError
	if _, err := dhnetsdk.Open(directory); !errors.As(err, &failure) || !strings.Contains(failure.Reason, "CLIENT_InitEx") {
		t.Errorf("got %v", err)
	}
}
