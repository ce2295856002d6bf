package dahua_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mediapusher/dahua"
	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/netway"
	"mediapusher/internal/nvrsim"
	"mediapusher/playback"
)

var day = playback.Range{
	Start: time.Date(2016, 7, 20, 0, 0, 0, 0, time.UTC), End: time.Date(2016, 7, 21, 0, 0, 0, 0, time.UTC),
}

// find searches a day of a channel, counted from 0.
func find(ctx context.Context, d device.Device, channel int) (files []playback.File, pages int, err error) {
	err = d.Search(ctx, device.SearchRequest{Channel: channel, Range: day}, func(page []playback.File) {
		files = append(files, page...)
		pages++
	})
	return files, pages, err
}

func TestSearch(t *testing.T) {
	two := map[int][]fakeFile{0: recorded(0, 3), 1: recorded(1, 250)}
	last := fakeFile{path: "/mnt/dvr/2016-07-20/1/dav/12/picture.jpg", start: "2016-07-20 13:00:00", end: "2016-07-20 13:00:01", kind: "jpg"}
	sub := func(minute int) fakeFile {
		return fakeFile{
			path:  fmt.Sprintf("/sub/%d", minute),
			start: fmt.Sprintf("2016-07-20 12:%02d:00", minute), end: fmt.Sprintf("2016-07-20 12:%02d:59", minute), kind: "dav", stream: "Extra1",
		}
	}
	tests := []struct {
		name     string
		recorder *fake
		channel  int
		want     int
		asked    string // the numbers in the queries, in order
	}{
		{"base 1", &fake{base: 1, files: two}, 1, 250, "2"},
		{"base 0", &fake{base: 0, files: two}, 0, 3, "1 0"},
		{"base 0, the last channel", &fake{base: 0, files: two}, 1, 250, "2 1"},
		{"base 0, nothing there", &fake{base: 0, files: map[int][]fakeFile{0: recorded(0, 1)}}, 1, 0, "2 1"},
		{"base 1, nothing there", &fake{base: 1, files: map[int][]fakeFile{0: recorded(0, 1)}}, 1, 0, "2 1"},
		{"base 1, answers from 1", &fake{base: 1, answers: 1, files: two}, 1, 250, "2"},
		{"base 1, answers from 1, nothing there", &fake{base: 1, answers: 1, files: map[int][]fakeFile{0: recorded(0, 1)}}, 1, 0, "2 1"},
		{"no paths", &fake{base: 1, files: map[int][]fakeFile{1: bare(recorded(1, 5))}}, 1, 5, "2"},
		{"no paths, base 0", &fake{base: 0, files: map[int][]fakeFile{0: bare(recorded(1, 5)), 1: bare(recorded(1, 7))}}, 0, 5, "1 0"},
		{"pages of at most 40", &fake{base: 1, limit: 40, files: two}, 1, 250, "2"},
		{"exactly one page", &fake{base: 1, files: map[int][]fakeFile{1: recorded(1, 100)}}, 1, 100, "2"},
		{"error at the end", &fake{base: 1, end: "Error\r\n", files: two}, 1, 250, "2"},
		{"400 at the end", &fake{base: 1, end: "400", files: two}, 1, 250, "2"},
		{"the same page for ever", &fake{base: 1, repeat: true, files: two}, 1, 100, "2"},
		{"pictures", &fake{base: 1, files: map[int][]fakeFile{1: append(recorded(1, 2), last)}}, 1, 2, "2"},
		{"of a sub stream", &fake{base: 1, files: map[int][]fakeFile{1: append([]fakeFile{sub(0), sub(7)}, recorded(1, 2)...)}}, 1, 3, "2"},
		{"of a sub stream, two mains between", &fake{base: 1, files: map[int][]fakeFile{1: {
			recorded(1, 5)[4], sub(2), sub(0), sub(4), recorded(1, 1)[0], sub(1),
		}}}, 1, 4, "2"},
		{"no length in time", &fake{base: 1, files: map[int][]fakeFile{1: {{start: "2016-07-20 12:00:00", end: "2016-07-20 12:00:00"}}}}, 1, 0, "2"},
		{"of another day", &fake{base: 1, files: map[int][]fakeFile{1: {{start: "2016-07-21 00:00:00", end: "2016-07-21 12:00:00"}}}}, 1, 0, "2"},
		{"query refused", &fake{base: 1, find: "Error\r\nBad Request!\r\n", noRPC: true, files: two}, 1, 0, "2 1"},
		{"one camera from 0", &fake{channels: 1, base: 0, files: map[int][]fakeFile{0: bare(recorded(0, 4))}, lines: anonymous}, 0, 4, "1 0"},
		{"no proof on base 1", &fake{base: 1, files: two, lines: anonymous}, 1, 250, "2"},
		{"no proof on base 0", &fake{channels: 2, base: 0, files: map[int][]fakeFile{0: recorded(0, 4)}, lines: anonymous}, 0, 0, "1 0"},
		{"mixed line ends", &fake{base: 1, files: two, lines: shuffled}, 1, 250, "2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.recorder
			if f.channels == 0 {
				f.channels = 2
			}
			d := f.start(t, nil)
			files, _, err := find(t.Context(), d, tt.channel)
			if err != nil || len(files) != tt.want {
				t.Errorf("%d files, %v; want %d", len(files), err, tt.want)
			}
			var asked []string
			for _, query := range f.entries("mediaFileFind action=findFile&") {
				_, number, _ := strings.Cut(query, "condition.Channel=")
				asked = append(asked, number[:1])
			}
			if got := strings.Join(asked, " "); got != tt.asked {
				t.Errorf("asked for %q, want %q", got, tt.asked)
			}
			if f.left() != 0 {
				t.Errorf("%d handles or sessions are left", f.left())
			}
			if closed, created := f.entries("mediaFileFind action=close"), f.entries("mediaFileFind action=factory.create"); len(closed) != len(created) {
				t.Errorf("closed %d of %d", len(closed), len(created))
			}
		})
	}
}

func anonymous(n, _ int, f fakeFile) string {
	return fmt.Sprintf("items[%d].StartTime=%s\r\nitems[%d].EndTime=%s\r\n", n, f.start, n, f.end)
}

func shuffled(n, channel int, f fakeFile) string {
	return fmt.Sprintf("items[%d].StartTime=%s\nitems[%d].EndTime=%s\r\nitems[%d].Channel=%d\n", n, f.start, n, f.end, n, channel)
}

// The requests are those that popular clients make, in their order; what a file is called is the device's own text.
func TestSearchRequests(t *testing.T) {
	f := &fake{channels: 2, base: 1, files: map[int][]fakeFile{1: recorded(1, 1)}}
	d := f.start(t, nil)
	files, pages, err := find(t.Context(), d, 1)
	if err != nil || pages != 1 || len(files) != 1 {
		t.Fatal(files, pages, err)
	}
	noon := day.Start.Add(12 * time.Hour)
	want := playback.File{
		Name: "/mnt/dvr/2016-07-20/1/dav/12/12.00.00-12.01.00[R][0@0][0].dav", Size: 1000,
		Range: playback.Range{Start: noon, End: noon.Add(time.Minute)},
	}
	if files[0] != want {
		t.Errorf("%+v, want %+v", files[0], want)
	}
	got := strings.Join(f.entries("mediaFileFind"), "\n")
	if want := strings.Join([]string{
		"mediaFileFind action=factory.create",
		"mediaFileFind action=findFile&object=701&condition.Channel=2&condition.StartTime=2016-07-20%2000:00:00" +
			"&condition.EndTime=2016-07-21%2000:00:00&condition.Types[0]=dav",
		"mediaFileFind action=findNextFile&object=701&count=100",
		"mediaFileFind action=findNextFile&object=701&count=100",
		"mediaFileFind action=close&object=701",
		"mediaFileFind action=destroy&object=701",
	}, "\n"); got != want {
		t.Errorf("asked\n%s\nwant\n%s", got, want)
	}
}

// A base that was proven is kept for the device, and given up where items contradict it.
func TestBaseIsRemembered(t *testing.T) {
	driver := dahua.New(netway.Config{Timeout: 10 * time.Second})
	f := &fake{channels: 3, base: 0, files: map[int][]fakeFile{1: recorded(1, 2), 2: recorded(2, 3)}}
	d := f.start(t, driver)
	for range 3 {
		if files, _, err := find(t.Context(), d, 1); err != nil || len(files) != 2 {
			t.Fatal(files, err)
		}
	}
	if queries := f.entries("mediaFileFind action=findFile&"); len(queries) != 4 {
		t.Errorf("%d queries, want 4: %q", len(queries), queries)
	}
	f.mu.Lock()
	f.base = 1
	f.mu.Unlock()
	for _, channel := range []int{2, 1} {
		if files, _, err := find(t.Context(), d, channel); err != nil || len(files) != channel+1 {
			t.Errorf("channel %d: %d files, %v", channel, len(files), err)
		}
	}
}

// Whatever ends a search, its handles are given back.
func TestSearchTrouble(t *testing.T) {
	files := map[int][]fakeFile{0: recorded(0, 250)}
	t.Run("cancelled midway", func(t *testing.T) {
		f := &fake{channels: 2, base: 1, files: files}
		d := f.start(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		pages := 0
		err := d.Search(ctx, device.SearchRequest{Channel: 0, Range: day}, func([]playback.File) { pages++; cancel() })
		if kind, _ := device.KindOf(err); kind != device.KindUnreachable || !errors.Is(err, context.Canceled) || pages != 1 {
			t.Errorf("%v after %d pages", err, pages)
		}
		if f.left() != 0 {
			t.Error("a handle is left")
		}
	})
	t.Run("cancelled while a handle is made", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := &fake{channels: 2, base: 1, files: files, before: func(name string) {
			if name == "mediaFileFind factory.create" {
				cancel()
			}
		}}
		d := f.start(t, nil)
		if _, _, err := find(ctx, d, 0); err == nil || f.left() != 0 {
			t.Errorf("error %v, %d left", err, f.left())
		}
	})
	for status, want := range map[string]device.Kind{"503": device.KindBusy, "401": device.KindAuth, "500": device.KindProtocol} {
		t.Run(status, func(t *testing.T) {
			f := &fake{channels: 2, base: 1, files: files, end: status}
			d := f.start(t, nil)
			got, _, err := find(t.Context(), d, 0)
			var failure *device.Error
			if !errors.As(err, &failure) || failure.Kind != want || failure.Op != device.OpSearch || len(got) != 250 || f.left() != 0 {
				t.Errorf("%d files, %v, %d left", len(got), err, f.left())
			}
		})
	}
	for name, f := range map[string]*fake{
		"no first page, and no RPC2":         {noRPC: true},
		"no first page, and a login refused": {rpcLogin: 268632085},
	} {
		t.Run(name, func(t *testing.T) {
			f.channels, f.base, f.files, f.first = 2, 1, files, "400"
			d := f.start(t, nil)
			_, pages, err := find(t.Context(), d, 0)
			var failure *device.Error
			if !errors.As(err, &failure) || failure.Op != device.OpSearch || failure.Kind != device.KindProtocol || failure.Code != 400 || pages != 0 {
				t.Errorf("%d pages, %v", pages, err)
			}
			if f.left() != 0 {
				t.Errorf("%d handles or sessions are left", f.left())
			}
		})
	}
	t.Run("no such channel", func(t *testing.T) {
		d := (&fake{channels: 2}).start(t, nil)
		if _, _, err := find(t.Context(), d, 2); err == nil {
			t.Error("no error")
		} else if kind, _ := device.KindOf(err); kind != device.KindNoSuchChannel {
			t.Error(err)
		}
	})
}

// RPC2 searches where CGI does not.
func TestSearchByRPC2(t *testing.T) {
	files := map[int][]fakeFile{1: recorded(1, 250)}
	for _, tt := range []struct {
		name     string
		recorder *fake
		want     int
		kind     device.Kind // 0 for none
	}{
		{"404", &fake{create: "404"}, 250, 0},
		{"501", &fake{create: "501"}, 250, 0},
		{"error", &fake{create: "Error\r\nNot Implemented!\r\n"}, 250, 0},
		{"no handle", &fake{create: "OK\r\n"}, 250, 0},
		{"query refused", &fake{find: "400", base: 1}, 250, 0},
		{"no first page", &fake{first: "400", base: 1}, 250, 0},
		{"no first page, an error", &fake{first: "Error\r\nBad Request!\r\n", base: 1}, 250, 0},
		{"no first page, 500", &fake{first: "500", base: 1}, 250, 0},
		{"the same page for ever", &fake{create: "404", repeat: true}, 100, 0},
		{"neither", &fake{create: "404", noRPC: true}, 0, device.KindUnsupported},
		{"login refused", &fake{create: "404", rpcLogin: 268632085}, 0, device.KindAuth},
		{"account locked", &fake{create: "404", rpcLogin: 268632081}, 0, device.KindLocked},
		{"nothing recorded", &fake{create: "404", rpc: func(method string, _ map[string]any) (string, bool) {
			return `{"error":{"code":285409409,"message":"x"},"result":false}`, method == "mediaFileFind.findFile"
		}}, 0, 0},
		{"null at the end", &fake{create: "404", rpc: func(method string, _ map[string]any) (string, bool) {
			return `{"result":true,"params":{"found":0,"infos":null}}`, method == "mediaFileFind.findNextFile"
		}}, 0, 0},
		{"no JSON", &fake{create: "404", rpc: func(string, map[string]any) (string, bool) { return "<html>", true }}, 0, device.KindUnsupported},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.recorder
			f.channels, f.files = 2, files
			d := f.start(t, nil)
			for range 2 {
				got, _, err := find(t.Context(), d, 1)
				var failure *device.Error
				if errors.As(err, &failure) && (failure.Op != device.OpSearch || strings.Contains(err.Error(), fakePassword)) {
					t.Error(err)
				}
				if kind, _ := device.KindOf(err); kind != tt.kind && f.logins <= 1 || len(got) != tt.want || (err == nil) != (tt.kind == 0) {
					t.Errorf("%d files, %v; want %d, %v", len(got), err, tt.want, tt.kind)
				}
				if tt.kind == device.KindAuth {
					tt.kind = device.KindUnsupported // the second time it is not asked any more
				}
			}
			if tt.kind == device.KindUnsupported && f.logins > 1 && tt.name != "no JSON" {
				t.Errorf("the password was sent %d times", f.logins)
			}
			if len(f.open) != 0 || tt.name != "no JSON" && f.left() != 0 {
				t.Errorf("%d handles, %d sessions are left", len(f.open), len(f.session))
			}
			if n := len(f.entries("rpc ")); tt.recorder.noRPC && n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// Without HTTP nobody searches or moves, but recordings play.
func TestWithoutHTTP(t *testing.T) {
	target := adapter.Simulate(t, nvrsim.Config{}).Target
	target.HTTPPort = devicetest.ClosedPort(t)
	d, err := adapter.Driver(nil).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	_, _, searched := find(t.Context(), d, 0)
	_, moved := d.PTZ(t.Context(), 0)
	for op, err := range map[device.Operation]error{device.OpSearch: searched, device.OpPTZ: moved} {
		var failure *device.Error
		if !errors.As(err, &failure) || failure.Kind != device.KindUnsupported || failure.Op != op {
			t.Errorf("%s: %v", op, err)
		}
	}
	if _, err := d.Playback(t.Context(), device.PlaybackRequest{Channel: 0, Request: playback.Request{Range: day, Speed: 1}}); err != nil {
		t.Error(err)
	}
}

func TestPlaybackPath(t *testing.T) {
	const want = "/cam/playback?channel=3&subtype=0&starttime=2016_07_20_00_00_00&endtime=2016_07_21_00_00_00"
	if got := dahua.PlaybackPath(3, day); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	d := (&fake{channels: 2}).start(t, nil)
	for channel, exists := range map[int]bool{-1: false, 0: true, 1: true, 2: false} {
		_, err := d.Playback(t.Context(), device.PlaybackRequest{Channel: channel, Request: playback.Request{Range: day, Speed: 1}})
		if kind, _ := device.KindOf(err); (err == nil) != exists || err != nil && kind != device.KindNoSuchChannel {
			t.Errorf("channel %d: %v", channel, err)
		}
	}
}

// Items hold no line ends, are not more than their ceiling, and what makes a file is a time span.
func FuzzItems(f *testing.F) {
	f.Add([]byte("found=1\r\nitems[0].Channel=1\r\nitems[0].StartTime=2016-07-20 12:00:00\r\nitems[0].EndTime=2016-07-20 13:00:00\r\n"+
		"items[0].FilePath=/mnt/dvr/2016-07-20/1/dav/12/x.dav\r\nitems[0].Length=41943040\r\n"), 2)
	f.Add([]byte("items[99999999999999999999].Channel=1\nitems[-1].Channel=1\nitems[0.Channel=1\nitems[01].Channel=2"), 0)
	f.Add([]byte("items[3].StartTime=2016-07-20 12:00:00\nitems[3].Duration=1e300\nitems[3].Length=NaN"), 1)
	f.Fuzz(func(t *testing.T, body []byte, asked int) {
		files, channels, err := dahua.Items(body, asked)
		if err != nil {
			return
		}
		if len(channels) > dahua.MaxItems {
			t.Errorf("%d items", len(channels))
		}
		checkFiles(t, files, channels)
	})
}

// The same of RPC2, and a session's number is what can be sent back.
func FuzzReply(f *testing.F) {
	f.Add([]byte(`{"id":3,"result":true,"params":{"found":1,"infos":[{"Channel":1,"StartTime":"2016-07-20 12:00:00","EndTime":"2016-07-20 13:00:00",
		"Length":41943040.0,"FilePath":"/x","Type":"dav"}]},"session":"a"}`), 1)
	f.Add([]byte(`{"error":{"code":268632085,"message":"x"},"params":{"remainLockSecond":"9e99"},"result":false}`), 0)
	f.Add([]byte(`{"result":12,"error":null,"params":{"infos":[null,{"Channel":{}},{"Length":"-1"}],"keepAliveInterval":-4}}`), 2)
	f.Add([]byte(`{"result":{},"error":"x","params":[]}`), 2)
	f.Fuzz(func(t *testing.T, body []byte, asked int) {
		got, err := dahua.ReadReply(body, asked)
		if err != nil {
			return
		}
		if got.KeepAlive < 2*time.Second || got.KeepAlive > 10*time.Minute || got.Lock < 0 || got.Lock > 24*time.Hour {
			t.Errorf("%+v", got)
		}
		if got.Refused && got.Object != "" || len(got.Object) > 128 || len(got.Channels) > dahua.MaxItems {
			t.Errorf("%+v", got)
		}
		checkFiles(t, got.Files, got.Channels)
	})
}

func checkFiles(t *testing.T, files []playback.File, channels []int) {
	t.Helper()
	for _, file := range files {
		if !file.Start.Before(file.End) || file.Size < 0 || file.Start.Location() != time.UTC {
			t.Errorf("%+v", file)
		}
	}
	for _, channel := range channels {
		if channel < -1 {
			t.Errorf("channel %d", channel)
		}
	}
}
