package api_test

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mediapusher/api"
	"mediapusher/internal/device"
)

// lookout stands for the recorders that can be looked at.
type lookout struct {
	fail    error
	target  device.Target
	channel int
	asked   int
}

var picture = []byte("\xff\xd8\xff\xe0 a picture \xff\xd9")

func (l *lookout) Describe(_ context.Context, target device.Target) (*device.Description, error) {
	l.asked++
	l.target = target
	if l.fail != nil {
		return nil, l.fail
	}
	yes, no, offset := true, false, -2340*time.Millisecond
	return &device.Description{
		Info: device.Info{Model: "DS-7616NI-K2", Serial: "WCVU", Firmware: "V4.30.085", Way: device.WayNet, Why: "sdk: not built"},
		Ways: []device.WayReport{
			{Way: device.WaySDK, State: device.WayNotBuilt, Reason: "built without"}, {Way: device.WayNet, State: device.WayUsed},
		},
		Time: at(12, 0), TimeZone: "UTC+08:00", ClockOffset: &offset, PlaybackSlots: &device.Slots{Used: 1, Max: 4},
		Channels: []device.Channel{
			{
				Number: 33, Name: "大门", Online: &yes, PTZ: &no, Main: &device.Coding{
					Codec: "H.265", Width: 2560, Height: 1440, FrameRate: 12.5, BitsPerSecond: 4096000,
				},
				Sub: &device.Coding{Codec: "H.264"},
			},
			{Number: 34, Online: &no, Reason: "netUnreachable, said " + target.Password.Reveal()},
		},
	}, nil
}

func (l *lookout) Snapshot(_ context.Context, target device.Target, channel int) ([]byte, error) {
	l.asked++
	l.target, l.channel = target, channel
	return picture, l.fail
}

const described = `{"status_code":200,"status_message":"OK","device":{"vendor":"hikvision","address":"10.8.30.109:8000",` +
	`"model":"DS-7616NI-K2","serial":"WCVU","firmware":"V4.30.085","way":"net","way_reason":"sdk: not built",` +
	`"ways":[{"way":"sdk","state":"not_built","reason":"built without"},{"way":"net","state":"used","reason":""}],` +
	`"time":"2016-07-20 12:00:00","time_zone":"UTC+08:00","clock_offset":-2.3,"live_slots":null,"playback_slots":{"used":1,"max":4},` +
	`"channels":[{"channel":33,"name":"大门","online":true,"reason":"","ptz":false,` +
	`"main":{"codec":"H.265","width":2560,"height":1440,"frame_rate":12.5,"bits_per_second":4096000},` +
	`"sub":{"codec":"H.264","width":null,"height":null,"frame_rate":null,"bits_per_second":null}},` +
	`{"channel":34,"name":"","online":false,"reason":"netUnreachable, said ***","ptz":null,"main":null,"sub":null}]}}`

func devices(l *lookout) http.Handler {
	cfg := publicConfig()
	cfg.Devices = l
	return api.New(cfg, newFake())
}

// The bodies are those that REAL_STREAM takes.
func TestDevice(t *testing.T) {
	const five = `"nvr_addr":"10.8.30.109","nvr_port":8000,"nvr_user":"admin","nvr_pwd":"123456"`
	for name, test := range map[string]struct{ path, body, contentType string }{
		"JSON":           {"/DEVICE", `{"nvr_category":0,` + five + `}`, ""},
		"with a channel": {"/DEVICE", six, ""},
		"trailing comma": {"/DEVICE", `{"nvr_category":"0",` + five + `,}`, ""},
		"lower case":     {"//device/", `{"nvrCategory":0,` + five + `}`, ""},
		"form": {
			"/DEVICE", "nvr_category=0&nvr_addr=10.8.30.109&nvr_port=8000&nvr_user=admin&nvr_pwd=123456",
			"application/x-www-form-urlencoded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := &lookout{}
			w := call(devices(l), http.MethodPost, test.path, test.body, "Content-Type", test.contentType)
			if w.Code != http.StatusOK || w.Body.String() != described {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			want := device.Target{
				Vendor: device.Hikvision, Host: "10.8.30.109", Port: 8000, User: "admin", Password: device.NewSecret("123456"),
			}
			if l.target != want {
				t.Errorf("asked for %+v", l.target)
			}
		})
	}
}

func TestSnapshot(t *testing.T) {
	l := &lookout{}
	w := call(devices(l), http.MethodPost, "/DEVICE/SNAPSHOT", strings.TrimSuffix(six, "}")+`,"http_port":8081}`)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/jpeg" || w.Body.String() != string(picture) {
		t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("a picture that may be kept: %v", w.Header())
	}
	if l.channel != 30 || l.target.HTTPPort != 8081 {
		t.Errorf("asked for channel %d of %+v", l.channel, l.target)
	}
}

func TestDeviceFailures(t *testing.T) {
	failure := func(op device.Operation, kind device.Kind) error {
		return &device.Error{Vendor: device.Hikvision, Address: "10.8.30.109:80", Op: op, Kind: kind, Meaning: "with 123456"}
	}
	for _, test := range []struct {
		path, body string
		fail       error
		code       string
	}{
		{"/DEVICE", `{"nvr_category":2}`, nil, "600"},
		{"/DEVICE", `hello`, nil, "600"},
		{"/DEVICE", strings.Replace(six, `"nvr_user":"admin",`, "", 1), nil, "600"},
		{"/DEVICE", six, failure(device.OpLogin, device.KindAuth), "606"},
		{"/DEVICE", six, failure(device.OpLogin, device.KindUnreachable), "606"},
		{"/DEVICE", six, failure(device.OpLogin, device.KindNotAllowed), "600"},
		{"/DEVICE", six, failure(device.OpDescribe, device.KindUnreachable), "603"},
		{"/DEVICE", six, failure(device.OpDescribe, device.KindUnsupported), "603"},
		{"/DEVICE/SNAPSHOT", `{"nvr_category":0}`, nil, "600"},
		{"/DEVICE/SNAPSHOT", strings.Replace(six, `"nvr_channel":30`, `"nvr_channel":"x"`, 1), nil, "600"},
		{"/DEVICE/SNAPSHOT", six, failure(device.OpSnapshot, device.KindOffline), "603"},
		{"/DEVICE/SNAPSHOT", six, failure(device.OpSnapshot, device.KindNoSuchChannel), "603"},
		{"/DEVICE/SNAPSHOT", six, failure(device.OpSnapshot, device.KindUnsupported), "603"},
		{"/DEVICE/SNAPSHOT", six, failure(device.OpLogin, device.KindLocked), "606"},
	} {
		w := call(devices(&lookout{fail: test.fail}), http.MethodPost, test.path, test.body)
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.HasPrefix(body, `{"status_code":`+test.code+`,"status_message":`) {
			t.Errorf("%s %s after %v: %d %s, want %s", test.path, test.body, test.fail, w.Code, body, test.code)
		}
		if strings.Contains(body, "123456") || strings.Contains(body, `"device"`) || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s after %v: %v %s", test.path, test.fail, w.Header(), body)
		}
	}
}

func TestDevicesHeldBack(t *testing.T) {
	l := &lookout{}
	cfg := publicConfig()
	cfg.Devices, cfg.Allow = l, api.AllowNetworks([]netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")}, nil)
	for _, path := range []string{"/DEVICE", "/DEVICE/SNAPSHOT"} {
		w := call(api.New(cfg, newFake()), http.MethodPost, path, six)
		if !strings.Contains(w.Body.String(), `"status_code":600`) || l.asked != 0 {
			t.Errorf("%s: %s, asked %d times", path, w.Body, l.asked)
		}
	}
}

func TestDevicesLeftOut(t *testing.T) {
	for _, path := range []string{"/DEVICE", "/DEVICE/SNAPSHOT"} {
		if w := call(handler(newFake()), http.MethodPost, path, six); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := call(devices(&lookout{}), http.MethodGet, "/DEVICE", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", w.Code)
	}
}
