package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"mediapusher/api"
	"mediapusher/internal/device"
	"mediapusher/internal/diagnosis"
	"mediapusher/task"
)

// running is a session that streams, and has done so for a minute and a half.
func running() task.Trace {
	t := task.Trace{Snapshot: snapshot("a1", "142595818"), PlayableAt: now.Add(-80 * time.Second)}
	t.State, t.LastKeyFrame, t.LastFrame, t.VideoCodec, t.Dropped = task.StateStreaming, now.Add(-time.Second), now, "H.264", 0
	for i, step := range task.Steps() {
		began := now.Add(time.Duration(i-90) * time.Second)
		t.Passages = append(t.Passages, task.Passage{Step: step, State: task.PassageDone, Began: began, Ended: began.Add(500 * time.Millisecond)})
	}
	return t
}

// refusedStart is one whose password was refused.
func refusedStart() task.Trace {
	refused := &device.Error{
		Vendor: "hikvision", Address: "10.8.30.109:80", Op: device.OpLogin, Kind: device.KindAuth, Code: 401,
		Meaning: "user or password refused, see http://admin:hush@10.8.30.109/doc",
	}
	s := snapshot("b2", "1")
	s.State, s.Way, s.Server, s.VideoCodec, s.Clients = task.StateEnding, "", "", "", 0
	t := task.Trace{Snapshot: s, SourceErr: refused, EndedAt: now.Add(-time.Minute), Reason: refused}
	for _, step := range task.Steps() {
		t.Passages = append(t.Passages, task.Passage{Step: step, State: task.PassageWaiting})
	}
	t.Passages[0] = task.Passage{
		Step: task.StepLogin, State: task.PassageFailed, Began: now.Add(-61 * time.Second), Ended: now.Add(-time.Minute), Err: refused,
	}
	return t
}

func asked(view diagnosis.View) api.Config {
	cfg := publicConfig()
	cfg.Server = func(_ context.Context, session task.Snapshot) diagnosis.View {
		if session.Stream == "" {
			return diagnosis.View{}
		}
		return view
	}
	return cfg
}

// The whole answer of a session whose picture is well, as the console reads it.
func TestTraceOfHandle(t *testing.T) {
	f := newFake()
	h := api.New(asked(diagnosis.View{
		Kind: diagnosis.KindSRS, Version: "6.0.155", Address: "rtmp://192.0.2.5/live", Known: true, Publishing: true, VideoCodec: "H.264",
		BitsPerSecond: 163000, Viewers: 2,
	}), f)
	w := call(h, "GET", "/STREAM/12681/TRACE", "")
	body := w.Body.String()
	const begin = `{"status_code":200,"status_message":"OK","session_id":"a1","kind":"live","state":"streaming",`
	const verdict = `"verdict":{"cause":"healthy","step":"","severity":"ok","what":{"en":"All is well: pictures of Hikvision 10.8.30.109:8000, ` +
		`channel 33, come in and reach the media server. 2 players are connected to it.","zh":"一切正常：海康威视 10.8.30.109:8000 通道 33 的画面正在送达流媒体服务器。目前有 2 个播放端。"},"next":{"en":"`
	const step = `"steps":[{"step":"login","state":"done","took":0.5,"age":89.5,"what":{"en":"Logged in at Hikvision 10.8.30.109:8000, by HTTP and RTSP.",` +
		`"zh":"已登录海康威视 10.8.30.109:8000，通过 HTTP 和 RTSP。"},"error":""},{"step":"open",`
	const end = `{"step":"viewers","state":"done","took":null,"age":null,"what":{"en":"Players at the media server: 2.","zh":"流媒体服务器上的播放端：2 个。"},"error":""}],` +
		`"server_view":{"kind":"srs","version":"6.0.155","known":true,"publishing":true,"video_codec":"H.264","bits_per_second":163000,"viewers":2,"error":""},` +
		`"ended_age":null,"error":null}`
	if !strings.HasPrefix(body, begin) || !strings.Contains(body, verdict) || !strings.Contains(body, step) || !strings.HasSuffix(body, end) {
		t.Errorf("got %s", body)
	}
	if strings.Contains(body, "_url") || f.told() != "trace:12681" {
		t.Errorf("addresses in it, or more was asked (%s): %s", f.told(), body)
	}
}

// One that has ended is unknown to every call, and says why all the same.
func TestTraceOfTheEnded(t *testing.T) {
	f := newFake()
	w := call(api.New(asked(diagnosis.View{Kind: diagnosis.KindSRS, Known: true}), f), "GET", "/stream/12680/trace/", "")
	body := w.Body.String()
	for _, want := range []string{
		`{"status_code":605,"status_message":"` + noSession + `","session_id":"b2",`,
		`"verdict":{"cause":"refused_login","step":"login","severity":"error","what":{"en":"The recorder 10.8.30.109:80 refuses`,
		`{"step":"login","state":"failed","took":1,"age":60,`,
		`"ended_age":60,"error":{"kind":"auth","code":401,"meaning":"user or password refused, see http://***@10.8.30.109/doc","step":"login"}}`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s\nis not in %s", want, body)
		}
	}
	if strings.Contains(body, "hush") {
		t.Errorf("a password: %s", body)
	}
	for path, want := range map[string]string{"/STREAM/7/TRACE": said(605, noSession), "/STREAM/x/TRACE": said(600, badHandle)} {
		if w := call(handler(f), "GET", path, ""); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := call(handler(f), "POST", "/STREAM/12681/TRACE", ""); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestTraceWithoutServer(t *testing.T) {
	for _, test := range []struct {
		view diagnosis.View
		want string
	}{
		{diagnosis.View{Kind: diagnosis.KindSRS, Err: errors.New("http://u:hush@192.0.2.5:1985: refused")}, `"error":"http://***@192.0.2.5:1985: refused"},"ended_age":null`},
		{diagnosis.View{Kind: diagnosis.KindUnknown}, `"server_view":{"kind":"unknown","version":"","known":false,"publishing":false,"video_codec":"","bits_per_second":0,"viewers":0,"error":""}`},
	} {
		body := call(api.New(asked(test.view), newFake()), "GET", "/STREAM/12681/TRACE", "").Body.String()
		if !strings.Contains(body, test.want) || !strings.Contains(body, `"cause":"healthy"`) || strings.Contains(body, "hush") {
			t.Errorf("%s\nis not in %s", test.want, body)
		}
	}
}

func TestTraceOfSession(t *testing.T) {
	h := api.NewAdmin(api.AdminConfig{Loopback: true}, asked(diagnosis.View{Kind: diagnosis.KindEmbedded, Known: true}), newFake(), list{})
	for path, want := range map[string]string{
		"/STREAMS/a1/TRACE": `{"status_code":200,`, "/streams/B2/trace": `{"status_code":605,`, "/STREAMS/b2/TRACE": `{"status_code":605,`,
	} {
		w := ask(h, path)
		if w.Code != 200 || !strings.HasPrefix(w.Body.String(), want) || !strings.Contains(w.Body.String(), `"verdict":{`) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := ask(h, "/STREAMS/c3/TRACE"); w.Code != 200 || w.Body.String() != said(605, noSession) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := call(handler(newFake()), "GET", "/STREAMS/a1/TRACE", ""); w.Code != http.StatusNotFound {
		t.Errorf("the API's listener tells by session: %d %s", w.Code, w.Body)
	}
}

func TestEndedSessions(t *testing.T) {
	h := admin(api.AdminConfig{Loopback: true, Now: func() time.Time { return now }}, list{snapshot("a", "1"), snapshot("b2", "2")})
	w := ask(h, "/STREAMS")
	var got struct {
		Streams []map[string]any `json:"streams"`
		Ended   []map[string]any `json:"ended"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Ended) != 1 || len(got.Streams) != 1 { // one that has just ended is not told twice
		t.Fatalf("%s, %v", w.Body, err)
	}
	one := got.Ended[0]
	if one["session_id"] != "b2" || one["ended_age"] != 60.0 || one["status_code"] != 606.0 || !strings.Contains(one["reason"].(string), "refused") {
		t.Errorf("%v", one)
	}
	if strings.Contains(w.Body.String(), "hush") {
		t.Errorf("a password: %s", w.Body)
	}
}
