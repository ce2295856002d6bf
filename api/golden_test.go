package api_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"mediapusher/task"
)

const twelve = `,"startTime":"2016-07-20 12:00:00","endTime":"2016-07-20 13:00:00"}`

var sixAnd = strings.TrimSuffix(six, "}") + ","

func said(code int, message string) string {
	return `{"status_code":` + strconv.Itoa(code) + `,"status_message":"` + message + `"}`
}

const (
	noSession  = "no session with this play_handle"
	noObject   = "the body is no JSON object"
	badCommand = "command: must be a number from 0 to 13"
	badLength  = "duration: must be a number from 100 to 1000"
	badSpeed   = "speed: must be a number from 0.125 to 8"
	badTime    = ": must be a time such as 2016-07-20 12:00:00"
	badHandle  = "play_handle: must be a number"
)

// Requests and their whole answers, as an old client sees them. calls is what the scheduler was asked.
func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		method, path, body string
		status             int
		answer, calls      string
	}{
		// The printed document.
		{"POST", "/REAL_STREAM", six, 200, liveAnswer, "start answered:12681"},
		{"POST", "/BACK_STREAM", strings.TrimSuffix(six, "}") + twelve, 200, backAnswer, "playback:30:2016-07-20 12:00:00:2016-07-20 13:00:00 answered:13579"},
		{"GET", "/STREAM/12681/BEATS", "", 200, okText, "beat:12681"},
		{"POST", "/STREAM/12681/POSITION", `{ "pos_time": "2016-07-20 12:35:00" }`, 200, okText, "seek:2016-07-20 12:35:00:12681"},
		{"POST", "/STREAM/12681/PTZControl", `{ "command": 0, "duration":200 }`, 200, okText, "move:0:200ms:12681"},
		{"GET", "/STREAM/12681/STOP", "", 200, okText, "stop:12681"},

		// Handles that are not.
		{"GET", "/STREAM/7/BEATS", "", 200, said(605, noSession), "beat:7"},
		{"GET", "/STREAM/7/STOP", "", 200, said(605, noSession), "stop:7"},
		{"GET", "/STREAM/7", "", 200, said(605, noSession), "status:7"},
		{"POST", "/STREAM/7/POSITION", `{"pos_time":"2016-07-20 12:35:00"}`, 200, said(605, noSession), "seek:2016-07-20 12:35:00:7"},
		{"POST", "/STREAM/7/PTZControl", `{"command":0}`, 200, said(605, noSession), "move:0:200ms:7"},
		{"POST", "/STREAM/7/SPEED", `{"speed":1}`, 200, said(605, noSession), "speed:1:7"},
		{"POST", "/STREAM/7/PAUSE", "", 200, said(605, noSession), "pause:7"},
		{"POST", "/STREAM/7/RESUME", "", 200, said(605, noSession), "resume:7"},
		{"GET", "/STREAM/99999999999999999999/BEATS", "", 200, said(605, noSession), "beat:0"},
		{"GET", "/STREAM/-12681/STOP", "", 200, said(605, noSession), "stop:0"},
		{"GET", "/STREAM/play_handle/BEATS", "", 200, said(600, badHandle), ""},
		{"GET", "/STREAM/undefined/STOP", "", 200, said(600, badHandle), ""},
		{"GET", "/STREAM/12681.0/STOP", "", 200, said(600, badHandle), ""},
		{"GET", "/STREAM/1%202/STOP", "", 200, said(600, badHandle), ""},
		{"GET", "/STREAM/x", "", 200, said(600, badHandle), ""},
		{"POST", "/STREAM/x/POSITION", `{"pos_time":"2016-07-20 12:35:00"}`, 200, said(600, badHandle), ""},
		{"POST", "/STREAM/x/PTZControl", `{"command":0}`, 200, said(600, badHandle), ""},

		// Bodies that are not.
		{"POST", "/REAL_STREAM", "", 200, said(600, "nvr_category: is missing"), ""},
		{"POST", "/REAL_STREAM", "null", 200, said(600, "nvr_category: is missing"), ""},
		{"POST", "/REAL_STREAM", "{}", 200, said(600, "nvr_category: is missing"), ""},
		{"POST", "/REAL_STREAM", "[" + six + "]", 200, said(600, noObject), ""},
		{"POST", "/REAL_STREAM", `"text"`, 200, said(600, noObject), ""},
		{"POST", "/REAL_STREAM", "7", 200, said(600, noObject), ""},
		{"POST", "/REAL_STREAM", six + six, 200, said(600, noObject), ""},
		{"POST", "/REAL_STREAM", six[:40], 200, said(600, noObject), ""},
		{"POST", "/BACK_STREAM", "<xml/>", 200, said(600, noObject), ""},
		{"POST", "/STREAM/12681/PTZControl", "{command}", 200, said(600, noObject), ""},

		// Movements.
		{"POST", "/STREAM/12681/PTZControl", `{"command":13}`, 200, okText, "move:13:200ms:12681"},
		{"POST", "/STREAM/12681/PTZControl", `{"command":6,"duration":null}`, 200, okText, "move:6:200ms:12681"},
		{"POST", "/STREAM/12681/PTZControl", `{"command":"6","duration":""}`, 200, okText, "move:6:200ms:12681"},
		{"POST", "/STREAM/12681/PTZControl", `{"command":6,"duration":100}`, 200, okText, "move:6:100ms:12681"},
		{"POST", "/STREAM/12681/PTZControl", `{"command":6,"duration":" 1000"}`, 200, okText, "move:6:1s:12681"},
		{"POST", "/STREAM/12681/PTZControl", `{"command":6,"duration":99}`, 200, said(600, badLength), ""},
		{"POST", "/STREAM/12681/PTZControl", `{"command":6,"duration":1001}`, 200, said(600, badLength), ""},
		{"POST", "/STREAM/12681/PTZControl", `{"command":6,"duration":0}`, 200, said(600, badLength), ""},
		{"POST", "/STREAM/12681/PTZControl", `{"command":6,"duration":[200]}`, 200, said(600, badLength), ""},
		{"POST", "/STREAM/12681/PTZControl", `{"command":14}`, 200, said(600, badCommand), ""},
		{"POST", "/STREAM/12681/PTZControl", `{"command":-1}`, 200, said(600, badCommand), ""},
		{"POST", "/STREAM/12681/PTZControl", `{"command":1.5}`, 200, said(600, badCommand), ""},
		{"POST", "/STREAM/12681/PTZControl", `{"command":"up"}`, 200, said(600, badCommand), ""},
		{"POST", "/STREAM/12681/PTZControl", `{"command":true}`, 200, said(600, badCommand), ""},
		{"POST", "/STREAM/12681/PTZControl", `{"duration":200}`, 200, said(600, "command: is missing"), ""},

		// Times.
		{"POST", "/STREAM/12681/POSITION", `{"pos_time":"2016-07-20T12:35"}`, 200, okText, "seek:2016-07-20 12:35:00:12681"},
		{"POST", "/STREAM/12681/POSITION", `{"PosTime":"2016/07/20 12:35:00Z"}`, 200, okText, "seek:2016-07-20 12:35:00:12681"},
		{"POST", "/STREAM/12681/POSITION", `{"pos_time":"2016-07-32 12:35:00"}`, 200, said(600, "pos_time"+badTime), ""},
		{"POST", "/STREAM/12681/POSITION", `{"pos_time":{}}`, 200, said(600, "pos_time: must be a string"), ""},
		{"POST", "/STREAM/12681/POSITION", `{}`, 200, said(600, "pos_time: is missing"), ""},
		{"POST", "/BACK_STREAM", sixAnd + `"startTime":"2016/07/20 12:00","endTime":"2016-07-20T12:00:01"}`, 200, backAnswer, "playback:30:2016-07-20 12:00:00:2016-07-20 12:00:01 answered:13579"},
		{"POST", "/BACK_STREAM", sixAnd + `"start_time":"2016-07-20 12:00:00","EndTime":"2016-07-20 13:00:00"}`, 200, backAnswer, "playback:30:2016-07-20 12:00:00:2016-07-20 13:00:00 answered:13579"},
		{"POST", "/BACK_STREAM", six, 200, said(600, "startTime: is missing"), ""},
		{"POST", "/BACK_STREAM", sixAnd + `"startTime":"2016-07-20 12:00:00"}`, 200, said(600, "endTime: is missing"), ""},
		{"POST", "/BACK_STREAM", sixAnd + `"startTime":"2016-02-30 12:00:00","endTime":"2016-07-20 13:00:00"}`, 200, said(600, "startTime"+badTime), ""},
		{"POST", "/BACK_STREAM", sixAnd + `"startTime":"2016-07-20 12:00:00","endTime":"later"}`, 200, said(600, "endTime"+badTime), ""},
		{"POST", "/BACK_STREAM", sixAnd + `"startTime":"2016-07-20 12:00:00","endTime":"2016-07-20 12:00:00"}`, 200, said(600, "startTime: must be before endTime"), ""},
		{"POST", "/BACK_STREAM", `{"nvr_category":2` + twelve, 200, said(600, "nvr_category: must be a number from 0 to 1"), ""},

		// Speed and pause, which the old clients do not know.
		{"POST", "/STREAM/12681/SPEED", `{"speed":4}`, 200, okText, "speed:4:12681"},
		{"POST", "/STREAM/12681/speed", `speed=+0.125`, 200, okText, "speed:0.125:12681"},
		{"POST", "/STREAM/12681/SPEED", `{"speed":"8.0"}`, 200, okText, "speed:8:12681"},
		{"POST", "/STREAM/12681/SPEED", `{"speed":8.01}`, 200, said(600, badSpeed), ""},
		{"POST", "/STREAM/12681/SPEED", `{"speed":0.12}`, 200, said(600, badSpeed), ""},
		{"POST", "/STREAM/12681/SPEED", `{"speed":-1}`, 200, said(600, badSpeed), ""},
		{"POST", "/STREAM/12681/SPEED", `{"speed":"NaN"}`, 200, said(600, badSpeed), ""},
		{"POST", "/STREAM/12681/SPEED", `{"speed":"0x1p1"}`, 200, said(600, badSpeed), ""},
		{"POST", "/STREAM/12681/SPEED", `{"speed":"fast"}`, 200, said(600, badSpeed), ""},
		{"POST", "/STREAM/12681/SPEED", `{"speed":[1]}`, 200, said(600, "speed: must be a string"), ""},
		{"POST", "/STREAM/12681/SPEED", "", 200, said(600, "speed: is missing"), ""},
		{"POST", "/STREAM/x/SPEED", `{"speed":1}`, 200, said(600, badHandle), ""},
		{"POST", "/STREAM/12681/PAUSE", "", 200, okText, "pause:12681"},
		{"POST", "/STREAM/12681/PAUSE", "whatever", 200, okText, "pause:12681"},
		{"POST", "/STREAM/12681/RESUME", "{}", 200, okText, "resume:12681"},
		{"POST", "/STREAM/x/PAUSE", "", 200, said(600, badHandle), ""},
		{"GET", "/STREAM/12681/PAUSE", "", 405, said(405, "this path does not take the method"), ""},

		// What never existed for the old clients.
		{"GET", "/", "", 404, said(404, "there is no such path"), ""},
		{"GET", "/STREAMS", "", 404, said(404, "there is no such path"), ""},
		{"POST", "/STREAM/12681/REWIND", "", 404, said(404, "there is no such path"), ""},
		{"POST", "/prefix/REAL_STREAM", six, 404, said(404, "there is no such path"), ""},
		{"BREW", "/teapot", "", 404, said(404, "there is no such path"), ""},
		{"GET", "/REAL_STREAM", "", 405, said(405, "this path does not take the method"), ""},
		{"GET", "/BACK_STREAM", "", 405, said(405, "this path does not take the method"), ""},
		{"GET", "/STREAM/12681/POSITION", "", 405, said(405, "this path does not take the method"), ""},
		{"GET", "/STREAM/12681/PTZControl", "", 405, said(405, "this path does not take the method"), ""},
		{"PUT", "/STREAM/12681/BEATS", "", 405, said(405, "this path does not take the method"), ""},
		{"DELETE", "/STREAM/12681", "", 405, said(405, "this path does not take the method"), ""},
		{"HEAD", "/STREAM/12681/STOP", "", 405, said(405, "this path does not take the method"), ""},
		{"BREW", "/REAL_STREAM", "", 405, said(405, "this path does not take the method"), ""},
	} {
		f := newFake()
		w := call(handler(f), test.method, test.path, test.body)
		if w.Code != test.status || w.Body.String() != test.answer {
			t.Errorf("%s %s %s:\n got %d %s\nwant %d %s", test.method, test.path, test.body, w.Code, w.Body, test.status, test.answer)
		}
		if got := f.told(); got != test.calls {
			t.Errorf("%s %s %s: the scheduler was asked %q, want %q", test.method, test.path, test.body, got, test.calls)
		}
		checkHeaders(t, test.method+" "+test.path, w.Header(), w.Body.Len())
	}
}

func checkHeaders(t *testing.T, what string, h map[string][]string, length int) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache", "Expires": "0",
		"Content-Length": strconv.Itoa(length),
	} {
		if got := h[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
}

// The answer to STOP is 200 once and 605 after that.
func TestStopTwice(t *testing.T) {
	h := handler(newFake())
	for _, want := range []string{okText, said(605, noSession), said(605, noSession)} {
		if w := call(h, "GET", "/STREAM/12681/STOP", ""); w.Body.String() != want {
			t.Errorf("got %s, want %s", w.Body, want)
		}
	}
}

func TestAllowOfRefusedMethods(t *testing.T) {
	for path, want := range map[string]string{"/real_stream/": "POST", "/STREAM/1": "GET", "/STREAM/1/BEATS": "GET,POST", "/STREAM/1/POSITION": "POST"} {
		w := call(handler(newFake()), "PATCH", path, "")
		if got := strings.Join(w.Header().Values("Allow"), ","); w.Code != 405 || got != want {
			t.Errorf("%s: %d, Allow %q, want %q", path, w.Code, got, want)
		}
	}
}

// The printed sample of BACK_STREAM: its answer holds the sample's names and values in the sample's order. The sample itself lacks a comma.
func TestBackStreamAsPrinted(t *testing.T) {
	const printed = `"play_handle":13579,"start_time":"2016-07-20 12:00:00","stop_time":"2016-07-20 13:30:00","record_files":[` +
		`{"file_name":"ch0010_01000001613000000","file_size":900417012,"start_time":"2016-07-20 11:50:00","stop_time":"2016-07-20 12:50:00"},` +
		`{"file_name":"ch0010_01000001613000100","file_size":161928736,"start_time":"2016-07-20 12:50:00","stop_time":"2016-07-20 13:30:00"}]`
	if !strings.Contains(backAnswer, printed) {
		t.Fatal("the constant is not the sample")
	}
	w := call(handler(newFake()), "POST", "/BACK_STREAM", strings.TrimSuffix(six, "}")+twelve)
	if w.Body.String() != backAnswer {
		t.Errorf("got  %s\nwant %s", w.Body, backAnswer)
	}
}

func TestNoFilesAreAList(t *testing.T) {
	f := newFake()
	f.files = nil
	w := call(handler(f), "POST", "/BACK_STREAM", strings.TrimSuffix(six, "}")+twelve)
	if !strings.Contains(w.Body.String(), `"record_files":[]`) {
		t.Errorf("got %s", w.Body)
	}
}

func TestPlaybackShowsItsProgress(t *testing.T) {
	f := newFake()
	f.progress = &task.Progress{Range: f.span, Position: f.span.Start.Add(35 * time.Minute), Speed: 0.125, Paused: true}
	w := call(handler(f), "GET", "/STREAM/12681", "")
	const want = `"clients":2,"start_time":"2016-07-20 12:00:00","stop_time":"2016-07-20 13:30:00","position":"2016-07-20 12:35:00",` +
		`"speed":0.125,"paused":true,"source"`
	if !strings.Contains(w.Body.String(), want) {
		t.Errorf("got  %s\nwant %s in it", w.Body, want)
	}
}

// A session shows itself to who holds its handle: all there is in seconds and small letters, no handle, no secret, and no lease renewed.
func TestSessionDetail(t *testing.T) {
	f := newFake()
	w := call(handler(f), "GET", "/stream/12681/", "")
	const want = `{"status_code":200,"status_message":"OK","session_id":"a1","kind":"live","state":"retrying","vendor":"hikvision",` +
		`"address":"10.8.30.109:8000","channel":33,"stream_type":"main","way":"net","stream":"142595818","server":"SRS/6.0.155",` +
		`"video_codec":"H.265","audio_codec":"G.711 A-law","audio_note":"transcoded to AAC","width":2560,"height":1440,"frame_rate":25,` +
		`"bits_per_second":4000000.4,"frames_per_second":24.99,"dropped":3,"age":90,"last_key_frame_age":null,"last_frame_age":1.5,` +
		`"last_error":"hikvision 10.8.30.109:554: live: unreachable: rtsp://***@10.8.30.109/x","last_error_age":1,"clients":2,` +
		`"source":{"state":"waiting","age":1,"reconnects":2,"bytes":5,"units":4,` +
		`"last_error":"hikvision 10.8.30.109:554: live: unreachable: rtsp://***@10.8.30.109/x","last_error_age":1},` +
		`"publish":{"state":"running","age":80,"reconnects":0,"bytes":0,"units":0,"last_error":"older","last_error_age":81},` +
		`"rtmp_url":"rtmp://10.8.30.2:1935/live/142595818","flv_url":"http://10.8.30.2:8080/live/142595818.flv",` +
		`"webrtc_url":"http://10.8.30.2:1985/rtc/v1/whep/?app=live&stream=142595818"}`
	if w.Code != 200 || w.Body.String() != want {
		t.Errorf("got  %d %s\nwant %s", w.Code, w.Body, want)
	}
	if got := f.told(); got != "status:12681" {
		t.Errorf("the scheduler was asked %q", got)
	}
}
