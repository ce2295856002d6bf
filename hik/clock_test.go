package hik_test

import (
	"net/http"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/hik"
	"mediapusher/internal/device"
	"mediapusher/playback"
)

const apiTime = "2006-01-02T15:04:05Z"

// disk searches recordings whose times are the device's digits, as a device does.
func disk(recordings ...playback.Range) func(q asked) (int, string) {
	return func(q asked) (int, string) {
		start, _ := time.Parse(apiTime, q.Start)
		end, err := time.Parse(apiTime, q.End)
		if err != nil || !start.Before(end) {
			return http.StatusBadRequest, status(6, "badXmlContent")
		}
		var items []string
		for _, r := range recordings {
			if r.Start.Before(end) && r.End.After(start) {
				items = append(items, item(q.Tracks[0], r.Start.Format(apiTime), r.End.Format(apiTime), ""))
			}
		}
		if len(items) == 0 {
			return 200, result("NO MATCHES", 0)
		}
		return 200, result("OK", len(items), items...)
	}
}

func timePage(local, zone string) string {
	return "<Time><timeMode>NTP</timeMode><localTime>" + local + "</localTime><timeZone>" + zone + "</timeZone></Time>"
}

// The noon hour of the device's wall clock is asked for as 12:00 to 13:00, or by UTC; what comes back is the wall clock again.
func TestMeaningOfZ(t *testing.T) {
	const shanghai = "CST-8:00:00"
	east := timePage("2016-07-20T15:00:00+08:00", shanghai) // 07:00 UTC
	west := timePage("2016-07-20T15:00:00-05:00", "EST5:00:00DST01:00:00,M3.2.0/02:00:00,M11.1.0/02:00:00")
	near := timePage("2016-07-20T15:00:00+01:00", "CET-1:00:00")
	byWall, byUTC := span("12:00:00", "15:00:00"), span("05:00:00", "07:00:01") // recorded until now, by the one or the other
	tests := []struct {
		name     string
		kind     string
		clock    string
		search   func(q asked) (int, string)
		settings device.Settings
		start    string // what is asked for
		searches int
	}{
		{"recorder, not told", "NVR", "", disk(), device.Settings{}, "12:00:00", 1},
		{"recorder by its wall clock", "NVR", east, disk(byWall), device.Settings{}, "12:00:00", 2},
		{"recorder by UTC", "NVR", east, disk(byUTC), device.Settings{}, "04:00:00", 3},
		{"recorder, nothing recorded", "DVR", east, disk(), device.Settings{}, "12:00:00", 3},
		{"recorder, stopped hours ago", "NVR", east, disk(span("00:00:00", "06:00:00")), device.Settings{}, "12:00:00", 3},
		{"recorder that is busy at first", "NVR", east, refuseFirst(disk(byUTC)), device.Settings{}, "04:00:00", 4},
		{"recorder without searches for a while", "NVR", east, failFirst(disk(byUTC)), device.Settings{}, "12:00:00", 2},
		{"recorder at UTC", "NVR", timePage("2016-07-20T15:00:00+00:00", "GMT0"), disk(byUTC), device.Settings{}, "12:00:00", 1},
		{"recorder in the west, by its wall clock", "NVR", west, disk(byWall), device.Settings{}, "12:00:00", 3},
		{"recorder in the west, by UTC", "NVR", west, disk(span("12:00:00", "20:00:01")), device.Settings{}, "17:00:00", 2},
		{"an hour from UTC, by its wall clock", "NVR", near, disk(byWall), device.Settings{}, "12:00:00", 2},
		{"an hour from UTC, by UTC", "NVR", near, disk(span("12:00:00", "14:00:03")), device.Settings{}, "11:00:00", 2},
		{"camera", "IPCamera", east, disk(), device.Settings{}, "04:00:00", 3},
		{"camera by its wall clock", "IPDome", east, disk(byWall), device.Settings{}, "12:00:00", 2},
		{"camera without an offset", "IPCamera", timePage("2016-07-20T15:00:00", shanghai), disk(), device.Settings{}, "04:00:00", 3},
		{"camera, Z behind its wall clock", "IPCamera", timePage("2016-07-20T15:00:00Z", "&lt;+0530&gt;-5:30"), disk(), device.Settings{}, "06:30:00", 3},
		{"camera, page without sense", "IPCamera", "<Time>no</Time>", disk(), device.Settings{TimeZone: "Asia/Tokyo"}, "03:00:00", 1},
		{"zone of the operator", "IPCamera", east, disk(byUTC), device.Settings{TimeZone: "Asia/Tokyo"}, "03:00:00", 3},
		{"operator says wall clock", "IPCamera", east, disk(byUTC), device.Settings{RecordTimes: "device"}, "12:00:00", 1},
		{"operator says UTC", "NVR", east, disk(byWall), device.Settings{RecordTimes: "utc"}, "04:00:00", 1},
		{"operator says UTC and the zone", "NVR", "", disk(byWall), device.Settings{RecordTimes: "utc", TimeZone: "America/New_York"}, "16:00:00", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			core, logs := observer.New(zap.InfoLevel)
			f := &fake{kind: tt.kind, serial: "S", clock: tt.clock, ip: 8, search: tt.search}
			d := f.start(t, tt.settings, zap.New(core))
			before, err := find(t, d)
			if err != nil {
				t.Fatal(err)
			}
			asks := f.asks()
			q := asks[len(asks)-1]
			if q.Start != day(tt.start).Format(apiTime) || q.End != day(tt.start).Add(time.Hour).Format(apiTime) || len(asks) != tt.searches {
				t.Errorf("asked for %s to %s by search %d; want %s by %d", q.Start, q.End, len(asks), tt.start, tt.searches)
			}
			for _, file := range before {
				if !file.Start.Before(day("13:00:00")) || !file.End.After(day("12:00:00")) {
					t.Errorf("recording %+v lies elsewhere", file)
				}
			}
			path := f.played(t, d, 33, playback.Range{Start: day("12:00:00").Add(900 * time.Millisecond), End: day("12:59:59").Add(time.Millisecond)})
			start := day(tt.start)
			want := "/Streaming/tracks/101?starttime=" + start.Format("20060102T150405Z") + "&endtime=" + start.Add(time.Hour).Format("20060102T150405Z")
			if path != want {
				t.Errorf("played %s, want %s", path, want)
			}
			// The next login knows.
			if _, err := find(t, f.start(t, tt.settings, nil)); err != nil || len(f.asks()) != tt.searches+1 {
				t.Errorf("%v; search %d, want %d", err, len(f.asks()), tt.searches+1)
			}
			if n := logs.FilterMessage("times of recordings").Len(); n > 1 {
				t.Errorf("%d lines", n)
			}
		})
	}
}

// refuseFirst refuses the first search as a busy device does.
func refuseFirst(search func(q asked) (int, string)) func(q asked) (int, string) {
	return first(http.StatusServiceUnavailable, status(2, "deviceBusy"), search)
}

// failFirst fails the first search.
func failFirst(search func(q asked) (int, string)) func(q asked) (int, string) {
	return first(http.StatusInternalServerError, status(3, "deviceError"), search)
}

func first(code int, body string, search func(q asked) (int, string)) func(q asked) (int, string) {
	answered := false
	return func(q asked) (int, string) {
		if !answered {
			answered = true
			return code, body
		}
		return search(q)
	}
}

// A password that is refused while the meaning of the times is found out is not tried a second time.
func TestRefusedProbe(t *testing.T) {
	f := &fake{kind: "NVR", serial: "S", clock: timePage("2016-07-20T15:00:00+08:00", ""), ip: 8, search: func(asked) (int, string) { return 401, "" }}
	_, err := find(t, f.start(t, device.Settings{}, nil))
	if kind, _ := device.KindOf(err); kind != device.KindAuth || len(f.asks()) != 1 {
		t.Errorf("%v after %d searches", err, len(f.asks()))
	}
}

// A clock that is set forward within the range does not turn the range around.
func TestRangeAcrossClockChange(t *testing.T) {
	f := &fake{kind: "IPCamera", serial: "S", ip: 8, search: disk()}
	d := f.start(t, device.Settings{RecordTimes: "utc", TimeZone: "Europe/Berlin"}, nil)
	start := time.Date(2016, 3, 27, 2, 30, 0, 0, time.UTC) // no clock in Berlin showed this
	path := f.played(t, d, 33, playback.Range{Start: start, End: start.Add(30 * time.Minute)})
	if path != "/Streaming/tracks/101?starttime=20160327T013000Z&endtime=20160327T020000Z" {
		t.Errorf("played %s", path)
	}
	d = f.start(t, device.Settings{RecordTimes: "utc", TimeZone: "Europe/Berlin"}, nil)
	if path := f.played(t, d, 33, playback.Range{Start: start}); path != "/Streaming/tracks/101?starttime=20160327T013000Z" {
		t.Errorf("played %s", path)
	}
}

func TestOffset(t *testing.T) {
	tests := []struct {
		local, zone string
		want        time.Duration
		ok          bool
	}{
		{"2016-07-20T15:00:00+08:00", "CST-8:00:00", 8 * time.Hour, true},
		{"2016-07-20T15:00:00-0330", "", -(3*time.Hour + 30*time.Minute), true},
		{"2016-07-20T15:00:00", "EST5", -5 * time.Hour, true},
		{"2016-07-20 15:00:00", "NZST-12NZDT", 12 * time.Hour, true},
		{"2016-07-20T15:00:00", "<-03>3:00", -3 * time.Hour, true},
		{"2016-07-20T15:00:00", "", 0, false},
		{"2016-07-20T15:00:00", "CST-88:00:00", 0, false},
		{"2016-07-20T15:00:00+99:00", "CST-8", 0, false},
		{"never", "CST-8", 0, false},
	}
	for _, tt := range tests {
		if offset, ok := hik.Offset(tt.local, tt.zone); offset != tt.want || ok != tt.ok {
			t.Errorf("%q, %q: %v, %v; want %v, %v", tt.local, tt.zone, offset, ok, tt.want, tt.ok)
		}
	}
}

// Whatever a device tells about its clock, the offset is one that a zone has.
func FuzzOffset(f *testing.F) {
	f.Add("2016-07-20T15:00:00+08:00", "CST-8:00:00")
	f.Add("2016-07-20T15:00:00", "EST5:00:00DST01:00:00,M3.2.0/02:00:00,M11.1.0/02:00:00")
	f.Add("20160720", "<+99>-99:99")
	f.Fuzz(func(t *testing.T, local, zone string) {
		if offset, ok := hik.Offset(local, zone); offset.Abs() > 15*time.Hour || !ok && offset != 0 {
			t.Errorf("offset %v, %v", offset, ok)
		}
	})
}
