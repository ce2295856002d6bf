package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"mediapusher/internal/device"
	"mediapusher/ptz"
	"mediapusher/task"
)

// codeOf makes a call and returns the status_code of its answer, as text.
func codeOf(f *fake, path, body string) (code, answer string) {
	text := call(handler(f), "POST", path, body).Body.String()
	code, _, _ = strings.Cut(strings.TrimPrefix(text, `{"status_code":`), ",")
	return code, text
}

func TestPlaybackErrors(t *testing.T) {
	publish := fmt.Errorf("%w: refused", task.ErrPublish)
	for _, test := range []struct {
		err  error
		code string
	}{
		{task.ErrNoRecording, "607"},
		{failed(device.OpSearch, device.KindNoRecording), "607"},
		{failed(device.OpPlayback, device.KindNoRecording), "607"},
		{failed(device.OpSearch, device.KindUnreachable), "604"},
		{failed(device.OpSearch, device.KindBusy), "604"},
		{failed(device.OpSearch, device.KindUnsupported), "604"},
		{failed(device.OpSearch, device.KindNoSuchChannel), "604"},
		{failed(device.OpSearch, device.KindAuth), "606"},
		{failed(device.OpPlayback, device.KindLocked), "606"},
		{failed(device.OpPlayback, device.KindBusy), "604"},
		{failed(device.OpPlayback, device.KindNoData), "604"},
		{failed(device.OpPlayback, device.KindNotBuilt), "604"},
		{failed(device.OpPlayback, device.KindUnsupported), "604"},
		{uncarried(device.OpPlayback), "601"},
		{failed(device.OpLogin, device.KindUnreachable), "606"},
		{failed(device.OpLogin, device.KindNotAllowed), "600"},
		{fmt.Errorf("start: %w", task.ErrNoPicture), "601"},
		{publish, "602"},
		{errors.Join(publish, failed(device.OpPlayback, device.KindOffline)), "604"},
		{task.ErrClosing, "604"},
		{context.DeadlineExceeded, "604"},
	} {
		f := newFake()
		f.fail = test.err
		if code, text := codeOf(f, "/BACK_STREAM", strings.TrimSuffix(six, "}")+twelve); code != test.code || strings.Contains(text, "record_files") {
			t.Errorf("%v: %s, want %s", test.err, text, test.code)
		}
	}
}

func TestSteeringErrors(t *testing.T) {
	const seek, move = `{"pos_time":"2016-07-20 12:35:00"}`, `{"command":6}`
	for _, test := range []struct {
		path, body string
		err        error
		code       string
	}{
		{"POSITION", seek, task.ErrLive, "608"},
		{"SPEED", `{"speed":2}`, task.ErrLive, "608"},
		{"PAUSE", "", task.ErrLive, "608"},
		{"RESUME", "", task.ErrLive, "608"},
		{"POSITION", seek, fmt.Errorf("seek: %w", task.ErrOutside), "600"},
		{"POSITION", seek, failed(device.OpPlayback, device.KindBusy), "608"},
		{"POSITION", seek, failed(device.OpLogin, device.KindUnreachable), "608"},
		{"POSITION", seek, failed(device.OpPlayback, device.KindUnsupported), "608"},
		{"POSITION", seek, failed(device.OpPlayback, device.KindNoRecording), "608"},
		{"SPEED", `{"speed":2}`, failed(device.OpPlayback, device.KindProtocol), "608"},
		{"RESUME", "", failed(device.OpPlayback, device.KindUnreachable), "608"},
		{"POSITION", seek, context.DeadlineExceeded, "608"},
		{"POSITION", seek, task.ErrNoSession, "605"},
		{"PTZControl", move, task.ErrRecording, "609"},
		{"PTZControl", move, failed(device.OpPTZ, device.KindUnsupported), "609"},
		{"PTZControl", move, failed(device.OpPTZ, device.KindNoSuchChannel), "609"},
		{"PTZControl", move, failed(device.OpPTZ, device.KindUnreachable), "609"},
		{"PTZControl", move, failed(device.OpPTZ, device.KindAuth), "606"},
		{"PTZControl", move, failed(device.OpLogin, device.KindUnreachable), "606"},
		{"PTZControl", move, fmt.Errorf("move: %w", ptz.ErrBusy), "609"},
		{"PTZControl", move, ptz.ErrClosing, "609"},
		{"PTZControl", move, task.ErrClosing, "609"},
		{"PTZControl", move, task.ErrNoSession, "605"},
	} {
		f := newFake()
		f.trip = test.err
		if code, text := codeOf(f, "/STREAM/12681/"+test.path, test.body); code != test.code {
			t.Errorf("%s, %v: %s, want %s", test.path, test.err, text, test.code)
		}
	}
}

func TestPositionOutsideNamesTheField(t *testing.T) {
	f := newFake()
	f.trip = task.ErrOutside
	if _, text := codeOf(f, "/STREAM/12681/POSITION", `{"pos_time":"2016-07-20 12:35:00"}`); !strings.Contains(text, "pos_time: outside the range") {
		t.Errorf("answer %s", text)
	}
}

// A page that closes while the button is down has asked for the movement.
func TestMovementOfACallerWhoLeft(t *testing.T) {
	f := newFake()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, "POST", "/STREAM/12681/PTZControl", strings.NewReader(`{"command":6}`))
	handler(f).ServeHTTP(httptest.NewRecorder(), r)
	if got := f.told(); got != "move:6:200ms:12681" {
		t.Errorf("the scheduler was asked %q", got)
	}
}

// Who leaves before the answer has no handle, so that nobody else can stop what was started.
func TestPlaybackOfACallerWhoLeft(t *testing.T) {
	f := newFake()
	ctx, cancel := context.WithCancel(t.Context())
	f.start = func(context.Context) (task.Started, error) {
		cancel()
		return task.Started{Handle: 13579}, nil
	}
	r := httptest.NewRequestWithContext(ctx, "POST", "/BACK_STREAM", strings.NewReader(strings.TrimSuffix(six, "}")+twelve))
	handler(f).ServeHTTP(httptest.NewRecorder(), r)
	if got := f.told(); !strings.HasSuffix(got, "stop:13579") {
		t.Errorf("the scheduler was asked %q", got)
	}
}
