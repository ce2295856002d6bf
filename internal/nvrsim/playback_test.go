package nvrsim_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// day is a time of the day of which the tests' recorders have something.
func day(clock string) time.Time {
	at, err := time.Parse(time.DateTime, "2016-07-20 "+clock)
	if err != nil {
		panic(err)
	}
	return at
}

// taped is a recorder whose first channel has two files with eight minutes between them; its camera is off.
func taped(t *testing.T, cfg nvrsim.Config) *nvrsim.Recorder {
	t.Helper()
	cfg.Channels = []nvrsim.Channel{
		{Clip: cfg.Vendor + "-h264-aac", SubClip: cfg.Vendor + "-sub", Offline: true, Recordings: []nvrsim.Recording{
			{Start: day("12:00:01"), End: day("12:02:00")}, {Start: day("12:10:00"), End: day("12:30:00")},
		}},
		{Clip: cfg.Vendor + "-h265-aac"},
	}
	return start(t, cfg)
}

// tape is the URL of a span of the first channel.
func tape(r *nvrsim.Recorder, vendor, from, until string) string {
	a, b := day(from), day(until)
	if vendor == nvrsim.Dahua {
		const form = "2006_01_02_15_04_05"
		return fmt.Sprintf("rtsp://%s/cam/playback?channel=1&subtype=0&starttime=%s&endtime=%s", r.RTSPAddr(), a.Format(form), b.Format(form))
	}
	const form = "20060102T150405Z"
	return fmt.Sprintf("rtsp://%s/Streaming/tracks/101?starttime=%s&endtime=%s", r.RTSPAddr(), a.Format(form), b.Format(form))
}

// pictures reads so many pictures and returns the timestamp of each.
func (c *rawClient) pictures(n int) (stamps []uint32) {
	c.t.Helper()
	c.deadline(patience)
	for len(stamps) < n {
		f, err := c.frame()
		if err != nil {
			c.t.Fatalf("after %d pictures: %v", len(stamps), err)
		}
		if f.channel == 0 && f.marker() {
			stamps = append(stamps, f.timestamp())
		}
	}
	return stamps
}

func TestPlaybackURLs(t *testing.T) {
	hikvision := taped(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	utc := taped(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Zone: 8 * time.Hour, RecordsInUTC: true})
	dahua := taped(t, nvrsim.Config{Vendor: nvrsim.Dahua})
	const span, dahuaSpan = "starttime=20160720T120100Z&endtime=20160720T120130Z", "starttime=2016_07_20_12_01_00&endtime=2016_07_20_12_01_30"
	for _, c := range []struct {
		r      *nvrsim.Recorder
		path   string
		status int
		want   string
	}{
		{hikvision, "/Streaming/tracks/101?" + span, 200, "a=range:clock=20160720T120100Z-20160720T120130Z\r\n"},
		{hikvision, "/Streaming/tracks/101/?" + strings.ToLower(span), 200, "a=control:*\r\n"},
		{hikvision, "/ISAPI/Streaming/tracks/101?" + span + "&name=ch01_00000000012000100&size=12", 200, "a=control:trackID=video\r\n"},
		{hikvision, "/PSIA/streaming/tracks/101?" + span, 200, "a=control:trackID=audio\r\n"},
		{hikvision, "/Streaming/tracks/101?starttime=20160720T120100Z", 200, "-20160720T123000Z\r\n"},
		{hikvision, "/Streaming/tracks/101?starttime=20160720T123000Z", 404, ""},
		{hikvision, "/Streaming/tracks/101", 404, ""},
		{hikvision, "/Streaming/tracks/101?starttime=2016-07-20", 404, ""},
		{hikvision, "/Streaming/tracks/102?" + span, 404, ""},
		{hikvision, "/Streaming/tracks/201?" + span, 404, ""},
		{hikvision, "/Streaming/tracks/901?" + span, 404, ""},
		{hikvision, "/Streaming/tracks/901?starttime=20160720T120100Z", 404, ""},
		{hikvision, "/Streaming/tracks/101?starttime=20160720T120200Z&endtime=20160720T121000Z", 404, ""},
		{hikvision, "/Streaming/tracks/101?starttime=20160720T120130Z&endtime=20160720T120100Z", 404, ""},
		{utc, "/Streaming/tracks/101?" + span, 404, ""},
		{utc, "/Streaming/tracks/101?starttime=20160720T040100Z&endtime=20160720T040130Z", 200, "clock=20160720T040100Z-20160720T040130Z\r\n"},
		{dahua, "/cam/playback?channel=1&subtype=0&" + dahuaSpan, 200, "a=range:npt=0-30\r\n"},
		{dahua, "/cam/playback?channel=1&subtype=0&starttime=2016_07_20_12_01_00", 200, "a=range:npt=0-1740\r\n"},
		{dahua, "/cam/playback?channel=1&" + dahuaSpan, 404, ""},
		{dahua, "/cam/playback?channel=1&subtype=1&" + dahuaSpan, 404, ""},
		{dahua, "/cam/playback?channel=2&subtype=0&" + dahuaSpan, 404, ""},
		{dahua, "/cam/playback?channel=1&subtype=0&endtime=2016_07_20_12_01_30&starttime=2016_07_20_12_01_00", 404, ""},
		{dahua, "/cam/playback?channel=1&subtype=0&starttime=2016_07_20_12_02_00&endtime=2016_07_20_12_09_00", 404, ""},
	} {
		a := dial(t, c.r).want(c.status, "DESCRIBE", "rtsp://"+c.r.RTSPAddr()+c.path)
		if !strings.Contains(a.body, c.want) || c.r != dahua && strings.Contains(a.body, "sprop") {
			t.Errorf("%s: want %q in\n%s", c.path, c.want, a.body)
		}
	}
}

// PLAY tells the time of the first picture, and timestamps are a frame apart.
func TestPlaybackStart(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		for _, c := range []struct {
			from             string
			late             bool
			hikvision, dahua string
		}{
			{"12:01:03", false, "clock=20160720T120102Z-", "npt=0.000-"},
			{"12:01:04", false, "clock=20160720T120104Z-", "npt=0.000-"},
			{"12:01:03", true, "clock=20160720T120104Z-", "npt=1.000-"},
			{"12:00:01", false, "clock=20160720T120002Z-", "npt=1.000-"}, // nothing is recorded before
			{"12:05:01", false, "clock=20160720T121000Z-", "npt=299.000-"},
		} {
			r := taped(t, nvrsim.Config{Vendor: vendor, Faults: nvrsim.Faults{LateKeyFrame: c.late}})
			client := dial(t, r)
			address := tape(r, vendor, c.from, "12:11:00")
			played := client.play(address)
			want := c.hikvision
			if vendor == nvrsim.Dahua {
				want = c.dahua
			}
			if got := played.header.Get("Range"); got != want || played.header.Get("RTP-Info") != "" {
				t.Errorf("%+v: Range %q, want %q", c, got, want)
			}
			stamps := client.pictures(10)
			for i := 1; i < len(stamps); i++ {
				if stamps[i]-stamps[i-1] != 3600 {
					t.Fatalf("timestamps %d", stamps)
				}
			}
			client.want(200, "TEARDOWN", address)
			if counts := r.Counts(); counts.Sessions != 0 || counts.Playbacks != 0 || counts.Playing != 0 {
				t.Errorf("after TEARDOWN: %+v", counts)
			}
		}
	})
}

// Sender reports carry the recorded time in the device's way.
func TestPlaybackReports(t *testing.T) {
	for _, c := range []struct {
		cfg  nvrsim.Config
		from string
		want time.Time
	}{
		{nvrsim.Config{Vendor: nvrsim.Hikvision, Zone: 8 * time.Hour}, "12:01:04", day("12:01:04")},
		{nvrsim.Config{Vendor: nvrsim.Hikvision, Zone: 8 * time.Hour, RecordsInUTC: true}, "04:01:04", day("04:01:04")},
		{nvrsim.Config{Vendor: nvrsim.Dahua}, "12:01:04", time.Now()},
	} {
		r := taped(t, c.cfg)
		client := dial(t, r)
		client.play(tape(r, c.cfg.Vendor, c.from, "13:01:30"))
		client.deadline(patience)
		var first uint32
		for {
			f, err := client.frame()
			if err != nil {
				t.Fatal(err)
			}
			if f.channel == 0 && first == 0 {
				first = f.timestamp()
			}
			if f.channel != 1 {
				continue
			}
			at := time.Unix(int64(binary.BigEndian.Uint32(f.data[8:]))-2208988800, 0)
			if off := at.Sub(c.want); off < -time.Second || off > patience {
				t.Errorf("%s: %v, want %v", c.cfg.Vendor, at, c.want)
			}
			if stamp := binary.BigEndian.Uint32(f.data[16:]); stamp != first {
				t.Errorf("%s: timestamp %d, want %d", c.cfg.Vendor, stamp, first)
			}
			break
		}
	}
}

// The span of a second is sent whole; then comes what the fault says.
func TestPlaybackEnds(t *testing.T) {
	for _, end := range []string{nvrsim.EndIdle, nvrsim.EndBye, nvrsim.EndClose, nvrsim.EndAnnounce, nvrsim.EndNever} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			bothVendors(t, func(t *testing.T, vendor string) {
				r := taped(t, nvrsim.Config{Vendor: vendor, Faults: nvrsim.Faults{EndAs: end}})
				client := dial(t, r)
				address := tape(r, vendor, "12:01:04", "12:01:05")
				client.play(address)
				client.pictures(25)
				if client.deadline(patience); end == nvrsim.EndIdle {
					client.deadline(time.Second)
				}
				got := nvrsim.EndIdle
				for got == nvrsim.EndIdle {
					first, err := client.br.Peek(1)
					if err != nil {
						if !strings.Contains(err.Error(), "timeout") {
							got = nvrsim.EndClose
						}
						break
					}
					if first[0] != '$' {
						got = nvrsim.EndAnnounce
						break
					}
					f, err := client.frame()
					if err != nil {
						t.Fatal(err)
					}
					switch {
					case f.channel == 0:
						got = nvrsim.EndNever
					case f.channel == 1 && f.data[9] == 203:
						got = nvrsim.EndBye
					}
				}
				if got != end {
					t.Errorf("it ends %q", got)
				}
				if end == nvrsim.EndIdle {
					client.want(200, "GET_PARAMETER", address)
				}
			})
		})
	}
}

// Across a gap timestamps go on as within a file, and sound stays with its picture.
func TestPlaybackGap(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := taped(t, nvrsim.Config{Vendor: vendor, Faults: nvrsim.Faults{Unpaced: true, EndAs: nvrsim.EndBye}})
		client := dial(t, r)
		client.play(tape(r, vendor, "12:01:58", "12:10:02"))
		client.deadline(patience)
		var pictures, sounds []uint32
		for ended := false; !ended; {
			f, err := client.frame()
			if err != nil {
				t.Fatalf("after %d pictures: %v", len(pictures), err)
			}
			switch {
			case f.channel == 1:
				ended = f.data[9] == 203
			case f.channel == 0 && f.marker():
				pictures = append(pictures, f.timestamp())
			case f.channel == 2:
				sounds = append(sounds, f.timestamp())
			}
		}
		if len(pictures) != 100 || len(sounds) < 60 {
			t.Fatalf("%d pictures and %d sounds of four seconds", len(pictures), len(sounds))
		}
		for i := 1; i < len(pictures); i++ {
			if pictures[i]-pictures[i-1] != 3600 {
				t.Fatalf("picture %d: timestamp %d after %d", i, pictures[i], pictures[i-1])
			}
		}
		for i := 1; i < len(sounds); i++ {
			if step := sounds[i] - sounds[i-1]; step == 0 || step > 2048 {
				t.Fatalf("sound %d: timestamp %d after %d", i, sounds[i], sounds[i-1])
			}
		}

		r.SetFaults(nvrsim.Faults{Unpaced: true, StopsAtGap: true, EndAs: nvrsim.EndClose})
		client = dial(t, r)
		client.play(tape(r, vendor, "12:01:58", "12:10:02"))
		client.pictures(50)
		for {
			if _, err := client.frame(); err != nil {
				break // the recorder has hung up
			}
		}
		if err := client.nc.Close(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "closed at the gap", func() bool {
			journal := r.Journal()
			return journal[len(journal)-1].Detail == "end of the recording"
		})
	})
}

func TestPlaybackScale(t *testing.T) {
	for _, c := range []struct {
		scale, as, want string
		step            uint32
		pace            float64
	}{
		{"4", "", "4", 3600, 4},
		{"0.5", "", "0.5", 3600, 0.5},
		{"100", "", "8", 3600, 8},
		{"-1", "", "1", 3600, 1},
		{"NaN", "", "1", 3600, 1},
		{"4", nvrsim.ScaleSqueezed, "4", 900, 4},
		{"0.5", nvrsim.ScaleSqueezed, "0.5", 7200, 0.5},
		{"4", nvrsim.ScaleIgnored, "", 3600, 1},
	} {
		t.Run(c.scale+c.as, func(t *testing.T) {
			t.Parallel()
			bothVendors(t, func(t *testing.T, vendor string) {
				r := taped(t, nvrsim.Config{Vendor: vendor, Faults: nvrsim.Faults{ScaleAs: c.as}})
				client := dial(t, r)
				address := tape(r, vendor, "12:10:00", "12:11:00")
				client.setup(address)
				began := time.Now()
				played := client.want(200, "PLAY", address, "Scale: "+c.scale)
				if got := played.header.Get("Scale"); got != c.want {
					t.Errorf("Scale %q, want %q", got, c.want)
				}
				n := int(25 * c.pace)
				stamps := client.pictures(n)
				for i := 1; i < n; i++ {
					if stamps[i]-stamps[i-1] != c.step {
						t.Fatalf("timestamp %d after %d", stamps[i], stamps[i-1])
					}
				}
				if took := time.Since(began); took < 700*time.Millisecond || took > 3500*time.Millisecond {
					t.Errorf("%d pictures took %v", n, took)
				}
			})
		})
	}
}

func TestPlaybackSlots(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := taped(t, nvrsim.Config{Vendor: vendor, SessionTimeout: 2 * time.Second, Faults: nvrsim.Faults{MaxPlaybacks: 1}})
		address := tape(r, vendor, "12:10:00", "12:20:00")
		limit := 453
		if vendor == nvrsim.Dahua {
			limit = 403
		}
		first, second := dial(t, r), dial(t, r)
		first.play(address)
		described := second.want(200, "DESCRIBE", address)
		control := described.header.Get("Content-Base") + controls(described.body)[0]
		second.want(limit, "SETUP", control, "Transport: RTP/AVP/TCP")
		r.SetFaults(nvrsim.Faults{MaxPlaybacks: 1, LimitAtDescribe: true})
		second.want(limit, "DESCRIBE", address)
		second.want(200, "DESCRIBE", url(r, vendor, 2, 1)) // live needs none
		first.want(200, "TEARDOWN", address)
		first.session = ""
		second.play(address)
		// Without a request the place is free after the time-out.
		eventually(t, "timed out", func() bool { return r.Counts().Playbacks == 0 })
	})
}

// A client that does not read holds up its own recording, which goes on without a hole when it reads again.
func TestPlaybackHeldUp(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := taped(t, nvrsim.Config{Vendor: vendor, Faults: nvrsim.Faults{Unpaced: true, EndAs: nvrsim.EndBye}})
		slow, quick := dial(t, r), dial(t, r)
		// Less than the recording fits into what the kernel holds for the connection.
		if err := slow.nc.(*net.TCPConn).SetReadBuffer(16 << 10); err != nil {
			t.Fatal(err)
		}
		slow.play(tape(r, vendor, "12:10:00", "12:28:00"))
		quick.play(tape(r, vendor, "12:10:00", "12:20:00"))
		quick.pictures(10 * 60 * 25)
		if counts := r.Counts(); counts.Playing != 2 {
			t.Errorf("%+v", counts)
		}
		var last uint16
		slow.deadline(2 * patience)
		for n := 0; n < 18*60*25; {
			f, err := slow.frame()
			if err != nil {
				t.Fatalf("after %d pictures: %v", n, err)
			}
			if f.channel != 0 {
				continue
			}
			if n > 0 && f.sequence() != last+1 {
				t.Fatalf("sequence %d after %d", f.sequence(), last)
			}
			last = f.sequence()
			if f.marker() {
				n++
			}
		}
	})
}

// PAUSE holds, PLAY goes on where it was, and with Range it seeks.
func TestPlaybackControl(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := taped(t, nvrsim.Config{Vendor: vendor})
		client := dial(t, r)
		address := tape(r, vendor, "12:01:00", "12:20:00")
		client.play(address)
		before := client.pictures(10)
		client.want(200, "PAUSE", address)
		if frames := client.collect(300 * time.Millisecond); len(frames) > 0 {
			t.Errorf("%d frames in the pause", len(frames))
		}
		if counts := r.Counts(); counts.Playbacks != 1 || counts.Playing != 0 {
			t.Errorf("paused: %+v", counts)
		}
		client.want(200, "PLAY", address)
		// What came with the answer to PAUSE was passed over.
		if step := client.pictures(1)[0] - before[9]; step < 3600 || step > 25*3600 || step%3600 != 0 {
			t.Errorf("it goes on %d ticks later", step)
		}
		seek, want, beyond := "clock=20160720T121503Z-", "clock=20160720T121502Z-", "clock=20160720T122000Z-"
		if vendor == nvrsim.Dahua {
			seek, want, beyond = "npt=843-", "npt=842.000-", "npt=1140-"
		}
		if got := client.want(200, "PLAY", address, "Range: "+seek).header.Get("Range"); got != want {
			t.Errorf("Range %q, want %q", got, want)
		}
		if step := client.pictures(1)[0] - before[0]; step != 842*90000 {
			t.Errorf("the seek went %d ticks", step)
		}
		client.want(457, "PLAY", address, "Range: "+beyond)
		client.pictures(5) // and goes on
	})
}

// Faults of streams act on recordings too.
func TestPlaybackFaults(t *testing.T) {
	r := taped(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	client := dial(t, r)
	address := tape(r, nvrsim.Hikvision, "12:10:00", "12:20:00")
	client.play(address)
	client.pictures(5)
	r.SetFaults(nvrsim.Faults{SilentStream: true, Unpaced: true})
	client.want(200, "GET_PARAMETER", address)
	eventually(t, "silence", func() bool { return len(client.collect(300*time.Millisecond)) == 0 })
	r.SetFaults(nvrsim.Faults{CloseAfter: nvrsim.Duration(time.Millisecond)})
	eventually(t, "closed", func() bool { return r.Counts().Connections == 0 })
}

// A client that neither reads nor asks gives its place back after the time-out.
func TestPlaybackLeaked(t *testing.T) {
	r := taped(t, nvrsim.Config{Vendor: nvrsim.Hikvision, SessionTimeout: time.Second, Faults: nvrsim.Faults{Unpaced: true}})
	client := dial(t, r)
	if err := client.nc.(*net.TCPConn).SetReadBuffer(16 << 10); err != nil {
		t.Fatal(err)
	}
	client.play(tape(r, nvrsim.Hikvision, "12:10:00", "12:28:00"))
	eventually(t, "given back", func() bool { c := r.Counts(); return c.Playbacks == 0 && c.Playing == 0 && c.Connections == 0 })
}
