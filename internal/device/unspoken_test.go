package device_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/ptz"
)

func TestUnspoken(t *testing.T) {
	plain := errors.New("connection refused")
	for name, test := range map[string]struct {
		secret string
		err    error
		want   string
	}{
		"nothing to hide": {"geheim-4711", plain, "connection refused"},
		"too short":       {"ion", plain, "connection refused"},
		"empty":           {"", plain, "connection refused"},
		"a plain error":   {"geheim-4711", errors.New("GET /?p=geheim-4711"), "the message held the password and is not shown"},
		"a word of ours":  {"dahua", &device.Error{Vendor: device.Dahua, Address: "a:1", Op: device.OpLogin, Err: plain}, "dahua a:1: login: protocol: connection refused"},
		"the device's words": {
			"geheim-4711",
			fmt.Errorf("lost: %w", &device.Error{Vendor: device.Dahua, Address: "192.0.2.1:80", Op: device.OpLogin, Kind: device.KindAuth, Meaning: "geheim-4711 is wrong"}),
			"dahua 192.0.2.1:80: login: auth: *** is wrong",
		},
		"as addresses write it": {
			"p@ss word/1",
			&device.Error{Vendor: device.Dahua, Address: "a:1", Op: device.OpLive, Meaning: "p%40ss+word%2F1 and p@ss%20word%2F1"},
			"dahua a:1: live: protocol: *** and ***",
		},
		"in the cause": {
			"geheim-4711",
			&device.Error{Vendor: device.Dahua, Address: "a:1", Op: device.OpLive, Meaning: "no", Err: errors.New("rtsp://u:geheim-4711@a")},
			"dahua a:1: live: protocol: no",
		},
		"as basic authentication writes it": {
			"geheim-4711",
			&device.Error{Vendor: device.Dahua, Address: "a:1", Op: device.OpLive, Meaning: basicOf("geheim-4711", "", "a", "ad", "adm", "admin") + "end"},
			"dahua a:1: live: protocol: Om*** YTp***Q== YWQ6***E= YWRtOm*** YWRtaW46***E= end",
		},
		"as JSON writes it": {
			`a"b\c<d`, &device.Error{Vendor: device.Dahua, Address: "a:1", Op: device.OpLive, Meaning: `a\"b\\c<d and a\"b\\c\u003cd`},
			"dahua a:1: live: protocol: *** and ***",
		},
		"stars of its own": {
			"ab***cd", &device.Error{Vendor: device.Dahua, Address: "a:1", Op: device.OpLive, Meaning: "abab***cdcd"},
			"dahua a:1: live: protocol: the message held the password and is not shown",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := device.NewSecret(test.secret).Unspoken(test.err)
			if got.Error() != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			kind, ok := device.KindOf(test.err)
			if same, still := device.KindOf(got); kind != same || ok != still {
				t.Errorf("kind %v became %v", kind, same)
			}
		})
	}
	if err := device.NewSecret("geheim").Unspoken(nil); err != nil {
		t.Errorf("nil became %v", err)
	}
}

// A device that repeats the password gets it into no error of the pool.
func TestThePoolRepeatsNoPassword(t *testing.T) {
	f := &fakeRecorder{verdict: func(password string) error {
		return &device.Error{Op: device.OpLogin, Kind: device.KindAuth, Meaning: "you said " + password}
	}}
	pool := newPool(f, device.Settings{})
	defer pool.Close()
	for range 2 {
		_, err := pool.Open(t.Context(), target("geheim-4711"))
		if err == nil || strings.Contains(err.Error(), "geheim") || !strings.Contains(err.Error(), "you said ***") {
			t.Errorf("error: %v", err)
		}
	}
}

// basicOf are the credentials of users with a password.
func basicOf(password string, users ...string) string {
	var b strings.Builder
	for _, user := range users {
		b.WriteString(base64.StdEncoding.EncodeToString([]byte(user+":"+password)) + " ")
	}
	return b.String()
}

// What a device repeats after its login gets into no error of a share.
func TestSharesRepeatNoPassword(t *testing.T) {
	repeated := &device.Error{Op: device.OpPTZ, Kind: device.KindProtocol, Meaning: "you said geheim-4711"}
	f := &fakeRecorder{
		head:   &fakeHead{},
		run:    func(context.Context, media.Sink) error { return repeated },
		search: func(context.Context, func([]playback.File)) error { return repeated },
	}
	pool := newPool(f, device.Settings{})
	defer pool.Close()
	share := mustOpen(t, pool, "geheim-4711")
	defer share.Close()
	head, err := share.PTZ(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	source, err := share.Live(t.Context(), device.LiveRequest{Channel: 1})
	if err != nil {
		t.Fatal(err)
	}
	f.head.err = repeated
	_, started := head.Start(t.Context(), ptz.ZoomIn, time.Second)
	for name, err := range map[string]error{
		"start":  started,
		"stop":   head.Stop(t.Context(), ptz.ZoomIn),
		"stream": source.Run(t.Context(), nil),
		"search": share.Search(t.Context(), device.SearchRequest{}, nil),
	} {
		if err == nil || strings.Contains(err.Error(), "geheim") || !strings.Contains(err.Error(), "you said ***") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
