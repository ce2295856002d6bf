//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// noon is where the recordings of these tests begin.
var noon = time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC)

func clockText(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

// disk returns one channel with a file for each pair of seconds after noon.
func disk(vendor string, seconds ...int) []nvrsim.Channel {
	channel := nvrsim.Channel{Clip: vendor + "-h264-aac"}
	for i := 0; i < len(seconds); i += 2 {
		channel.Recordings = append(channel.Recordings, nvrsim.Recording{
			Start: noon.Add(time.Duration(seconds[i]) * time.Second), End: noon.Add(time.Duration(seconds[i+1]) * time.Second),
		})
	}
	return []nvrsim.Channel{channel}
}

// back asks for a recording of seconds after noon and expects it to come.
func (s *service) back(r *recorder, channel, from, to int, more ...any) answer {
	s.t.Helper()
	a := s.call("/BACK_STREAM", r.recorded(channel, from, to, more...))
	if a.Code != http.StatusOK || a.URL == "" || a.Handle <= 0 {
		s.t.Fatalf("BACK_STREAM of channel %d: %+v", channel, a)
	}
	return a
}

// recorded is the body of a BACK_STREAM.
func (r *recorder) recorded(channel, from, to int, more ...any) map[string]any {
	body := r.request(channel, more...)
	body["startTime"] = clockText(noon.Add(time.Duration(from) * time.Second))
	body["endTime"] = clockText(noon.Add(time.Duration(to) * time.Second))
	return body
}

func (s *service) seek(a answer, seconds int) answer {
	s.t.Helper()
	return s.call(fmt.Sprintf("/STREAM/%d/POSITION", a.Handle), map[string]any{"pos_time": clockText(noon.Add(time.Duration(seconds) * time.Second))})
}

// sources of recordings: both vendors' simulators, and a foreign RTSP server behind each vendor's search.
func recordingSources() map[string]func(t *testing.T) *recorder {
	foreign := func(vendor, path string) func(t *testing.T) *recorder {
		return func(t *testing.T) *recorder {
			clip := nvrsim.Hikvision + "-h264" // foreign cameras look alike
			g := startGStreamer(t, nil, path, loopFile(t, clip))
			front := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, 0, 40, 60, 90)})
			front.rtsp = g.port
			return front
		}
	}
	simulated := func(vendor string) func(t *testing.T) *recorder {
		return func(t *testing.T) *recorder {
			return startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, 0, 40, 60, 90)})
		}
	}
	return map[string]func(t *testing.T) *recorder{
		"Hikvision":             simulated(nvrsim.Hikvision),
		"Dahua":                 simulated(nvrsim.Dahua),
		"GStreamer, Hikvision":  foreign(nvrsim.Hikvision, "/Streaming/tracks/101"),
		"GStreamer, like Dahua": foreign(nvrsim.Dahua, "/cam/playback"),
	}
}

// TestRecordingFromSearchToEnd is what the old page does: search and play, beat, three seeks, and the end of the recording.
func TestRecordingFromSearchToEnd(t *testing.T) {
	t.Parallel()
	server := startNginx(t)
	s := startService(t, settings{publish: server.Template(), interval: 20 * time.Second, grace: 10 * time.Second})
	for name, source := range recordingSources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := source(t)
			a := s.back(r, 1, 5, 85)
			if a.Start != "2016-07-20 12:00:05" || a.Stop != "2016-07-20 12:01:30" || len(a.Files) != 2 {
				t.Errorf("answer %+v", a)
			}
			rec, stop := play(t, a.URL)
			var answered []time.Time
			seeks := []int{30, 50 /* the gap: on from 60 */, 84}
			lands := []int{30, 60, 84}
			eventually(t, 10*time.Second, "the first pictures", func() bool { return rec.pictures() > 40 })
			for _, to := range seeks {
				if code := s.beat(a); code != http.StatusOK {
					t.Fatalf("BEATS: %d", code)
				}
				if p := s.seek(a, to); p.Code != http.StatusOK {
					t.Fatalf("POSITION %d: %+v", to, p)
				}
				answered = append(answered, time.Now())
				before := rec.pictures()
				eventually(t, 10*time.Second, "pictures of the new place", func() bool { return rec.pictures() > before+40 })
			}
			eventually(t, 20*time.Second, "the end of the recording", func() bool { return s.beat(a) == 605 })
			eventually(t, 5*time.Second, "unpublished", func() bool { return !publishes(server, a.URL) })
			stop()
			rec.checkOrder(t)
			list := rec.shown(t)
			starts := append([]int{5}, lands...)
			at := 0
			for i, wanted := range starts {
				checkLanded(t, list, at, time.Duration(wanted%60)*time.Second)
				if i < len(answered) {
					for at < len(list) && list[at].at.Before(answered[i]) {
						at++
					}
				}
			}
			last := list[len(list)-1]
			if d := within(last.shows, 30*time.Second); d < -2*time.Second || d > time.Second {
				t.Errorf("the last picture shows %v, the recording ends at 30 s of its minute", last.shows)
			}
			r.left(3 * time.Second)
			if c := r.Counts(); c.Searches != 0 {
				t.Errorf("%d searches are held at the recorder", c.Searches)
			}
		})
	}
}

// checkLanded fails where the picture that came first does not show a time within a group of pictures of what was wanted, or one soon
// after it shows an earlier time.
func checkLanded(t *testing.T, list []seen, from int, wanted time.Duration) {
	t.Helper()
	if from >= len(list) {
		t.Errorf("no picture after the seek to %v", wanted)
		return
	}
	first := list[from]
	if d := within(first.shows, wanted); d < -gop || d > gop {
		t.Errorf("the first picture shows %v, wanted %v", first.shows, wanted)
	}
	for _, p := range list[from:min(from+40, len(list))] {
		if within(p.shows, first.shows) < 0 {
			t.Errorf("a picture shows %v after one that showed %v", p.shows, first.shows)
			return
		}
	}
}

func publishes(server *server, url string) bool {
	for _, name := range server.publishing() {
		if strings.HasSuffix(url, "/"+name) {
			return true
		}
	}
	return false
}

// Twenty seeks in a row end at the last one.
func TestTwentySeeks(t *testing.T) {
	t.Parallel()
	s := startService(t, settings{})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			r := startRecorder(t, nvrsim.Config{
				Vendor: vendor, Channels: disk(vendor, 0, 600), Faults: nvrsim.Faults{MaxPlaybacks: 1},
			})
			a := s.back(r, 1, 0, 600)
			rec, stop := play(t, a.URL)
			eventually(t, 10*time.Second, "the first pictures", func() bool { return rec.pictures() > 10 })
			var callers sync.WaitGroup
			tick := time.NewTicker(200 * time.Millisecond)
			defer tick.Stop()
			for i := range 20 {
				to := 17 * (i + 1)
				callers.Go(func() {
					if p, err := s.try(fmt.Sprintf("/STREAM/%d/POSITION", a.Handle), map[string]any{"pos_time": clockText(noon.Add(time.Duration(to) * time.Second))}); err != nil || p.Code != http.StatusOK {
						t.Errorf("POSITION %d: %+v, %v", to, p, err)
					}
				})
				<-tick.C
			}
			callers.Wait()
			done := time.Now()
			before := rec.pictures()
			eventually(t, 10*time.Second, "pictures of the last place", func() bool { return rec.pictures() > before+30 })
			stop()
			rec.checkOrder(t)
			list := rec.shown(t)
			at := 0
			for at < len(list) && list[at].at.Before(done) {
				at++
			}
			checkLanded(t, list, at, time.Duration(17*20%60)*time.Second)
			if code := s.stop(a); code != http.StatusOK {
				t.Errorf("STOP: %d", code)
			}
			r.left(3 * time.Second)
		})
	}
}

// A minute of recording takes a minute, whatever the recorder's pace and the way in which it ends; four times as fast a quarter.
func TestPaceOfRecordings(t *testing.T) {
	t.Parallel()
	server := startNginx(t)
	s := startService(t, settings{publish: server.Template()})
	for name, tt := range map[string]struct {
		vendor string
		faults nvrsim.Faults
		speed  float64
	}{
		"as fast as it can":        {vendor: nvrsim.Hikvision, faults: nvrsim.Faults{Unpaced: true, EndAs: nvrsim.EndClose}},
		"as fast as it can, Dahua": {vendor: nvrsim.Dahua, faults: nvrsim.Faults{Unpaced: true, EndAs: nvrsim.EndNever}},
		"right pace, idle end":     {vendor: nvrsim.Hikvision},
		"right pace, bye":          {vendor: nvrsim.Dahua, faults: nvrsim.Faults{EndAs: nvrsim.EndBye}},
		"announce":                 {vendor: nvrsim.Hikvision, faults: nvrsim.Faults{EndAs: nvrsim.EndAnnounce}},
		"plays on":                 {vendor: nvrsim.Hikvision, faults: nvrsim.Faults{EndAs: nvrsim.EndNever}},
		"four times":               {vendor: nvrsim.Hikvision, speed: 4},
		"four times, squeezed":     {vendor: nvrsim.Dahua, speed: 4, faults: nvrsim.Faults{ScaleAs: nvrsim.ScaleSqueezed}},
		"four times, unpaced":      {vendor: nvrsim.Dahua, speed: 4, faults: nvrsim.Faults{ScaleAs: nvrsim.ScaleIgnored, Unpaced: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRecorder(t, nvrsim.Config{Vendor: tt.vendor, Channels: disk(tt.vendor, 0, 60), Faults: tt.faults})
			a := s.back(r, 1, 0, 60)
			begin := time.Now()
			length := time.Minute
			if tt.speed != 0 {
				if p := s.call(fmt.Sprintf("/STREAM/%d/SPEED", a.Handle), map[string]any{"speed": tt.speed}); p.Code != http.StatusOK {
					t.Fatalf("SPEED: %+v", p)
				}
				length = time.Duration(float64(length) / tt.speed)
			}
			eventually(t, 70*time.Second, "the end", func() bool { return s.beat(a) == 605 })
			took := time.Since(begin)
			t.Logf("%v of recording took %v", time.Minute, took.Round(10*time.Millisecond))
			if took < length-time.Second || took > length+1500*time.Millisecond {
				t.Errorf("took %v, want %v", took, length)
			}
			if publishes(server, a.URL) {
				t.Error("still published")
			}
			r.left(3 * time.Second)
		})
	}
}

// Of a thousand files on 25 pages all come, in order, with one search at a time and the playback beside it; a page that repeats and an
// endless MORE end with what is known.
func TestThousandFiles(t *testing.T) {
	t.Parallel()
	s := startService(t, settings{})
	var seconds []int
	for i := range 1000 {
		seconds = append(seconds, 10*i, 10*i+8)
	}
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		for name, faults := range map[string]nvrsim.Faults{
			"all":     {SearchPage: 40, SearchDelay: nvrsim.Duration(60 * time.Millisecond), MaxSearches: 1},
			"repeats": {SearchPage: 40, SearchRepeats: true, MaxSearches: 1},
			"endless": {SearchPage: 40, SearchEndless: true, MaxSearches: 1},
		} {
			t.Run(vendor+" "+name, func(t *testing.T) {
				t.Parallel()
				r := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, seconds...), Faults: faults})
				a := s.back(r, 1, 0, 10000)
				want := 1000
				if faults.SearchRepeats {
					want = 40
				}
				if len(a.Files) != want {
					t.Fatalf("%d files, want %d", len(a.Files), want)
				}
				for i, file := range a.Files {
					if file.Start != clockText(noon.Add(time.Duration(10*i)*time.Second)) {
						t.Fatalf("file %d starts at %s", i, file.Start)
					}
				}
				playing, last := -1, -1
				for i, e := range r.Journal() {
					switch e.Kind {
					case nvrsim.Play:
						if playing < 0 {
							playing = i
						}
					case nvrsim.SearchPage:
						last = i
					default:
					}
				}
				if name == "all" && (playing < 0 || playing > last) {
					t.Errorf("PLAY is line %d of the journal, the last page line %d: it did not start beside the search", playing, last)
				}
				s.stop(a)
				r.left(3 * time.Second)
				// A Hikvision recorder frees a search with its last page, or when nobody has asked for more for a while.
				eventually(t, 5*time.Second, "no search is held at the recorder", func() bool { return r.Counts().Searches == 0 })
			})
		}
	}
}

// The example of the old API's document gets the document's answer.
func TestDocumentedExample(t *testing.T) {
	t.Parallel()
	s := startService(t, settings{})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			channels := disk(vendor, -600, 3000, 3000, 5400)
			for i, name := range []string{"ch0010_01000001613000000", "ch0010_01000001613000100"} {
				channels[0].Recordings[i].Name, channels[0].Recordings[i].Size = name, []int64{900417012, 161928736}[i]
			}
			r := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: channels})
			body, err := json.Marshal(r.recorded(1, 0, 3600))
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.Post(s.api+"/BACK_STREAM", "application/json", bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			said, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			const want = `"start_time":"2016-07-20 12:00:00","stop_time":"2016-07-20 13:30:00","record_files":[` +
				`{"file_name":"ch0010_01000001613000000","file_size":900417012,` +
				`"start_time":"2016-07-20 11:50:00","stop_time":"2016-07-20 12:50:00"},` +
				`{"file_name":"ch0010_01000001613000100","file_size":161928736,` +
				`"start_time":"2016-07-20 12:50:00","stop_time":"2016-07-20 13:30:00"}]`
			if !strings.HasPrefix(string(said), `{"status_code":200,"status_message":"OK","rtmp_url":"rtmp://`) || !strings.Contains(string(said), want) {
				t.Errorf("answer %s\nwant %s", said, want)
			}
		})
	}
}
