package nvrsim

import (
	"bufio"
	"strings"
	"testing"
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

// A control behind a URL leads to the same channel as the URL alone.
func FuzzLocate(f *testing.F) {
	f.Add("rtsp://h:554/Streaming/Channels/101?transportmode=unicast", "video")
	f.Add("rtsp://h/cam/realmonitor?channel=1&subtype=0", "0")
	f.Add("rtsp://h/h264/ch33/main/av_stream", "1")
	f.Add("/trackID=/trackID=", "?")
	f.Fuzz(func(t *testing.T, address, track string) {
		if strings.Contains(address, "trackID") || strings.ContainsAny(track, "/?") {
			return
		}
		for _, vendor := range []string{Hikvision, Dahua} {
			r := &Recorder{cfg: Config{Vendor: vendor, ChannelBase: 33}, channels: make([]channel, 4)}
			whole, okWhole := r.locate(address)
			one, ok := r.locate(strings.TrimRight(address, "/") + "/trackID=" + track)
			if ok != okWhole || one.channel != whole.channel || one.stream != whole.stream || one.track != track {
				t.Fatalf("%s: %+v %t, %+v %t", vendor, whole, okWhole, one, ok)
			}
		}
	})
}
