package dahua_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mediapusher/dahua"
	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/netway"
)

// pages is a device without RPC2 that gives fixed pages by "page action name channel", and 400 for what it has not got.
type pages map[string]string

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	key := strings.Join(strings.Fields(strings.Join([]string{
		strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/cgi-bin/"), ".cgi"), query.Get("action"), query.Get("name"), query.Get("channel"),
	}, " ")), " ")
	body, ok := p[key]
	switch {
	case ok:
		_, _ = io.WriteString(w, body)
	case strings.HasPrefix(r.URL.Path, "/RPC2"):
		http.NotFound(w, r)
	default:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "Error\r\nBad Request!\r\n")
	}
}

func (p pages) inspector(t *testing.T, settings device.Settings) device.Inspector {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	at, err := netip.ParseAddrPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	target := device.Target{Vendor: device.Dahua, Host: "127.0.0.1", Port: 37777, HTTPPort: int(at.Port())}
	d, err := dahua.New(netway.Config{
		Timeout: 10 * time.Second, Settings: func(device.Target) device.Settings { return settings },
	}).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return device.InspectorOf(d, target)
}

const (
	system = "magicBox getSystemInfo"
	titles = "configManager getConfig ChannelTitle"
	encode = "configManager getConfig Encode"
	remote = "configManager getConfig RemoteDevice"
	ntp    = "configManager getConfig NTP"
	states = "LogicDeviceManager getCameraState"
	clock  = "global getCurrentTime"
)

func TestDescribe(t *testing.T) {
	const recorder, camera = "deviceType=31\r\nserialNumber=S\r\nupdateSerial=DHI-NVR4108\r\n", "deviceType=IPC-HFW\nserialNumber=S\n"
	tests := []struct {
		name     string
		pages    pages
		settings device.Settings
		want     string
	}{
		{"old firmware that tells nothing more", pages{system: camera}, device.Settings{}, ""},
		{
			"names in GBK, no states, no abilities",
			pages{system: camera, titles: "table.ChannelTitle[0].Name=\xb4\xf3\xc3\xc5\r\n"},
			device.Settings{},
			"0 大门 online=? \"\" ptz=? main=? sub=?\n",
		},
		{
			"states by CGI, an empty slot, and a base of the operator's",
			pages{
				system: recorder, titles: "table.ChannelTitle[0].Name=A\ntable.ChannelTitle[1].Name=B\ntable.ChannelTitle[2].Name=C\n",
				states: "states[0].channel=0\nstates[0].connectionState=Connected\nstates[1].channel=1\nstates[1].connectionState=Empty\n" +
					"states[2].channel=2\nstates[2].connectionState=Unconnect\n",
				encode: "table.Encode[0].MainFormat[0].Video.Compression=H.265\ntable.Encode[0].MainFormat[0].Video.resolution=2560x1440\n" +
					"table.Encode[0].MainFormat[0].Video.FPS=12.5\ntable.Encode[0].MainFormat[0].Video.BitRate=2048\n" +
					"table.Encode[0].ExtraFormat[0].Video.Compression=H.264\ntable.Encode[0].ExtraFormat[0].VideoEnable=false\n",
				"ptz getCurrentProtocolCaps 1": "caps.Pan=true\r\ncaps.Tile=true\r\n",
			},
			device.Settings{ChannelBase: new(1)},
			"1 A online=true \"\" ptz=true main=H.265/2560x1440/12.5/2048000 sub=?\n3 C online=false \"Unconnect\" ptz=? main=? sub=?\n",
		},
		{
			"cameras by both forms of the table, without states",
			pages{
				system: recorder, titles: "table.ChannelTitle[0].Name=A\ntable.ChannelTitle[1].Name=B\ntable.ChannelTitle[2].Name=C\n",
				remote: "table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Address=192.0.2.1\n" +
					"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Enable=true\n" +
					"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Address=0.0.0.0\n" +
					"table.RemoteDevice[2].Address=192.0.2.3\ntable.RemoteDevice[2].Enable=false\n",
			},
			device.Settings{},
			"0 A online=? \"\" ptz=? main=? sub=?\n" +
				"1 B online=false \"no camera is set up, or it is switched off in the recorder\" ptz=? main=? sub=?\n" +
				"2 C online=false \"no camera is set up, or it is switched off in the recorder\" ptz=? main=? sub=?\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := tt.pages.inspector(t, tt.settings).Describe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := devicetest.Words(d.Channels); got != tt.want {
				t.Errorf("channels\n%s\nwant\n%s", got, tt.want)
			}
			if d.ClockOffset != nil || d.TimeZone != "" {
				t.Errorf("a clock that nobody told: %v %q", d.ClockOffset, d.TimeZone)
			}
		})
	}
}

func TestDescribeClock(t *testing.T) {
	tests := []struct {
		name, ntp, zone string
		shown           time.Duration // what the clock shows, against UTC
		off             time.Duration
	}{
		{"zone by its number", "table.NTP.Enable=true\ntable.NTP.TimeZone=13\n", "UTC+08:00", 8 * time.Hour, 0},
		{"zone by its description", "table.NTP.Enable=true\ntable.NTP.TimeZone=0\ntable.NTP.TimeZoneDesc=(GMT-03:30)Newfoundland\n", "UTC-03:30", -210 * time.Minute, 0},
		{"ahead", "table.NTP.Enable=true\ntable.NTP.TimeZone=13\n", "UTC+08:00", 8*time.Hour + 20*time.Minute, 20 * time.Minute},
		{"daylight saving", "table.NTP.Enable=true\ntable.NTP.TimeZone=13\ntable.Locales.DSTEnable=true\n", "UTC+08:00", 9 * time.Hour, 0},
		{"set by hand, zone never set", "table.NTP.Enable=false\ntable.NTP.TimeZone=0\n", "", 8 * time.Hour, 0},
		{"no zone", "", "", 8*time.Hour - time.Minute, -time.Minute},
		{"no such zone", "table.NTP.Enable=true\ntable.NTP.TimeZone=99\n", "", 8 * time.Hour, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := pages{
				system: "deviceType=NVR\nserialNumber=S\n", ntp: tt.ntp,
				clock: "result=" + time.Now().UTC().Add(tt.shown).Format(time.DateTime) + "\r\n",
			}
			d, err := p.inspector(t, device.Settings{TimeZone: "Asia/Shanghai"}).Describe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if d.ClockOffset == nil || (*d.ClockOffset-tt.off).Abs() > 20*time.Second || d.TimeZone != tt.zone {
				t.Errorf("%v in %q, offset %v; want %v in %q", d.Time, d.TimeZone, d.ClockOffset, tt.off, tt.zone)
			}
		})
	}
}

// A camera may count its only channel from 0; a recorder's second channel must never stand in for its first.
func TestSnapshotNumbers(t *testing.T) {
	const picture = "\xff\xd8\xff\xe0 picture"
	title := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "table.ChannelTitle[%d].Name=x\n", i)
		}
		return b.String()
	}
	for _, tt := range []struct {
		channels int
		page     string
		want     bool
	}{{1, "snapshot 1", true}, {1, "snapshot 0", true}, {4, "snapshot 1", true}, {4, "snapshot 0", false}} {
		p := pages{system: "deviceType=NVR\nserialNumber=S\n", titles: title(tt.channels), tt.page: picture}
		got, err := p.inspector(t, device.Settings{}).Snapshot(t.Context(), 0)
		var failure *device.Error
		if (err == nil) != tt.want || tt.want && string(got) != picture || err != nil && (!errors.As(err, &failure) || failure.Kind != device.KindUnsupported) {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
	}
}

// Whatever lines a device sends: channels and numbers stay in bounds, names are UTF-8.
func FuzzTables(f *testing.F) {
	f.Add([]byte("table.Encode[0].MainFormat[0].Video.Compression=H.264\ntable.Encode[0].MainFormat[0].Video.Width=99999999999\n"))
	f.Add([]byte("table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_3.Address=1.1.1.1\nstates[0].channel=3\nstates[0].connectionState=Empty"))
	f.Add([]byte("table.NTP.TimeZone=13\ntable.NTP.TimeZoneDesc=GMT+\ntable.NTP.Enable=true\ncaps.Pan=true"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if words := dahua.ReadTables(body); words != "" {
			t.Error(words)
		}
	})
}
