package hik_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/ptz"
)

// camera makes a fake whose pages take movements where taken holds a part of their path, and refuse them elsewhere.
func camera(kind string, status int, body string, taken ...string) *fake {
	f := &fake{kind: kind, serial: "S", ip: 8}
	if kind != "NVR" {
		f.analog, f.ip = 8, 0
	}
	f.put = func(path, _ string) (int, string) {
		for _, part := range taken {
			if strings.Contains(path, part) {
				return 200, "<ResponseStatus><statusCode>1</statusCode><subStatusCode>ok</subStatusCode></ResponseStatus>"
			}
		}
		return status, body
	}
	return f
}

func headOn(t *testing.T, f *fake, channel int) ptz.Head {
	t.Helper()
	head, err := f.start(t, device.Settings{}, nil).PTZ(t.Context(), channel)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = head.Close() })
	return head
}

func TestMovements(t *testing.T) {
	head := func(pan, tilt, zoom int) string {
		return fmt.Sprintf("<PTZData><pan>%d</pan><tilt>%d</tilt><zoom>%d</zoom>", pan, tilt, zoom)
	}
	lens := func(name, element string, value int) string {
		return fmt.Sprintf("<%s><%s>%d</%s></%s>", name, element, value, element, name)
	}
	tests := []struct {
		command     ptz.Command
		start, stop string
	}{
		{ptz.ZoomIn, head(0, 0, 60), head(0, 0, 0)},
		{ptz.ZoomOut, head(0, 0, -60), head(0, 0, 0)},
		{ptz.FocusNear, lens("FocusData", "focus", -60), lens("FocusData", "focus", 0)},
		{ptz.FocusFar, lens("FocusData", "focus", 60), lens("FocusData", "focus", 0)},
		{ptz.IrisOpen, lens("IrisData", "iris", 60), lens("IrisData", "iris", 0)},
		{ptz.IrisClose, lens("IrisData", "iris", -60), lens("IrisData", "iris", 0)},
		{ptz.TiltUp, head(0, 60, 0), head(0, 0, 0)},
		{ptz.TiltDown, head(0, -60, 0), head(0, 0, 0)},
		{ptz.PanLeft, head(-60, 0, 0), head(0, 0, 0)},
		{ptz.PanRight, head(60, 0, 0), head(0, 0, 0)},
		{ptz.UpLeft, head(-60, 60, 0), head(0, 0, 0)},
		{ptz.UpRight, head(60, 60, 0), head(0, 0, 0)},
		{ptz.DownLeft, head(-60, -60, 0), head(0, 0, 0)},
		{ptz.DownRight, head(60, -60, 0), head(0, 0, 0)},
	}
	for _, momentary := range []bool{true, false} {
		f := camera("NVR", 403, "", "PTZCtrlProxy/channels/2/continuous", "ImageProxy/channels/2/")
		if momentary {
			f = camera("NVR", 403, "", "PTZCtrlProxy/channels/2/", "ImageProxy/channels/2/")
		}
		h := headOn(t, f, 34)
		for _, tt := range tests {
			isHead := strings.HasPrefix(tt.start, "<PTZData>")
			timed, err := h.Start(t.Context(), tt.command, 250*time.Millisecond)
			if err != nil || timed != (momentary && isHead) {
				t.Fatalf("%v: timed %v, %v", tt.command, timed, err)
			}
			moves := f.moves()
			if got := moves[len(moves)-1]; !strings.Contains(got, tt.start) ||
				strings.Contains(got, "/momentary ") != timed || strings.Contains(got, "<Momentary><duration>250</duration></Momentary>") != timed {
				t.Errorf("%v started by %s", tt.command, got)
			}
			for range 2 { // it may be called again
				if err := h.Stop(t.Context(), tt.command); err != nil {
					t.Errorf("%v: %v", tt.command, err)
				}
				moves = f.moves()
				if len(moves) != 1 || !strings.Contains(moves[0], tt.stop) || strings.Contains(moves[0], "omentary") {
					t.Errorf("%v stopped by %v", tt.command, moves)
				}
			}
		}
	}
}

// paths lists the pages of what was sent.
func paths(moves []string) []string {
	all := make([]string, 0, len(moves))
	for _, move := range moves {
		path, _, _ := strings.Cut(move, " ")
		all = append(all, strings.TrimPrefix(path, "/ISAPI"))
	}
	return all
}

// What a camera refuses leads to the next page; what it takes is known to the next login.
func TestLevers(t *testing.T) {
	const (
		proxy = "/ContentMgmt/PTZCtrlProxy/channels/1/"
		plain = "/PTZCtrl/channels/1/"
	)
	notThere := []struct {
		status int
		body   string
	}{
		{403, ""},
		{404, "<html>"},
		{405, ""},
		{400, status(6, "badXmlContent")},
		{403, status(4, "notSupport")},
		{500, status(4, "methodNotAllowed")},
		{200, status(4, "invalidOperation")},
		{403, "<ResponseStatus><errorCode>1073741825</errorCode></ResponseStatus>"},
	}
	tests := []struct {
		name    string
		kind    string
		channel int
		command ptz.Command
		taken   string
		want    []string
	}{
		{"recorder, proxy", "NVR", 33, ptz.PanLeft, "Proxy/channels/1/", []string{proxy + "momentary"}},
		{"recorder, proxy without momentary", "NVR", 33, ptz.PanLeft, "Proxy/channels/1/continuous", []string{proxy + "momentary", proxy + "continuous"}},
		{"recorder, plain", "NVR", 33, ptz.PanLeft, "/PTZCtrl/", []string{proxy + "momentary", proxy + "continuous", plain + "momentary"}},
		{
			"recorder, plain without momentary", "NVR", 33, ptz.PanLeft, "/PTZCtrl/channels/1/continuous",
			[]string{proxy + "momentary", proxy + "continuous", plain + "momentary", plain + "continuous"},
		},
		{"analog input", "DVR", 1, ptz.PanLeft, "/PTZCtrl/", []string{plain + "momentary"}},
		{"camera by proxy", "IPCamera", 1, ptz.PanLeft, "Proxy", []string{plain + "momentary", plain + "continuous", proxy + "momentary"}},
		{"recorder, focus", "NVR", 33, ptz.FocusFar, "/ImageProxy/", []string{"/ContentMgmt/ImageProxy/channels/1/focus"}},
		{
			"recorder, iris", "NVR", 33, ptz.IrisOpen, "/Image/",
			[]string{
				"/ContentMgmt/ImageProxy/channels/1/iris", "/ContentMgmt/InputProxy/channels/1/video/iris",
				"/System/Video/inputs/channels/1/iris", "/Image/channels/1/iris",
			},
		},
		{"camera, focus", "IPDome", 1, ptz.FocusNear, "/System/Video/", []string{"/System/Video/inputs/channels/1/focus"}},
		{"analog input, iris", "DVR", 1, ptz.IrisClose, "/Image/", []string{"/System/Video/inputs/channels/1/iris", "/Image/channels/1/iris"}},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refusal := notThere[i%len(notThere)]
			f := camera(tt.kind, refusal.status, refusal.body, tt.taken)
			if _, err := headOn(t, f, tt.channel).Start(t.Context(), tt.command, time.Second); err != nil {
				t.Fatal(err)
			}
			if got := paths(f.moves()); !slices.Equal(got, tt.want) {
				t.Errorf("tried %v, want %v", got, tt.want)
			}
			again := headOn(t, f, tt.channel)
			if _, err := again.Start(t.Context(), tt.command, time.Second); err != nil {
				t.Fatal(err)
			}
			if got := paths(f.moves()); !slices.Equal(got, tt.want[len(tt.want)-1:]) {
				t.Errorf("the next login tried %v", got)
			}
			if err := again.Stop(t.Context(), tt.command); err != nil {
				t.Error(err)
			}
			f.moves()
			// A camera that was replaced is learnt anew.
			put := f.put
			f.put = func(path, body string) (int, string) {
				if strings.HasSuffix(path, strings.TrimPrefix(tt.want[len(tt.want)-1], "/")) {
					return 403, ""
				}
				_, _ = put(path, body)
				return 200, ""
			}
			if _, err := again.Start(t.Context(), tt.command, time.Second); err != nil || len(f.moves()) != 2 {
				t.Errorf("after a change: %v", err)
			}
		})
	}
	for _, refusal := range notThere {
		f := camera("NVR", refusal.status, refusal.body)
		h := headOn(t, f, 33)
		_, err := h.Start(t.Context(), ptz.TiltUp, time.Second)
		if !fails(err, device.OpPTZ, device.KindUnsupported) || len(f.moves()) != 4 {
			t.Errorf("%d %s: %v", refusal.status, refusal.body, err)
		}
		if err := h.Stop(t.Context(), ptz.TiltUp); err != nil {
			t.Errorf("%d %s: stop where nothing moves: %v", refusal.status, refusal.body, err)
		}
	}
}

// What says nothing about the page ends the attempt: no other page is tried, and a refused password least of all.
func TestMovementFails(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   device.Kind
	}{
		{"refused", 401, "", device.KindAuth},
		{"locked", 403, "<userCheck><lockStatus>lock</lockStatus></userCheck>", device.KindLocked},
		{"busy", 503, "", device.KindBusy},
		{"busy by 403", 403, status(2, "deviceBusy"), device.KindBusy},
		{"fault", 500, status(3, "deviceError"), device.KindProtocol},
		{"fault by 403", 403, status(3, "deviceError"), device.KindProtocol},
		{"fault without words", 500, "", device.KindProtocol},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := camera("NVR", tt.status, tt.body)
			h := headOn(t, f, 33)
			_, started := h.Start(t.Context(), ptz.ZoomIn, time.Second)
			for _, err := range []error{started, h.Stop(t.Context(), ptz.ZoomIn)} {
				if !fails(err, device.OpPTZ, tt.want) {
					t.Errorf("error %v, want %v", err, tt.want)
				}
			}
			if n := len(f.moves()); n != 2 {
				t.Errorf("%d requests, want one each", n)
			}
		})
	}
}

// A stop that is refused where the movement began goes to the other pages too, and fails where none takes it.
func TestStopRefused(t *testing.T) {
	f := camera("NVR", 404, "", "Proxy/channels/1/continuous")
	h := headOn(t, f, 33)
	if timed, err := h.Start(t.Context(), ptz.PanLeft, time.Second); err != nil || timed {
		t.Fatal(timed, err)
	}
	f.put = func(string, string) (int, string) { return 403, "" }
	f.moves()
	if err := h.Stop(t.Context(), ptz.PanLeft); err == nil || len(f.moves()) != 2 {
		t.Errorf("stop: %v", err)
	}
}

func TestPTZChannel(t *testing.T) {
	f := &fake{kind: "NVR", serial: "S", ip: 8}
	d := f.start(t, device.Settings{}, nil)
	_, err := d.PTZ(t.Context(), 41)
	if !fails(err, device.OpPTZ, device.KindNoSuchChannel) {
		t.Errorf("error %v", err)
	}
}

// Without HTTP there is neither a list nor a movement, but there are recordings.
func TestRTSPAloneRecordings(t *testing.T) {
	f := &fake{kind: "NVR", serial: "S", ip: 8}
	f.start(t, device.Settings{}, nil)
	target := f.target
	f.target.HTTPPort = f.target.RTSPPort
	d := f.start(t, device.Settings{}, nil)
	f.target = target
	if way := d.Info().Way; way != device.WayRTSP {
		t.Fatalf("way %q", way)
	}
	_, searched := find(t, d)
	_, moved := d.PTZ(t.Context(), 33)
	for _, err := range []error{searched, moved} {
		if kind, _ := device.KindOf(err); kind != device.KindUnsupported {
			t.Errorf("error %v", err)
		}
	}
	if path := f.played(t, d, 34, span("12:00:00", "13:00:00")); !strings.HasPrefix(path, "/Streaming/tracks/201?starttime=20160720T120000Z&endtime=20160720T130000Z") {
		t.Errorf("played %s", path)
	}
}
