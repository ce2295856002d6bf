package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/web"
)

// The frame, the list of streams, "why is it black?" and the login in a browser, with a double of the service's admin listener.
func TestConsoleInBrowser(t *testing.T) {
	need(t, "node", "/usr/bin/chromium", "node_modules/playwright-core", "node_modules/axe-core")
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	service := httptest.NewServer(newAdminDouble())
	defer service.Close()
	folder := t.TempDir()
	if kept := os.Getenv("MEDIAPUSHER_SCREENSHOTS"); kept != "" {
		folder = kept
	}
	out, err := exec.CommandContext(ctx, "node", "test/console.mjs", service.URL, folder).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// adminDouble is an admin listener with streams as POST /test asks for them: so many rows beside the usual ones, and a token.
type adminDouble struct {
	pages http.Handler
	began time.Time

	mu    sync.Mutex
	rows  int
	token string
	empty bool
	asked int
}

func newAdminDouble() *adminDouble {
	return &adminDouble{pages: http.StripPrefix("/console", web.Handler()), began: time.Now()}
}

type object = map[string]any

func (d *adminDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/console/") {
		d.pages.ServeHTTP(w, r)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	status, answer := http.StatusOK, object{}
	switch {
	case r.URL.Path == "/test":
		var wanted struct {
			Rows  int
			Token string
			Empty bool
		}
		_ = json.NewDecoder(r.Body).Decode(&wanted)
		d.rows, d.token, d.empty = wanted.Rows, wanted.Token, wanted.Empty
	case d.token != "" && r.Header.Get("Authorization") != "Bearer "+d.token:
		status, answer = http.StatusUnauthorized, object{"status_code": 401, "status_message": "the token is missing or wrong"}
	case r.URL.RawQuery != "":
		status, answer = http.StatusBadRequest, object{"status_code": 600, "status_message": "nothing belongs into the address"}
	case r.URL.Path == "/INFO":
		answer = object{
			"version": "1.4.0", "uptime": 93600, "api": []string{"[::]:8090"}, "media": "srs", "sessions": 5,
			"server": object{"kind": "srs", "version": "5.0.213", "hevc": false, "api_url": "http://127.0.0.1:1985", "error": ""},
			"config": object{"file": "/etc/mediapusher/mediapusher.yml", "loaded_age": 93600, "restart_needed": []string{"api.listen"}, "error": ""},
		}
	case r.URL.Path == "/STREAMS":
		d.asked++
		answer = d.streams()
	case strings.HasSuffix(r.URL.Path, "/TRACE"):
		parts := strings.Split(r.URL.Path, "/")
		answer = d.trace(parts[len(parts)-2])
	default:
		status, answer = http.StatusNotFound, object{"status_code": 404, "status_message": "there is no such path"}
	}
	if answer["status_code"] == nil {
		answer["status_code"], answer["status_message"] = 200, "OK"
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// stream is one of the list; change says what differs from one that is well.
func (d *adminDouble) stream(id string, number int, change object) object {
	wave := math.Sin(float64(d.asked + number))
	one := object{
		"session_id": id, "kind": "live", "state": "streaming", "vendor": "hikvision", "address": fmt.Sprintf("192.0.2.%d", 10+number%200),
		"channel": 33 + number, "stream_type": "main", "way": "net", "stream": "s" + id, "server": "SRS/5.0.213",
		"video_codec": "H.264", "audio_codec": "AAC", "audio_note": "", "width": 1920, "height": 1080, "frame_rate": 25,
		"bits_per_second": 2.5e6 + 1e5*wave, "frames_per_second": 25 + wave, "dropped": 0,
		"age": time.Since(d.began).Seconds() + float64(3600*number), "last_key_frame_age": 1.2 + wave, "last_frame_age": 0.04,
		"last_error": "", "last_error_age": nil, "clients": 1 + number%3,
		"source":  object{"state": "streaming", "age": 60, "reconnects": number % 4, "bytes": 1e6, "units": 100, "last_error": "", "last_error_age": nil},
		"publish": object{"state": "streaming", "age": 60, "reconnects": 0, "bytes": 1e6, "units": 100, "last_error": "", "last_error_age": nil},
	}
	maps.Copy(one, change)
	return one
}

func (d *adminDouble) streams() object {
	if d.empty {
		return object{"streams": []any{}, "ended": []any{}}
	}
	streams := []any{
		d.stream("a1", 0, nil),
		d.stream("a2", 1, object{"vendor": "dahua", "address": "nvr-west.example", "channel": 0, "stream_type": "sub", "way": "rtsp", "video_codec": "H.265", "width": 704, "height": 576}),
		d.stream("a3", 2, object{"state": "retrying", "bits_per_second": 0, "frames_per_second": 0, "last_frame_age": 12.5, "last_error": "RTMP: connection refused by 192.0.2.9:1935", "last_error_age": 3.1}),
		d.stream("a4", 3, object{"state": "starting", "way": "sdk", "video_codec": "", "width": 0, "height": 0, "bits_per_second": 0, "frames_per_second": 0, "last_frame_age": nil, "last_key_frame_age": nil}),
		d.stream("a5", 4, object{"kind": "playback", "paused": true, "position": "2016-07-20 12:03:04", "last_frame_age": 95}),
		d.stream("a6", 5, object{"last_frame_age": 31.5, "last_key_frame_age": 33}),
	}
	for i := range d.rows {
		streams = append(streams, d.stream(fmt.Sprintf("r%d", i), i, nil))
	}
	return object{"streams": streams, "ended": []any{
		d.stream("e1", 6, object{"state": "ending", "ended_age": 42, "reason": "the last handle was stopped", "status_code": 200, "clients": 0}),
		d.stream("e2", 7, object{"state": "starting", "ended_age": 12, "reason": "login refused: wrong password (device code 1)", "status_code": 606, "video_codec": ""}),
	}}
}

// verdicts are five causes of black, and one that is none, as the service explains them; a trace is named by its cause.
var verdicts = map[string]struct {
	step, severity, en, zh string
	ended, code            int
}{
	"wrong_password":  {"login", "error", "The recorder refuses the password.", "录像机拒绝了密码。", 12, 605},
	"camera_offline":  {"open", "error", "The camera behind this channel is offline.", "该通道的摄像机离线。", 30, 605},
	"server_away":     {"publish", "error", "The media server does not answer.", "媒体服务器没有应答。", 0, 200},
	"silent_camera":   {"receive", "error", "The recorder sends no data.", "录像机没有发送数据。", 0, 200},
	"no_viewers":      {"viewers", "warning", "The stream runs, but nobody plays it.", "码流正常，但没有人观看。", 0, 200},
	"a1":              {"viewers", "ok", "Pictures go out and are watched.", "画面正常发送，并有人观看。", 0, 200},
	"browser_no_h265": {"server", "warning", "H.265 needs a browser that can decode it.", "H.265 需要能解码的浏览器。", 0, 200},
}

func (d *adminDouble) trace(name string) object {
	verdict, known := verdicts[name]
	if !known {
		return object{"status_code": 605, "status_message": "no such stream"}
	}
	answer := d.stream("a1", 0, object{
		"verdict": object{
			"cause": name, "step": verdict.step, "severity": verdict.severity, "what": object{"en": verdict.en, "zh": verdict.zh},
			"next": object{"en": "Try what stands here.", "zh": "请按此处的说明操作。"},
		},
		"server_view": object{"kind": "srs", "version": "5.0.213", "known": true, "publishing": true, "video_codec": "H264", "bits_per_second": 2400000, "viewers": 2, "error": ""},
		"ended_age":   nil, "error": nil,
	})
	if verdict.ended > 0 {
		answer["ended_age"] = verdict.ended
		answer["error"] = object{"kind": "login", "code": 1, "meaning": "NET_DVR_PASSWORD_ERROR", "step": verdict.step}
	}
	state, steps := "done", []any{}
	for i, step := range []string{"login", "open", "receive", "picture", "publish", "send", "server", "viewers"} {
		one := object{"step": step, "state": state, "took": 0.2 * float64(i+1), "age": 65, "what": object{"en": "This is done.", "zh": "这一步已完成。"}, "error": ""}
		if step == verdict.step && verdict.severity != "ok" {
			one["state"], one["what"] = map[string]string{"error": "failed", "warning": "warning"}[verdict.severity], object{"en": verdict.en, "zh": verdict.zh}
			one["took"], one["error"] = nil, "401 Unauthorized"
			state = "waiting"
		} else if state == "waiting" {
			one["took"], one["age"], one["what"] = nil, nil, object{"en": "It has not come so far.", "zh": "尚未进行到这一步。"}
		}
		steps = append(steps, one)
	}
	answer["steps"] = steps
	answer["status_code"], answer["status_message"] = verdict.code, "OK"
	return answer
}
