//go:build unix

package e2e

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"mediapusher/internal/e2e/rtmp"
	"mediapusher/internal/nvrsim"
)

// fakeServer is an RTMP server of the tests' own.
type fakeServer struct {
	*rtmp.Server
	address string
}

func (f *fakeServer) template() string { return "rtmp://" + f.address + "/live/{stream}" }

func startFake(t testing.TB, cfg rtmp.Config) *fakeServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeServer{rtmp.NewServer(cfg), l.Addr().String()}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return f
}

// isHEVC fails where a recording is not H.265 as enhanced RTMP, or where a decoder finds no pictures of the right size in it.
func isHEVC(t *testing.T, r *recording) {
	t.Helper()
	r.checkOrder(t)
	var stream []byte
	for _, m := range r.all() {
		v, isHeader := header(m)
		p, isPicture := picture(m)
		switch {
		case isHeader:
			if !v.enhanced || v.fourCC != "hvc1" {
				t.Fatalf("configuration with the first bytes % x", m.Body[:5])
			}
			stream = append(stream, parameterSets(t, v.data)...)
		case isPicture:
			if !p.enhanced || p.fourCC != "hvc1" {
				t.Fatalf("picture with the first bytes % x", m.Body[:5])
			}
			stream = append(stream, annexB(p.data)...)
		}
	}
	file := filepath.Join(t.TempDir(), "stream.h265")
	if err := os.WriteFile(file, stream, 0o600); err != nil {
		t.Fatal(err)
	}
	if v := probe(t, file)["video"]; v.CodecName != "hevc" || v.Width != 640 || v.Height != 360 {
		t.Errorf("a decoder sees %+v", v)
	}
	if _, stderr, err := run(t, t.Context(), need(t, "ffmpeg"), "-v", "warning", "-i", file, "-f", "null", "-"); err != nil || stderr != "" {
		t.Errorf("a decoder complains: %v %s", err, stderr)
	}
}

// parameterSets takes the NAL units out of a hvcC record (ISO/IEC 14496-15 section 8.3.3.1).
func parameterSets(t *testing.T, b []byte) (out []byte) {
	t.Helper()
	if len(b) < 23 || b[0] != 1 {
		t.Fatalf("hvcC of %d bytes, version %d", len(b), b[0])
	}
	arrays, rest := int(b[22]), b[23:]
	for range arrays {
		n := int(binary.BigEndian.Uint16(rest[1:]))
		rest = rest[3:]
		for range n {
			size := int(binary.BigEndian.Uint16(rest))
			out = append(append(out, 0, 0, 0, 1), rest[2:2+size]...)
			rest = rest[2+size:]
		}
	}
	if len(rest) > 0 {
		t.Fatalf("%d bytes behind the hvcC record", len(rest))
	}
	return out
}

// annexB turns lengths into start codes.
func annexB(b []byte) (out []byte) {
	for len(b) > 4 {
		n := int(binary.BigEndian.Uint32(b))
		out = append(append(out, 0, 0, 0, 1), b[4:4+n]...)
		b = b[4+n:]
	}
	return out
}

// A foreign source and a foreign server, which knows enhanced RTMP.
func TestHEVCToNodeMediaServer(t *testing.T) {
	server := startNodeMediaServer(t)
	const path = "/Streaming/Channels/101"
	source := startGStreamer(t, map[string]string{path: clips.launch(t, "h265", "aac")})
	front := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	front.rtsp = source.port
	s := startService(t, settings{publish: server.template()})
	r, stop := play(t, s.live(front, 1).URL)
	eventually(t, 20*time.Second, "8 s of pictures", func() bool { return r.pictures() > 200 })
	stop()
	isHEVC(t, r)
	if r.audioFrames() < 50 {
		t.Errorf("%d audio frames", r.audioFrames())
	}
}

func TestHEVCToEmbeddedServer(t *testing.T) {
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Dahua})
	s := startService(t, settings{})
	r, stop := play(t, s.live(source, 4).URL)
	eventually(t, 20*time.Second, "3 s of pictures", func() bool { return r.pictures() > 75 })
	stop()
	isHEVC(t, r)
}

// SRS below 6 drops H.265 without a word: the sub stream is taken if it is H.264, and else nobody is told that it plays.
func TestHEVCToOldSRS(t *testing.T) {
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Channels: []nvrsim.Channel{
		{Clip: "hikvision-h265-aac", SubClip: "hikvision-sub-aac"},
		{Clip: "hikvision-h265-aac"},
		{Clip: "hikvision-h265-aac", SubClip: "hikvision-h265"},
	}})
	for _, version := range []string{"5.0.216", "6.0.155"} {
		t.Run(version, func(t *testing.T) {
			var got recording
			server := startFake(t, rtmp.Config{SRSVersion: version, OnMessage: func(_ string, m rtmp.Message) { got.add(m) }})
			s := startService(t, settings{publish: server.template()})
			a := s.live(source, 1)
			eventually(t, 10*time.Second, "a second of pictures", func() bool { return got.pictures() > 25 })
			got.checkOrder(t)
			if s.stop(a) != http.StatusOK {
				t.Error("STOP failed")
			}
			first := slices.IndexFunc(got.all(), func(m rtmp.Message) bool { _, ok := picture(m); return ok })
			p, _ := picture(got.all()[first])
			if version[0] == '6' {
				if p.fourCC != "hvc1" {
					t.Errorf("SRS 6 gets codec %d %q", p.codec, p.fourCC)
				}
				return
			}
			if p.codec != 7 {
				t.Errorf("SRS 5 gets codec %d %q", p.codec, p.fourCC)
			}
			for _, channel := range []int{2, 3} {
				if a := s.call("/REAL_STREAM", source.request(channel)); a.Code != 601 {
					t.Errorf("channel %d, H.265 only, at SRS 5: %+v", channel, a)
				}
			}
			source.left(5 * time.Second)
			eventually(t, 3*time.Second, "no RTMP connection left", func() bool { return server.Connections() == 0 })
		})
	}
}
