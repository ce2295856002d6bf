package rtspsource_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/internal/media"
	"mediapusher/internal/rtspsource"
)

// Descriptions as recorders send them, shortened.
var (
	// Hikvision camera: absolute controls with the query behind the track, metadata, trailing comma in the parameter sets.
	hikvisionSDP = "v=0\r\no=- 1109162014219182 1109162014219192 IN IP4 x.y.z.w\r\ns=Media Presentation\r\ne=NONE\r\nb=AS:5100\r\nt=0 0\r\n" +
		"a=control:rtsp://10.0.0.9/Streaming/Channels/101/?transportmode=unicast\r\n" +
		"m=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0\r\nb=AS:5000\r\na=recvonly\r\na=x-dimensions:1920,1080\r\n" +
		"a=control:rtsp://10.0.0.9/Streaming/Channels/101/trackID=1?transportmode=unicast\r\na=rtpmap:96 H264/90000\r\n" +
		"a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=AAAAAWdCwB7ZAKBH/sg=,\r\n" +
		"a=Media_header:MEDIAINFO=494D4B48010200000400010010710110401F000000FA000000000000000000000000000000000000;\r\na=appversion:1.0\r\n" +
		"m=audio 0 RTP/AVP 11\r\na=recvonly\r\na=control:rtsp://10.0.0.9/Streaming/Channels/101/trackID=2?transportmode=unicast\r\n" +
		"a=rtpmap:11 PCM/48000\r\n" +
		"m=application 0 RTP/AVP 107\r\na=control:rtsp://10.0.0.9/Streaming/Channels/101/trackID=3\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n"

	// Hikvision recorder, playback: relative controls by name, H.265 without parameter sets, odd lines.
	playbackSDP = "v=0\ns=\nx\x00\no=broken\nt=now-\nc=IN c=IN IP4\na=control:*\na=range:clock=20240101T000000Z-20240101T010000Z\n" +
		"m=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\na=control:trackID=video\n" +
		"m=audio 0 RTP/AVP 104\na=rtpmap:104 mpeg4-generic/16000\na=control:/trackID=audio\n"

	// Dahua with proto=Onvif: a back channel whose AAC has no config, a second audio track.
	dahuaSDP = sdp(h264Media("trackID=0")) +
		"m=audio 0 RTP/AVP 97\r\na=control:trackID=5\r\na=rtpmap:97 MPEG4-GENERIC/8000\r\na=sendonly\r\n" +
		"m=audio 0 RTP/AVP 97\r\na=control:trackID=1\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\n" +
		"a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408\r\na=recvonly\r\n" +
		"m=audio 0 RTP/AVP 8\r\na=control:trackID=2\r\n" +
		"m=application 0 RTP/AVP 107\r\na=control:trackID=4\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n"
)

func TestDescriptions(t *testing.T) {
	tests := map[string]struct {
		path, sdp, contentBase string
		setups                 []string
		play                   string
		codecs                 []media.Codec
		notes                  string
		check                  func(t *testing.T, tracks []*media.Track)
	}{
		"hikvision": {
			path: "/Streaming/Channels/101?transportmode=unicast", sdp: hikvisionSDP,
			setups: []string{"/Streaming/Channels/101/trackID=1?transportmode=unicast", "/Streaming/Channels/101/trackID=2?transportmode=unicast"},
			play:   "/Streaming/Channels/101/?transportmode=unicast",
			codecs: []media.Codec{media.H264, media.L16},
			notes:  "further application left out",
			check: func(t *testing.T, tracks []*media.Track) {
				if string(tracks[0].SPS) != string(sps) || tracks[0].PPS != nil || tracks[1].SampleRate != 48000 {
					t.Errorf("%+v %+v", tracks[0], tracks[1])
				}
			},
		},
		"playback": {
			path: "/Streaming/tracks/101?starttime=20240101t000000z&endtime=20240101t010000z&name=a%20b&size=1", sdp: playbackSDP,
			setups: []string{
				"/Streaming/tracks/101?starttime=20240101t000000z&endtime=20240101t010000z&name=a%20b&size=1/trackID=video",
				"/Streaming/tracks/101?starttime=20240101t000000z&endtime=20240101t010000z&name=a%20b&size=1/trackID=audio",
			},
			play:   "/Streaming/tracks/101?starttime=20240101t000000z&endtime=20240101t010000z&name=a%20b&size=1",
			codecs: []media.Codec{media.H265, media.AAC},
			check: func(t *testing.T, tracks []*media.Track) {
				if fmt.Sprintf("%x", tracks[1].AudioConfig) != "1408" || tracks[1].SampleRate != 16000 || tracks[1].Channels != 1 {
					t.Errorf("%+v", tracks[1])
				}
			},
		},
		"dahua": {
			path: "/cam/realmonitor?channel=1&subtype=0", sdp: dahuaSDP, contentBase: "rtsp://192.168.1.108/cam/realmonitor?channel=1&subtype=0/",
			setups: []string{"/cam/realmonitor?channel=1&subtype=0/trackID=0", "/cam/realmonitor?channel=1&subtype=0/trackID=1"},
			play:   "/cam/realmonitor?channel=1&subtype=0/",
			codecs: []media.Codec{media.H264, media.AAC},
			notes:  "audio back channel left out|further audio left out|further application left out",
		},
		"relative Content-Base": {
			path: "/a/b", sdp: sdp(h264Media("trackID=0")), contentBase: "/a/b/",
			setups: []string{"/a/b/trackID=0"}, play: "/a/b/", codecs: []media.Codec{media.H264},
		},
		"query control, unknown audio": {
			path:   "//mnt/2024-01-01/0/dav/10/10.00.00-10.30.00[R][0@0][0].dav",
			sdp:    sdp(h264Media("?ctype=video"), "m=audio 0 RTP/AVP 102\r\na=rtpmap:102 G726-16/8000\r\n"),
			setups: []string{"//mnt/2024-01-01/0/dav/10/10.00.00-10.30.00[R][0@0][0].dav?ctype=video"},
			play:   "//mnt/2024-01-01/0/dav/10/10.00.00-10.30.00[R][0@0][0].dav", codecs: []media.Codec{media.H264},
			notes: "audio G726-16 left out",
		},
		"sendonly meant the other way": {
			path: "/a", sdp: sdp("m=video 0 RTP/AVP 96\r\na=sendonly\r\na=rtpmap:96 H264/90000\r\n", "m=audio 0 RTP/AVP 99\r\na=sendonly\r\na=rtpmap:99 PCMU/16000/2\r\na=control:x\r\n"),
			setups: []string{"/a", "/a/x"}, play: "/a", codecs: []media.Codec{media.H264, media.PCMU},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDevice(t, func(p *peer) {
				for r := range p.requests() {
					switch r.method {
					case "DESCRIBE":
						if test.contentBase != "" {
							p.answer(r, "200 OK", test.sdp, "Content-Base: "+test.contentBase)
						} else {
							p.answer(r, "200 OK", test.sdp)
						}
					case "PLAY":
						p.respond(r, "")
						p.Write(p.rtp(0, 96, 0, true, videoFor(test.codecs[0])...))
					default:
						p.respond(r, "")
					}
				}
			})
			core, logs := observer.New(zapcore.InfoLevel)
			cfg := patient(d)
			cfg.URL, cfg.Log = d.url(test.path), zap.New(core)
			s, out := newSource(t, cfg), newSink(1)
			if err := pull(t, s, out); err != nil {
				t.Fatal(err)
			}
			var setups []string
			for _, r := range d.heard("SETUP") {
				setups = append(setups, strings.TrimPrefix(r.url, d.url("")))
			}
			if !slices.Equal(setups, test.setups) {
				t.Errorf("SETUP %q", setups)
			}
			if got := strings.TrimPrefix(d.heard("PLAY")[0].url, d.url("")); got != test.play {
				t.Errorf("PLAY %q", got)
			}
			var codecs []media.Codec
			for _, track := range out.tracks {
				codecs = append(codecs, track.Codec)
			}
			if !slices.Equal(codecs, test.codecs) {
				t.Errorf("codecs %v", codecs)
			}
			if got := strings.Join(s.Stats().Notes, "|"); got != test.notes {
				t.Errorf("notes %q", got)
			}
			told := logs.FilterMessage("RTSP without sound").Len() == 1
			if told != (len(test.codecs) == 1 && strings.Contains(test.notes, "audio")) {
				t.Errorf("log %v", logs.All())
			}
			if test.check != nil {
				test.check(t, out.tracks)
			}
		})
	}
}

func videoFor(codec media.Codec) []byte {
	if codec == media.H265 {
		return []byte{0x26, 0x01, 0xaf, 0x01, 0x02}
	}
	return idr
}

// Each answer is odd in a way that gortsplib alone dies of, hangs in or refuses.
func TestOddAnswers(t *testing.T) {
	type odd struct {
		method string
		answer func(p *peer, r request)
	}
	tests := map[string]odd{
		"negative length": {"OPTIONS", func(p *peer, r request) { p.answer(r, "200 OK", "", "Content-Length: -1") }},
		"empty key": {"SETUP", func(p *peer, r request) {
			p.answer(r, "200 OK", "", "Session:  77 ; ;=x; timeout = 60 ",
				"Transport: RTP/AVP/TCP;unicast;;=x;interleaved=0-1 ; ssrc=  9a", "WWW-Authenticate: ;=x")
		}},
		"no status text":   {"OPTIONS", func(p *peer, r request) { p.answer(r, "200 ", "", ": nothing", "no colon", "X: ;=") }},
		"no OPTIONS":       {"OPTIONS", func(p *peer, r request) { p.answer(r, "501 Not Implemented", "") }},
		"line feeds alone": {"OPTIONS", func(p *peer, r request) { p.send("RTSP/1.0 200 OK\nCSeq: " + r.cseq() + "\n\n") }},
		"no CSeq, 100 before": {"OPTIONS", func(p *peer, _ request) {
			p.send("RTSP/1.0 100 Continue\r\n\r\nRTSP/1.0 200 OK\r\n\r\n")
		}},
		"request in between": {"OPTIONS", func(p *peer, r request) {
			p.send("SET_PARAMETER rtsp://x/y RTSP/1.0\r\nCSeq: 5\r\nContent-Length: 4\r\n\r\nabcd")
			if line, err := p.r.ReadLine(); err != nil || line != "RTSP/1.0 200 OK" {
				p.d.t.Errorf("%q %v", line, err)
			}
			if header, err := p.r.ReadMIMEHeader(); err != nil || header.Get("CSeq") != "5" {
				p.d.t.Errorf("%v %v", header, err)
			}
			p.answer(r, "200 OK", "")
		}},
		"stray bytes before": {"OPTIONS", func(p *peer, r request) {
			p.send("\r\n\x00\x01RTSQ$\x09\x00")
			p.answer(r, "200 OK", "")
		}},
		"one number, no TCP": {"SETUP", func(p *peer, r request) {
			p.answer(r, "200 OK", "", "Session: 77", "Transport: RTP/AVP;unicast;interleaved=0")
		}},
		"no ids": {"SETUP", func(p *peer, r request) {
			p.answer(r, "200 OK", "", "Session: 77", "Transport: RTP/AVP/TCP;unicast")
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDevice(t, func(p *peer) {
				for r := range p.requests() {
					if r.method == test.method {
						test.answer(p, r)
						continue
					}
					p.respond(r, liveSDP)
					if r.method == "PLAY" {
						oneFrame(p)
					}
				}
			})
			cfg := patient(d)
			if err := pull(t, newSource(t, cfg), newSink(1)); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestUDPAnswerIsRefused(t *testing.T) {
	d := newDevice(t, until("SETUP", func(p *peer, r request) {
		p.answer(r, "200 OK", "", "Session: 77", "Transport: RTP/AVP;unicast;client_port=1-2;server_port=3-4")
	}))
	err := pull(t, newSource(t, patient(d)), newSink(1))
	expect(t, err, "SETUP", rtspsource.ErrProtocol)
}

// Recorders send the first key frame before they answer PLAY.
func TestFramesBeforePlayAnswer(t *testing.T) {
	d := newDevice(t, until("PLAY", func(p *peer, r request) {
		oneFrame(p)
		p.respond(r, "")
		p.Write(p.rtp(0, 96, 3600, true, inter...))
	}))
	out := newSink(2)
	cfg := patient(d)
	if err := pull(t, newSource(t, cfg), out); err != nil {
		t.Fatal(err)
	}
	if out.units[0].nals[0] != fmt.Sprintf("%x", idr) {
		t.Errorf("first unit %v", out.units[0])
	}
}

// However the network cuts the stream, and whatever stands between the frames, the units are the same.
func TestSegmentationAndStrayBytes(t *testing.T) {
	stream := func(p *peer) []byte {
		var b []byte
		for i := range uint32(40) {
			big := make([]byte, 2000)
			big[0], big[1] = 0x41, 0x9a
			b = append(b, p.rtp(0, 96, i*3600, false, idr...)...)
			if i%7 == 3 {
				b = append(b, "\x00\x01junk$\x07\x01\x01RTS"...)
			}
			if i%5 == 2 {
				b = append(b, "OPTIONS rtsp://x/ RTSP/1.0\r\nCSeq: 3\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: 99\r\n\r\n"...)
			}
			b = append(b, p.rtp(0, 96, i*3600, true, big...)...)
			b = append(b, frame(1, []byte{0x80, 200, 0, 0})...)
			b = append(b, frame(0, []byte{0x00, 1, 2})...) // not RTP
			b = append(b, frame(9, []byte{1, 2, 3})...)    // nobody's channel
		}
		return b
	}
	var want []unit
	for name, cut := range map[string]func(n int) int{
		"whole":  func(n int) int { return n },
		"bytes":  func(int) int { return 1 },
		"random": func(n int) int { return 1 + rand.IntN(min(n, 3000)) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDevice(t, serve(liveSDP, func(p *peer) {
				_ = p.Conn.(*net.TCPConn).SetNoDelay(true)
				for b := stream(p); len(b) > 0; {
					n := cut(len(b))
					if _, err := p.Write(b[:n]); err != nil {
						return
					}
					b = b[n:]
				}
			}))
			out := newSink(40)
			cfg := patient(d)
			s := newSource(t, cfg)
			if err := pull(t, s, out); err != nil {
				t.Fatal(err)
			}
			for i := range out.units {
				out.units[i].arrival = out.units[0].arrival
				if len(out.units[i].nals) != 2 || out.units[i].lost {
					t.Fatalf("unit %d: %+v", i, out.units[i])
				}
				out.units[i].arrival = out.units[i].arrival.Truncate(1 << 62)
			}
			if want == nil {
				want = out.units
			}
			if !reflect.DeepEqual(out.units, want) {
				t.Error("the units differ")
			}
			if s.Stats().Lost != 0 {
				t.Errorf("stats %+v", s.Stats())
			}
		})
	}
}

func TestRefusedAudioLeavesThePicture(t *testing.T) {
	d := newDevice(t, func(p *peer) {
		n := 0
		for r := range p.requests() {
			if r.method == "SETUP" {
				if n++; n == 2 {
					p.answer(r, "461 Unsupported Transport", "")
					continue
				}
			}
			p.respond(r, sdp(h264Media("0"), pcmaMedia("1")))
			if r.method == "PLAY" {
				oneFrame(p)
			}
		}
	})
	cfg := patient(d)
	s, out := newSource(t, cfg), newSink(1)
	if err := pull(t, s, out); err != nil {
		t.Fatal(err)
	}
	if len(out.tracks) != 1 || !strings.Contains(strings.Join(s.Stats().Notes, ""), "461") {
		t.Errorf("%d tracks, notes %v", len(out.tracks), s.Stats().Notes)
	}
}

func TestKeepAlive(t *testing.T) {
	for _, public := range []string{"OPTIONS, GET_PARAMETER", "OPTIONS"} {
		t.Run(public, func(t *testing.T) {
			t.Parallel()
			alive := make(chan request, 16)
			d := newDevice(t, func(p *peer) {
				playing := false
				for r := range p.requests() {
					switch {
					case playing && r.method != "TEARDOWN":
						p.answer(r, "200 OK", "")
						alive <- r
						oneFrame(p)
						continue
					case r.method == "OPTIONS":
						p.answer(r, "200 OK", "", "Public: "+public)
					case r.method == "SETUP":
						p.answer(r, "200 OK", "", "Session: 77;timeout=4", "Transport: "+r.header.Get("Transport"))
					default:
						p.respond(r, liveSDP)
					}
					playing = r.method == "PLAY"
				}
			})
			cfg := patient(d)
			if err := pull(t, newSource(t, cfg), newSink(1)); err != nil {
				t.Fatal(err)
			}
			r := <-alive
			want := "OPTIONS"
			if strings.Contains(public, "GET_PARAMETER") {
				want = "GET_PARAMETER"
			}
			if r.method != want || r.header.Get("Session") != "77" {
				t.Errorf("keep-alive %+v", r)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for _, url := range []string{
		"", "http://h/x", "rtsp://", "rtsp:x", "rtsp://u:p@h/x", "rtsp://h/a b", "rtsp://h/x#f", "rtsp://h:x/", "rtsp://h/%zz", "rtsp://h/\n",
	} {
		if _, err := rtspsource.New(rtspsource.Config{URL: url}); err == nil {
			t.Errorf("%q was taken", url)
		}
	}
	if _, err := rtspsource.New(rtspsource.Config{URL: "rtsp://h/x", Timeout: -1}); err == nil {
		t.Error("a negative time limit was taken")
	}
}

func TestParameterSetsInDescription(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString
	vps, sps5, pps5 := []byte{0x40, 1, 2, 3}, []byte{0x42, 1, 2, 3}, []byte{0x44, 1, 2, 3}
	joined := append(append([]byte{0, 0, 0, 1}, sps...), append([]byte{0, 0, 0, 1}, pps...)...)
	for name, test := range map[string]struct {
		media string
		want  [3][]byte
	}{
		"H.265":            {"m=video 0 RTP/AVP 98\r\na=rtpmap:98 H265/90000\r\na=fmtp:98 sprop-vps=" + b64(vps) + "; sprop-sps=" + b64(sps5) + ";sprop-pps=" + b64(pps5) + "\r\n", [3][]byte{vps, sps5, pps5}},
		"joined, annex B":  {"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 sprop-parameter-sets=" + b64(joined) + "\r\n", [3][]byte{nil, sps, pps}},
		"empty":            {"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 sprop-parameter-sets=\r\n", [3][]byte{}},
		"commas, nonsense": {"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 sprop-parameter-sets=,,!!," + b64(pps) + ",\r\n", [3][]byte{nil, nil, pps}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDevice(t, serve(sdp(test.media), func(p *peer) { p.Close() }))
			out := newSink(1)
			expect(t, pull(t, newSource(t, patient(d)), out), "read", rtspsource.ErrClosed)
			if len(out.tracks) != 1 {
				t.Fatalf("%d tracks", len(out.tracks))
			}
			got := [3][]byte{out.tracks[0].VPS, out.tracks[0].SPS, out.tracks[0].PPS}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %x", got)
			}
		})
	}
}
