package nvrsim

import (
	"bufio"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What is read must be a request that could be written again, within the ceilings.
func FuzzReadRTSP(f *testing.F) {
	for _, seed := range []string{
		"OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
		"$\x01\x00\x02abDESCRIBE rtsp://h/Streaming/Channels/101 RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 3\r\n\r\nxyz",
		"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", "PLAY * RTSP/1.0\r\nContent-Length: -1\r\n\r\n", "\r\n\r\n", "$\xff\xff\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) {
		br := bufio.NewReaderSize(strings.NewReader(input), 2*maxRTSPLine)
		for range len(input) + 1 {
			req, err := readRTSP(br)
			if err != nil {
				return
			}
			if strings.ContainsAny(req.method+req.url, " \n") || (req.method == "") != (req.url == "") || len(req.header) > maxRTSPHeaders {
				t.Fatalf("%+v", req)
			}
		}
		t.Fatal("more requests than bytes")
	})
}

// A parameter that was put in quotes comes out again.
func FuzzParseDigest(f *testing.F) {
	f.Add("admin", `username="x", qop=auth, nc=00000001`)
	f.Add(`a\"b`, `a=`)
	f.Add("", `="`)
	f.Fuzz(func(t *testing.T, value, rest string) {
		if n := len(parseDigest(rest)); n > maxDigestParameters {
			t.Fatalf("%d parameters", n)
		}
		if value != strings.TrimSpace(value) {
			return
		}
		escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
		if got := parseDigest(`Nonce="` + escaped + `", x=y`)["nonce"]; got != value {
			t.Fatalf("%q from %q", got, value)
		}
	})
}

// What a client of the SDK port escapes comes back as it was, whatever stands beside it.
func FuzzReadSDK(f *testing.F) {
	f.Add("demo 12345&=%", "channel=33 stream=0")
	f.Add("", "=")
	f.Add("\n\x00", "password=%zz")
	f.Fuzz(func(t *testing.T, value, rest string) {
		line := "LOGIN " + strings.ReplaceAll(rest, "\n", "") + " user=" + url.QueryEscape(value) + "\n"
		c := &sdkConn{br: bufio.NewReaderSize(strings.NewReader(line), maxSDKLine)}
		q, err := c.read()
		if err != nil {
			if !errors.Is(err, errSDKLine) && len(line) <= maxSDKLine {
				t.Fatal(err)
			}
			return
		}
		if q.word != "LOGIN" || q.values["user"] != value {
			t.Fatalf("%+v", q)
		}
	})
}

// A control behind a URL leads to the same channel as the URL alone.
func FuzzLocate(f *testing.F) {
	f.Add("rtsp://h:554/Streaming/Channels/101?transportmode=unicast", "video")
	f.Add("rtsp://h/cam/realmonitor?channel=1&subtype=0", "0")
	f.Add("rtsp://h/h264/ch33/main/av_stream", "1")
	f.Add("rtsp://h/Streaming/tracks/101/?starttime=20160720t120000z&endtime=20160720t130000z&name=a&size=1", "video")
	f.Add("rtsp://h/cam/playback?channel=1&subtype=0&starttime=2016_07_20_12_00_00&endtime=2016_07_20_13_00_00", "0")
	f.Add("rtsp://h/cam/playback?channel=9&subtype=0&starttime=2016_07_20_12_00_00", "0")
	f.Add("/trackID=/trackID=", "?")
	f.Fuzz(func(t *testing.T, address, track string) {
		if strings.Contains(address, "trackID") || strings.ContainsAny(track, "/?") {
			return
		}
		for _, vendor := range []string{Hikvision, Dahua} {
			r := &Recorder{cfg: Config{Vendor: vendor, ChannelBase: 33}, channels: make([]channel, 4)}
			whole, okWhole := r.locate(address)
			one, ok := r.locate(strings.TrimRight(address, "/") + "/trackID=" + track)
			if ok != okWhole || one.channel != whole.channel || one.stream != whole.stream || one.span != whole.span || one.track != track {
				t.Fatalf("%s: %+v %t, %+v %t", vendor, whole, okWhole, one, ok)
			}
			if ok && !one.span.live() && !one.span.from.Before(one.span.until) {
				t.Fatalf("%s: %+v", vendor, one.span)
			}
		}
	})
}

// What a PLAY seeks is what its answer grants.
func FuzzRange(f *testing.F) {
	for _, seed := range []string{
		"npt=0.000-", "npt=12.5-", "npt=now-", "npt=NaN-", "npt=-1", "clock=20160720T120103Z-", "clock=20160720t120103.5z-20160720T130000Z", "",
	} {
		f.Add(seed)
	}
	from := time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC)
	s := span{from, from.Add(time.Hour)}
	f.Fuzz(func(t *testing.T, header string) {
		for _, vendor := range []string{Hikvision, Dahua} {
			r := &Recorder{cfg: Config{Vendor: vendor, Zone: 8 * time.Hour, RecordsInUTC: true}}
			at, ok := r.wanted(s, header)
			if !ok {
				continue
			}
			if vendor == Dahua && (at.Before(s.from) || at.After(s.until)) {
				t.Fatalf("%v is outside the span", at)
			}
			again, ok := r.wanted(s, r.granted(s, at))
			if off := again.Sub(at); !ok || off < -time.Millisecond || off > time.Millisecond {
				t.Fatalf("%s: %v granted as %v %t", vendor, at, again, ok)
			}
		}
	})
}

// Names and sizes are those that the vendors' searches give.
func TestRecordingNames(t *testing.T) {
	from := time.Date(2016, 7, 20, 11, 50, 0, 0, time.UTC)
	files := []Recording{
		{Start: from, End: from.Add(time.Hour)},
		{Name: "mine", Size: 7, Start: from.Add(time.Hour), End: from.Add(90 * time.Minute)},
	}
	for vendor, want := range map[string]string{
		Hikvision: "ch01_00000000001000100", Dahua: "/mnt/dvr/2016-07-20/0/dav/11/1/0/139000/11.50.00-12.50.00[R][0@0][0].dav",
	} {
		r := &Recorder{cfg: Config{Vendor: vendor}, channels: []channel{{Channel: Channel{Recordings: files}}}}
		got := r.recordings(1, from.Add(-time.Hour), from.Add(2*time.Hour))
		if len(got) != 2 || got[0].Name != want || got[0].Size <= 0 || vendor == Dahua && got[0].Size%41943040 != 0 || got[1] != files[1] {
			t.Errorf("%s: %+v", vendor, got)
		}
		if got := r.recordings(1, from.Add(time.Hour), from.Add(2*time.Hour)); len(got) != 1 {
			t.Errorf("%s: a file that ends with the start counts: %+v", vendor, got)
		}
		if len(r.recordings(2, from, from.Add(time.Hour))) != 0 || len(r.recordings(0, from, from.Add(time.Hour))) != 0 {
			t.Errorf("%s: files of no channel", vendor)
		}
	}
}
