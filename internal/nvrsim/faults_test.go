package nvrsim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// playing starts a stream of channel 3 (no sound) or 1 with faults and collects for a while.
func playing(t *testing.T, channel int, f nvrsim.Faults) (*nvrsim.Recorder, *rawClient) {
	t.Helper()
	r := start(t, nvrsim.Config{Vendor: nvrsim.Dahua, Faults: f})
	c := dial(t, r)
	c.play(url(r, nvrsim.Dahua, channel, 1))
	return r, c
}

func TestStreamFaults(t *testing.T) {
	jumps := func(video []frame, step uint32) int {
		n := 0
		for i := 1; i < len(video); i++ {
			if d := video[i].timestamp() - video[i-1].timestamp(); d != 0 && d != step {
				n++
			}
		}
		return n
	}
	gaps := func(video []frame) int {
		n := 0
		for i := 1; i < len(video); i++ {
			if video[i].sequence() != video[i-1].sequence()+1 {
				n++
			}
		}
		return n
	}
	kinds := func(video []frame, kind byte) int {
		n := 0
		for _, f := range video {
			if f.data[12]&0x1F == kind {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		name   string
		faults nvrsim.Faults
		check  func(video, audio []frame) bool
	}{
		{"none", nvrsim.Faults{}, func(v, a []frame) bool { return jumps(v, 3600)+gaps(v) == 0 && kinds(v, 7) > 0 && len(a) > 0 }},
		{"silent", nvrsim.Faults{SilentStream: true}, func(v, a []frame) bool { return len(v)+len(a) == 0 }},
		{"other channel", nvrsim.Faults{Channels: []int{2}, SilentStream: true}, func(v, _ []frame) bool { return len(v) > 0 }},
		{"offline", nvrsim.Faults{Offline: []int{1}, OfflineAs: nvrsim.OfflineSilent}, func(v, _ []frame) bool { return len(v) == 0 }},
		{"clock stands", nvrsim.Faults{ClockStands: true}, func(v, _ []frame) bool {
			return v[0].timestamp() == v[len(v)-1].timestamp()
		}},
		{"twins", nvrsim.Faults{TwinTimestamps: true}, func(v, _ []frame) bool { return jumps(v, 7200) == 0 }},
		{"loss", nvrsim.Faults{LoseEvery: 5}, func(v, _ []frame) bool { return gaps(v) > 0 }},
		{"garbage", nvrsim.Faults{GarbageNAL: true}, func(v, _ []frame) bool { return kinds(v, 31) > 0 && gaps(v) == 0 }},
		{"no parameter sets", nvrsim.Faults{NoParameterSets: true}, func(v, _ []frame) bool {
			return kinds(v, 7)+kinds(v, 8) == 0 && len(v) > 0
		}},
		{"no audio", nvrsim.Faults{NoAudio: true}, func(v, a []frame) bool { return len(a) == 0 && len(v) > 0 }},
		{"bad RTP", nvrsim.Faults{BadRTP: true}, func(v, _ []frame) bool { return v[0].data[0]>>6 == 0 && v[1].data[0]>>6 == 2 }},
		{"slow", nvrsim.Faults{Pace: 0.1, WaitKeyFrame: true}, func(v, _ []frame) bool { return len(v) < 10 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, client := playing(t, 1, c.faults)
			frames := client.collect(500 * time.Millisecond)
			if video, audio := of(frames, 0), of(frames, 2); !c.check(video, audio) {
				t.Errorf("%d video and %d audio packets", len(video), len(audio))
			}
		})
	}
}

func TestClockJump(t *testing.T) {
	r, c := playing(t, 3, nvrsim.Faults{})
	before := of(c.collect(200*time.Millisecond), 0)
	r.SetFaults(nvrsim.Faults{ClockJump: nvrsim.Duration(-time.Hour)})
	after := of(c.collect(300*time.Millisecond), 0)
	step := int32(after[len(after)-1].timestamp() - before[0].timestamp())
	if step > -3590*90000 || step < -3600*90000 {
		t.Errorf("timestamps moved by %d", step)
	}
}

func TestStreamEnds(t *testing.T) {
	r, c := playing(t, 3, nvrsim.Faults{CloseAfter: nvrsim.Duration(300 * time.Millisecond)})
	c.deadline(patience)
	if _, err := io.Copy(io.Discard, c.br); err != nil {
		t.Errorf("not closed: %v", err)
	}
	r.SetFaults(nvrsim.Faults{})
	second := dial(t, r)
	second.play(url(r, nvrsim.Dahua, 3, 1))
	r.Drop()
	second.deadline(patience)
	if _, err := io.Copy(io.Discard, second.br); err != nil {
		t.Errorf("not dropped: %v", err)
	}
	eventually(t, "all closed", func() bool { return r.Counts().Connections == 0 })
	if text, err := json.Marshal(r.Journal()); err != nil || !strings.Contains(string(text), "fault: close after") {
		t.Errorf("journal: %s, %v", text, err)
	}
}

// Stray bytes and requests of the server stand between frames, never inside one.
func TestBytesBetweenFrames(t *testing.T) {
	for _, c := range []struct {
		faults nvrsim.Faults
		want   string
	}{
		{nvrsim.Faults{StrayBytes: true}, "stray bytes"},
		{nvrsim.Faults{ServerRequest: "ANNOUNCE"}, "ANNOUNCE rtsp://"},
	} {
		t.Run(c.want, func(t *testing.T) {
			t.Parallel()
			_, client := playing(t, 3, c.faults)
			client.deadline(patience)
			seen := make([]byte, 0, 1<<20)
			for !bytes.Contains(seen, []byte(c.want)) {
				n, err := client.br.Read(seen[len(seen):cap(seen)])
				if err != nil {
					t.Fatalf("after %d bytes: %v", len(seen), err)
				}
				seen = seen[:len(seen)+n]
			}
		})
	}
}

func TestHangingStep(t *testing.T) {
	for _, method := range []string{"OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Faults: nvrsim.Faults{RTSPHang: []string{method}}})
			c := dial(t, r)
			c.send(method, url(r, nvrsim.Hikvision, 1, 1))
			c.deadline(100 * time.Millisecond)
			if b, err := c.br.ReadByte(); err == nil {
				t.Errorf("an answer: %q", b)
			}
			r.SetFaults(nvrsim.Faults{})
			c.want(200, "OPTIONS", url(r, nvrsim.Hikvision, 1, 1))
		})
	}
}

func TestFaultsJSON(t *testing.T) {
	var f nvrsim.Faults
	text := `{"close_after":"1.5s","rtsp_status":{"SETUP":453},"channels":[2]}`
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	if f.CloseAfter != nvrsim.Duration(1500*time.Millisecond) || f.RTSPStatus["SETUP"] != 453 {
		t.Errorf("%+v", f)
	}
	back, err := json.Marshal(f)
	if err != nil || string(back) != `{"channels":[2],"rtsp_status":{"SETUP":453},"close_after":"1.5s"}` {
		t.Errorf("%s, %v", back, err)
	}
}
