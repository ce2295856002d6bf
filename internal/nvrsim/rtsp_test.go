package nvrsim_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

func bothVendors(t *testing.T, test func(t *testing.T, vendor string)) {
	t.Helper()
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			test(t, vendor)
		})
	}
}

func TestURLForms(t *testing.T) {
	hikvision := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Analog: 1})
	dahua := start(t, nvrsim.Config{Vendor: nvrsim.Dahua})
	for _, c := range []struct {
		r      *nvrsim.Recorder
		path   string
		status int
	}{
		{hikvision, "/Streaming/Channels/101", 200},
		{hikvision, "/Streaming/channels/201?transportmode=unicast", 200},
		{hikvision, "/ISAPI/Streaming/channels/102", 200},
		{hikvision, "/h264/ch1/main/av_stream", 200},
		{hikvision, "/h265/ch33/sub/av_stream", 200},
		{hikvision, "/h264/ch36/main/av_stream", 200}, // the fourth IP channel
		{hikvision, "/h264/ch2/main/av_stream", 404},
		{hikvision, "/Streaming/Channels/103", 404},
		{hikvision, "/Streaming/Channels/701", 404},
		{hikvision, "/Streaming/Channels/x", 404},
		{hikvision, "/Streaming/Channels/601", 404}, // camera offline
		{hikvision, "/cam/realmonitor?channel=1&subtype=0", 404},
		{dahua, "/cam/realmonitor?channel=1&subtype=0", 200},
		{dahua, "/cam/realmonitor?channel=5&subtype=1", 200},
		{dahua, "/cam/realmonitor?channel=1", 200},
		{dahua, "/cam/realmonitor?channel=0&subtype=0", 404},
		{dahua, "/cam/realmonitor?channel=1&subtype=2", 404},
		{dahua, "/cam/realmonitor?channel=6&subtype=0", 404},
		{dahua, "/Streaming/Channels/101", 404},
	} {
		dial(t, c.r).want(c.status, "DESCRIBE", "rtsp://"+c.r.RTSPAddr()+c.path)
	}
}

func TestDescriptions(t *testing.T) {
	all := nvrsim.Quirks{SecondAudio: true, BackChannel: true, Metadata: true, OddHeaders: true, Sprop: nvrsim.SpropComma}
	absolute := nvrsim.Quirks{Control: nvrsim.ControlAbsolute}
	for _, c := range []struct {
		name    string
		cfg     nvrsim.Config
		channel int
		want    []string
		without string
	}{
		{"hikvision", nvrsim.Config{Vendor: nvrsim.Hikvision}, 1, []string{
			"a=control:trackID=video\r\n", "a=control:trackID=audio\r\n", "a=rtpmap:104 MPEG4-GENERIC/16000", "config=1408",
			"MEDIAINFO=494D4B480101000004000100012001104", "a=fmtp:96 packetization-mode=1",
		}, "sprop"},
		{"hikvision analog", nvrsim.Config{Vendor: nvrsim.Hikvision, Analog: 6}, 1, []string{"sprop-parameter-sets=Z01"}, "sprop-vps"},
		{"hikvision G.711", nvrsim.Config{Vendor: nvrsim.Hikvision}, 2, []string{"m=audio 0 RTP/AVP 8\r\n", "PCMA/8000", "010011710110"}, "AVP 104"},
		{"hikvision H.265", nvrsim.Config{Vendor: nvrsim.Hikvision}, 4, []string{"a=rtpmap:96 H265/90000", "050001200110"}, "fmtp:96"},
		{"dahua", nvrsim.Config{Vendor: nvrsim.Dahua}, 1, []string{
			"a=packetization-supported:DH", "a=control:trackID=0\r\n", "a=control:trackID=1\r\n", "a=framerate:25.000000",
			"sprop-parameter-sets=Z01", "a=rtpmap:97 MPEG4-GENERIC/16000",
		}, "MEDIAINFO"},
		{"dahua H.265", nvrsim.Config{Vendor: nvrsim.Dahua}, 4, []string{"a=rtpmap:98 H265/90000", "sprop-vps="}, "H264"},
		{
			"no parameter sets",
			nvrsim.Config{Vendor: nvrsim.Dahua, Faults: nvrsim.Faults{NoParameterSets: true}},
			1,
			[]string{"H264/90000"},
			"sprop",
		},
		{"quirks", nvrsim.Config{Vendor: nvrsim.Dahua, Channels: []nvrsim.Channel{{Clip: "dahua-h264-aac", Quirks: all}}}, 1, []string{
			",\r\n", "a=control:trackID=2\r\n", "a=control:trackID=4\r\n", "a=control:trackID=5\r\n", "vnd.onvif.metadata/90000", "a=sendonly",
		}, "nothing"},
		{"ghost", nvrsim.Config{Vendor: nvrsim.Hikvision, Channels: []nvrsim.Channel{
			{Clip: "hikvision-h264", Quirks: nvrsim.Quirks{GhostAudio: true}},
		}}, 1, []string{"trackID=audio", "config=1408"}, "nothing"},
		{"absolute", nvrsim.Config{Vendor: nvrsim.Hikvision, Channels: []nvrsim.Channel{
			{Clip: "hikvision-h264", Quirks: absolute},
		}}, 1, []string{"/Streaming/Channels/101/trackID=1?transportmode=unicast\r\n"}, "trackID=video"},
		{
			"programme stream",
			nvrsim.Config{Vendor: nvrsim.Hikvision, Faults: nvrsim.Faults{VideoAs: nvrsim.VideoAsMP2P}},
			1,
			[]string{"MP2P/90000"},
			"H264",
		},
		{
			"JPEG",
			nvrsim.Config{Vendor: nvrsim.Dahua, Faults: nvrsim.Faults{VideoAs: nvrsim.VideoAsMJPEG}},
			1,
			[]string{"m=video 0 RTP/AVP 26\r\n"},
			"H264",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, c.cfg)
			address := url(r, c.cfg.Vendor, c.channel, 1)
			if c.cfg.Vendor == nvrsim.Hikvision {
				address += "?transportmode=unicast"
			}
			client := dial(t, r)
			sdp := client.setup(address) // every control must be good for SETUP
			for _, want := range c.want {
				if !strings.Contains(sdp, want) {
					t.Errorf("no %q in\n%s", want, sdp)
				}
			}
			if strings.Contains(sdp, c.without) {
				t.Errorf("%q in\n%s", c.without, sdp)
			}
			client.want(200, "PLAY", address)
			eventually(t, "playing", func() bool { return r.Counts().Playing == 1 })
			client.want(200, "TEARDOWN", address)
			if counts := r.Counts(); counts.Sessions != 0 || counts.Playing != 0 {
				t.Errorf("after TEARDOWN: %+v", counts)
			}
		})
	}
}

// The first frames are what a client needs to start, and numbers run on without a gap.
func TestStream(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := start(t, nvrsim.Config{Vendor: vendor})
		c := dial(t, r)
		played := c.play(url(r, vendor, 1, 1))
		frames := c.collect(1500 * time.Millisecond)
		video, audio := of(frames, 0), of(frames, 2)
		if len(video) == 0 || len(audio) == 0 || len(of(frames, 1)) == 0 || len(of(frames, 3)) == 0 {
			t.Fatalf("%d frames: all four channels must be in use", len(frames))
		}
		var kinds []byte
		for _, f := range video[:5] {
			kinds = append(kinds, f.data[12]&0x1F)
		}
		// The first picture of a clip has two SEI messages.
		if fmt.Sprint(kinds[:4]) != "[9 7 8 6]" || kinds[4] != 5 && kinds[4] != 28 && kinds[4] != 6 {
			t.Errorf("NAL units at the start: %d", kinds)
		}
		info := played.header.Get("RTP-Info")
		if want := fmt.Sprintf("seq=%d;rtptime=%d", video[0].sequence(), video[0].timestamp()); !strings.Contains(info, want) {
			t.Errorf("RTP-Info %q, want %q", info, want)
		}
		for _, track := range [][]frame{video, audio} {
			for i := 1; i < len(track); i++ {
				if track[i].sequence() != track[i-1].sequence()+1 {
					t.Fatalf("sequence %d after %d", track[i].sequence(), track[i-1].sequence())
				}
			}
		}
		for i := 1; i < len(video); i++ {
			step, want := video[i].timestamp()-video[i-1].timestamp(), uint32(0)
			if video[i-1].marker() {
				want = 3600
			}
			if step != want {
				t.Fatalf("packet %d: timestamp %d later, want %d", i, step, want)
			}
		}
		report := of(frames, 1)[0].data
		if report[1] != 200 || binary.BigEndian.Uint32(report[4:]) != binary.BigEndian.Uint32(video[0].data[8:]) {
			t.Errorf("sender report % x", report)
		}
	})
}

// PLAY comes a second into a group of two: either the second past comes at once, or nothing for a second.
func TestWaitKeyFrame(t *testing.T) {
	for _, waits := range []bool{false, true} {
		var offset atomic.Int64
		set := func(second int64) { offset.Store(int64(time.Until(time.Unix(second, 0)))) }
		set(1_800_000_000)
		r := start(t, nvrsim.Config{
			Vendor: nvrsim.Dahua, Faults: nvrsim.Faults{WaitKeyFrame: waits},
			Clock: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) },
		})
		c := dial(t, r)
		address := url(r, nvrsim.Dahua, 3, 1)
		c.setup(address)
		set(1_800_000_001)
		c.want(200, "PLAY", address)
		asked := time.Now()
		c.deadline(patience)
		for pictures := 0; pictures < 25; {
			f, err := c.frame()
			if err != nil {
				t.Fatal(err)
			}
			if waits && time.Since(asked) < 500*time.Millisecond {
				t.Fatal("pictures before the key frame")
			}
			if f.channel == 0 && f.marker() {
				pictures++
			}
		}
		if took := time.Since(asked); !waits && took > time.Second {
			t.Errorf("the pictures since the key frame took %v", took)
		}
	}
}

func TestSessions(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := start(t, nvrsim.Config{Vendor: vendor, SessionTimeout: 3 * time.Second, Faults: nvrsim.Faults{MaxSessions: 1}})
		address := url(r, vendor, 1, 1)
		first, second := dial(t, r), dial(t, r)
		first.play(address)
		limit, foreign := 453, 500
		if vendor == nvrsim.Dahua {
			limit, foreign = 403, 454
		}
		described := second.want(200, "DESCRIBE", address)
		second.want(limit, "SETUP", described.header.Get("Content-Base")+controls(described.body)[0], "Transport: RTP/AVP/TCP")
		second.session = first.session
		second.want(foreign, "TEARDOWN", address)
		second.session = ""
		r.SetFaults(nvrsim.Faults{MaxSessions: 1, LimitAtDescribe: true})
		second.want(limit, "DESCRIBE", address)

		// Without a request the session ends after its time-out.
		eventually(t, "session timed out", func() bool { c := r.Counts(); return c.Sessions == 0 && c.Connections == 0 })
		if n := count(r.Journal(), nvrsim.Close); n != 2 {
			t.Errorf("%d closed", n)
		}
	})
}

func TestKeepAlive(t *testing.T) {
	r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, SessionTimeout: 2 * time.Second})
	address := url(r, nvrsim.Hikvision, 1, 1)
	c := dial(t, r)
	c.play(address)
	for range 4 {
		c.collect(700 * time.Millisecond)
		c.want(200, "GET_PARAMETER", address)
	}
	c.want(200, "PAUSE", address)
	if counts := r.Counts(); counts.Playing != 0 || counts.Sessions != 1 {
		t.Errorf("paused: %+v", counts)
	}
	c.want(200, "PLAY", address)
	if len(c.collect(200*time.Millisecond)) == 0 {
		t.Error("nothing after PAUSE and PLAY")
	}
}

func TestRTSPPassword(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := start(t, nvrsim.Config{Vendor: vendor, LockAfter: 2})
		address := url(r, vendor, 1, 1)
		ask := func(password string) int {
			c := dial(t, r)
			c.password = password
			return c.ask("DESCRIBE", address).status
		}
		wantLocked := 401
		if vendor == nvrsim.Dahua {
			wantLocked = 403
		}
		for i, c := range []struct {
			password string
			want     int
		}{{"wrong", 401}, {rightPassword, 200}, {"wrong", 401}, {"wrong", wantLocked}, {rightPassword, wantLocked}} {
			if got := ask(c.password); got != c.want {
				t.Errorf("attempt %d: %d, want %d", i, got, c.want)
			}
		}
		if counts := r.Counts(); counts.LoginsAccepted != 1 {
			t.Errorf("%+v", counts)
		}
	})
}

func TestRefusals(t *testing.T) {
	r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	address := url(r, nvrsim.Hikvision, 1, 1)
	c := dial(t, r)
	c.want(200, "OPTIONS", address)
	c.want(200, "DESCRIBE", address)
	c.want(461, "SETUP", address+"/trackID=video", "Transport: RTP/AVP;unicast;client_port=5000-5001")
	c.want(404, "SETUP", address+"/trackID=9", "Transport: RTP/AVP/TCP")
	c.want(454, "PLAY", address)
	c.want(405, "RECORD", address)
	r.SetFaults(nvrsim.Faults{RTSPStatus: map[string]int{"DESCRIBE": 503}})
	c.want(503, "DESCRIBE", address)
	r.SetFaults(nvrsim.Faults{Offline: []int{1}, OfflineAs: nvrsim.OfflineUnavailable})
	c.want(503, "DESCRIBE", address)
}

// A recorder that is stopped frees its ports at once, with streams playing.
func TestRestart(t *testing.T) {
	cfg := nvrsim.Config{Vendor: nvrsim.Hikvision}
	for range 3 {
		t.Run("", func(t *testing.T) {
			r := start(t, cfg)
			if _, err := fmt.Sscanf(r.HTTPAddr(), "127.0.0.1:%d", &cfg.HTTPPort); err != nil {
				t.Fatal(err)
			}
			if _, err := fmt.Sscanf(r.RTSPAddr(), "127.0.0.1:%d", &cfg.RTSPPort); err != nil {
				t.Fatal(err)
			}
			c := dial(t, r)
			c.play(url(r, cfg.Vendor, 1, 1))
			if len(c.collect(100*time.Millisecond)) == 0 {
				t.Error("nothing came")
			}
		})
	}
}
