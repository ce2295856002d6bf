package hik_test

import (
	"strings"
	"testing"

	"mediapusher/internal/device"
	"mediapusher/playback"
)

// A recording is asked for in the form in which the device itself writes its address.
func TestPlaybackPath(t *testing.T) {
	const query = "?starttime=20160720T120000Z&endtime=20160720T130000Z"
	tests := []struct {
		name, uri, want string
	}{
		{"nothing known", "", "/Streaming/tracks/101" + query},
		{"usual", "rtsp://192.0.2.7:10554/Streaming/tracks/101?starttime=20160720T115000Z&endtime=x&name=a&size=1", "/Streaming/tracks/101" + query},
		{"slash", "rtsp://192.0.2.7/Streaming/tracks/101/?starttime=20160720T115000Z", "/Streaming/tracks/101/" + query},
		{"small letters", "rtsp://192.0.2.7/streaming/tracks/101/?starttime=20160720t115000z", "/streaming/tracks/101/" + strings.ToLower(query)},
		{"new", "rtsp://192.0.2.7/ISAPI/Streaming/tracks/101?starttime=20160720T115000Z", "/ISAPI/Streaming/tracks/101" + query},
		{"old", "rtsp://192.0.2.7/PSIA/streaming/tracks/101?starttime=20160720T115000Z", "/PSIA/streaming/tracks/101" + query},
		{"other track", "rtsp://192.0.2.7/other/tracks/201?starttime=20160720T115000Z", "/Streaming/tracks/101" + query},
		{"no path", "rtsp://192.0.2.7", "/Streaming/tracks/101" + query},
		{"no address", "/x/101", "/Streaming/tracks/101" + query},
		{"not plain", "rtsp://192.0.2.7/a%20b/../101?x", "/Streaming/tracks/101" + query},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{kind: "NVR", serial: "S", ip: 8, search: func(asked) (int, string) {
				return 200, result("OK", 1, item(101, "2016-07-20T11:50:00Z", "2016-07-20T12:50:00Z", tt.uri))
			}}
			d := f.start(t, device.Settings{RecordTimes: "device", LivePath: "/live"}, nil)
			if _, err := find(t, d); err != nil {
				t.Fatal(err)
			}
			if path := f.played(t, d, 33, span("12:00:00", "13:00:00")); path != tt.want {
				t.Errorf("played %s, want %s", path, tt.want)
			}
		})
	}
}

func TestPlaybackChannel(t *testing.T) {
	f := &fake{kind: "NVR", serial: "S", analog: 16, ip: 16}
	d := f.start(t, device.Settings{RecordTimes: "device"}, nil)
	for channel, want := range map[int]string{3: "/301?", 33: "/1701?"} {
		if path := f.played(t, d, channel, span("12:00:00", "13:00:00")); !strings.Contains(path, want) {
			t.Errorf("channel %d is %s", channel, path)
		}
	}
	_, err := d.Playback(t.Context(), device.PlaybackRequest{Channel: 20, Request: playback.Request{Range: span("12:00:00", "13:00:00")}})
	if !fails(err, device.OpPlayback, device.KindNoSuchChannel) {
		t.Errorf("error %v", err)
	}
}
