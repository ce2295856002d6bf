//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
	"mediapusher/vendor_sdk/sdk"
)

func TestLogIn(t *testing.T) {
	library := open(t)
	_, account := recorder(t, func(cfg *nvrsim.Config) { cfg.Analog, cfg.IPChannels = 2, 300 })
	device, identity, err := library.LogIn(account)
	if err != nil {
		t.Fatal(err)
	}
	if identity.Serial == "" || identity.Analog != 2 || identity.FirstAnalog != 1 || identity.Digital != 300 || identity.FirstDigital == 0 {
		t.Errorf("got %+v", identity)
	}
	if err := device.LogOut(); err != nil {
		t.Error(err)
	}
}

func TestLogInRefused(t *testing.T) {
	library := open(t)
	_, account := recorder(t, func(cfg *nvrsim.Config) { cfg.LockAfter, cfg.LockFor = 3, 30*time.Minute })
	wrong := account
	wrong.Password = "not the password"
	var failure *sdk.Error
	for left := 2; left > 0; left-- {
		_, _, err := library.LogIn(wrong)
		if !errors.As(err, &failure) || failure.Call != "NET_DVR_Login_V40" || failure.Code != 1 || failure.TriesLeft != left {
			t.Fatalf("with %d tries left: %+v", left, err)
		}
		if strings.Contains(err.Error(), wrong.Password) {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	_, _, err := library.LogIn(wrong)
	if !errors.As(err, &failure) {
		t.Fatalf("got %v", err)
	}
	_, _, err = library.LogIn(account)
	if !errors.As(err, &failure) || failure.Code != 153 || failure.TriesLeft != 0 ||
		failure.LockedFor < 25*time.Minute || failure.LockedFor > 30*time.Minute {
		t.Errorf("a locked recorder: %+v", err)
	}
}

func TestLogInUnreachable(t *testing.T) {
	library := open(t)
	_, account := recorder(t, nil)
	account.Port = 1
	var failure *sdk.Error
	if _, _, err := library.LogIn(account); !errors.As(err, &failure) || failure.Code != 7 || failure.TriesLeft != -1 {
		t.Errorf("a closed port: %+v", err)
	}
	account.Port = 70000
	if _, _, err := library.LogIn(account); !errors.As(err, &failure) || failure.Code != 17 {
		t.Errorf("a port that is none: %+v", err)
	}
	account.Port, account.User = 8000, strings.Repeat("u", 64)
	if _, _, err := library.LogIn(account); !errors.As(err, &failure) || failure.Code != 17 {
		t.Errorf("a user without room for a NUL: %+v", err)
	}
}
