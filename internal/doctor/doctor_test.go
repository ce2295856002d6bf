package doctor_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"mediapusher/internal/device"
	"mediapusher/internal/doctor"
)

var errSome = errors.New("some reason")

// check compares a finding with a state and words of its sentences, and holds what is true of all.
func check(t *testing.T, f doctor.Finding, state doctor.State, words ...string) {
	t.Helper()
	if f.State != state {
		t.Errorf("%s: state %v, want %v: %s", f.Subject, f.State, state, f.What.EN)
	}
	for _, word := range words {
		if !strings.Contains(f.What.EN+" "+f.Do.EN, word) || !strings.Contains(f.What.ZH+" "+f.Do.ZH, word) {
			t.Errorf("%s: %q is not in both of %+v", f.Subject, word, f)
		}
	}
	whole(t, f)
}

// whole holds what is true of every finding: both languages say something, and what is wrong says what to do.
func whole(t *testing.T, f doctor.Finding) {
	t.Helper()
	if f.Subject == "" || f.What.EN == "" || f.What.ZH == "" || (f.Do.EN == "") != (f.Do.ZH == "") {
		t.Errorf("gaps in %+v", f)
	}
	if f.State != doctor.OK && f.Do.EN == "" {
		t.Errorf("nothing to do about %+v", f)
	}
	if f.Do.ZH != "" && !strings.ContainsFunc(f.Do.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Errorf("not in Chinese: %q", f.Do.ZH)
	}
	for _, text := range []string{f.What.EN, f.What.ZH, f.Do.EN, f.Do.ZH} {
		if strings.Contains(text, "%!") || strings.ContainsAny(text, "\r\n") {
			t.Errorf("%q", text)
		}
	}
}

func TestLocal(t *testing.T) {
	yes, no := true, false
	now := time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		finding doctor.Finding
		state   doctor.State
		words   []string
	}{
		{doctor.Configuration("", nil), doctor.OK, nil},
		{doctor.Configuration("/etc/x.yml", nil), doctor.OK, []string{"/etc/x.yml"}},
		{doctor.Configuration("/etc/x.yml", errSome), doctor.Broken, []string{"some reason", "config example"}},

		{doctor.Port("api.listen", ":8090", nil), doctor.OK, []string{":8090"}},
		{doctor.Port("api.listen", ":8090", doctor.ErrOurs), doctor.OK, []string{"mediapusher"}},
		{doctor.Port("api.listen", ":8090", doctor.ErrHeld), doctor.Broken, []string{"ss -ltnp", "api.listen"}},
		{doctor.Port("api.listen", ":80", doctor.ErrForbidden), doctor.Broken, []string{"1023"}},
		{doctor.Port("api.listen", "192.0.2.1:80", errSome), doctor.Broken, []string{"some reason", "192.0.2.1:80"}},

		{doctor.DataDir("/var/lib/x", nil), doctor.OK, []string{"/var/lib/x"}},
		{doctor.DataDir("/var/lib/x", errSome), doctor.Warning, []string{"data_dir", "some reason"}},
		{doctor.HostName("nvr", []string{"192.0.2.1"}, nil), doctor.OK, []string{"192.0.2.1"}},
		{doctor.HostName("nvr", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}, nil), doctor.OK, []string{"2"}},
		{doctor.HostName("nvr", nil, errSome), doctor.Broken, []string{"some reason"}},
		{doctor.HostName("nvr", nil, nil), doctor.Broken, nil},

		{doctor.Clock(now, &yes), doctor.OK, []string{"2026-07-20 12:00:00 +00:00"}},
		{doctor.Clock(now, nil), doctor.OK, nil},
		{doctor.Clock(now, &no), doctor.Warning, []string{"chrony"}},
		{doctor.Clock(time.Unix(0, 0), &yes), doctor.Broken, []string{"1970"}},

		{doctor.OpenFiles(0), doctor.OK, nil},
		{doctor.OpenFiles(1 << 40), doctor.OK, nil},
		{doctor.OpenFiles(65536), doctor.OK, []string{"65536", "6540"}},
		{doctor.OpenFiles(1024), doctor.Warning, []string{"1024", "89", "LimitNOFILE"}},
		{doctor.OpenFiles(64), doctor.Broken, []string{" 0 "}},

		{doctor.Memory(0, 0), doctor.OK, nil},
		{doctor.Memory(4<<30, 8<<30), doctor.OK, []string{"4096 MiB", "8192 MiB"}},
		{doctor.Memory(100<<20, 8<<30), doctor.Warning, []string{"100 MiB"}},

		{doctor.SDK(doctor.Library{Vendor: "dahua", NotBuilt: true}), doctor.OK, nil},
		{doctor.SDK(doctor.Library{Vendor: "dahua", NotBuilt: true, Configured: true}), doctor.Warning, []string{"sdk.dahua", "make build-sdk"}},
		{doctor.SDK(doctor.Library{Vendor: "dahua", Directory: "/x", Missing: true}), doctor.OK, []string{"/x"}},
		{doctor.SDK(doctor.Library{Vendor: "dahua", Directory: "/x", Missing: true, Configured: true}), doctor.Broken, []string{"sdk.dahua"}},
		{doctor.SDK(doctor.Library{Vendor: "dahua", Directory: "/x", Err: errSome}), doctor.Broken, []string{"some reason", "doctor --sdk"}},
		{doctor.SDK(doctor.Library{Vendor: "dahua", Directory: "/x", Version: "6.1"}), doctor.OK, []string{"6.1"}},

		{doctor.RTMP("srs:1935", nil), doctor.OK, []string{"srs:1935"}},
		{doctor.RTMP("srs:1935", errSome), doctor.Broken, []string{"rtmp.publish_url", "some reason"}},
		{doctor.Unmeasured(30 * time.Second), doctor.OK, []string{"--publish", "30s"}},
	}
	for _, test := range tests {
		check(t, test.finding, test.state, test.words...)
	}
}

func TestPublish(t *testing.T) {
	yes, no := true, false
	const alive, limit = 2 * time.Second, 30 * time.Second
	tests := []struct {
		trial  doctor.Trial
		states string
		words  []string
	}{
		{doctor.Trial{Err: errSome}, "2", []string{"some reason", "rtmp.publish_url"}},
		{doctor.Trial{Err: errSome, Refusal: doctor.OfApp}, "2", []string{"some reason", "on_connect"}},
		{doctor.Trial{Err: errSome, Refusal: doctor.OfStream}, "2", []string{"some reason", "on_publish"}},
		{doctor.Trial{}, "00", []string{"30s"}},
		{doctor.Trial{Server: "SRS/6.0.155", Silence: 5 * time.Second}, "00", []string{"SRS/6.0.155", "5s", "2s"}},
		{doctor.Trial{Silence: 4100 * time.Millisecond, Listed: &yes, HEVC: &yes}, "0000", []string{"4.1s", "H.265"}},
		{doctor.Trial{Silence: 4 * time.Second, Listed: &no, API: "http://srs:1985"}, "011", []string{"normal_timeout", "srs.api_url", "http://srs:1985"}},
		{doctor.Trial{Silence: 5 * time.Second, Listed: &yes, HEVC: &no}, "0010", []string{"6.0.42", "rtmp.hevc"}},
		{doctor.Trial{Silence: 2 * time.Second}, "02", []string{"normal_timeout"}},
		{doctor.Trial{Silence: 5 * time.Second, Kept: errSome}, "02", []string{"some reason", "normal_timeout"}},
	}
	for _, test := range tests {
		test.trial.KeepAlive, test.trial.Limit = alive, limit
		var en, zh, states string
		for _, f := range doctor.Publish(&test.trial) {
			whole(t, f)
			en, zh, states = en+f.What.EN+f.Do.EN, zh+f.What.ZH+f.Do.ZH, states+string(rune('0'+f.State))
		}
		if states != test.states {
			t.Errorf("%+v: %s, want %s: %s", test.trial, states, test.states, en)
		}
		for _, word := range test.words {
			if !strings.Contains(en, word) || !strings.Contains(zh, word) {
				t.Errorf("%q is not in both of %s / %s", word, en, zh)
			}
		}
	}
	if text := doctor.Announcement("srs:1935", limit); !strings.Contains(text.In(doctor.English), "srs:1935") || !strings.Contains(text.In(doctor.Chinese), "30s") {
		t.Errorf("%+v", text)
	}
}

func TestSRS(t *testing.T) {
	settings := func(silence time.Duration, hooks ...string) *doctor.Settings {
		return &doctor.Settings{Silence: silence, Hooks: hooks, KeepAlive: 2 * time.Second}
	}
	tests := []struct {
		server  doctor.Server
		setting string
		states  string // of the API and of H.265
		words   string
	}{
		{doctor.Server{URL: "http://srs:1985", Err: errSome}, "auto", "1", "http_api"},
		{doctor.Server{URL: "http://srs:1985", Err: errSome}, "auto", "1", "none"},
		{doctor.Server{URL: "http://srs:1985", Version: "6.0.155", Major: 6, HEVC: "enhanced"}, "auto", "00", "6.0.155"},
		{doctor.Server{Version: "6.0.10", Major: 6, HEVC: "legacy"}, "auto", "00", "legacy"},
		{doctor.Server{Version: "6.0.10", Major: 6, HEVC: "legacy"}, "enhanced", "02", "rtmp.hevc"},
		{doctor.Server{Version: "5.0.213", Major: 5, HEVC: "none"}, "auto", "01", "SRS 6"},
		{doctor.Server{Version: "5.0.213", Major: 5, HEVC: "none"}, "none", "01", "H.264"},
		{doctor.Server{Version: "5.0.213", Major: 5, HEVC: "none"}, "legacy", "02", "rtmp.hevc"},
		{doctor.Server{Version: "6.0.155", Major: 6, HEVC: "enhanced"}, "legacy", "00", "legacy"},
		{doctor.Server{Version: "3.0.184", Major: 3, HEVC: "none", Settings: settings(5 * time.Second)}, "auto", "0100", "5s"},
		{doctor.Server{Version: "3.0.184", Major: 3, HEVC: "none", Settings: settings(3*time.Second, "on_publish")}, "auto", "0101", "on_publish"},
		{doctor.Server{Version: "2.0.1", Major: 2, HEVC: "none"}, "auto", "11", "SRS 5"},
	}
	for _, test := range tests {
		findings := doctor.SRS(test.server, test.setting)
		text := ""
		for i, f := range findings {
			whole(t, f)
			text += f.What.EN + f.Do.EN + f.What.ZH + f.Do.ZH
			if i < len(test.states) && f.State != doctor.State(test.states[i]-'0') {
				t.Errorf("%+v with %s: %+v", test.server, test.setting, f)
			}
		}
		if !strings.Contains(text, test.words) {
			t.Errorf("%+v with %s: %q is not in %s", test.server, test.setting, test.words, text)
		}
	}
}

func described(change func(*device.Description)) *device.Description {
	offset := 2 * time.Second
	online := true
	d := &device.Description{
		Info: device.Info{Model: "DS", Serial: "S", Firmware: "V4", Way: device.WayNet}, Time: time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC),
		TimeZone: "UTC+08:00", ClockOffset: &offset, PlaybackSlots: &device.Slots{Used: 1, Max: 4},
		Ways: []device.WayReport{{Way: "net", State: device.WayUsed}},
		Channels: []device.Channel{{
			Number: 33, Name: "大门", Online: &online, Main: &device.Coding{Codec: "H.265", Width: 2560, Height: 1440, FrameRate: 12.5, BitsPerSecond: 4096000},
			Sub: &device.Coding{Codec: "H.264"},
		}},
	}
	change(d)
	return d
}

func TestRecorder(t *testing.T) {
	tests := []struct {
		name   string
		change func(*device.Description)
		hevc   string
		worst  doctor.State
		words  []string
	}{
		{"all well", func(*device.Description) {}, "enhanced", doctor.OK, []string{"H.265 2560x1440 12.5/s 4096 kbit/s", "33 大门", "UTC+08:00", "+2s"}},
		{"nobody knows the server", func(*device.Description) {}, "", doctor.OK, nil},
		{"the server drops H.265", func(*device.Description) {}, "none", doctor.Warning, []string{"SRS 6"}},
		{"both streams in H.265", func(d *device.Description) { d.Channels[0].Sub.Codec = "H.265" }, "none", doctor.Warning, []string{"SRS 6"}},
		{"another coding", func(d *device.Description) { d.Channels[0].Main.Codec = "MJPEG" }, "enhanced", doctor.Warning, []string{"MJPEG", "H.264"}},
		{"H.264 by another name", func(d *device.Description) { d.Channels[0].Main.Codec = "H.264H" }, "none", doctor.OK, nil},
		{"offline", func(d *device.Description) { d.Channels[0].Online, d.Channels[0].Reason = new(false), "netUnreachable" }, "", doctor.Warning, []string{"netUnreachable"}},
		{"clock half a minute off", func(d *device.Description) { d.ClockOffset = new(-40 * time.Second) }, "", doctor.Warning, []string{"-40s"}},
		{"clock an hour off", func(d *device.Description) { d.ClockOffset = new(time.Hour) }, "", doctor.Broken, []string{"+1h0m0s"}},
		{"clock years off", func(d *device.Description) { d.ClockOffset = new(-1095 * 24 * time.Hour) }, "", doctor.Broken, []string{"-1095d"}},
		{"clock of another zone", func(d *device.Description) { d.TimeZone, d.ClockOffset = "", new(-5*time.Hour+2*time.Second) }, "", doctor.Warning, []string{"time_zone"}},
		{"clock off, of no known zone", func(d *device.Description) { d.TimeZone, d.ClockOffset = "", new(50*time.Minute) }, "", doctor.Broken, []string{"+50m0s"}},
		{"not in use", func(d *device.Description) { d.Channels[0].Online, d.Channels[0].Reason = new(false), device.Unused }, "", doctor.OK, nil},
		{"clock without offset", func(d *device.Description) { d.ClockOffset = nil }, "", doctor.OK, nil},
		{"no clock", func(d *device.Description) { d.Time, d.ClockOffset = time.Time{}, nil }, "", doctor.OK, nil},
		{"all playbacks in use", func(d *device.Description) { d.PlaybackSlots.Used = 4 }, "", doctor.Warning, []string{"max_playbacks"}},
		{"playbacks not told", func(d *device.Description) { d.PlaybackSlots = nil }, "", doctor.OK, []string{"max_playbacks"}},
		{"no channel", func(d *device.Description) { d.Channels = nil }, "", doctor.Warning, nil},
		{"RTSP alone", func(d *device.Description) { d.Way, d.Channels = device.WayRTSP, nil }, "", doctor.Warning, []string{"http_port"}},
		{"a way that fails", func(d *device.Description) {
			d.Ways = append(d.Ways, device.WayReport{Way: "sdk", State: device.WayFailed, Reason: "error 7"})
		}, "", doctor.Warning, []string{"error 7", "devices[].ways"}},
		{"ways that are not used", func(d *device.Description) {
			d.Ways = append(d.Ways, device.WayReport{Way: "sdk", State: device.WayNotBuilt, Reason: "left out"},
				device.WayReport{Way: "sdk", State: device.WayOff}, device.WayReport{Way: "net", State: device.WayWorks})
		}, "", doctor.OK, []string{"left out"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			findings := doctor.Recorder("192.0.2.1", described(test.change), test.hevc)
			if worst := doctor.Worst(findings); worst != test.worst {
				t.Errorf("worst %v, want %v: %+v", worst, test.worst, findings)
			}
			var en, zh string
			for _, f := range findings {
				whole(t, f)
				en, zh = en+f.What.EN+f.Do.EN, zh+f.What.ZH+f.Do.ZH
			}
			for _, word := range test.words {
				if !strings.Contains(en, word) || !strings.Contains(zh, word) {
					t.Errorf("%q is not in both of %s / %s", word, en, zh)
				}
			}
		})
	}
}

// Every kind of failure has something to do.
func TestUnreachable(t *testing.T) {
	for kind := range device.KindNotAllowed + 1 {
		check(t, doctor.Unreachable("192.0.2.1", &device.Error{Op: device.OpLogin, Kind: kind, Meaning: "words"}), doctor.Broken, "words")
	}
	check(t, doctor.Unreachable("192.0.2.1", errSome), doctor.Broken, "some reason")
	if f := doctor.Unreachable("192.0.2.1", fmt.Errorf("192.0.2.1: %w", errSome)); strings.Contains(f.What.EN+f.What.ZH, "192.0.2.1") {
		t.Errorf("the address stands twice in %+v", f)
	}
}

func TestPrint(t *testing.T) {
	findings := []doctor.Finding{
		{Subject: "config", What: doctor.Text{EN: "good", ZH: "好"}},
		{Subject: "api.listen", State: doctor.Broken, What: doctor.Text{EN: "held", ZH: "占用"}, Do: doctor.Text{EN: "free it", ZH: "释放"}},
		{Subject: "dns 北门", What: doctor.Text{EN: "one\ntwo", ZH: "一\n二"}},
	}
	for language, want := range map[doctor.Language]string{
		doctor.English: "STATE WHAT        FOUND, AND WHAT TO DO\nok    config      good\nFAIL  api.listen  held\n                  -> free it\n" +
			"ok    dns 北门    one\n                  two\n\n" +
			"Something is broken: see FAIL above.\n",
		doctor.Chinese: "状态  项目        结果与处理办法\n正常  config      好\n故障  api.listen  占用\n                  -> 释放\n" +
			"正常  dns 北门    一\n                  二\n\n" +
			"有故障，见上面标有“故障”的各行。\n",
	} {
		var b strings.Builder
		if err := doctor.Print(&b, language, findings); err != nil || b.String() != want {
			t.Errorf("%q, %v; want %q", b.String(), err, want)
		}
	}
	if doctor.Worst(nil) != doctor.OK {
		t.Error("nothing is not well")
	}
}

func TestLanguageOf(t *testing.T) {
	for locale, want := range map[string]doctor.Language{
		"zh_CN.UTF-8": doctor.Chinese, "zh": doctor.Chinese, "ZH-Hans": doctor.Chinese, "en_US.UTF-8": doctor.English, "C": doctor.English, "": doctor.English, "zha": doctor.English,
	} {
		if got := doctor.LanguageOf(locale); got != want {
			t.Errorf("%q: %v", locale, got)
		}
	}
}
