package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"mediapusher/api"
	"mediapusher/internal/device"
	"mediapusher/task"
)

func failed(op device.Operation, kind device.Kind) *device.Error {
	return &device.Error{Vendor: device.Hikvision, Address: "10.8.30.109:80", Op: op, Kind: kind, Code: 401, Meaning: "what it said"}
}

// uncarried is a stream that the road cannot carry: the device has refused nothing.
func uncarried(op device.Operation) *device.Error {
	failure := failed(op, device.KindUnsupported)
	failure.Code, failure.Meaning = 0, "what it holds"
	return failure
}

// Every row of the table, with what the scheduler says and what a caller gets for it.
func TestStartErrors(t *testing.T) {
	const at = "hikvision 10.8.30.109:80: "
	publish := fmt.Errorf("%w: rtmp://srs/live: connection refused", task.ErrPublish)
	for _, test := range []struct {
		err  error
		code int
		says string
	}{
		{failed(device.OpLogin, device.KindAuth), 606, at + "login: auth (401): what it said"},
		{failed(device.OpLogin, device.KindLocked), 606, at + "login: locked (401): what it said"},
		{failed(device.OpLogin, device.KindUnreachable), 606, at + "login: unreachable (401): what it said"},
		{failed(device.OpLogin, device.KindBusy), 606, at + "login: busy (401): what it said"},
		{failed(device.OpLogin, device.KindProtocol), 606, at + "login: protocol (401): what it said"},
		{failed(device.OpLogin, device.KindUnsupported), 606, at + "login: unsupported (401): what it said"},
		{failed(device.OpLogin, device.KindNotBuilt), 606, at + "login: not available (401): what it said"},
		{failed(device.OpLogin, device.KindNotAllowed), 600, at + "login: not allowed (401): what it said"},
		{failed(device.OpLive, device.KindNotAllowed), 600, at + "live: not allowed (401): what it said"},
		{failed(device.OpLive, device.KindAuth), 606, at + "live: auth (401): what it said"},
		{failed(device.OpLive, device.KindLocked), 606, at + "live: locked (401): what it said"},
		{failed(device.OpLive, device.KindUnreachable), 603, at + "live: unreachable (401): what it said"},
		{failed(device.OpLive, device.KindBusy), 603, at + "live: busy (401): what it said"},
		{failed(device.OpLive, device.KindNoSuchChannel), 603, at + "live: no such channel (401): what it said"},
		{failed(device.OpLive, device.KindOffline), 603, at + "live: offline (401): what it said"},
		{failed(device.OpLive, device.KindNoData), 603, at + "live: no data (401): what it said"},
		{failed(device.OpLive, device.KindProtocol), 603, at + "live: protocol (401): what it said"},
		{failed(device.OpLive, device.KindUnsupported), 603, at + "live: unsupported (401): what it said"},
		{uncarried(device.OpLive), 601, at + "live: unsupported: what it holds"},
		{publish, 602, "RTMP server: rtmp://srs/live: connection refused"},
		{fmt.Errorf("%w: no parameter sets within 8s", task.ErrNoPicture), 601, "no playable picture: no parameter sets within 8s"},
		{fmt.Errorf("start: %w", task.ErrClosing), 603, "start: the service is shutting down"},
		{task.ErrNoSession, 605, noSession},
		{context.DeadlineExceeded, 603, "context deadline exceeded"},
		{errors.New("something else"), 603, "something else"},
		// Where both ends failed the device's code wins, wherever it stands in the chain.
		{fmt.Errorf("start: %w", errors.Join(publish, failed(device.OpLive, device.KindOffline))), 603, ""},
		{errors.Join(failed(device.OpLogin, device.KindAuth), publish), 606, ""},
		{errors.Join(publish, task.ErrNoPicture), 601, ""},
	} {
		f := newFake()
		f.fail = test.err
		w := httptest.NewRecorder() // not call: among these errors are some that no start has
		handler(f).ServeHTTP(w, request("POST", "/REAL_STREAM", six))
		var got struct {
			Code    int    `json:"status_code"`
			Message string `json:"status_message"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		if w.Code != 200 || got.Code != test.code || (test.says != "" && got.Message != test.says) {
			t.Errorf("%v: %d %s; want %d %s", test.err, w.Code, w.Body, test.code, test.says)
		}
		if strings.Contains(w.Body.String(), "rtmp_url") || f.told() != "start" {
			t.Errorf("%v: %s, %s", test.err, w.Body, f.told())
		}
	}
}

// The password may come back in anything: as user name, as address, in the device's words, coded as in a URL, broken over lines.
func TestNoPasswordAnywhere(t *testing.T) {
	for name, password := range map[string]string{
		"plain": "s3cr3t-pass", "blanks": "two words here", "signs": `a&b=c%d"e/f?g`, "stars": "x***y", "Chinese": "密码密码", "of the user": "admin",
		"in our words": "login",
	} {
		var log bytes.Buffer
		core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&log), zap.DebugLevel)
		f := newFake()
		quoted, err := json.Marshal(password)
		if err != nil {
			t.Fatal(err)
		}
		f.fail = &device.Error{
			Vendor: device.Dahua, Address: "nvr:80", Op: device.OpLogin, Kind: device.KindAuth,
			Meaning: "user " + password + " is wrong, " + strings.ReplaceAll(password, " ", "\r\n") + " " + string(quoted),
			Err:     fmt.Errorf("get http://admin:%s@nvr/cgi?p=%s: refused", strings.ReplaceAll(password, " ", "%20"), strings.ReplaceAll(password, "&", "%26")),
		}
		h := api.New(api.Config{Settings: fixed(api.Settings{URLs: urls}), Log: zap.New(core)}, f)
		body := func(fields map[string]any) string {
			all := map[string]any{"nvr_category": 1, "nvr_addr": "nvr", "nvr_port": 80, "nvr_user": password, "nvr_pwd": password, "nvr_channel": 1}
			maps.Copy(all, fields)
			text, err := json.Marshal(all)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		for _, wrong := range []map[string]any{
			{},
			{"nvr_addr": password},
			{"nvr_port": password},
			{"nvr_channel": password},
			{"nvr_category": password},
			{"stream_type": password},
			{"nvr_addr": "http://admin:" + password + "@nvr"},
			{"http_port": []string{password}},
			{password: password},
			{"nvr_pwd": nil},
			{"nvr_pwd": password + "\n"},
		} {
			w := call(h, "POST", "/REAL_STREAM", body(wrong))
			var got struct {
				Message string `json:"status_message"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Message == "" || got.Message == "OK" {
				t.Fatalf("%s: %s, %v", name, w.Body, err)
			}
			if strings.Contains(got.Message, password) || strings.ContainsAny(got.Message, "\r\n") {
				t.Errorf("%s: %v was answered with %s", name, wrong, w.Body)
			}
			if inner := string(quoted[1 : len(quoted)-1]); name != "in our words" && (strings.Contains(log.String(), password) || strings.Contains(log.String(), inner)) {
				t.Errorf("%s: the log holds it: %s", name, log.String())
			}
		}
	}
}

// A short password is hidden where it is a word, and our own words are left alone: a hole in them would tell it.
func TestShortPasswords(t *testing.T) {
	for _, test := range []struct{ text, secret, want string }{
		{"user 1 refused on 10.0.0.1:81", "1", "user *** refused on 10.0.0.***:81"},
		{"device said: pw", "pw", "device said: ***"},
		{"device said: password", "pas", "device said: password"},
		{"é1é 1", "1", "é1é ***"},
		{"", "1", ""},
		{"nothing", "", "nothing"},
		{"nothing", " ", "nothing"},
	} {
		if got := api.Clean(test.text, test.secret); got != test.want {
			t.Errorf("%q without %q is %q, want %q", test.text, test.secret, got, test.want)
		}
	}
}

func TestMessagesAreOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"a\r\n\tb  c\x00d":                      "a b c d",
		"bad \xff utf-8":                        "bad ? utf-8",
		"通道不存在":                                 "通道不存在",
		"rtsp://u:p@h:554/x and http://u:p@w@h": "rtsp://***@h:554/x and http://***@h",
		"line\u2028end":                         "line end",
		"a\u202ecba\u2066b\u200f":               "a cba b",
		strings.Repeat("长", 500):                strings.Repeat("长", 399) + "…",
	} {
		if got := api.Clean(text, ""); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// A bug is answered in the form of the contract, and its line in the log holds nothing of the request.
func TestPanic(t *testing.T) {
	var log bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&log), zap.DebugLevel)
	f := newFake()
	h := api.New(api.Config{Log: zap.New(core)}, f)
	for _, test := range []struct {
		cause func()
		says  string
	}{
		{func() { panic("password 123456") }, `"what":"string"`},
		{func() { panic(errors.New("password 123456")) }, `"what":"*errors.errorString"`},
		{func() { _ = strings.Fields(six)[99] }, "index out of range"},
	} {
		log.Reset()
		f.start = func(context.Context) (task.Started, error) { test.cause(); return task.Started{}, nil }
		w := call(h, "POST", "/REAL_STREAM", six, "Origin", "http://page")
		if w.Code != 500 || w.Body.String() != said(500, "internal error") || w.Header().Get("Access-Control-Allow-Origin") == "" {
			t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
		}
		checkHeaders(t, "panic", w.Header(), w.Body.Len())
		if strings.Count(log.String(), "\n") != 1 || strings.Contains(log.String(), "123456") || !strings.Contains(log.String(), test.says) {
			t.Errorf("the log is %s", log.String())
		}
	}
}
