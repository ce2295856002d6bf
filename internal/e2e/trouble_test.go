//go:build unix

package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// What cannot be done with recordings and cameras: the code of the contract, and nothing is left at the recorder.
func TestRecordingsAndCamerasRefused(t *testing.T) {
	t.Parallel()
	s := startService(t, settings{start: 4 * time.Second})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			channels := append(disk(vendor, 0, 600), nvrsim.Channel{Clip: vendor + "-h264", NoPTZ: true})
			r := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: channels})
			for name, tt := range map[string]struct {
				body map[string]any
				code int
			}{
				"start after the end":       {r.recorded(1, 60, 0), 600},
				"a time that is not":        {r.request(1, "startTime", "2016-02-30 12:00:00", "endTime", "2016-07-20 13:00:00"), 600},
				"no start":                  {r.request(1, "endTime", "2016-07-20 13:00:00"), 600},
				"nothing in the range":      {r.recorded(1, 7200, 7300), 607},
				"channel without recording": {r.recorded(2, 0, 60), 607},
				"no such channel":           {r.recorded(9, 0, 60), 604},
				"wrong password":            {r.recorded(1, 0, 60, "nvr_pwd", "wrong", "nvr_user", "stranger"), 606},
			} {
				t.Log(name)
				checkFailure(t, s.call("/BACK_STREAM", tt.body), tt.code, "")
			}
			live, fixed, back := s.live(r, 1), s.live(r, 2), s.back(r, 1, 30, 90)
			at := func(a answer, call string) string { return fmt.Sprintf("/STREAM/%d/%s", a.Handle, call) }
			for _, tt := range []struct {
				path string
				body map[string]any
				code int
			}{
				{at(live, "POSITION"), map[string]any{"pos_time": clockText(noon)}, 608},
				{at(live, "SPEED"), map[string]any{"speed": 2}, 608},
				{at(live, "PAUSE"), map[string]any{}, 608},
				{at(back, "POSITION"), map[string]any{"pos_time": clockText(noon.Add(-time.Hour))}, 600},
				{at(back, "POSITION"), map[string]any{"pos_time": clockText(noon.Add(time.Hour))}, 600},
				{at(back, "POSITION"), map[string]any{"pos_time": "2016-07-20 25:00:00"}, 600},
				{at(back, "POSITION"), map[string]any{}, 600},
				{at(back, "SPEED"), map[string]any{"speed": 9}, 600},
				{at(back, "PTZControl"), map[string]any{"command": 0}, 609},
				{at(back, "PTZControl"), map[string]any{"command": 14}, 600},
				{at(live, "PTZControl"), map[string]any{"command": 14}, 600},
				{at(live, "PTZControl"), map[string]any{"command": 0, "duration": 99}, 600},
				{at(live, "PTZControl"), map[string]any{"command": 0, "duration": 1001}, 600},
				{at(live, "PTZControl"), map[string]any{"command": 0, "duration": nil}, 200},
				{at(fixed, "PTZControl"), map[string]any{"command": 8}, 609},
				{"/STREAM/1/POSITION", map[string]any{"pos_time": clockText(noon)}, 605},
				{"/STREAM/1/PTZControl", map[string]any{"command": 8}, 605},
			} {
				if got := s.call(tt.path, tt.body); got.Code != tt.code || got.Message == "" {
					t.Errorf("%s %v: %+v, want %d", tt.path, tt.body, got, tt.code)
				}
			}
			for _, a := range []answer{live, fixed, back} {
				if code := s.stop(a); code != http.StatusOK {
					t.Errorf("STOP: %d", code)
				}
			}
			r.left(3 * time.Second)
			eventually(t, 5*time.Second, "nothing held at the recorder", func() bool {
				c := r.Counts()
				return c.Searches == 0 && c.Moving == 0
			})
		})
	}
}

// A recorder that loses its power during a search, a seek or a movement: an error of the contract, and the service goes on.
func TestPowerLost(t *testing.T) {
	t.Parallel()
	s := startService(t, settings{start: 4 * time.Second})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor+" search", func(t *testing.T) {
			r := startRecorder(t, nvrsim.Config{
				Vendor: vendor, Channels: disk(vendor, 0, 600), Faults: nvrsim.Faults{SearchDelay: nvrsim.Duration(time.Second)},
			})
			asked := make(chan answer, 1)
			go func() {
				a, _ := s.try("/BACK_STREAM", r.recorded(1, 0, 600))
				asked <- a
			}()
			eventually(t, 5*time.Second, "the search", func() bool { return journals(r, nvrsim.SearchOpen) })
			r.stop()
			if a := <-asked; a.Code != 604 && a.Code != 606 {
				t.Errorf("answer %+v", a)
			}
		})
		t.Run(vendor+" seek", func(t *testing.T) {
			r := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, 0, 600)})
			a := s.back(r, 1, 0, 600)
			r.SetFaults(nvrsim.Faults{RTSPHang: []string{"DESCRIBE"}})
			begin := time.Now()
			if p := s.seek(a, 300); p.Code != 608 {
				t.Errorf("POSITION: %+v", p)
			}
			if took := time.Since(begin); took > 6*time.Second {
				t.Errorf("the answer took %v", took)
			}
			r.stop()
			r.cfg.Faults = nvrsim.Faults{}
			r.start()
			eventually(t, 15*time.Second, "it goes on when the recorder is back", func() bool { return r.Counts().Playing == 1 })
			if p := s.seek(a, 200); p.Code != http.StatusOK {
				t.Errorf("POSITION afterwards: %+v", p)
			}
			s.stop(a)
			r.left(3 * time.Second)
		})
		t.Run(vendor+" movement", func(t *testing.T) {
			r := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, 0, 600), NoMomentary: true})
			a := s.live(r, 1)
			if p := s.move(a, 8, 1000); p.Code != http.StatusOK {
				t.Fatalf("PTZControl: %+v", p)
			}
			r.stop()
			begin := time.Now()
			eventually(t, 5*time.Second, "the time of the stop has passed", func() bool { return time.Since(begin) > 1500*time.Millisecond })
			r.start()
			eventually(t, 15*time.Second, "the stop is sent when the recorder is back", func() bool { return journals(r, nvrsim.PTZStop) })
			s.stop(a)
		})
	}
}

func journals(r *recorder, kind nvrsim.Kind) bool {
	for _, e := range r.Journal() {
		if e.Kind == kind {
			return true
		}
	}
	return false
}
