package nvrsim_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// firstSDK is the SDK's number of the first channel.
func firstSDK(vendor string) int {
	if vendor == nvrsim.Hikvision {
		return 33
	}
	return 0
}

func sdkRecorder(t *testing.T, vendor string, files ...nvrsim.Recording) *nvrsim.Recorder {
	t.Helper()
	channels := nvrsim.DemoChannels(vendor)
	channels[0].Recordings = files
	channels[3].NoPTZ = true
	return start(t, nvrsim.Config{Vendor: vendor, SDK: true, Password: rightPassword, Channels: channels})
}

func TestSDKLogin(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := sdkRecorder(t, vendor)
		c := dialSDK(t, r)
		c.ask("PING", "ERR nosession")
		c.ask("LOGIN user=admin password=wrong", "ERR password tries=4")
		c.ask("LOGIN user=nobody password=wrong", "ERR user tries=3")
		answer := c.ask("LOGIN user=admin password="+rightPassword, "OK session=1 ")
		want := "analog=0 analog_first=1 ip=6 ip_first=33 model=DS-7616NI-K2 offline=38"
		if vendor == nvrsim.Dahua {
			want = "analog=0 analog_first=1 ip=6 ip_first=0 model=DHI-NVR4216-16P-4KS2 offline=5"
		}
		if !strings.Contains(answer, want) {
			t.Errorf("%q, want %q", answer, want)
		}
		c.ask("PING", "OK")
		c.ask("DANCE", "ERR unsupported")
		if n := r.Counts().Logins; n != 1 {
			t.Errorf("%d logins, want 1", n)
		}
		c.ask("BYE", "OK")
		eventually(t, "no login left", func() bool { return r.Counts().Logins == 0 })
	})
}

// TestSDKLock shares the count of wrong passwords with HTTP and RTSP.
func TestSDKLock(t *testing.T) {
	r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, SDK: true, Password: rightPassword, LockAfter: 2})
	c := dialSDK(t, r)
	c.ask("LOGIN user=admin password=wrong", "ERR password tries=1")
	c.ask("LOGIN user=admin password=wrong", "ERR locked seconds=1")
	c.ask("LOGIN user=admin password="+rightPassword, "ERR locked seconds=1")
	dial(t, r).want(401, "DESCRIBE", "rtsp://"+r.RTSPAddr()+"/Streaming/Channels/101")
	r.Unlock()
	c.ask("LOGIN user=admin password="+rightPassword, "OK")
}

func TestSDKLive(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := sdkRecorder(t, vendor)
		control, session := loginSDK(t, r)
		s := openSDK(t, r, session, fmt.Sprintf("LIVE channel=%d stream=0", firstSDK(vendor)))
		if vendor == nvrsim.Hikvision {
			if p, ok := s.read(); !ok || p.kind != 'H' || len(p.payload) != 40 || string(p.payload[:4]) != "IMKH" {
				t.Fatalf("first packet %c of %d bytes", p.kind, len(p.payload))
			}
		}
		p, _ := s.read()
		pic, ok := p.picture()
		if !ok || p.kind != 'D' || !pic.key || len(pic.units) < 3 || pic.units[0][0]&0x1F != 7 {
			t.Fatalf("first picture %+v", pic)
		}
		if _, ok := r.Shown(1, pic.units); !ok {
			t.Error("no picture of the clip")
		}
		if off := time.Since(pic.date); off < -2*time.Second || off > 10*time.Second {
			t.Errorf("the picture's clock is off by %v", off)
		}
		sound := false
		for !sound {
			next, alive := s.read()
			if !alive {
				t.Fatal("no sound")
			}
			sound = bytes.Contains(next.payload[:min(len(next.payload), 64)], []byte("\x00\x00\x01\xC0")) || next.payload[4] == 0xF0
		}
		counts := r.Counts()
		if counts.Sessions != 1 || counts.Connections != 1 || counts.Playing != 1 || counts.Logins != 1 {
			t.Errorf("%+v", counts)
		}
		_ = s.nc.Close()
		eventually(t, "no session left", func() bool { return r.Counts().Sessions == 0 && r.Counts().Connections == 0 })
		other := openSDK(t, r, session, fmt.Sprintf("LIVE channel=%d stream=1", firstSDK(vendor)))
		other.until('D')
		_ = control.nc.Close() // its streams end with the login
		eventually(t, "nothing left", func() bool { c := r.Counts(); return c.Sessions+c.Connections+c.Playing+c.Logins == 0 })
	})
}

func TestSDKRefusals(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := sdkRecorder(t, vendor, nvrsim.Recording{Start: day("10:00:00"), End: day("10:10:00")})
		_, session := loginSDK(t, r)
		first := firstSDK(vendor)
		const span = "start=20160720T100000 end=20160720T100100"
		for _, c := range []struct{ line, want string }{
			{fmt.Sprintf("LIVE session=77 channel=%d stream=0", first), "ERR nosession"},
			{fmt.Sprintf("LIVE session=%d channel=%d stream=0", session, first+6), "ERR nochannel"},
			{fmt.Sprintf("LIVE session=%d channel=x stream=0", session), "ERR nochannel"},
			{fmt.Sprintf("LIVE session=%d channel=%d stream=2", session, first), "ERR unsupported"},
			{fmt.Sprintf("LIVE session=%d channel=%d stream=0", session, first+5), "ERR offline"},
			{fmt.Sprintf("PLAY session=%d channel=%d %s", session, first+1, span), "ERR norecord"},
			{fmt.Sprintf("PLAY session=%d channel=%d start=yesterday end=today", session, first), "ERR norecord"},
		} {
			dialSDK(t, r).ask(c.line, c.want)
		}
		live := fmt.Sprintf("LIVE session=%d channel=%d stream=0", session, first)
		r.SetFaults(nvrsim.Faults{MaxSessions: 1})
		held := dialSDK(t, r)
		held.ask(live, "OK")
		dialSDK(t, r).ask(live, "ERR busy")
		_ = held.nc.Close()
		eventually(t, "no session left", func() bool { return r.Counts().Sessions == 0 })
		r.SetFaults(nvrsim.Faults{SDKBusy: true})
		dialSDK(t, r).ask("LOGIN user=admin password="+rightPassword, "ERR busy")
	})
}

func clockOf(at time.Time) string { return at.Format("20060102T150405") }

func play(vendor string, from, until time.Time) string {
	return fmt.Sprintf("PLAY channel=%d start=%s end=%s", firstSDK(vendor), clockOf(from), clockOf(until))
}

// TestSDKPlayback plays over a gap, with the recorded seconds in the pictures.
func TestSDKPlayback(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := sdkRecorder(t, vendor, nvrsim.Recording{Start: day("10:00:00"), End: day("10:00:20")},
			nvrsim.Recording{Start: day("10:05:00"), End: day("10:05:10")})
		_, session := loginSDK(t, r)
		s := openSDK(t, r, session, play(vendor, day("10:00:10"), day("10:05:05")))
		before, _ := s.until('E')
		shown := pictures(before)
		var dates []time.Time
		for _, pic := range shown {
			if !pic.key {
				continue
			}
			dates = append(dates, pic.date)
			if at, ok := r.Shown(1, pic.units); !ok || (at-time.Duration(pic.date.Second())*time.Second).Abs() >= time.Second {
				t.Errorf("%v shows %v", pic.date, at)
			}
		}
		if len(shown) < 15*25 || len(shown) > 20*25 {
			t.Errorf("%d pictures of 15 seconds", len(shown))
		}
		if first := dates[0]; first.After(day("10:00:10")) || first.Before(day("10:00:05")) {
			t.Errorf("begins at %v", first)
		}
		if last := dates[len(dates)-1]; last.Before(day("10:05:00")) || !last.Before(day("10:05:05")) {
			t.Errorf("ends at %v", last)
		}
		if slices.ContainsFunc(dates, func(at time.Time) bool { return at.After(day("10:00:20")) && at.Before(day("10:05:00")) }) {
			t.Error("shows what was not recorded")
		}

		// Behind the end a seek goes on, and one to nowhere ends at once.
		s.send("SEEK 20160720T100015")
		s.until('N')
		again, _ := s.until('E')
		if first := pictures(again)[0]; !first.key || first.date.After(day("10:00:15")) || first.date.Before(day("10:00:10")) {
			t.Errorf("sought 10:00:15, begins at %v", first.date)
		}
		s.send("SEEK 20160720T110000")
		s.until('N')
		if left, _ := s.until('E'); len(left) != 0 {
			t.Errorf("%d packets behind the end", len(left))
		}
		if n := r.Counts().Playbacks; n != 1 {
			t.Errorf("%d playbacks, want 1", n)
		}
		s.send("STOP")
		eventually(t, "no playback left", func() bool { return r.Counts().Playbacks == 0 })
	})
}

func TestSDKPause(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := sdkRecorder(t, vendor, nvrsim.Recording{Start: day("10:00:00"), End: day("11:00:00")})
		r.SetFaults(nvrsim.Faults{SDKPaced: true})
		_, session := loginSDK(t, r)
		s := openSDK(t, r, session, play(vendor, day("10:00:00"), day("10:00:20")))
		s.until('D')
		s.send("PAUSE")
		s.send("SEEK 20160720T100010") // is done while it pauses, which shows that the pause was taken
		s.until('N')
		if err := s.nc.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if p, ok := s.read(); ok {
			t.Fatalf("a packet %c while it pauses", p.kind)
		}
		if err := s.nc.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		s.send("SPEED 8")
		begun := time.Now()
		s.send("RESUME")
		s.until('E')
		if took := time.Since(begun); took < time.Second || took > 8*time.Second {
			t.Errorf("10 seconds at eight times the speed take %v", took)
		}
	})
}

func TestSDKKeyFrame(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := sdkRecorder(t, vendor)
		control, session := loginSDK(t, r)
		s := openSDK(t, r, session, fmt.Sprintf("LIVE channel=%d stream=0", firstSDK(vendor)))
		// The clip has a key frame every second or two: wait for one, then ask for more than it has.
		keys, read := 0, 0
		for keys < 6 {
			p, ok := s.read()
			if !ok {
				t.Fatal("the stream ended")
			}
			pic, isPicture := p.picture()
			if !isPicture || p.kind != 'D' {
				continue
			}
			read++
			if pic.key {
				keys++
			}
			if read%5 == 0 {
				control.ask(fmt.Sprintf("KEY channel=%d stream=0", firstSDK(vendor)), "OK")
			}
		}
		if read > 120 {
			t.Errorf("6 key frames in %d pictures", read)
		}
	})
}

func TestSDKSearch(t *testing.T) {
	bothVendors(t, func(t *testing.T, vendor string) {
		r := sdkRecorder(t, vendor, nvrsim.Recording{Start: day("10:00:00"), End: day("10:30:00"), Name: "a b&c", Size: 77},
			nvrsim.Recording{Start: day("10:30:00"), End: day("11:00:00")}, nvrsim.Recording{Start: day("12:00:00"), End: day("13:00:00")})
		c, _ := loginSDK(t, r)
		ask := fmt.Sprintf("FIND channel=%d start=20160720T101500 end=20160720T110000", firstSDK(vendor))
		c.ask(ask, "FILE name=a+b%26c size=77 start=20160720T100000 end=20160720T103000")
		if line := c.line(); !strings.Contains(line, "start=20160720T103000 end=20160720T110000") {
			t.Errorf("second file %q", line)
		}
		if line := c.line(); line != "OK" {
			t.Errorf("end %q", line)
		}
		r.SetFaults(nvrsim.Faults{SearchPage: 1, SearchDelay: nvrsim.Duration(300 * time.Millisecond)})
		begun := time.Now()
		c.ask(ask, "FILE")
		if n := r.Counts().Searches; n != 1 {
			t.Errorf("%d searches, want 1", n)
		}
		c.line()
		if took := time.Since(begun); took < 600*time.Millisecond {
			t.Errorf("two slow pages take %v", took)
		}
		c.line()
		eventually(t, "no search left", func() bool { return r.Counts().Searches == 0 })
		c.ask(fmt.Sprintf("FIND channel=%d start=20160720T101500 end=20160720T110000", firstSDK(vendor)+40), "ERR nochannel")
	})
}

func TestSDKMovements(t *testing.T) {
	commands := map[string][]int{
		nvrsim.Hikvision: {21, 22, 23, 24, 25, 26, 27, 28, 11, 12, 13, 14, 15, 16},
		nvrsim.Dahua:     {0, 1, 2, 3, 0x20, 0x21, 0x22, 0x23, 4, 5, 6, 7, 8, 9},
	}
	names := []string{
		"tilt up", "tilt down", "pan left", "pan right", "up left", "up right", "down left", "down right",
		"zoom in", "zoom out", "focus near", "focus far", "iris open", "iris close",
	}
	bothVendors(t, func(t *testing.T, vendor string) {
		r := sdkRecorder(t, vendor)
		c, _ := loginSDK(t, r)
		first := firstSDK(vendor)
		move := func(channel, command, stop int) string {
			return fmt.Sprintf("MOVE channel=%d command=%d stop=%d speed=4", channel, command, stop)
		}
		var want []string
		for i, command := range commands[vendor] {
			c.ask(move(first+1, command, 0), "OK")
			if n := r.Counts().Moving; n != 1 {
				t.Errorf("%d cameras move, want 1", n)
			}
			c.ask(move(first+1, command, 1), "OK")
			want = append(want, "ptz-start 2 "+names[i], "ptz-stop 2 "+names[i])
		}
		var got []string
		for _, entry := range r.Journal() {
			if entry.Kind == nvrsim.PTZStart || entry.Kind == nvrsim.PTZStop {
				got = append(got, string(entry.Kind)+" "+entry.Detail)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		c.ask(move(first+3, commands[vendor][0], 0), "ERR unsupported")
		c.ask(move(first+5, commands[vendor][0], 0), "ERR offline")
		c.ask(move(first+6, commands[vendor][0], 0), "ERR nochannel")
		c.ask(move(first, 99, 0), "ERR unsupported")
		r.SetFaults(nvrsim.Faults{PTZStopFails: 1})
		c.ask(move(first, commands[vendor][2], 0), "OK")
		c.ask(move(first, commands[vendor][2], 1), "ERR busy")
		c.ask(move(first, commands[vendor][2], 1), "OK")
		if n := r.Counts().Moving; n != 0 {
			t.Errorf("%d cameras move, want 0", n)
		}
	})
}

func TestSDKFaults(t *testing.T) {
	r := sdkRecorder(t, nvrsim.Hikvision, nvrsim.Recording{Start: day("10:00:00"), End: day("10:00:10")})
	_, session := loginSDK(t, r)
	live := openSDK(t, r, session, "LIVE channel=33 stream=0")
	live.until('D')
	ended := openSDK(t, r, session, play(nvrsim.Hikvision, day("10:00:00"), day("10:00:10")))
	ended.until('E')
	for _, c := range []struct {
		faults nvrsim.Faults
		kind   byte
	}{
		{nvrsim.Faults{SDKBloat: 300}, 'B'},
		{nvrsim.Faults{SDKSilent: true}, 'S'},
		{nvrsim.Faults{SDKWedge: true}, 'W'},
		{nvrsim.Faults{SDKCrash: true}, 'C'},
		{nvrsim.Faults{SDKLose: true}, 'X'},
	} {
		r.SetFaults(c.faults)
		_, p := live.until(c.kind)
		if c.kind == 'B' && binary.LittleEndian.Uint32(p.payload) != 300 {
			t.Errorf("bloat of % X", p.payload)
		}
		ended.until(c.kind) // streams that send nothing hear of it too
		openSDK(t, r, session, "LIVE channel=34 stream=1").until(c.kind)
	}
	r.SetFaults(nvrsim.Faults{SDKNoEnd: true})
	endless := openSDK(t, r, session, play(nvrsim.Hikvision, day("10:00:00"), day("10:00:10")))
	endless.until('H')
	for n := 0; n < 250; {
		p, ok := endless.read()
		if !ok {
			t.Fatal("the connection ended")
		}
		if pic, isPicture := p.picture(); isPicture && len(pic.units) > 0 {
			n++
		}
	}
	endless.send("SEEK 20160720T100009")
	if before, _ := endless.until('N'); slices.ContainsFunc(before, func(p sdkPacket) bool { return p.kind == 'E' }) {
		t.Error("an end in spite of the fault")
	}
	r.SetFaults(nvrsim.Faults{SDKHang: true, SDKMuteStart: true})
	hung, mute := dialSDK(t, r), dialSDK(t, r)
	hung.send("LOGIN user=admin password=" + rightPassword)
	mute.send(fmt.Sprintf("LIVE session=%d channel=33 stream=0", session))
	for _, silent := range []*sdkClient{hung, mute} {
		if err := silent.nc.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if b, err := silent.br.ReadByte(); err == nil {
			t.Errorf("answered with %q", b)
		}
	}
	r.SetFaults(nvrsim.Faults{CloseAfter: nvrsim.Duration(time.Millisecond)})
	for cut := openSDK(t, r, session, "LIVE channel=33 stream=0"); ; {
		if _, ok := cut.read(); !ok {
			break
		}
	}
	r.Drop()
	eventually(t, "nothing left", func() bool { c := r.Counts(); return c.Sessions+c.Connections+c.Playing+c.Playbacks+c.Logins == 0 })
}

// TestSDKPowerOff ends a recorder under a login, a live stream and a playback whose client reads nothing.
func TestSDKPowerOff(t *testing.T) {
	channels := nvrsim.DemoChannels(nvrsim.Dahua)
	channels[0].Recordings = []nvrsim.Recording{{Start: day("10:00:00"), End: day("20:00:00")}}
	r, err := nvrsim.New(nvrsim.Config{Vendor: nvrsim.Dahua, SDK: true, Password: rightPassword, Channels: channels})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	_, session := loginSDK(t, r)
	live := openSDK(t, r, session, "LIVE channel=0 stream=0")
	openSDK(t, r, session, play(nvrsim.Dahua, day("10:00:00"), day("20:00:00")))
	live.until('D')
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("it goes on")
	}
	if c := r.Counts(); c.Sessions+c.Connections+c.Playing+c.Playbacks+c.Logins != 0 {
		t.Errorf("left: %+v", c)
	}
	again, err := nvrsim.New(nvrsim.Config{Vendor: nvrsim.Dahua, SDKPort: portOf(t, r.SDKAddr())})
	if err != nil {
		t.Fatalf("the port is held: %v", err)
	}
	stop, cancelStop := context.WithCancel(t.Context())
	cancelStop()
	if err := again.Run(stop); err != nil {
		t.Error(err)
	}
}

// TestSDKQuirks reads what odd cameras send, whose pictures are still those of the clip.
func TestSDKQuirks(t *testing.T) {
	for _, c := range []struct {
		vendor string
		quirks nvrsim.Quirks
	}{
		{nvrsim.Hikvision, nvrsim.Quirks{LargePES: true, SampleClock: true}},
		{nvrsim.Dahua, nvrsim.Quirks{ClockJitter: true}},
	} {
		channels := nvrsim.DemoChannels(c.vendor)[1:2]
		channels[0].Quirks = c.quirks
		channels[0].Recordings = []nvrsim.Recording{{Start: day("10:00:00"), End: day("10:00:10")}}
		r := start(t, nvrsim.Config{Vendor: c.vendor, SDK: true, Password: rightPassword, Channels: channels})
		_, session := loginSDK(t, r)
		before, _ := openSDK(t, r, session, play(c.vendor, day("10:00:00"), day("10:00:10"))).until('E')
		shown := pictures(before)
		if len(shown) != 250 {
			t.Errorf("%s: %d pictures, want 250", c.vendor, len(shown))
		}
		if _, ok := r.Shown(1, shown[0].units); !ok {
			t.Errorf("%s: no picture of the clip", c.vendor)
		}
	}
	silent := nvrsim.DemoChannels(nvrsim.Hikvision)[2:3]
	silent[0].Quirks.GhostAudio = true
	ghost := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, SDK: true, Password: rightPassword, Channels: silent})
	_, ghosts := loginSDK(t, ghost)
	if _, p := openSDK(t, ghost, ghosts, "LIVE channel=33 stream=0").until('D'); !bytes.Contains(p.payload, []byte{0x0F, 0xC0, 0, 12}) {
		t.Errorf("no sound in the map: % X", p.payload[:min(len(p.payload), 120)])
	}
	// Without lengths a stream can only be searched for the next start code; that they are 0 is enough here.
	channels := nvrsim.DemoChannels(nvrsim.Hikvision)[:1]
	channels[0].Quirks.OpenPES = true
	r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, SDK: true, Password: rightPassword, Channels: channels})
	_, session := loginSDK(t, r)
	_, p := openSDK(t, r, session, "LIVE channel=33 stream=0").until('D')
	if !bytes.Contains(p.payload, []byte{0, 0, 1, 0xE0, 0, 0, 0x8C}) {
		t.Errorf("lengths in % X", p.payload[:min(len(p.payload), 200)])
	}
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestNoSDK(t *testing.T) {
	if address := start(t, nvrsim.Config{Vendor: nvrsim.Dahua}).SDKAddr(); address != "" {
		t.Errorf("an SDK port at %s that nobody asked for", address)
	}
}
