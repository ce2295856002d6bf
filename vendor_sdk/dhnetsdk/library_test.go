//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mediapusher/vendor_sdk/dhnetsdk"
	"mediapusher/vendor_sdk/sdk"
)

// open returns the fake library. Tests run one after the other, so that what they count is theirs.
func open(t *testing.T) sdk.Library {
	t.Helper()
	if os.Getenv("MEDIAPUSHER_FAKE_SDK") == "" {
		t.Skip("MEDIAPUSHER_FAKE_SDK names no directory")
	}
	library, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return library
}

func (r *recorder) account() sdk.Account {
	return sdk.Account{Host: "127.0.0.1", Port: r.port, User: "admin", Password: "secret 1", Timeout: 5 * time.Second}
}

// logIn logs in, and out at the end of the test.
func logIn(t *testing.T, library sdk.Library, r *recorder) sdk.Device {
	t.Helper()
	device, _, err := library.LogIn(r.account())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := device.LogOut(); err != nil {
			t.Error(err)
		}
	})
	return device
}

// collector is a Take that keeps packets of its own.
func collector() (sdk.Take, <-chan sdk.Packet) {
	packets := make(chan sdk.Packet, 4096)
	return func(p sdk.Packet) {
		p.Data = bytes.Clone(p.Data)
		packets <- p
	}, packets
}

// until returns the data before the first packet of a kind, and that packet.
func until(t *testing.T, packets <-chan sdk.Packet, kind sdk.Kind) ([]byte, sdk.Packet) {
	t.Helper()
	limit := time.After(patience)
	var data []byte
	for {
		select {
		case p := <-packets:
			if p.Kind == kind {
				return data, p
			}
			if p.Kind != sdk.Data {
				t.Fatalf("got %+v before kind %d", p, kind)
			}
			data = append(data, p.Data...)
		case <-limit:
			t.Fatalf("no packet of kind %d came", kind)
		}
	}
}

// dataUntil returns when what was taken holds want.
func dataUntil(t *testing.T, packets <-chan sdk.Packet, want string) {
	t.Helper()
	limit := time.After(patience)
	var data []byte
	for !bytes.Contains(data, []byte(want)) {
		select {
		case p := <-packets:
			data = append(data, p.Data...)
		case <-limit:
			t.Fatalf("%q did not come, but %d bytes", want, len(data))
		}
	}
}

// eventually waits until the recorder was asked for something.
func (r *recorder) eventually(t *testing.T, word, holds string) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	limit := time.After(patience)
	for {
		if strings.Contains(strings.Join(r.asked(word), "\n"), holds) {
			return
		}
		select {
		case <-ticker.C:
		case <-limit:
			t.Fatalf("the recorder was not asked %s %s, but %q", word, holds, r.asked(word))
		}
	}
}

// needed are the files that the library cannot be used without, itself first.
func needed() []string {
	if runtime.GOOS == "windows" {
		return []string{"dhnetsdk.dll", "avnetsdk.dll"}
	}
	return []string{"libdhnetsdk.so", "libavnetsdk.so"}
}

// Each needed file that is missing, or is no library, is named before anything is loaded.
func TestOpenNamesWhatIsMissing(t *testing.T) {
	open(t)
	for _, name := range needed() {
		for _, damage := range []string{"missing", "text"} {
			t.Run(name+" "+damage, func(t *testing.T) {
				directory := t.TempDir()
				if err := os.CopyFS(directory, os.DirFS(filepath.Join(os.Getenv("MEDIAPUSHER_FAKE_SDK"), "dahua"))); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(directory, name)
				err := os.Remove(path)
				if damage == "text" {
					err = os.WriteFile(path, []byte("libother.so"), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				var failure *sdk.LoadError
				if _, err := dhnetsdk.Open(directory); !errors.As(err, &failure) || failure.File != path || failure.Reason == "" {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

func TestLogIn(t *testing.T) {
	library := open(t)
	if library.Version() == "" {
		t.Error("no version")
	}
	r := newRecorder(t, script{})
	device, identity, err := library.LogIn(r.account())
	if err != nil {
		t.Fatal(err)
	}
	if want := (sdk.Identity{Serial: "4K012345PAZ", Type: 31, Analog: 8}); identity != want {
		t.Errorf("%+v, want %+v", identity, want)
	}
	if err := device.LogOut(); err != nil {
		t.Error(err)
	}
}

// A refused login is told with what the recorder says, and is not tried again.
func TestLogInRefused(t *testing.T) {
	library := open(t)
	for name, c := range map[string]struct {
		answer string
		want   sdk.Error
	}{
		"wrong password": {"ERR password tries=4\n", sdk.Error{Code: 100, TriesLeft: 4}},
		"locked":         {"ERR locked seconds=1800 tries=0\n", sdk.Error{Code: 104, LockedFor: 30 * time.Minute}},
		"unknown user":   {"ERR user\n", sdk.Error{Code: 101, TriesLeft: -1}},
		"no login left":  {"ERR busy\n", sdk.Error{Code: 110, TriesLeft: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t, script{
				answer: func(string) string { return c.answer },
			})
			_, _, err := library.LogIn(r.account())
			var failure *sdk.Error
			c.want.Call = "CLIENT_LoginWithHighLevelSecurity"
			if !errors.As(err, &failure) || *failure != c.want {
				t.Errorf("got %#v, want %#v", err, c.want)
			}
			if logins := r.asked("LOGIN"); len(logins) != 1 {
				t.Errorf("%d logins", len(logins))
			}
		})
	}
}

func TestLogInWithImpossibleAccounts(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{})
	for name, change := range map[string]func(a *sdk.Account){
		"port":     func(a *sdk.Account) { a.Port = 70000 },
		"host":     func(a *sdk.Account) { a.Host = strings.Repeat("h", 64) },
		"user":     func(a *sdk.Account) { a.User = strings.Repeat("u", 64) },
		"password": func(a *sdk.Account) { a.Password = strings.Repeat("p", 64) },
	} {
		account := r.account()
		change(&account)
		var failure *sdk.Error
		if _, _, err := library.LogIn(account); !errors.As(err, &failure) || failure.Code != 7 {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if logins := r.asked("LOGIN"); len(logins) != 0 {
		t.Errorf("the recorder was asked %q", logins)
	}
}

// pictures sends until the library hangs up: what comes before the library's callback is set is lost.
func pictures(_ string, send func(byte, []byte), lines <-chan string) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			send('D', []byte("picture"))
		case _, more := <-lines:
			if !more {
				return
			}
		}
	}
}

func TestLive(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{
		stream: pictures,
	})
	device := logIn(t, library, r)
	for stream, want := range []string{"stream=0", "stream=1"} {
		take, packets := collector()
		s, err := device.Live(sdk.LiveRequest{Channel: 3, Stream: stream}, take)
		if err != nil {
			t.Fatal(err)
		}
		dataUntil(t, packets, "picture")
		r.eventually(t, "LIVE", "channel=3 "+want)
		if err := s.Seek(time.Now()); err == nil {
			t.Error("a live stream takes a seek")
		}
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}
	if err := device.KeyFrame(3, 1); err != nil {
		t.Error(err)
	}
	r.eventually(t, "KEY", "channel=3 stream=1")
}

func TestLiveFails(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{
		answer: func(line string) string {
			if strings.HasPrefix(line, "LIVE") {
				return "ERR offline\n"
			}
			return ""
		},
	})
	device := logIn(t, library, r)
	take, _ := collector()
	var failure *sdk.Error
	if _, err := device.Live(sdk.LiveRequest{Channel: 1}, take); !errors.As(err, &failure) || failure.Code != 1155 {
		t.Errorf("got %v", err)
	}
	for _, bad := range []sdk.LiveRequest{{Channel: -1}, {Channel: 1, Stream: 2}} {
		if _, err := device.Live(bad, take); !errors.As(err, &failure) || failure.Code != 7 {
			t.Errorf("%+v: got %v", bad, err)
		}
	}
}

// span is ten minutes of recordings.
func span() sdk.Span {
	start := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	return sdk.Span{Start: start, End: start.Add(10 * time.Minute)}
}

func TestPlayback(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{
		stream: func(_ string, send func(byte, []byte), lines <-chan string) {
			send('D', []byte("first"))
			for line := range lines {
				send('D', []byte(line))
				if strings.HasPrefix(line, "SEEK") {
					send('D', bytes.Repeat([]byte{'x'}, 300_000))
					send('E', nil)
				}
			}
		},
	})
	device := logIn(t, library, r)
	take, packets := collector()
	s, err := device.Playback(sdk.PlaybackRequest{Channel: 2, Span: span()}, take)
	if err != nil {
		t.Fatal(err)
	}
	r.eventually(t, "PLAY", "channel=2 start=20261120T100000 end=20261120T101000")
	dataUntil(t, packets, "first")
	for _, c := range []struct {
		call func() error
		want string
	}{
		{func() error { return s.Speed(4) }, "SPEED 4"},
		{func() error { return s.Speed(0.3) }, "SPEED 0.25"},
		{s.Pause, "PAUSE"},
		{s.Resume, "RESUME"},
	} {
		if err := c.call(); err != nil {
			t.Fatal(err)
		}
		dataUntil(t, packets, c.want)
	}
	if err := s.Speed(0); err == nil {
		t.Error("speed 0 was taken")
	}
	if err := s.Seek(span().Start.Add(5 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	// The library's threads may be ahead of the mark.
	sought, ended, size := false, false, 0
	limit := time.After(patience)
	for !sought || !ended {
		select {
		case p := <-packets:
			sought = sought || p.Kind == sdk.Sought
			ended = ended || p.Kind == sdk.End
			size += len(p.Data)
		case <-limit:
			t.Fatalf("sought %t, ended %t", sought, ended)
		}
	}
	if size < 300_000 {
		t.Errorf("%d bytes before the end", size)
	}
	r.eventually(t, "SEEK", "20261120T100500")
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// A playback that is refused at the first second is asked for once more, a second later.
func TestPlaybackWithoutRecords(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{
		answer: func(line string) string {
			if strings.HasPrefix(line, "PLAY") && !strings.Contains(line, "channel=5 start=20261120T100001") {
				return "ERR norecord\n"
			}
			return ""
		},
		stream: func(_ string, send func(byte, []byte), _ <-chan string) { send('E', nil) },
	})
	device := logIn(t, library, r)
	take, packets := collector()
	var failure *sdk.Error
	if _, err := device.Playback(sdk.PlaybackRequest{Channel: 4, Span: span()}, take); !errors.As(err, &failure) || failure.Code != 24 {
		t.Errorf("got %v", err)
	}
	if asked := r.asked("PLAY"); len(asked) != 2 {
		t.Errorf("asked %q", asked)
	}
	s, err := device.Playback(sdk.PlaybackRequest{Channel: 5, Span: span()}, take)
	if err != nil {
		t.Fatal(err)
	}
	until(t, packets, sdk.End)
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

func TestPlaybackIsLost(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{
		stream: func(_ string, send func(byte, []byte), _ <-chan string) { send('X', []byte("disk")) },
	})
	device := logIn(t, library, r)
	take, packets := collector()
	s, err := device.Playback(sdk.PlaybackRequest{Channel: 1, Span: span()}, take)
	if err != nil {
		t.Fatal(err)
	}
	if _, p := until(t, packets, sdk.Broken); p.Code != 383 {
		t.Errorf("got %+v", p)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// A stop of a playback that is held back does not wait for long.
func TestStopWhilePaused(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{
		stream: func(_ string, send func(byte, []byte), _ <-chan string) {
			for range 100 {
				send('D', bytes.Repeat([]byte{'x'}, 10_000))
			}
		},
	})
	device := logIn(t, library, r)
	take, packets := collector()
	s, err := device.Playback(sdk.PlaybackRequest{Channel: 1, Span: span()}, take)
	if err != nil {
		t.Fatal(err)
	}
	dataUntil(t, packets, "x")
	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

func TestSearch(t *testing.T) {
	library := open(t)
	var count atomic.Int32
	count.Store(150)
	r := newRecorder(t, script{
		answer: func(line string) string {
			if strings.HasPrefix(line, "FIND") {
				return fileLines(int(count.Load()))
			}
			return ""
		},
	})
	device := logIn(t, library, r)
	search := func(page func([]sdk.File) bool) {
		t.Helper()
		if err := device.Search(sdk.SearchRequest{Channel: 2, Span: span()}, page); err != nil {
			t.Fatal(err)
		}
	}
	var files []sdk.File
	search(func(page []sdk.File) bool { files = append(files, page...); return true })
	if len(files) != 150 {
		t.Fatalf("%d files, want 150", len(files))
	}
	if f := files[149]; f.Name != "/mnt/dvr/通道/149.dav" || f.Size != 150<<10 || !f.Start.Equal(span().Start.Add(1490*time.Minute-10*time.Hour)) {
		t.Errorf("%+v", f)
	}
	pages := 0
	search(func([]sdk.File) bool { pages++; return false })
	if pages != 1 {
		t.Errorf("%d pages after the first was enough", pages)
	}
	count.Store(0)
	search(func([]sdk.File) bool { t.Error("a page of nothing"); return true })
}

func TestMove(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{})
	device := logIn(t, library, r)
	for _, movement := range []sdk.Movement{
		{Channel: 1, Command: 0, Speed: 4},
		{Channel: 1, Command: 0, Speed: 4, Stop: true},
		{Channel: 2, Command: 0x22, Speed: 8},
		{Channel: 2, Command: 5, Speed: 1},
	} {
		if err := device.Move(movement); err != nil {
			t.Errorf("%+v: %v", movement, err)
		}
	}
	if got := r.asked("MOVE"); len(got) != 4 || got[1] != "MOVE channel=1 command=0 stop=1 speed=4" || got[2] != "MOVE channel=2 command=34 stop=0 speed=8" {
		t.Errorf("%q", got)
	}
	if err := device.Move(sdk.Movement{Channel: 1, Command: -1}); err == nil {
		t.Error("a command below 0 was taken")
	}
}

// When the login is lost, all of its streams are told; no stream is started any more, and what is open can be closed.
func TestDisconnect(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{
		stream: pictures,
	})
	device := logIn(t, library, r)
	take, packets := collector()
	var streams []sdk.Stream
	for channel := range 2 {
		s, err := device.Live(sdk.LiveRequest{Channel: channel}, take)
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, s)
		dataUntil(t, packets, "picture")
	}
	r.hangUp("LOGIN")
	for range streams {
		if _, p := until(t, packets, sdk.Broken); p.Code != 2 {
			t.Errorf("got %+v", p)
		}
	}
	if _, err := device.Live(sdk.LiveRequest{Channel: 4}, take); err == nil {
		t.Error("a stream was started in a login that is lost")
	}
	for _, s := range streams {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}
}

// A media connection that ends costs its own streams.
func TestStreamIsLost(t *testing.T) {
	library := open(t)
	r := newRecorder(t, script{stream: pictures})
	device := logIn(t, library, r)
	take, packets := collector()
	s, err := device.Live(sdk.LiveRequest{Channel: 1}, take)
	if err != nil {
		t.Fatal(err)
	}
	dataUntil(t, packets, "picture")
	r.hangUp("LIVE")
	if _, p := until(t, packets, sdk.Broken); p.Code != 109 {
		t.Errorf("got %+v", p)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	s, err = device.Live(sdk.LiveRequest{Channel: 1}, take)
	if err != nil {
		t.Fatal(err)
	}
	dataUntil(t, packets, "picture")
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// A connection that ends at once may be told before the call has returned that starts the stream.
func TestStreamIsLostAtOnce(t *testing.T) {
	library := open(t)
	device := logIn(t, library, newRecorder(t, script{stream: func(_ string, send func(byte, []byte), _ <-chan string) { send('X', nil) }}))
	for range 50 {
		take, packets := collector()
		s, err := device.Live(sdk.LiveRequest{Channel: 1}, take)
		if err != nil {
			t.Fatal(err)
		}
		if _, p := until(t, packets, sdk.Broken); p.Code != 109 {
			t.Errorf("got %+v", p)
		}
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}
}
