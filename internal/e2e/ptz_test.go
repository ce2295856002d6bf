//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// movement is what the recorder saw of one.
type movement struct {
	what    string // channel and movement
	lasted  time.Duration
	stopped bool
}

// movements pairs the starts and stops of a recorder's journal.
func (r *recorder) movements() []movement {
	var list []movement
	open := map[string]int{}
	begun := map[string]time.Time{}
	for _, e := range r.Journal() {
		switch e.Kind {
		case nvrsim.PTZStart:
			open[e.Detail], begun[e.Detail] = len(list), e.Time
			list = append(list, movement{what: e.Detail})
		case nvrsim.PTZStop:
			if i, ok := open[e.Detail]; ok && !list[i].stopped {
				list[i].stopped, list[i].lasted = true, e.Time.Sub(begun[e.Detail])
			}
		case nvrsim.PTZTimed:
			fields := strings.Fields(e.Detail)
			var ms int
			_, _ = fmt.Sscan(fields[len(fields)-1], &ms)
			list = append(list, movement{
				what: strings.Join(fields[:len(fields)-1], " "), lasted: time.Duration(ms) * time.Millisecond, stopped: true,
			})
		default:
		}
	}
	return list
}

func (s *service) move(a answer, command, duration int) answer {
	s.t.Helper()
	p, err := s.try(fmt.Sprintf("/STREAM/%d/PTZControl", a.Handle), map[string]any{"command": command, "duration": duration})
	if err != nil {
		s.t.Error(err) // not Fatal: cameras move from several goroutines
	}
	return p
}

// cameras returns channels of a vendor.
func cameras(vendor string, n int) []nvrsim.Channel {
	channels := make([]nvrsim.Channel, n)
	for i := range channels {
		channels[i].Clip = vendor + "-h264"
	}
	return channels
}

// TestMovements: each of the commands moves the camera for as long as was asked.
func TestMovements(t *testing.T) {
	words := []string{
		"zoom in", "zoom out", "focus near", "focus far", "iris open", "iris close", "tilt up", "tilt down", "pan left", "pan right",
		"up left", "up right", "down left", "down right",
	}
	s := startService(t, settings{})
	for name, cfg := range map[string]nvrsim.Config{
		"Hikvision, momentary":         {Vendor: nvrsim.Hikvision},
		"Hikvision, continuous, plain": {Vendor: nvrsim.Hikvision, NoMomentary: true, PTZPath: nvrsim.PTZPlain},
		"Hikvision, continuous, proxy": {Vendor: nvrsim.Hikvision, NoMomentary: true, PTZPath: nvrsim.PTZProxy},
		"Dahua, RPC2":                  {Vendor: nvrsim.Dahua},
		"Dahua, CGI":                   {Vendor: nvrsim.Dahua, NoRPC2: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg.Channels = cameras(cfg.Vendor, 2)
			r := startRecorder(t, cfg)
			a := s.live(r, 2)
			const rounds, asked = 100, 150
			for i := range rounds {
				if p := s.move(a, i%len(words), asked); p.Code != http.StatusOK {
					t.Fatalf("command %d: %+v", i%len(words), p)
				}
				eventually(t, 5*time.Second, "the stop", func() bool {
					m := r.movements()
					return len(m) == i+1 && m[i].stopped
				})
			}
			var lasted []time.Duration
			for i, m := range r.movements() {
				if want := "2 " + words[i%len(words)]; m.what != want {
					t.Errorf("command %d moved %q, want %q", i%len(words), m.what, want)
				}
				lasted = append(lasted, m.lasted)
			}
			slices.Sort(lasted)
			median := lasted[len(lasted)/2]
			t.Logf("asked %d ms, lasted %v at the median, from %v to %v", asked, median, lasted[0], lasted[len(lasted)-1])
			if d := median - asked*time.Millisecond; d.Abs() > 30*time.Millisecond {
				t.Errorf("lasted %v at the median", median)
			}
		})
	}
}

// stands fails unless each movement of the recorder was stopped, at least n of them.
func (r *recorder) stands(n int) {
	r.t.Helper()
	eventually(r.t, 10*time.Second, "all cameras stand", func() bool {
		for _, m := range r.movements() {
			if !m.stopped {
				return false
			}
		}
		return r.Counts().Moving == 0
	})
	if got := len(r.movements()); got < n {
		r.t.Errorf("%d movements, want at least %d", got, n)
	}
}

// moving lets n cameras move at once, each on a live session of its own, a second long.
func (s *service) moving(r *recorder, n int, then func(channel int, a answer)) {
	s.t.Helper()
	var all sync.WaitGroup
	for channel := 1; channel <= n; channel++ {
		all.Go(func() {
			a, err := s.try("/REAL_STREAM", r.request(channel))
			if err != nil || a.Code != http.StatusOK {
				s.t.Errorf("channel %d: %+v, %v", channel, a, err)
				return
			}
			then(channel, a)
		})
	}
	all.Wait()
}

// A camera is never left turning: a hundred movements each whose caller, session or service is gone before they end.
func TestEveryMovementIsStopped(t *testing.T) {
	const runs, at = 100, 20 // cameras at once
	for _, cfg := range []nvrsim.Config{
		{Vendor: nvrsim.Hikvision, NoMomentary: true}, {Vendor: nvrsim.Dahua}, {Vendor: nvrsim.Dahua, NoRPC2: true},
	} {
		cfg.Channels = cameras(cfg.Vendor, at)
		name := cfg.Vendor
		if cfg.NoRPC2 {
			name += ", CGI"
		}
		fresh := func(t *testing.T) (*recorder, *service) {
			return startRecorder(t, cfg), startService(t, settings{})
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("caller gone", func(t *testing.T) {
				r, s := fresh(t)
				s.moving(r, at, func(_ int, a answer) {
					for i := range runs / at {
						s.sendAndLeave(a, i)
					}
				})
				eventually(t, 20*time.Second, "most starts", func() bool { return len(r.movements()) >= runs/2 })
				r.stands(runs / 2)
			})
			t.Run("STOP", func(t *testing.T) {
				r, s := fresh(t)
				for range runs / at {
					s.moving(r, at, func(_ int, a answer) {
						if p := s.move(a, 6, 1000); p.Code != http.StatusOK {
							t.Errorf("%+v", p)
						}
						if code := s.stop(a); code != http.StatusOK {
							t.Errorf("STOP: %d", code)
						}
					})
					r.stands(0)
				}
				r.stands(runs)
			})
			t.Run("second command", func(t *testing.T) {
				r, s := fresh(t)
				s.moving(r, at, func(_ int, a answer) {
					for i := range runs / at {
						for _, command := range []int{8, 6 + i%2} {
							if p := s.move(a, command, 300); p.Code != http.StatusOK {
								t.Errorf("%+v", p)
							}
						}
					}
				})
				r.stands(2 * runs)
			})
			t.Run("first stop fails", func(t *testing.T) {
				r, s := fresh(t)
				var mu sync.Mutex // one failing stop belongs to one movement
				s.moving(r, at, func(_ int, a answer) {
					for range runs / at {
						mu.Lock()
						before := len(r.movements())
						r.SetFaults(nvrsim.Faults{PTZStopFails: 1})
						if p := s.move(a, 9, 100); p.Code != http.StatusOK {
							t.Errorf("%+v", p)
						}
						r.stands(before + 1)
						mu.Unlock()
					}
				})
				r.stands(runs)
			})
			for _, end := range []string{"TERM", "KILL"} {
				t.Run(end, func(t *testing.T) {
					r := startRecorder(t, cfg)
					data := t.TempDir()
					for round := range runs / at {
						s := startService(t, settings{data: data})
						s.moving(r, at, func(_ int, a answer) {
							if p := s.move(a, 6+round%8, 1000); p.Code != http.StatusOK {
								t.Errorf("%+v", p)
							}
						})
						if end == "TERM" {
							if code, _ := s.terminate(); code != 0 {
								t.Errorf("exit code %d", code)
							}
							r.stands((round + 1) * at)
							continue
						}
						s.process.kill()
						if r.Counts().Moving == 0 {
							t.Error("nothing was moving when the service was killed")
						}
						again := startService(t, settings{data: data})
						r.stands((round + 1) * at)
						again.process.kill()
					}
				})
			}
		})
	}
}

// sendAndLeave sends a command and closes the connection without waiting for the answer.
func (s *service) sendAndLeave(a answer, i int) {
	s.t.Helper()
	before := time.Now()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.api, "http://"))
	if err != nil {
		s.t.Error(err)
		return
	}
	body, err := json.Marshal(map[string]any{"command": 6 + i%8, "duration": 200})
	if err != nil {
		s.t.Error(err)
	}
	if _, err := fmt.Fprintf(conn, "POST /STREAM/%d/PTZControl HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", a.Handle, len(body), body); err != nil {
		s.t.Error(err)
	}
	if i%2 == 0 { // some leave at once, some when the start is on its way
		eventually(s.t, time.Second, "a moment", func() bool { return time.Since(before) > 2*time.Millisecond })
	}
	conn.Close()
	eventually(s.t, time.Second, "a moment", func() bool { return time.Since(before) > 250*time.Millisecond })
}
