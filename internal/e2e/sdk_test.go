//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mediapusher/internal/e2e/rtmp"
	"mediapusher/internal/nvrsim"
)

// startSDK runs the service with the bindings and the fake SDKs, which MEDIAPUSHER_FAKE_SDK names.
func startSDK(t testing.TB, with settings) *service {
	t.Helper()
	fakes := os.Getenv("MEDIAPUSHER_FAKE_SDK")
	if fakes == "" {
		t.Skip("MEDIAPUSHER_FAKE_SDK does not name the fake SDKs; make test-sdk does")
	}
	with.build = buildSDK
	with.more += fmt.Sprintf("\nsdk: {hikvision: %q, dahua: %q}\n", filepath.Join(fakes, "hikvision"), filepath.Join(fakes, "dahua"))
	return startService(t, with)
}

// startSDKRecorder runs a recorder that has an SDK port.
func startSDKRecorder(t testing.TB, cfg nvrsim.Config) *recorder {
	t.Helper()
	cfg.SDK = true
	r := startRecorder(t, cfg)
	r.sdk = r.cfg.SDKPort
	return r
}

// workers are the processes of the service in which SDKs run.
func (s *service) workers() (pids []int) {
	s.t.Helper()
	service := s.process.cmd.Process.Pid
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", service))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, task := range tasks {
		children, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for child := range strings.FieldsSeq(string(children)) {
			pid, err := strconv.Atoi(child)
			line, readErr := os.ReadFile("/proc/" + child + "/cmdline")
			if err == nil && readErr == nil && strings.Contains(string(line), "sdk-worker") {
				pids = append(pids, pid)
			}
		}
	}
	slices.Sort(pids)
	return pids
}

// listed is what GET /STREAMS says of one session.
type listed struct {
	Address   string `json:"address"`
	Channel   int    `json:"channel"`
	Kind      string `json:"kind"`
	State     string `json:"state"`
	Way       string `json:"way"`
	WayReason string `json:"way_reason"`
	LastError string `json:"last_error"`
	Source    struct {
		Reconnects int `json:"reconnects"`
	} `json:"source"`
}

// streams asks the operator's listener.
func (s *service) streams() (list []listed) {
	s.t.Helper()
	response, err := http.Get(s.admin + "/STREAMS")
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	var body struct {
		Streams []listed `json:"streams"`
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		s.t.Fatal(err)
	}
	return body.Streams
}

// stream is the newest session of a recorder.
func (s *service) stream(r *recorder) (newest listed) {
	s.t.Helper()
	for _, stream := range s.streams() {
		if stream.Address == r.address() {
			newest = stream
		}
	}
	return newest
}

// lostSources are the channels of a recorder whose source is away now.
func (s *service) lostSources(r *recorder) (channels []int) {
	s.t.Helper()
	for _, stream := range s.streams() {
		if stream.Address == r.address() && stream.LastError != "" {
			channels = append(channels, stream.Channel)
		}
	}
	return channels
}

// gap is the longest time between two pictures of a recording from index begin on, by their RTMP timestamps and by their arrival.
func (r *recording) gap(begin int) (stamps, arrivals time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := -1
	for i := begin; i < len(r.messages); i++ {
		if r.messages[i].Type != rtmp.TypeVideo {
			continue
		}
		if _, ok := picture(r.messages[i]); !ok {
			continue
		}
		if last >= 0 {
			stamps = max(stamps, time.Duration(r.messages[i].Timestamp-r.messages[last].Timestamp)*time.Millisecond)
			arrivals = max(arrivals, r.at[i].Sub(r.at[last]))
		}
		last = i
	}
	return stamps, arrivals
}

// site is the 32 streams of four recorders, with a player at each.
type site struct {
	service   *service
	recorders []*recorder
	pids      []int // of each recorder's worker
	answers   [][]answer
	players   [][]*recording
}

func startSite(t *testing.T, s *service) *site {
	t.Helper()
	const channels = 8
	site := &site{service: s}
	for i := range 4 {
		vendor := []string{nvrsim.Hikvision, nvrsim.Dahua}[i%2]
		cfg := nvrsim.Config{Vendor: vendor}
		for range channels {
			cfg.Channels = append(cfg.Channels, nvrsim.Channel{Clip: vendor + "-sub"})
		}
		r := startSDKRecorder(t, cfg)
		site.recorders = append(site.recorders, r)
		answers, players := make([]answer, channels), make([]*recording, channels)
		var callers sync.WaitGroup
		for channel := range channels {
			callers.Go(func() { answers[channel], _ = s.try("/REAL_STREAM", r.request(channel+1)) })
		}
		callers.Wait()
		for channel, a := range answers {
			if a.Code != http.StatusOK {
				t.Fatalf("channel %d: %+v", channel+1, a)
			}
			players[channel], _ = play(t, a.URL)
		}
		site.answers, site.players = append(site.answers, answers), append(site.players, players)
		for _, pid := range s.workers() {
			if !slices.Contains(site.pids, pid) {
				site.pids = append(site.pids, pid)
			}
		}
		if len(site.pids) != i+1 {
			t.Fatalf("%d workers for %d recorders", len(site.pids), i+1)
		}
	}
	for _, players := range site.players {
		for _, player := range players {
			eventually(t, 10*time.Second, "pictures everywhere", func() bool { return player.pictures() > 10 })
		}
	}
	return site
}

// strike lets one recorder's worker suffer and expects its eight streams back within five seconds: same handles, same publish, rising
// times; the 24 others lose nothing.
func (site *site) strike(t *testing.T, victim int, trouble func()) {
	t.Helper()
	before := site.service.reconnects()
	from := make([][]int, len(site.players))
	for i, players := range site.players {
		for _, player := range players {
			from[i] = append(from[i], len(player.all()))
		}
	}
	trouble()
	eventually(t, 15*time.Second, "the source of each stream is back", func() bool {
		now, back := site.service.reconnects(), 0
		for key, n := range now {
			if strings.HasPrefix(key, site.recorders[victim].address()+" ") && n > before[key] {
				back++
			}
		}
		return back == len(site.players[victim])
	})
	var had []int
	for _, player := range site.players[victim] {
		had = append(had, player.pictures())
	}
	for channel, player := range site.players[victim] {
		eventually(t, 8*time.Second, "pictures come again", func() bool { return player.pictures() > had[channel]+50 })
		_, pause := player.gap(from[victim][channel] - 1)
		t.Logf("channel %d stood still for %v", channel+1, pause.Round(10*time.Millisecond))
		if pause > 5*time.Second {
			t.Errorf("channel %d stood still for %v", channel+1, pause)
		}
		player.checkOrder(t)
		if code := site.service.beat(site.answers[victim][channel]); code != http.StatusOK {
			t.Errorf("BEATS of channel %d: %d", channel+1, code)
		}
	}
	for i, players := range site.players {
		if i == victim {
			continue
		}
		for channel, player := range players {
			if stamps, _ := player.gap(from[i][channel] - 1); stamps > 1900*frameOfSub/1000 {
				t.Errorf("recorder %d channel %d: %v between two pictures", i, channel+1, stamps)
			}
		}
	}
	for key, n := range site.service.reconnects() {
		if other := !strings.HasPrefix(key, site.recorders[victim].address()+" "); other && n != before[key] {
			t.Errorf("the source of %s was lost too", key)
		}
	}
}

// reconnects counts by recorder and channel how often a source was lost.
func (s *service) reconnects() map[string]int {
	s.t.Helper()
	counts := map[string]int{}
	for _, stream := range s.streams() {
		counts[fmt.Sprint(stream.Address, " ", stream.Channel)] = stream.Source.Reconnects
	}
	return counts
}

// address is how the service calls the recorder.
func (r *recorder) address() string { return fmt.Sprintf("127.0.0.1:%d", r.sdk) }

// frameOfSub is the time between two pictures of the sub clips.
const frameOfSub = 40 * time.Millisecond

// The trouble of one worker costs nobody else a picture.
func TestSDKWorkerTrouble(t *testing.T) {
	s := startSDK(t, settings{})
	site := startSite(t, s)
	signal := func(sig syscall.Signal) func(victim int) func() {
		return func(victim int) func() {
			return func() {
				if err := syscall.Kill(site.pids[victim], sig); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	fault := func(f nvrsim.Faults) func(victim int) func() {
		return func(victim int) func() {
			return func() {
				site.recorders[victim].SetFaults(f)
				eventually(t, 10*time.Second, "the worker is replaced", func() bool {
					return !slices.Contains(s.workers(), site.pids[victim])
				})
				site.recorders[victim].SetFaults(nvrsim.Faults{})
			}
		}
	}
	for i, tt := range []struct {
		name    string
		trouble func(victim int) func()
	}{
		{"killed", signal(syscall.SIGKILL)},
		{"segmentation fault in a callback", fault(nvrsim.Faults{SDKCrash: true})},
		{"stopped", signal(syscall.SIGSTOP)},
		{"callbacks hang", fault(nvrsim.Faults{SDKWedge: true})},
		{"2 GiB of bloat", fault(nvrsim.Faults{SDKBloat: 2048})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			victim := i % len(site.recorders)
			site.strike(t, victim, tt.trouble(victim))
			var now []int
			eventually(t, 10*time.Second, "one worker for each recorder", func() bool {
				now = s.workers()
				return len(now) == len(site.recorders)
			})
			for _, pid := range now {
				if !slices.Contains(site.pids, pid) {
					site.pids[victim] = pid
				}
			}
		})
	}
	for i, answers := range site.answers {
		for _, a := range answers {
			s.stop(a)
		}
		site.recorders[i].left(5 * time.Second)
	}
	eventually(t, 20*time.Second, "no worker is left", func() bool { return len(s.workers()) == 0 })
}

// A playback goes on within two seconds of where its worker was killed.
func TestSDKPlaybackAfterCrash(t *testing.T) {
	t.Parallel()
	s := startSDK(t, settings{})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			r := startSDKRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, 0, 600)})
			before := s.workers()
			a := s.back(r, 1, 5, 600)
			rec, stop := play(t, a.URL)
			eventually(t, 15*time.Second, "pictures", func() bool { return rec.pictures() > 150 })
			for _, pid := range s.workers() {
				if !slices.Contains(before, pid) {
					if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
						t.Fatal(err)
					}
				}
			}
			had := rec.pictures()
			eventually(t, 15*time.Second, "pictures behind the crash", func() bool { return rec.pictures() > had+150 })
			stop()
			rec.checkOrder(t)
			list := rec.shown(t)
			for i := 1; i < len(list); i++ {
				if step := within(list[i].shows, list[i-1].shows); step < -2*time.Second || step > 2*time.Second {
					t.Errorf("picture %d shows %v, the one before %v", i, list[i].shows, list[i-1].shows)
				}
			}
			if way := s.stream(r).Way; way != "sdk" {
				t.Errorf("the way is %q", way)
			}
			s.stop(a)
			r.left(5 * time.Second)
		})
	}
}

// A recorder whose workers crash again and again is reached by the net way, and status says why.
func TestSDKTwentyCrashes(t *testing.T) {
	t.Parallel()
	s := startSDK(t, settings{})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			r := startSDKRecorder(t, nvrsim.Config{Vendor: vendor, Faults: nvrsim.Faults{SDKCrash: true}})
			a := s.live(r, 1)
			rec, _ := play(t, a.URL)
			var now listed
			eventually(t, 60*time.Second, "the net way", func() bool {
				now = s.stream(r)
				return now.Way == "net" && rec.pictures() > 50
			})
			if !strings.Contains(now.WayReason, "sdk: ") || !strings.Contains(now.WayReason, "crashed") {
				t.Errorf("the reason is %q", now.WayReason)
			}
			rec.checkOrder(t)
			s.stop(a)
			r.left(5 * time.Second)
		})
	}
}

// What the ways share, and when they follow each other.
func TestSDKWays(t *testing.T) {
	t.Parallel()
	s := startSDK(t, settings{})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			r := startSDKRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, 0, 40, 60, 90)})
			checkFailure(t, s.call("/REAL_STREAM", r.request(1, "nvr_pwd", "wrong")), 606, "")
			if n := r.Counts().LoginsRefused; n != 1 {
				t.Errorf("a wrong password was tried %d times", n)
			}
			a := s.live(r, 1)
			if got := s.stream(r); got.Way != "sdk" || got.WayReason != "" {
				t.Errorf("%+v", got)
			}
			if p := s.move(a, 8, 200); p.Code != http.StatusOK {
				t.Errorf("PTZControl: %+v", p)
			}
			eventually(t, 3*time.Second, "the movement is stopped", func() bool { return journals(r, nvrsim.PTZStop) })
			back := s.back(r, 1, 5, 85)
			if back.Start != "2016-07-20 12:00:05" || back.Stop != "2016-07-20 12:01:30" || len(back.Files) != 2 {
				t.Errorf("answer %+v", back)
			}
			rec, _ := play(t, back.URL)
			if p := s.seek(back, 84); p.Code != http.StatusOK {
				t.Errorf("POSITION: %+v", p)
			}
			eventually(t, 15*time.Second, "the end of the recording", func() bool { return s.beat(back) == 605 })
			rec.checkOrder(t)
			s.stop(a)
			r.left(5 * time.Second)
		})
		t.Run(vendor+" loses one stream of two", func(t *testing.T) {
			r := startSDKRecorder(t, nvrsim.Config{Vendor: vendor})
			first, second := s.live(r, 1), s.live(r, 3)
			before, workers := s.reconnects(), s.workers()
			r.SetFaults(nvrsim.Faults{Channels: []int{1}, SDKLose: true})
			lost := fmt.Sprint(r.address(), " ", r.request(1)["nvr_channel"])
			eventually(t, 5*time.Second, "the stream is lost", func() bool { return len(s.lostSources(r)) > 0 })
			r.SetFaults(nvrsim.Faults{})
			eventually(t, 5*time.Second, "the stream is back", func() bool { return s.reconnects()[lost] > before[lost] })
			for _, pid := range s.workers() {
				if !slices.Contains(workers, pid) {
					t.Errorf("worker %d is new: a lost stream is no lost login", pid)
				}
			}
			for _, a := range []answer{first, second} {
				s.stop(a)
			}
			r.left(5 * time.Second)
		})
		t.Run(vendor+" without an SDK port", func(t *testing.T) {
			r := startRecorder(t, nvrsim.Config{Vendor: vendor})
			r.sdk = freePort(t)
			a := s.live(r, 1)
			if got := s.stream(r); got.Way != "net" || !strings.Contains(got.WayReason, "sdk: unreachable") {
				t.Errorf("%+v", got)
			}
			s.stop(a)
			r.left(5 * time.Second)
		})
	}
}
