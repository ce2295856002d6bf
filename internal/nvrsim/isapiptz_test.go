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

// moves lists what was done to cameras, as "ptz-start 1 tilt up".
func moves(r *nvrsim.Recorder) []string {
	var all []string
	for _, entry := range r.Journal() {
		if strings.HasPrefix(string(entry.Kind), "ptz-") {
			all = append(all, fmt.Sprintf("%s %s", entry.Kind, entry.Detail))
		}
	}
	return all
}

func ptzData(pan, tilt, zoom int) string {
	return fmt.Sprintf("<PTZData><pan>%d</pan><tilt>%d</tilt><zoom>%d</zoom></PTZData>", pan, tilt, zoom)
}

const (
	plainPTZ = "/ISAPI/PTZCtrl/channels/1/"
	proxyPTZ = "/ISAPI/ContentMgmt/PTZCtrlProxy/channels/1/"
)

func TestISAPIMovements(t *testing.T) {
	const stopped = "ptz-stop 1 "
	lens := func(name string, speed int) string {
		return fmt.Sprintf("<%sData><%s>%d</%s></%[1]sData>", name, strings.ToLower(name), speed, strings.ToLower(name))
	}
	r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Channels: recordedChannels(nvrsim.Hikvision)})
	for _, c := range []struct{ target, start, stop, movement string }{
		{proxyPTZ + "continuous", ptzData(0, 60, 0), ptzData(0, 0, 0), "tilt up"},
		{plainPTZ + "continuous", ptzData(0, -60, 0), ptzData(0, 0, 0), "tilt down"},
		{proxyPTZ + "continuous", ptzData(-60, 0, 0), ptzData(0, 0, 0), "pan left"},
		{proxyPTZ + "continuous", ptzData(60, 0, 0), ptzData(0, 0, 0), "pan right"},
		{proxyPTZ + "continuous", ptzData(-60, 60, 0), ptzData(0, 0, 0), "up left"},
		{proxyPTZ + "continuous", ptzData(60, 60, 0), ptzData(0, 0, 0), "up right"},
		{proxyPTZ + "continuous", ptzData(-60, -60, 0), ptzData(0, 0, 0), "down left"},
		{proxyPTZ + "continuous", ptzData(60, -60, 0), ptzData(0, 0, 0), "down right"},
		{proxyPTZ + "continuous", ptzData(0, 0, 100), ptzData(0, 0, 0), "zoom in"},
		{proxyPTZ + "continuous", ptzData(0, 0, -100), "<PTZData><zoom>0</zoom></PTZData>", "zoom out"},
		{"/ISAPI/ContentMgmt/ImageProxy/channels/1/focus", lens("Focus", -60), lens("Focus", 0), "focus near"},
		{"/ISAPI/System/Video/inputs/channels/1/focus", lens("Focus", 60), lens("Focus", 0), "focus far"},
		{"/ISAPI/Image/channels/1/iris", lens("Iris", 60), lens("Iris", 0), "iris open"},
		{"/ISAPI/ContentMgmt/ImageProxy/channels/1/iris", lens("Iris", -60), lens("Iris", 0), "iris close"},
	} {
		before := len(moves(r))
		if status, body := ask(t, r, http.MethodPut, c.target, c.start); status != 200 || !strings.Contains(body, "<statusCode>1<") {
			t.Errorf("%s: start: %d %s", c.movement, status, body)
		}
		if moving := r.Counts().Moving; moving != 1 {
			t.Errorf("%s: %d move", c.movement, moving)
		}
		if status, body := ask(t, r, http.MethodPut, c.target, c.stop); status != 200 {
			t.Errorf("%s: stop: %d %s", c.movement, status, body)
		}
		want := []string{"ptz-start 1 " + c.movement, stopped + c.movement}
		if got := moves(r)[before:]; !slices.Equal(got, want) || r.Counts().Moving != 0 {
			t.Errorf("%q, want %q", got, want)
		}
	}
	timed := "<PTZData><pan>0</pan><tilt>40</tilt><zoom>0</zoom><Momentary><duration>200</duration></Momentary></PTZData>"
	status, _ := ask(t, r, http.MethodPut, proxyPTZ+"momentary", timed)
	all := moves(r)
	if last := all[len(all)-1]; status != 200 || last != "ptz-timed 1 tilt up 200" || r.Counts().Moving != 0 {
		t.Errorf("%d %s, %d move", status, last, r.Counts().Moving)
	}
}

func TestISAPIMovementRefusals(t *testing.T) {
	const oneFocus = "<FocusData><focus>1</focus></FocusData>"
	channels := func() []nvrsim.Channel { return recordedChannels(nvrsim.Hikvision) }
	for name, c := range map[string]struct {
		cfg                  nvrsim.Config
		method, target, body string
		status               int
		want                 string
	}{
		"wrong verb":      {nvrsim.Config{}, http.MethodPost, proxyPTZ + "continuous", ptzData(0, 1, 0), 401, "userCheck"},
		"too fast":        {nvrsim.Config{}, http.MethodPut, proxyPTZ + "continuous", ptzData(0, 101, 0), 400, "badParameters"},
		"nothing":         {nvrsim.Config{}, http.MethodPut, proxyPTZ + "continuous", "<PTZData/>", 400, "badXmlContent"},
		"other root":      {nvrsim.Config{}, http.MethodPut, proxyPTZ + "continuous", "<IrisData/>", 400, "badXmlFormat"},
		"no XML":          {nvrsim.Config{}, http.MethodPut, proxyPTZ + "continuous", "up", 400, "badXmlFormat"},
		"no duration":     {nvrsim.Config{}, http.MethodPut, proxyPTZ + "momentary", ptzData(0, 1, 0), 400, "badParameters"},
		"no such verb":    {nvrsim.Config{}, http.MethodPut, proxyPTZ + "sideways", ptzData(0, 1, 0), 403, "notSupport"},
		"no such channel": {nvrsim.Config{}, http.MethodPut, "/ISAPI/PTZCtrl/channels/33/continuous", ptzData(0, 1, 0), 400, "badParameters"},
		"fixed":           {nvrsim.Config{}, http.MethodPut, "/ISAPI/PTZCtrl/channels/2/continuous", ptzData(0, 1, 0), 403, "notSupport"},
		"fixed lens":      {nvrsim.Config{}, http.MethodPut, "/ISAPI/Image/channels/2/focus", oneFocus, 403, "notSupport"},
		"off":             {nvrsim.Config{}, http.MethodPut, "/ISAPI/PTZCtrl/channels/3/continuous", ptzData(0, 1, 0), 500, "deviceError"},
		"proxy only":      {nvrsim.Config{PTZPath: nvrsim.PTZProxy}, http.MethodPut, plainPTZ + "continuous", ptzData(0, 1, 0), 403, "notSupport"},
		"plain only":      {nvrsim.Config{PTZPath: nvrsim.PTZPlain}, http.MethodPut, proxyPTZ + "continuous", ptzData(0, 1, 0), 403, "notSupport"},
		"untimed":         {nvrsim.Config{NoMomentary: true}, http.MethodPut, proxyPTZ + "momentary", ptzData(0, 1, 0), 403, "notSupport"},
		"analog by proxy": {nvrsim.Config{Analog: 1}, http.MethodPut, proxyPTZ + "continuous", ptzData(0, 1, 0), 403, "notSupport"},
	} {
		c.cfg.Vendor, c.cfg.Channels = nvrsim.Hikvision, channels()
		r := start(t, c.cfg)
		status, body := ask(t, r, c.method, c.target, c.body)
		if status != c.status || !strings.Contains(body, c.want) || len(moves(r)) != 0 {
			t.Errorf("%s: %d %s, %q", name, status, body, moves(r))
		}
	}
}

// A stop that fails leaves the camera moving.
func TestStopFails(t *testing.T) {
	const dahuaUp = "/cgi-bin/ptz.cgi?action=%s&channel=1&code=Up&arg1=0&arg2=5&arg3=0"
	for vendor, commands := range map[string][2]func(*nvrsim.Recorder) int{
		nvrsim.Hikvision: {
			func(r *nvrsim.Recorder) int {
				status, _ := ask(t, r, http.MethodPut, plainPTZ+"continuous", ptzData(0, 9, 0))
				return status
			},
			func(r *nvrsim.Recorder) int {
				status, _ := ask(t, r, http.MethodPut, plainPTZ+"continuous", ptzData(0, 0, 0))
				return status
			},
		},
		nvrsim.Dahua: {
			func(r *nvrsim.Recorder) int {
				status, _ := ask(t, r, http.MethodGet, fmt.Sprintf(dahuaUp, "start"), "")
				return status
			},
			func(r *nvrsim.Recorder) int {
				status, _ := ask(t, r, http.MethodGet, fmt.Sprintf(dahuaUp, "stop"), "")
				return status
			},
		},
	} {
		faults := nvrsim.Faults{PTZStopFails: 1, PTZDelay: nvrsim.Duration(10 * time.Millisecond)}
		r := start(t, nvrsim.Config{Vendor: vendor, Channels: recordedChannels(vendor)})
		for round := range 2 {
			r.SetFaults(faults)
			if status := commands[0](r); status != 200 {
				t.Errorf("%s: start: %d", vendor, status)
			}
			if status := commands[1](r); status != 500 || r.Counts().Moving != 1 {
				t.Errorf("%s, round %d: first stop: %d, %d move", vendor, round, status, r.Counts().Moving)
			}
			if status := commands[1](r); status != 200 || r.Counts().Moving != 0 {
				t.Errorf("%s, round %d: second stop: %d, %d move", vendor, round, status, r.Counts().Moving)
			}
		}
	}
}
