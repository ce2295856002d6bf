package device_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/device"
)

// teller opens devices that can be inspected. Opens are counted; describe and snapshot answer.
type teller struct {
	way      string
	opens    int
	closes   int
	refuse   error // of Open
	told     device.Description
	fail     error // of Describe and Snapshot
	pictures int
}

func (f *teller) Open(context.Context, device.Target) (device.Device, error) {
	f.opens++
	if f.refuse != nil {
		return nil, f.refuse
	}
	return &tellingDevice{fakeDevice{&fakeRecorder{way: f.way}}, f}, nil
}

type tellingDevice struct {
	fakeDevice
	f *teller
}

func (d *tellingDevice) Info() device.Info { return device.Info{Way: d.f.way, Proven: true} }

func (d *tellingDevice) Close() error {
	d.f.closes++
	return nil
}

func (d *tellingDevice) Describe(context.Context) (*device.Description, error) {
	if d.f.fail != nil {
		return nil, d.f.fail
	}
	told := d.f.told
	told.Info.Way = d.f.way
	return &told, nil
}

func (d *tellingDevice) Snapshot(context.Context, int) ([]byte, error) {
	d.f.pictures++
	if d.f.fail != nil {
		return nil, d.f.fail
	}
	return []byte("picture by " + d.f.way), nil
}

// pair is a fallback between a maker's library, which tells little, and HTTP.
type pair struct {
	sdk, net *teller
	settings device.Settings
	driver   *device.Fallback
}

func newPair() *pair {
	offset := time.Second
	p := &pair{
		sdk: &teller{way: device.WaySDK, told: device.Description{
			Info: device.Info{Model: "type 31", Serial: "S"}, Channels: []device.Channel{{Number: 33}, {Number: 34}},
		}},
		net: &teller{way: device.WayNet, told: device.Description{
			Info: device.Info{Model: "DS", Serial: "other", Firmware: "V4"}, Time: time.Unix(0, 0), ClockOffset: &offset,
			Channels: []device.Channel{{Number: 33, Name: "Gate"}},
		}},
	}
	p.driver = device.NewFallback(device.FallbackConfig{
		Ways:     []device.Way{{Name: device.WaySDK, Driver: p.sdk}, {Name: device.WayNet, Driver: p.net}},
		Settings: func(device.Target) device.Settings { return p.settings },
	})
	return p
}

func (p *pair) inspector(t *testing.T) device.Inspector {
	t.Helper()
	d, err := p.driver.Open(t.Context(), someRecorder)
	if err != nil {
		t.Fatal(err)
	}
	return device.InspectorOf(d, someRecorder)
}

func ways(d *device.Description) string {
	words := make([]string, 0, len(d.Ways))
	for _, w := range d.Ways {
		words = append(words, fmt.Sprintf("%s=%s %s", w.Way, w.State, w.Reason))
	}
	return strings.Join(words, "; ")
}

func TestHTTPTellsWhatTheLibraryDoesNot(t *testing.T) {
	p := newPair()
	d, err := p.inspector(t).Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d.Model != "DS" || d.Serial != "S" || d.Firmware != "V4" || d.Way != device.WaySDK || d.ClockOffset == nil ||
		len(d.Channels) != 1 || d.Channels[0].Name != "Gate" || ways(d) != "sdk=used ; net=works " {
		t.Errorf("%+v, ways %s", d, ways(d))
	}
	picture, err := p.inspector(t).Snapshot(t.Context(), 33)
	if err != nil || string(picture) != "picture by net" || p.sdk.pictures != 0 {
		t.Errorf("%q, %v", picture, err)
	}
	if p.net.opens != p.net.closes {
		t.Errorf("%d logins by HTTP, %d given back", p.net.opens, p.net.closes)
	}
}

// The library has proven the password: HTTP that refuses it is asked once, and the account does not rest for that.
func TestPasswordThatHTTPRefuses(t *testing.T) {
	p := newPair()
	p.net.refuse = &device.Error{Vendor: device.Hikvision, Op: device.OpLogin, Kind: device.KindAuth, Meaning: "no"}
	pool := device.NewPool(device.PoolConfig{Drivers: map[device.Vendor]device.Driver{device.Hikvision: p.driver}})
	defer pool.Close()
	for range 3 {
		opened, err := pool.Open(t.Context(), someRecorder)
		if err != nil {
			t.Fatal(err)
		}
		d, err := device.InspectorOf(opened, someRecorder).Describe(t.Context())
		if err != nil || ways(d) != "sdk=used ; net=failed auth: no" || len(d.Channels) != 2 {
			t.Errorf("%+v, %v", d, err)
		}
		_, err = device.InspectorOf(opened, someRecorder).Snapshot(t.Context(), 33)
		wantKind(t, err, device.KindUnsupported, "HTTP", "no")
		_ = opened.Close()
	}
	if p.net.opens != 1 || p.sdk.opens != 1 {
		t.Errorf("%d logins by HTTP and %d by the library, want one each", p.net.opens, p.sdk.opens)
	}
}

func TestWaysOfADescription(t *testing.T) {
	notBuilt := &device.Error{Op: device.OpLogin, Kind: device.KindNotBuilt, Meaning: "a file is missing"}
	away := &device.Error{Op: device.OpLogin, Kind: device.KindUnreachable, Meaning: "away"}
	for name, tt := range map[string]struct {
		change func(*pair)
		want   string
	}{
		"all well":             {func(*pair) {}, "sdk=used ; net=works "},
		"HTTP off":             {func(p *pair) { p.settings.Ways = []string{"sdk"} }, "sdk=used ; net=off devices[].ways leaves it out"},
		"library off":          {func(p *pair) { p.settings.Ways = []string{"net"} }, "net=used ; sdk=off devices[].ways leaves it out"},
		"library missing":      {func(p *pair) { p.sdk.refuse = notBuilt }, "sdk=not_built not available: a file is missing; net=used "},
		"library fails":        {func(p *pair) { p.sdk.refuse = away }, "sdk=failed unreachable: away; net=used "},
		"HTTP fails":           {func(p *pair) { p.net.refuse = away }, "sdk=used ; net=failed unreachable: away"},
		"HTTP tells nothing":   {func(p *pair) { p.net.fail = away }, "sdk=used ; net=failed unreachable: away"},
		"RTSP alone":           {func(p *pair) { p.sdk.refuse, p.net.way = notBuilt, device.WayRTSP }, "sdk=not_built not available: a file is missing; net=failed no HTTP port answers; rtsp=used "},
		"library and no HTTP":  {func(p *pair) { p.net.way = device.WayRTSP }, "sdk=used ; rtsp=works "},
		"HTTP before, library": {func(p *pair) { p.settings.Ways = []string{"net", "sdk"} }, "net=used "},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPair()
			tt.change(p)
			d, err := p.inspector(t).Describe(t.Context())
			if err != nil || ways(d) != tt.want {
				t.Errorf("%v, %v; want %s", ways(d), err, tt.want)
			}
		})
	}
}

// A description by HTTP that fails is the failure of the whole where HTTP is the way in use.
func TestDescriptionFails(t *testing.T) {
	p := newPair()
	p.settings.Ways = []string{"net"}
	p.net.fail = &device.Error{Op: device.OpDescribe, Kind: device.KindUnreachable, Meaning: "gone"}
	_, err := p.inspector(t).Describe(t.Context())
	if !errors.Is(err, p.net.fail) {
		t.Errorf("%v", err)
	}
}

// Where the recorder does not tell, the operator's limits and what runs are told.
func TestSlotsOfTheOperator(t *testing.T) {
	f := &teller{way: device.WayNet}
	pool := device.NewPool(device.PoolConfig{
		Drivers:  map[device.Vendor]device.Driver{device.Hikvision: f},
		Settings: func(device.Target) device.Settings { return device.Settings{MaxLive: 4} },
	})
	defer pool.Close()
	opened, err := pool.Open(t.Context(), someRecorder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	d, err := device.InspectorOf(opened, someRecorder).Describe(t.Context())
	if err != nil || d.LiveSlots == nil || *d.LiveSlots != (device.Slots{Max: 4}) || d.PlaybackSlots != nil {
		t.Errorf("%+v, %v", d, err)
	}
}

// A device that cannot be inspected says so by an error that names it.
func TestDumbDevice(t *testing.T) {
	d := &fakeDevice{&fakeRecorder{}}
	_, err := device.InspectorOf(d, someRecorder).Describe(t.Context())
	wantKind(t, err, device.KindUnsupported, "192.0.2.7:8000")
	_, err = device.InspectorOf(d, someRecorder).Snapshot(t.Context(), 1)
	wantKind(t, err, device.KindUnsupported, "192.0.2.7:8000")
}
