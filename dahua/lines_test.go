package dahua_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"mediapusher/dahua"
	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name string
		body string
		want map[string]string
		fail bool
	}{
		{"CR LF", "a=1\r\nb=2\r\n", map[string]string{"a": "1", "b": "2"}, false},
		{"LF, no end", "a=1\nb=2", map[string]string{"a": "1", "b": "2"}, false},
		{"blanks around", "  a = 1 \r\n", map[string]string{"a": "1"}, false},
		{"equals in the value", "version=4.001=x,build:2021-08-19", map[string]string{"version": "4.001=x,build:2021-08-19"}, false},
		{"empty value", "name=\r\n", map[string]string{"name": ""}, false},
		{"byte order mark", "\xef\xbb\xbfa=1", map[string]string{"a": "1"}, false},
		{"OK and other lines without a key", "OK\r\n=1\r\n\r\na=1", map[string]string{"a": "1"}, false},
		{"first value of two", "a=1\na=2", map[string]string{"a": "1"}, false},
		{"error", "Error: Get RTSP config failed!\r\n", nil, true},
		{"error in two lines", "Error\r\nBad Request!\r\n", nil, true},
		{
			"credentials of cameras", "table.RemoteDevice[0].Address=192.0.2.1\ntable.RemoteDevice[0].Password=x\ntable.RemoteDevice[0].UserName=y",
			map[string]string{"table.RemoteDevice[0].Address": "192.0.2.1"},
			false,
		},
		{"line too long", "a=" + strings.Repeat("x", 9000) + "\nb=1", map[string]string{"b": "1"}, false},
		{"too many lines", strings.Repeat("a=1\n", dahua.MaxLines+1), nil, true},
		{"nothing", "", map[string]string{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := dahua.Parse([]byte(tt.body))
			if (err != nil) != tt.fail || !maps.Equal(got, tt.want) {
				t.Errorf("%q, %v; want %q, failure %v", got, err, tt.want, tt.fail)
			}
		})
	}
}

func TestTables(t *testing.T) {
	tests := []struct {
		name           string
		body           string
		port, channels int
	}{
		{"RTSP", "table.RTSP.Enable=true\r\ntable.RTSP.Port=10554\r\n", 10554, 0},
		{"port out of range", "table.RTSP.Port=70000", 0, 0},
		{"titles with a gap", "table.ChannelTitle[0].Name=a\r\ntable.ChannelTitle[3].Name=d\r\n", 0, 4},
		{"titles beyond reason", "table.ChannelTitle[99999].Name=a\ntable.ChannelTitle[-1].Name=b\ntable.ChannelTitle[x].Name=c", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			port, channels, err := dahua.Table([]byte(tt.body))
			if port != tt.port || channels != tt.channels || err != nil {
				t.Errorf("port %d, %d channels, %v; want %d, %d", port, channels, err, tt.port, tt.channels)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	tests := []struct {
		name   string
		answer httpdigest.Answer
		want   device.Kind
		words  string
	}{
		{"401", httpdigest.Answer{Status: 401, Attempts: 1, Body: []byte("Error\r\nInvalid Authority!\r\n")}, device.KindAuth, "users or connections are used up"},
		{"basic only", httpdigest.Answer{Status: 401, Offered: "Basic"}, device.KindUnsupported, "basic_auth"},
		{"locked by 403", httpdigest.Answer{Status: 403, Body: []byte("Error\r\nUser or client is locked!\r\n")}, device.KindLocked, "is locked!"},
		{"locked by 401", httpdigest.Answer{Status: 401, Body: []byte("Error\r\nUser is LOCKED\r\n")}, device.KindLocked, "LOCKED"},
		{"403 without a word", httpdigest.Answer{Status: 403, Attempts: 1}, device.KindAuth, "forbidden"},
		{"503", httpdigest.Answer{Status: 503}, device.KindBusy, "busy"},
		{"400", httpdigest.Answer{Status: 400, Body: []byte("Error\r\nBad Request!")}, device.KindProtocol, "Error Bad Request!"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if kind, words := dahua.Explain(&tt.answer); kind != tt.want || !strings.Contains(words, tt.words) {
				t.Errorf("%v %q; want %v, %q", kind, words, tt.want, tt.words)
			}
		})
	}
	if !dahua.NonceExpired(&httpdigest.Answer{Status: 403, Body: []byte("Error\r\nAuthority:check failure.\r\n")}) {
		t.Error("an expired nonce is not seen")
	}
	if dahua.NonceExpired(&httpdigest.Answer{Status: 403, Body: []byte("User or client is locked!")}) {
		t.Error("a lock is taken for an expired nonce")
	}
}

// What is read can be written and read again, keys hold no line end and no "=", and nothing secret is kept.
func FuzzParse(f *testing.F) {
	f.Add([]byte("table.RTSP.Port=554\r\ntable.ChannelTitle[0].Name=a=b\r\n"))
	f.Add([]byte("Error: x"))
	f.Add([]byte("table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Password=x\n\xff=\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		all, err := dahua.Parse(body)
		if err != nil {
			return
		}
		var again strings.Builder
		again.WriteString("\n") // a first line that begins with "Error" means something else
		for key, value := range all {
			if key == "" || strings.ContainsAny(key, "=\n") || strings.Contains(value, "\n") || strings.HasSuffix(key, "Password") {
				t.Errorf("%q=%q", key, value)
			}
			fmt.Fprintf(&again, "%s=%s\n", key, value)
		}
		if twice, err := dahua.Parse([]byte(again.String())); err != nil || !maps.Equal(all, twice) {
			t.Errorf("%q, %v; was %q", twice, err, all)
		}
		if _, channels, _ := dahua.Table(body); channels < 0 || channels > dahua.MaxChannels {
			t.Errorf("%d channels", channels)
		}
	})
}
