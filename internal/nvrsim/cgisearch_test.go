package nvrsim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

const findPage = "/cgi-bin/mediaFileFind.cgi?action="

func cgi(t *testing.T, r *nvrsim.Recorder, target string) (status int, body string) {
	t.Helper()
	return ask(t, r, http.MethodGet, target, "")
}

// handle makes a search and returns its number.
func handle(t *testing.T, r *nvrsim.Recorder) string {
	t.Helper()
	status, body := cgi(t, r, findPage+"factory.create")
	number, ok := strings.CutPrefix(body, "result=")
	if status != 200 || !ok || !strings.HasSuffix(number, "\r\n") {
		t.Fatalf("create: %d %q", status, body)
	}
	return strings.TrimSpace(number)
}

const noonHour = "&condition.StartTime=2016-07-20%2012:00:00&condition.EndTime=2016-07-20+13:00:00"

func TestCGISearch(t *testing.T) {
	zero := 0
	for first, cfg := range map[int]nvrsim.Config{1: {}, 0: {CGIBase: &zero}} {
		cfg.Vendor, cfg.Channels = nvrsim.Dahua, recordedChannels(nvrsim.Dahua)
		r := start(t, cfg)
		object := "&object=" + handle(t, r)
		if r.Counts().Searches != 1 {
			t.Errorf("a handle is held: %+v", r.Counts())
		}
		status, body := cgi(t, r, fmt.Sprintf("%sfindFile%s&condition.Channel=%d%s&condition.Types[0]=dav", findPage, object, first, noonHour))
		if status != 200 || body != "OK\r\n" {
			t.Fatalf("findFile: %d %q", status, body)
		}
		_, body = cgi(t, r, findPage+"findNextFile"+object+"&count=100")
		for _, want := range []string{
			"found=2\r\n", "items[0].Channel=0\r\n", "items[0].StartTime=2016-07-20 12:50:00\r\n", "items[0].EndTime=2016-07-20 13:30:00\r\n",
			"items[0].FilePath=/mnt/dvr/2016-07-20/0/dav/12/", "items[1].FilePath=a&b\r\n", "items[1].Length=4711\r\n", "items[1].Type=dav\r\n",
		} {
			if !strings.Contains(body, want) {
				t.Errorf("no %q in\n%s", want, body)
			}
		}
		if _, body := cgi(t, r, findPage+"findNextFile"+object+"&count=100"); body != "found=0\r\n" {
			t.Errorf("after the last page: %q", body)
		}
		for _, action := range []string{"factory.close", "factory.destroy"} {
			if status, body := cgi(t, r, findPage+action+object); status != 400 || !strings.Contains(body, "ErrorID=2") {
				t.Errorf("%s: %d %q", action, status, body)
			}
		}
		if status, body := cgi(t, r, findPage+"close"+object); status != 200 || body != "OK\r\n" || r.Counts().Searches != 1 {
			t.Errorf("close: %d %q, %+v", status, body, r.Counts())
		}
		if status, body := cgi(t, r, findPage+"destroy"+object); status != 200 || body != "OK\r\n" || r.Counts().Searches != 0 {
			t.Errorf("destroy: %d %q, %+v", status, body, r.Counts())
		}
		if opened, closed := count(r.Journal(), nvrsim.SearchOpen), count(r.Journal(), nvrsim.SearchClose); opened != 1 || closed != 1 {
			t.Errorf("%d searches began, %d were freed", opened, closed)
		}
	}
}

func TestCGISearchRefusals(t *testing.T) {
	r := start(t, nvrsim.Config{Vendor: nvrsim.Dahua, Channels: recordedChannels(nvrsim.Dahua)})
	object := "&object=" + handle(t, r)
	for _, target := range []string{
		"findNextFile" + object + "&count=100", // nothing was asked
		"findFile" + object + noonHour,
		"findFile" + object + "&condition.Channel=1",
		"findFile" + object + "&condition.Channel=0" + noonHour,
		"findFile" + object + "&condition.Channel=4" + noonHour,
		"findFile" + object + "&condition.Channel=1" + strings.Replace(noonHour, "12:00:00", "12:00:00.5", 1),
		"findFile" + object + "&condition.Channel=1" + strings.Replace(noonHour, "12:00:00", "14:00:00", 1),
		"findFile&object=1&condition.Channel=1" + noonHour,
		"close&object=1", "destroy&object=1", "destroy", "nothing" + object,
	} {
		if status, body := cgi(t, r, findPage+target); status != 400 || !strings.HasPrefix(body, "Error\r\n") {
			t.Errorf("%s: %d %q", target, status, body)
		}
	}
	if status, _ := cgi(t, r, "/cgi-bin/mediaFileFind.cgi?object=1&action=factory.create"); status != 400 {
		t.Errorf("the action is not first: %d", status)
	}
	deaf := start(t, nvrsim.Config{Vendor: nvrsim.Dahua, NoCGISearch: true})
	if status, body := cgi(t, deaf, findPage+"factory.create"); status != 400 || body != "Error\r\nBad Request!\r\n" {
		t.Errorf("without a search: %d %q", status, body)
	}
}

// Handles are few and last until they are destroyed.
func TestCGISearchLimit(t *testing.T) {
	for limit, faults := range map[int]nvrsim.Faults{8: {}, 2: {MaxSearches: 2}} {
		r := start(t, nvrsim.Config{Vendor: nvrsim.Dahua, Channels: recordedChannels(nvrsim.Dahua), Faults: faults})
		last := ""
		for range limit {
			last = handle(t, r)
		}
		if status, body := cgi(t, r, findPage+"factory.create"); status != 400 || !strings.HasPrefix(body, "Error") {
			t.Errorf("one more than %d: %d %q", limit, status, body)
		}
		cgi(t, r, findPage+"destroy&object="+last)
		handle(t, r)
	}
}

func TestCGISearchPages(t *testing.T) {
	for _, c := range []struct {
		faults nvrsim.Faults
		want   []string // first starts of four pages
	}{
		{nvrsim.Faults{SearchPage: 2}, []string{"12:50", "20:00", "", ""}},
		{nvrsim.Faults{SearchPage: 2, SearchRepeats: true}, []string{"12:50", "12:50", "12:50", "12:50"}},
		{nvrsim.Faults{SearchPage: 2, SearchEndless: true}, []string{"12:50", "20:00", "20:00", "20:00"}},
		{nvrsim.Faults{SearchDelay: nvrsim.Duration(10 * time.Millisecond)}, []string{"12:50", "", "", ""}},
	} {
		r := start(t, nvrsim.Config{Vendor: nvrsim.Dahua, Channels: recordedChannels(nvrsim.Dahua), Faults: c.faults})
		object := "&object=" + handle(t, r)
		cgi(t, r, findPage+"findFile"+object+
			"&condition.Channel=1&condition.StartTime=2016-07-20%2000:00:00&condition.EndTime=2016-07-20%2023:59:59")
		var got []string
		for range c.want {
			_, body := cgi(t, r, findPage+"findNextFile"+object+"&count=100")
			_, from, _ := strings.Cut(body, "items[0].StartTime=2016-07-20 ")
			got = append(got, from[:min(5, len(from))])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.faults, got, c.want)
		}
	}
}

func TestCGIMovements(t *testing.T) {
	const page = "/cgi-bin/ptz.cgi?action=%s&channel=%d&code=%s&arg1=%d&arg2=%d&arg3=0"
	zero := 0
	for first, cfg := range map[int]nvrsim.Config{1: {}, 0: {PTZBase: &zero}} {
		cfg.Vendor, cfg.Channels = nvrsim.Dahua, recordedChannels(nvrsim.Dahua)
		r := start(t, cfg)
		for code, movement := range map[string]string{
			"Up": "tilt up", "Down": "tilt down", "Left": "pan left", "Right": "pan right", "LeftUp": "up left", "RightUp": "up right",
			"LeftDown": "down left", "RightDown": "down right", "ZoomTele": "zoom in", "ZoomWide": "zoom out", "FocusNear": "focus near",
			"FocusFar": "focus far", "IrisLarge": "iris open", "IrisSmall": "iris close",
		} {
			before := len(moves(r))
			other := "Up"
			if code == other {
				other = "ZoomTele"
			}
			for i, action := range []string{"start", "stop", "stop"} {
				sent := []string{code, other, code}[i]
				if status, body := cgi(t, r, fmt.Sprintf(page, action, first, sent, 4, 4)); status != 200 || body != "OK\r\n" {
					t.Errorf("%s %s: %d %q", action, sent, status, body)
				}
				if moving := r.Counts().Moving; moving != []int{1, 1, 0}[i] {
					t.Errorf("%s after %s %s: %d move", code, action, sent, moving)
				}
			}
			got := moves(r)[before:]
			if got[0] != "ptz-start 1 "+movement || got[len(got)-1] != "ptz-stop 1 "+movement {
				t.Errorf("%s: %q", code, got)
			}
		}
		before := len(moves(r))
		for name, target := range map[string]string{
			"fixed":           fmt.Sprintf(page, "start", first+1, "Up", 0, 4),
			"off":             fmt.Sprintf(page, "start", first+2, "Up", 0, 4),
			"no such channel": fmt.Sprintf(page, "start", first-1, "Up", 0, 4),
			"no such code":    fmt.Sprintf(page, "start", first, "up", 0, 4),
			"no such action":  fmt.Sprintf(page, "go", first, "Up", 0, 4),
			"too fast":        fmt.Sprintf(page, "start", first, "Up", 0, 9),
			"no speed":        fmt.Sprintf(page, "start", first, "LeftUp", 0, 4),
			"action last":     fmt.Sprintf("/cgi-bin/ptz.cgi?channel=%d&code=Up&arg1=0&arg2=4&arg3=0&action=start", first),
			"no arguments":    fmt.Sprintf("/cgi-bin/ptz.cgi?action=start&channel=%d&code=Up", first),
		} {
			if status, body := cgi(t, r, target); status != 400 || body != "Error\r\nBad Request!\r\n" || len(moves(r)) != before {
				t.Errorf("%s: %d %q", name, status, body)
			}
		}
	}
}
