package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/api"
	"mediapusher/playback"
	"mediapusher/ptz"
	"mediapusher/task"
)

// fake is a scheduler with one rule: handles are known from StartLive to Stop. It writes down what it is asked.
type fake struct {
	fail  error // of a start
	trip  error // of a call that steers a session that is there
	start func(ctx context.Context) (task.Started, error)

	mu       sync.Mutex
	calls    []string
	requests []task.LiveRequest
	live     map[int32]bool

	span     playback.Range // of a playback
	files    []playback.File
	progress *task.Progress
}

func at(hour, minute int) time.Time { return time.Date(2016, 7, 20, hour, minute, 0, 0, time.UTC) }

// newFake has the recordings of the printed sample.
func newFake() *fake {
	return &fake{
		live: map[int32]bool{12681: true},
		span: playback.Range{Start: at(12, 0), End: at(13, 30)},
		files: []playback.File{
			{Name: "ch0010_01000001613000000", Size: 900417012, Range: playback.Range{Start: at(11, 50), End: at(12, 50)}},
			{Name: "ch0010_01000001613000100", Size: 161928736, Range: playback.Range{Start: at(12, 50), End: at(13, 30)}},
		},
	}
}

func (f *fake) note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
}

func (f *fake) told() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.calls, " ")
}

func (f *fake) StartLive(ctx context.Context, request task.LiveRequest) (task.Started, error) {
	f.mu.Lock()
	f.requests = append(f.requests, request)
	f.mu.Unlock()
	f.note("start")
	if f.start != nil {
		return f.start(ctx)
	}
	return task.Started{Handle: 12681, Stream: "142595818"}, f.fail
}

func (f *fake) StartPlayback(ctx context.Context, request task.PlaybackRequest) (task.Recording, error) {
	f.note("playback:%d:%s:%s", request.Channel, playback.FormatTime(request.Range.Start), playback.FormatTime(request.Range.End))
	begun := task.Started{Handle: 13579, Stream: "142595818"}
	if f.start != nil {
		var err error
		if begun, err = f.start(ctx); err != nil {
			return task.Recording{}, err
		}
	}
	return task.Recording{Started: begun, Range: f.span, Files: f.files}, f.fail
}

func (f *fake) Seek(_ context.Context, handle int32, to time.Time) error {
	return f.steered("seek:"+playback.FormatTime(to), handle)
}

func (f *fake) SetSpeed(_ context.Context, handle int32, speed float64) error {
	return f.steered(fmt.Sprintf("speed:%g", speed), handle)
}

func (f *fake) Pause(_ context.Context, handle int32) error { return f.steered("pause", handle) }

func (f *fake) Resume(_ context.Context, handle int32) error { return f.steered("resume", handle) }

func (f *fake) Move(ctx context.Context, handle int32, command ptz.Command, duration time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.steered(fmt.Sprintf("move:%d:%v", command, duration), handle)
}

func (f *fake) steered(what string, handle int32) error {
	if err := f.known(what, handle); err != nil {
		return err
	}
	return f.trip
}

func (f *fake) Answered(handle int32) { f.note("answered:%d", handle) }

func (f *fake) Beat(handle int32) error { return f.known("beat", handle) }

func (f *fake) Stop(ctx context.Context, handle int32) error {
	err := f.known("stop", handle)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.live, handle)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (f *fake) Status(handle int32) (task.Snapshot, error) {
	s := snapshot("a1", "142595818")
	s.Recording = f.progress
	return s, f.known("status", handle)
}

// Trace knows the handle 12681, and 12680 as one that has ended.
func (f *fake) Trace(handle int32) (task.Trace, error) {
	f.note("trace:%d", handle)
	switch handle {
	case 12681:
		return running(), nil
	case 12680:
		return refusedStart(), nil
	default:
		return task.Trace{}, task.ErrNoSession
	}
}

func (f *fake) known(what string, handle int32) error {
	f.note("%s:%d", what, handle)
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.live[handle] {
		return task.ErrNoSession
	}
	return nil
}

func (f *fake) request(t *testing.T) task.LiveRequest {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.requests) != 1 {
		t.Fatalf("%d starts, want 1", len(f.requests))
	}
	return f.requests[0]
}

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func snapshot(id, stream string) task.Snapshot {
	return task.Snapshot{
		ID: id, Kind: "live", State: task.StateRetrying, Vendor: "hikvision", Address: "10.8.30.109:8000", Channel: 33,
		StreamType: "main", Way: "net", Stream: stream, Server: "SRS/6.0.155", VideoCodec: "H.265", AudioCodec: "G.711 A-law",
		AudioNote: "transcoded to AAC", Width: 2560, Height: 1440, FrameRate: 25, BitsPerSecond: 4000000.4, FramesPerSecond: 24.987,
		Dropped: 3, Started: now.Add(-90 * time.Second), LastFrame: now.Add(-1500 * time.Millisecond), Clients: 2,
		Source: task.Leg{
			State: "waiting", Since: now.Add(-time.Second), Reconnects: 2, LastErrorAt: now.Add(-time.Second), Bytes: 5, Units: 4,
			LastError: "hikvision 10.8.30.109:554: live: unreachable: rtsp://admin:hush@10.8.30.109/x",
		},
		Publish: task.Leg{State: "running", Since: now.Add(-80 * time.Second), LastError: "older", LastErrorAt: now.Add(-81 * time.Second)},
	}
}

var urls = api.URLs{
	RTMP: "rtmp://{host}:1935/live/{stream}", FLV: "http://{host}:8080/live/{stream}.flv",
	WebRTC: "http://{host}:1985/rtc/v1/whep/?app=live&stream={stream}",
}

// fixed are settings that do not change.
func fixed(settings api.Settings) func() api.Settings {
	return func() api.Settings { return settings }
}

func handler(f *fake) http.Handler {
	return api.New(publicConfig(), f)
}

func publicConfig() api.Config {
	return api.Config{Settings: fixed(api.Settings{URLs: urls}), Now: func() time.Time { return now }}
}

// call makes one request without a network. The answer must be as the reference says.
func call(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := request(method, path, body, headers...)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	documented(r, w)
	return w
}

// request is one as a client of another machine sends it.
func request(method, path, body string, headers ...string) *http.Request {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, reader)
	r.Host = "10.8.30.2:8090"
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// six is the body of the printed sample.
const six = `{"nvr_category":0,"nvr_addr":"10.8.30.109","nvr_port":8000,"nvr_user":"admin","nvr_pwd":"123456","nvr_channel":30}`

const okText = `{"status_code":200,"status_message":"OK"}`

const liveAnswer = `{"status_code":200,"status_message":"OK","rtmp_url":"rtmp://10.8.30.2:1935/live/142595818","play_handle":12681,` +
	`"flv_url":"http://10.8.30.2:8080/live/142595818.flv",` +
	`"webrtc_url":"http://10.8.30.2:1985/rtc/v1/whep/?app=live&stream=142595818"}`

const backAnswer = `{"status_code":200,"status_message":"OK","rtmp_url":"rtmp://10.8.30.2:1935/live/142595818","play_handle":13579,` +
	`"start_time":"2016-07-20 12:00:00","stop_time":"2016-07-20 13:30:00","record_files":[` +
	`{"file_name":"ch0010_01000001613000000","file_size":900417012,"start_time":"2016-07-20 11:50:00","stop_time":"2016-07-20 12:50:00"},` +
	`{"file_name":"ch0010_01000001613000100","file_size":161928736,"start_time":"2016-07-20 12:50:00","stop_time":"2016-07-20 13:30:00"}],` +
	`"flv_url":"http://10.8.30.2:8080/live/142595818.flv",` +
	`"webrtc_url":"http://10.8.30.2:1985/rtc/v1/whep/?app=live&stream=142595818"}`
