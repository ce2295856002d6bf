package dahua_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"mediapusher/dahua"
	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/ptz"
)

// moves are the commands as the vendor's text on ptz.cgi has them: code, arg1, arg2, arg3.
var moves = []string{
	"ZoomTele 0 0 0", "ZoomWide 0 0 0", "FocusNear 0 0 0", "FocusFar 0 0 0", "IrisLarge 0 0 0", "IrisSmall 0 0 0",
	"Up 0 5 0", "Down 0 5 0", "Left 0 5 0", "Right 0 5 0", "LeftUp 5 5 0", "RightUp 5 5 0", "LeftDown 5 5 0", "RightDown 5 5 0",
}

func openHead(t *testing.T, d device.Device, channel int) ptz.Head {
	t.Helper()
	h, err := d.PTZ(t.Context(), channel)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func start(t *testing.T, h ptz.Head, command ptz.Command) error {
	t.Helper()
	timed, err := h.Start(t.Context(), command, time.Second)
	if timed {
		t.Error("a movement of this vendor is never timed")
	}
	return err
}

func TestCommands(t *testing.T) {
	for _, tt := range []struct {
		name     string
		recorder *fake
		prefix   string
		form     string
	}{
		{"RPC2", &fake{}, "rpc ptz.st", `rpc ptz.%s {"arg1":%s,"arg2":%s,"arg3":%s,"channel":1,"code":"%s"}`},
		{"CGI", &fake{noRPC: true}, "ptz action=st", "ptz action=%s&channel=2&code=%[5]s&arg1=%[2]s&arg2=%[3]s&arg3=%[4]s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.recorder
			f.channels = 2
			h := openHead(t, f.start(t, nil), 1)
			var want []string
			for number, move := range moves {
				command, _ := ptz.NewCommand(number)
				if err := start(t, h, command); err != nil {
					t.Error(command, err)
				}
				if err := h.Stop(t.Context(), command); err != nil {
					t.Error(command, err)
				}
				m := strings.Fields(move)
				want = append(want, fmt.Sprintf(tt.form, "start", m[1], m[2], m[3], m[0]), fmt.Sprintf(tt.form, "stop", m[1], m[2], m[3], m[0]))
			}
			got := f.entries(tt.prefix)
			if tt.recorder.noRPC {
				got = got[1:] // finds out what it counts from
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("asked\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if err := h.Close(); err != nil || f.left() != 0 {
				t.Errorf("%v, %d sessions are left", err, f.left())
			}
		})
	}
}

// A device that refuses movements by RPC2 and takes them by CGI is asked by CGI the next time.
func TestFallback(t *testing.T) {
	refuse := func(refused string) func(string, map[string]any) (string, bool) {
		return func(method string, _ map[string]any) (string, bool) { return `{"result":false}`, method == refused }
	}
	for name, f := range map[string]*fake{
		"movement refused": {rpc: refuse("ptz.start")},
		"object refused":   {rpc: refuse("ptz.factory.instance")},
		"login refused":    {rpcLogin: 268632085},
		"no JSON": {rpc: func(method string, _ map[string]any) (string, bool) {
			return "<html>", strings.HasPrefix(method, "ptz.")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f.channels = 2
			driver := dahua.New(netway.Config{Timeout: 10 * time.Second})
			d := f.start(t, driver)
			for range 2 {
				h, err := d.PTZ(t.Context(), 0)
				if err != nil {
					t.Fatal(err)
				}
				if err := start(t, h, ptz.PanLeft); err != nil {
					t.Error(err)
				}
				if err := h.Stop(t.Context(), ptz.PanLeft); err != nil {
					t.Error(err)
				}
				if err := h.Close(); err != nil || f.left() != 0 {
					t.Errorf("%v, %d sessions are left", err, f.left())
				}
			}
			if n := len(f.entries("ptz action=")); n != 5 || f.logins != 1 {
				t.Errorf("%d calls by CGI, %d logins; want 5, 1", n, f.logins)
			}
		})
	}
}

func TestCannotMove(t *testing.T) {
	bad := func(url.Values) (int, string) { return http.StatusBadRequest, "Error\r\nBad Request!\r\n" }
	for name, tt := range map[string]struct {
		recorder *fake
		want     device.Kind
	}{
		"400":              {&fake{noRPC: true, move: bad}, device.KindUnsupported},
		"error in 200":     {&fake{noRPC: true, move: func(url.Values) (int, string) { return 200, "Error\r\nBad Request!\r\n" }}, device.KindUnsupported},
		"500":              {&fake{noRPC: true, move: func(url.Values) (int, string) { return 500, "" }}, device.KindProtocol},
		"a page":           {&fake{noRPC: true, move: func(url.Values) (int, string) { return 200, "<html>" }}, device.KindProtocol},
		"refused both way": {&fake{move: bad, rpc: func(m string, _ map[string]any) (string, bool) { return `{"result":false}`, m == "ptz.start" }}, device.KindUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			f := tt.recorder
			f.channels = 2
			h := openHead(t, f.start(t, nil), 0)
			err := start(t, h, ptz.ZoomIn)
			var failure *device.Error
			if !errors.As(err, &failure) || failure.Kind != tt.want || failure.Op != device.OpPTZ || strings.Contains(err.Error(), fakePassword) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	t.Run("locked", func(t *testing.T) {
		d := (&fake{channels: 2, rpcLogin: 268632081}).start(t, nil)
		_, err := d.PTZ(t.Context(), 0)
		var failure *device.Error
		if !errors.As(err, &failure) || failure.Kind != device.KindLocked || failure.RetryAfter != 10*time.Minute {
			t.Error(err)
		}
	})
	t.Run("no such channel", func(t *testing.T) {
		d := (&fake{channels: 2}).start(t, nil)
		_, err := d.PTZ(t.Context(), 2)
		if kind, _ := device.KindOf(err); err == nil || kind != device.KindNoSuchChannel {
			t.Error(err)
		}
	})
}

// A stop that is refused after the movement began is worth trying again; one of a camera that never moved is not.
func TestRefusedStop(t *testing.T) {
	f := &fake{channels: 2, noRPC: true, move: func(query url.Values) (int, string) {
		if query.Get("action") == "stop" {
			return http.StatusBadRequest, "Error\r\nBad Request!\r\n"
		}
		return http.StatusOK, "OK\r\n"
	}}
	d := f.start(t, nil)
	h := openHead(t, d, 0)
	if kind, _ := device.KindOf(h.Stop(t.Context(), ptz.TiltUp)); kind != device.KindUnsupported {
		t.Errorf("before: %v", kind)
	}
	if err := start(t, h, ptz.TiltUp); err != nil {
		t.Fatal(err)
	}
	err := h.Stop(t.Context(), ptz.TiltUp)
	if kind, _ := device.KindOf(err); err == nil || kind != device.KindProtocol {
		t.Errorf("after: %v", err)
	}
}

// A session that has ended between start and stop, or between two movements, is opened anew; where it cannot be, CGI stops.
func TestEndedSession(t *testing.T) {
	for name, loginAgain := range map[string]bool{"login": true, "CGI": false} {
		t.Run(name, func(t *testing.T) {
			f := &fake{channels: 2}
			h := openHead(t, f.start(t, nil), 0)
			if err := start(t, h, ptz.PanRight); err != nil {
				t.Fatal(err)
			}
			f.endSessions()
			stops := "rpc ptz.stop"
			if !loginAgain {
				f.mu.Lock()
				f.rpcLogin, stops = 268632085, "ptz action=stop&channel=1&code=Right"
				f.mu.Unlock()
			}
			if err := h.Stop(t.Context(), ptz.PanRight); err != nil {
				t.Error(err)
			}
			if got := f.entries(stops); len(got) == 0 {
				t.Error("no stop has come")
			}
			if f.logins != 2 {
				t.Errorf("%d logins", f.logins)
			}
			if err := h.Close(); err != nil || f.left() != 0 {
				t.Errorf("%v, %d sessions are left", err, f.left())
			}
		})
	}
}

// All heads and searches of a recorder share one session, which is kept alive until the last is closed.
func TestSharedSession(t *testing.T) {
	f := &fake{channels: 2, create: "404", files: map[int][]fakeFile{0: recorded(0, 2)}}
	alive := make(chan struct{}, 100)
	f.before = func(name string) {
		if name == "rpc global.keepAlive" {
			alive <- struct{}{}
		}
	}
	d := f.start(t, nil)
	first, second := openHead(t, d, 0), openHead(t, d, 1)
	if files, _, err := find(t.Context(), d, 0); err != nil || len(files) != 2 {
		t.Error(files, err)
	}
	_ = first.Close()
	if err := start(t, second, ptz.FocusFar); err != nil {
		t.Error(err)
	}
	select {
	case <-alive:
	case <-time.After(20 * time.Second):
		t.Error("the session is not kept alive")
	}
	_ = second.Close()
	if logouts := f.entries("rpc global.logout"); f.logins != 1 || len(logouts) != 1 || f.left() != 0 {
		t.Errorf("%d logins, %d logouts, %d left", f.logins, len(logouts), f.left())
	}
}

// Which number the first channel has is found out by stops, which move nothing.
func TestMovementBase(t *testing.T) {
	takes := func(first, count int) func(query url.Values) (int, string) {
		return func(query url.Values) (int, string) {
			if n, _ := strconv.Atoi(query.Get("channel")); n < first || n >= first+count {
				return http.StatusBadRequest, "Error\r\nBad Request!\r\n"
			}
			return http.StatusOK, "OK\r\n"
		}
	}
	for _, tt := range []struct {
		name           string
		first, count   int
		channel        int
		want, wantNext string // the next head of the same device needs not find out
	}{
		{"recorder", 1, 4, 2, "stop 0, start 3, stop 3", "start 3, stop 3"},
		{"recorder from 0", 0, 4, 2, "stop 0, stop 4, start 2, stop 2", "start 2, stop 2"},
		{"last of a recorder from 0", 0, 4, 3, "stop 0, stop 4, start 3, stop 3", "start 3, stop 3"},
		{"recorder that takes 0 for 1", 0, 5, 2, "stop 0, stop 4, start 3, stop 3", "start 3, stop 3"},
		{"camera", 1, 1, 0, "stop 0, start 1, stop 1", "start 1, stop 1"},
		{"camera from 0", 0, 1, 0, "stop 0, stop 1, start 0, stop 0", "start 0, stop 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{channels: tt.count, noRPC: true, move: takes(tt.first, tt.count)}
			if tt.first == 0 && tt.count == 5 {
				f.channels = 4
			}
			d := f.start(t, nil)
			var all []string
			for _, want := range []string{tt.want, tt.wantNext} {
				h := openHead(t, d, tt.channel)
				if err := start(t, h, ptz.TiltDown); err != nil {
					t.Error(err)
				}
				if err := h.Stop(t.Context(), ptz.TiltDown); err != nil {
					t.Error(err)
				}
				var got []string
				for _, entry := range f.entries("ptz action=")[len(all):] {
					query, _ := url.ParseQuery(strings.TrimPrefix(entry, "ptz "))
					got = append(got, query.Get("action")+" "+query.Get("channel"))
				}
				if strings.Join(got, ", ") != want {
					t.Errorf("%q, want %q", got, want)
				}
				all = append(all, got...)
			}
		})
	}
}

// A start whose answer is lost is an error.
func TestLostAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &fake{channels: 2, before: func(name string) {
		if name == "rpc ptz.start" {
			cancel()
		}
	}}
	h := openHead(t, f.start(t, nil), 0)
	_, err := h.Start(ctx, ptz.UpLeft, time.Second)
	if kind, _ := device.KindOf(err); err == nil || kind != device.KindUnreachable {
		t.Error(err)
	}
	if err := h.Stop(t.Context(), ptz.UpLeft); err != nil || len(f.entries("rpc ptz.stop")) != 1 || len(f.entries("ptz ")) != 0 {
		t.Errorf("%v, %q", err, f.entries("ptz "))
	}
}
