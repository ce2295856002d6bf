package diagnosis_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/diagnosis"
	"mediapusher/playback"
	"mediapusher/pusher"
	"mediapusher/task"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

const server = "rtmp://192.0.2.5:1935/live"

// streaming is a session that has streamed for a minute and is well.
func streaming() task.Trace {
	t := task.Trace{Snapshot: task.Snapshot{
		ID: "5f0c2a9e", Kind: "live", State: task.StateStreaming, Vendor: device.Hikvision, Address: "192.0.2.10:8000", Channel: 33,
		StreamType: "main", Way: device.WayNet, Stream: "142595818", Server: "SRS/6.0.155", VideoCodec: "H.264", AudioCodec: "AAC",
		Width: 1920, Height: 1080, FrameRate: 25, BitsPerSecond: 4e6, FramesPerSecond: 25,
		Source: task.Leg{State: "running", Units: 1500}, Publish: task.Leg{State: "running", Units: 1500},
		Started: ago(62 * time.Second), LastKeyFrame: ago(time.Second), LastFrame: ago(40 * time.Millisecond), Clients: 1,
	}, PlayableAt: ago(time.Minute)}
	for i, step := range task.Steps() {
		began := ago(62*time.Second - time.Duration(i)*100*time.Millisecond)
		t.Passages = append(t.Passages, task.Passage{Step: step, State: task.PassageDone, Began: began, Ended: began.Add(100 * time.Millisecond)})
	}
	return t
}

// at stops a trace at a step, which fails with err, or runs where err is nil.
func at(t task.Trace, step task.Step, err error) task.Trace {
	push := step == task.StepPublish || step == task.StepSend
	met := false
	for i := range t.Passages {
		p := &t.Passages[i]
		switch {
		case p.Step == step && err != nil:
			p.State, p.Err, met = task.PassageFailed, err, true
		case p.Step == step:
			p.State, p.Ended, met = task.PassageRunning, time.Time{}, true
		case met && (push || i < 4 || t.PlayableAt.IsZero()):
			*p = task.Passage{Step: p.Step, State: task.PassageWaiting}
		}
	}
	if push {
		t.PublishErr = err
	} else {
		t.SourceErr = err
	}
	return t
}

// starting is a session that has not shown a picture yet.
func starting() task.Trace {
	t := streaming()
	t.State, t.PlayableAt, t.LastKeyFrame, t.LastFrame, t.Started = task.StateStarting, time.Time{}, time.Time{}, time.Time{}, ago(2*time.Second)
	t.Width, t.Height, t.BitsPerSecond, t.FramesPerSecond, t.Server = 0, 0, 0, 0, ""
	t.Source.Units = 0
	return t
}

// failed is a start that failed at a step.
func failed(step task.Step, err error) task.Trace {
	t := at(starting(), step, err)
	t.State, t.EndedAt, t.Reason = task.StateEnding, ago(time.Second), err
	if step == task.StepLogin {
		t.Way = ""
	}
	return t
}

// lost is a session that had a picture, and tries to get it back.
func lost(step task.Step, err error) task.Trace {
	t := at(streaming(), step, err)
	t.State = task.StateRetrying
	return t
}

// over is a session that somebody ended.
func over(reason error) task.Trace {
	t := streaming()
	t.State, t.EndedAt, t.Reason = task.StateEnding, ago(90*time.Second), reason
	return t
}

func with(t task.Trace, change func(*task.Trace)) task.Trace {
	change(&t)
	return t
}

func said(op device.Operation, kind device.Kind, code int, meaning string) *device.Error {
	return &device.Error{Vendor: device.Hikvision, Address: "192.0.2.10:554", Op: op, Kind: kind, Code: code, Meaning: meaning}
}

func published(err *pusher.Error) error {
	err.Address = server + "/142595818"
	return fmt.Errorf("%w: %w", task.ErrPublish, err)
}

func resting(t *testing.T, kind device.Kind) error {
	t.Helper()
	refuse := driver{said(device.OpLogin, kind, 401, "user or password refused")}
	pool := device.NewPool(device.PoolConfig{Drivers: map[device.Vendor]device.Driver{device.Hikvision: refuse}})
	defer pool.Close()
	target := device.Target{Vendor: device.Hikvision, Host: "192.0.2.10", Port: 8000, User: "admin", Password: device.NewSecret("hush")}
	var err error
	for range 2 {
		_, err = pool.Open(t.Context(), target)
	}
	return err
}

type driver struct{ err error }

func (d driver) Open(context.Context, device.Target) (device.Device, error) { return nil, d.err }

type example struct {
	cause    diagnosis.Cause
	name     string
	trace    task.Trace
	view     diagnosis.View
	step     task.Step
	severity diagnosis.Severity
	says     []string // in what or next, in both languages
}

func listed() diagnosis.View {
	return diagnosis.View{
		Kind: diagnosis.KindSRS, Version: "6.0.155", Address: server, API: "http://192.0.2.5:1985", Known: true, Publishing: true,
		VideoCodec: "H.264", BitsPerSecond: 3.9e6, Viewers: 2,
	}
}

func viewed(change func(*diagnosis.View)) diagnosis.View {
	v := listed()
	change(&v)
	return v
}

func refusedDial() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

func wellCases() []example {
	recording := &task.Progress{Range: playback.Range{Start: ago(time.Hour), End: now}, Speed: 1}
	return []example{
		{"healthy", "", streaming(), listed(), "", "ok", []string{"192.0.2.10:8000", "33", "2", server}},
		{"healthy", "of an unknown server", streaming(), diagnosis.View{Kind: diagnosis.KindUnknown}, "", "ok", []string{"SRS/6.0.155"}},
		{"healthy", "just published", with(streaming(), func(t *task.Trace) {
			t.PlayableAt, t.Passages[4].Ended = ago(time.Second), ago(time.Second)
		}), viewed(func(v *diagnosis.View) { v.Publishing, v.Viewers = false, 0 }), "", "ok", nil},
		{"healthy", "without the maker's library", with(streaming(), func(t *task.Trace) { t.WayReason = "sdk: not available: this program is built without it" }), listed(), "", "ok", nil},
		{"starting", "", at(starting(), task.StepOpen, nil), diagnosis.View{}, "open", "ok", nil},
		{"recovering", "", with(at(streaming(), task.StepReceive, nil), func(t *task.Trace) { t.State = task.StateRetrying }), listed(), "receive", "warning", []string{"192.0.2.10:8000"}},
		{"paused", "", with(streaming(), func(t *task.Trace) {
			t.Recording = &task.Progress{Range: recording.Range, Paused: true}
			t.LastFrame, t.LastKeyFrame = ago(time.Minute), ago(time.Minute)
		}), listed(), "send", "ok", nil},
		{"hevc_browser", "", with(streaming(), func(t *task.Trace) { t.VideoCodec = "H.265" }), listed(), "viewers", "warning", []string{"H.265", "H.264", "33", "192.0.2.10"}},
		{"hevc_browser", "by the server's word, with nobody there", streaming(), viewed(func(v *diagnosis.View) { v.VideoCodec, v.Viewers = "H.265", 0 }), "viewers", "warning", nil},
		{"nobody_watches", "", streaming(), viewed(func(v *diagnosis.View) { v.Viewers = 0 }), "viewers", "warning", []string{server}},
		{"rare_key_frames", "", with(streaming(), func(t *task.Trace) { t.LastKeyFrame = ago(20 * time.Second) }), listed(), "picture", "warning", []string{"20 ", "33", "H.264+"}},
		{"healthy", "a recording in slow motion", with(streaming(), func(t *task.Trace) {
			t.Recording = &task.Progress{Range: recording.Range, Speed: 0.125}
			t.LastKeyFrame = ago(15 * time.Second)
		}), listed(), "", "ok", nil},
		{"server_slow", "", with(streaming(), func(t *task.Trace) { t.Dropped, t.LastDropped = 200, ago(time.Second) }), listed(), "send", "warning", []string{"200", server}},
		{"healthy", "what was dropped is history", with(streaming(), func(t *task.Trace) { t.Dropped, t.LastDropped = 200, ago(31*time.Second) }), listed(), "", "ok", nil},
		{"healthy", "the server was away", with(streaming(), func(t *task.Trace) {
			t.Dropped, t.LastDropped, t.Passages[4].Ended = 200, ago(4*time.Second), ago(5*time.Second)
		}), listed(), "", "ok", nil},
		{"sdk_stepped_down", "", with(streaming(), func(t *task.Trace) { t.WayReason, t.SteppedDown = "sdk: unreachable (7): no connection", true }), listed(), "login", "warning", []string{"HTTP and RTSP|HTTP 和 RTSP", "no connection"}},
		{"server_lost_stream", "", streaming(), viewed(func(v *diagnosis.View) { v.Publishing = false }), "server", "error", []string{"142595818", "http://192.0.2.5:1985", "srs.api_url"}},
		{"no_stream_data", "falling silent", with(streaming(), func(t *task.Trace) { t.LastFrame, t.BitsPerSecond = ago(6*time.Second), 0 }), listed(), "receive", "error", []string{"33"}},
		{"server_stalls", "data come, and none go", with(streaming(), func(t *task.Trace) { t.LastFrame = ago(7 * time.Second) }), listed(), "send", "error", []string{"7 ", server}},
	}
}

func sourceCases(t *testing.T) []example {
	t.Helper()
	none := diagnosis.View{}
	live, login := device.OpLive, device.OpLogin
	away := said(login, device.KindUnreachable, 0, "")
	away.Address, away.Err = "192.0.2.10:8000", refusedDial()
	locked := said(login, device.KindLocked, 0, "the account is locked")
	locked.RetryAfter = 30 * time.Minute
	ours := said(login, device.KindUnreachable, 0, "the worker ended: exit status 139")
	ours.Ours = true
	return []example{
		{"unreachable", "", failed("login", away), none, "login", "error", []string{"192.0.2.10:8000", "connection refused", "doctor"}},
		{"refused_login", "", failed("login", said(login, device.KindAuth, 401, "user or password refused")), none, "login", "error", []string{"401", "nvr_pwd", "user or password refused"}},
		{"refused_login", "RTSP alone", failed("login", said(live, device.KindAuth, 401, "RTSP refuses")), none, "login", "error", nil},
		{"refused_login", "of a session that had a picture", lost("login", said(login, device.KindAuth, 401, "refused")), listed(), "login", "error", nil},
		{"locked", "", failed("login", locked), none, "login", "error", []string{"30 min|30 分钟", "192.0.2.10"}},
		{"locked", "and not asked since", failed("login", resting(t, device.KindLocked)), none, "login", "error", []string{"30 min|30 分钟", "CONFIG/RELOAD"}},
		{"resting", "", failed("login", resting(t, device.KindAuth)), none, "login", "error", []string{"5 min|5 分钟", "login.cool_down"}},
		{"not_allowed", "", failed("login", said(login, device.KindNotAllowed, 0, "outside of allow_devices")), none, "login", "error", []string{"allow_devices"}},
		{"sdk_missing", "", failed("login", said(login, device.KindNotBuilt, 0, "libhcnetsdk.so is missing")), none, "login", "error", []string{"libhcnetsdk.so", "doctor --sdk"}},
		{"sdk_worker", "", failed("login", ours), none, "login", "error", []string{"139"}},
		{"unsupported_device", "", failed("login", said(login, device.KindUnsupported, 0, "RTSP asks for authentication that is unknown")), none, "login", "error", []string{"basic_auth"}},
		{"protocol", "", failed("login", said(login, device.KindProtocol, 0, "not a Hikvision device: no ISAPI there")), none, "login", "error", []string{"nvr_category", "no ISAPI"}},
		{"stream_unreachable", "", failed("open", said(live, device.KindUnreachable, 0, "no connection to the RTSP port")), none, "open", "error", []string{"192.0.2.10:554", "rtsp_port"}},
		{"no_permission", "refused by RTSP alone", failed("open", said(live, device.KindAuth, 401, "RTSP refuses")), none, "open", "error", []string{"digest"}},
		{"no_permission", "", failed("open", said(live, device.KindAuth, 403, "forbidden")), none, "open", "error", []string{"33", "403"}},
		{"no_such_channel", "", failed("open", said(live, device.KindNoSuchChannel, 404, "no such channel")), none, "open", "error", []string{"33", "404", "nvr_channel"}},
		{"camera_offline", "", failed("open", said(live, device.KindOffline, 0, "the recorder calls the camera of this channel offline")), none, "open", "error", []string{"33", "192.0.2.10"}},
		{"camera_offline", "while it is tried again", lost("open", said(live, device.KindOffline, 0, "offline")), listed(), "open", "error", nil},
		{"busy", "", failed("open", said(live, device.KindBusy, 453, "the recorder has no bandwidth left")), none, "open", "error", []string{"453", "max_live"}},
		{"no_recording", "", failed("open", fmt.Errorf("%w: nothing from 12 to 13", task.ErrNoRecording)), none, "open", "error", []string{"33", "time_zone"}},
		{"no_recording", "by the device's word", failed("open", said(device.OpPlayback, device.KindNoRecording, 457, "")), none, "open", "error", nil},
		{"no_stream_data", "", failed("receive", said(live, device.KindNoData, 0, "playing, but no video came within 10s")), none, "receive", "error", []string{"33", "192.0.2.10"}},
		{"no_stream_data", "while it is opened again", with(lost("open", said(live, device.KindNoData, 0, "silent")), func(t *task.Trace) { t.Passages[1].State = task.PassageRunning }), listed(), "receive", "error", nil},
		{"no_stream_data", "after a picture", lost("receive", said(live, device.KindNoData, 0, "silent")), listed(), "receive", "error", nil},
		{"sound_only", "", with(failed("picture", said(live, device.KindNoData, 0, "no video came")), func(t *task.Trace) { t.Source.Units = 90 }), none, "picture", "error", []string{"33"}},
		{"no_key_frame", "", failed("picture", fmt.Errorf("%w: no key frame has come within 10s", task.ErrNoPicture)), none, "picture", "error", []string{"no key frame has come", "25"}},
		{"damaged", "", failed("picture", fmt.Errorf("%w: %w", task.ErrNoPicture, pusher.ErrNoPicture)), none, "picture", "error", []string{"33"}},
		{"unsupported_codec", "", failed("open", said(live, device.KindUnsupported, 0, "the stream has no H.264 or H.265 video")), none, "open", "error", []string{"H.264"}},
		{"source_lost", "", lost("login", away), listed(), "login", "error", []string{"192.0.2.10:8000", "connection refused"}},
		{"source_lost", "at the stream", lost("receive", said(live, device.KindUnreachable, 0, "the device ended the stream")), listed(), "receive", "error", nil},
	}
}

func serverCases() []example {
	none := diagnosis.View{Kind: diagnosis.KindUnknown, Address: server}
	away := published(&pusher.Error{Step: pusher.StepDial, Err: refusedDial()})
	refused := published(&pusher.Error{Step: pusher.StepPublish, Words: "NetStream.Publish.BadName: Already publishing"})
	slow := published(&pusher.Error{Step: pusher.StepWrite, Err: os.ErrDeadlineExceeded})
	return []example{
		{"rtmp_unreachable", "at the start", failed("publish", away), none, "publish", "error", []string{server, "connection refused", "rtmp.publish_url"}},
		{"rtmp_unreachable", "while streaming", lost("publish", away), none, "publish", "error", nil},
		{"rtmp_silent", "", failed("publish", published(&pusher.Error{Step: pusher.StepHandshake, Err: context.DeadlineExceeded})), none, "publish", "error", []string{"1985"}},
		{"rtmp_refused", "", failed("publish", refused), none, "publish", "error", []string{"Already publishing", "on_publish"}},
		{"rtmp_refused", "accepted first", failed("send", published(&pusher.Error{Step: pusher.StepRead, Err: io.EOF})), none, "send", "error", nil},
		{"rtmp_lost", "", lost("send", published(&pusher.Error{Step: pusher.StepRead, Err: io.EOF})), none, "send", "error", []string{server}},
		{"server_stalls", "", lost("send", slow), none, "send", "error", []string{server}},
		{"server_stalls", "at the start", failed("send", fmt.Errorf("%w: it accepted the publish, but took no picture within 10s", task.ErrPublish)), none, "send", "error", []string{"took no picture"}},
		{"hevc_server", "without a sub stream either", failed("open", fmt.Errorf("%w: %w", task.ErrNoPicture, pusher.ErrHEVC)), none, "publish", "error", nil},
		{"hevc_server", "after the publish", failed("send", fmt.Errorf("%w: %w", task.ErrNoPicture, pusher.ErrHEVC)), none, "send", "error", nil},
		{"hevc_server", "", failed("publish", fmt.Errorf("%w: %w", task.ErrNoPicture, pusher.ErrHEVC)), none, "publish", "error", []string{"6.0.42", "33", "rtmp.hevc"}},
	}
}

func endCases() []example {
	gone := over(task.ErrNobodyWaits)
	gone = at(gone, "open", said(device.OpLive, device.KindBusy, 453, "no bandwidth"))
	none := diagnosis.View{}
	return []example{
		{"stopped", "", over(task.ErrStopped), none, "send", "ok", []string{"90 s|90 秒", "STOP"}},
		{"heartbeat_missed", "", over(task.ErrBeatMissed), none, "send", "warning", []string{"BEATS", "heartbeat.interval"}},
		{"recording_over", "", over(task.ErrOver), none, "send", "ok", nil},
		{"service_closing", "", over(task.ErrClosing), none, "send", "warning", nil},
		{"caller_gone", "", gone, none, "open", "warning", []string{"no bandwidth"}},
		{"failing", "", failed("open", errors.New("out of rooms")), none, "open", "error", []string{"out of rooms", "5f0c2a9e"}},
	}
}

func cases(t *testing.T) []example {
	t.Helper()
	return slices.Concat(wellCases(), sourceCases(t), serverCases(), endCases())
}

// Each cause is reached from what a session looks like then, and says it in both languages, with the facts in it.
func TestCauses(t *testing.T) {
	reached := map[diagnosis.Cause]bool{}
	for _, test := range cases(t) {
		t.Run(strings.TrimSuffix(string(test.cause)+" "+test.name, " "), func(t *testing.T) {
			report := diagnosis.Explain(test.trace, test.view, now)
			v := report.Verdict
			if v.Cause != test.cause || v.Step != test.step || v.Severity != test.severity {
				t.Fatalf("%s at %q, %s; want %s at %q, %s: %s", v.Cause, v.Step, v.Severity, test.cause, test.step, test.severity, v.What.EN)
			}
			reached[v.Cause] = true
			for _, want := range test.says {
				en, zh, two := strings.Cut(want, "|")
				if !two {
					zh = en
				}
				if !strings.Contains(v.What.EN+v.Next.EN, en) || !strings.Contains(v.What.ZH+v.Next.ZH, zh) {
					t.Errorf("%q is not in %+v", want, v)
				}
			}
			checkTexts(t, report)
		})
	}
	for _, cause := range diagnosis.Causes() {
		if !reached[cause] {
			t.Errorf("no trace leads to %s", cause)
		}
	}
	if len(reached) != len(diagnosis.Causes()) {
		t.Errorf("%d causes are reached, %d are listed", len(reached), len(diagnosis.Causes()))
	}
}

// checkTexts looks at every text of a report.
func checkTexts(t *testing.T, report diagnosis.Report) {
	t.Helper()
	texts := []diagnosis.Text{report.Verdict.What, report.Verdict.Next}
	for _, step := range report.Steps {
		texts = append(texts, step.What)
		if strings.Contains(step.Error, "hush") {
			t.Errorf("a password: %s", step.Error)
		}
	}
	for _, text := range texts {
		for language, words := range map[string]string{"en": text.EN, "zh": text.ZH} {
			if strings.TrimSpace(words) == "" || strings.ContainsAny(words, "{}\n") || strings.Contains(words, "hush") || strings.Contains(words, "%!") {
				t.Errorf("%s: %q", language, words)
			}
			chinese := strings.ContainsFunc(words, func(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF })
			if chinese != (language == "zh") && !strings.Contains(words, "海康") {
				t.Errorf("%s is another language: %q", language, words)
			}
		}
	}
}

func TestSteps(t *testing.T) {
	states := func(report diagnosis.Report) string {
		var b strings.Builder
		for _, s := range report.Steps {
			fmt.Fprintf(&b, "%s:%s ", s.Step, s.State)
		}
		return b.String()
	}
	for _, test := range []struct {
		name  string
		trace task.Trace
		view  diagnosis.View
		want  string
	}{
		{"well", streaming(), listed(), "login:done open:done receive:done picture:done publish:done send:done server:done viewers:done "},
		{"nobody there", streaming(), viewed(func(v *diagnosis.View) { v.Viewers = 0 }), "login:done open:done receive:done picture:done publish:done send:done server:done viewers:warning "},
		{"server unknown", streaming(), diagnosis.View{}, "login:done open:done receive:done picture:done publish:done send:done server:unknown viewers:unknown "},
		{"lost there", streaming(), viewed(func(v *diagnosis.View) { v.Publishing = false }), "login:done open:done receive:done picture:done publish:done send:done server:failed viewers:waiting "},
		{"silent", with(streaming(), func(t *task.Trace) { t.LastFrame, t.BitsPerSecond = ago(6*time.Second), 0 }), listed(), "login:done open:done receive:warning picture:done publish:done send:warning server:done viewers:done "},
		{"opening", at(starting(), task.StepOpen, nil), diagnosis.View{}, "login:done open:running receive:waiting picture:waiting publish:waiting send:waiting server:unknown viewers:unknown "},
		{"refused", failed("login", said(device.OpLogin, device.KindAuth, 401, "no")), diagnosis.View{}, "login:failed open:waiting receive:waiting picture:waiting publish:waiting send:waiting server:waiting viewers:waiting "},
		{"another way", with(streaming(), func(t *task.Trace) { t.WayReason, t.SteppedDown = "sdk: busy", true }), listed(), "login:warning open:done receive:done picture:done publish:done send:done server:done viewers:done "},
	} {
		if got := states(diagnosis.Explain(test.trace, test.view, now)); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
	report := diagnosis.Explain(failed("login", said(device.OpLogin, device.KindAuth, 401, "no")), diagnosis.View{}, now)
	first, second := report.Steps[0], report.Steps[1]
	if first.Took == nil || *first.Took != 0.1 || first.Age == nil || first.Error != "no (401)" || second.Took != nil || second.Age != nil {
		t.Errorf("%+v, %+v", first, second)
	}
	if e := report.Error; e == nil || e.Kind != "auth" || e.Code != 401 || e.Meaning != "no" || e.Step != task.StepLogin {
		t.Errorf("%+v", report.Error)
	}
}

// Whatever is missing in a trace or view, there is a report.
func TestEmptyTrace(t *testing.T) {
	for _, trace := range []task.Trace{{}, {EndedAt: now}, {SourceErr: errors.New("x")}, {Snapshot: task.Snapshot{State: task.StateStreaming}}} {
		report := diagnosis.Explain(trace, diagnosis.View{}, now)
		if report.Verdict.Cause == "" || len(report.Steps) != 8 {
			t.Errorf("%+v: %+v", trace, report)
		}
	}
}

// What a device says stays one line, and no longer than a sentence.
func TestLongWords(t *testing.T) {
	report := diagnosis.Explain(failed("open", said(device.OpLive, device.KindBusy, 0, strings.Repeat("busy\r\n\x1b[2J", 1000))), diagnosis.View{}, now)
	if n := len([]rune(report.Verdict.What.ZH)); n > 500 || strings.ContainsAny(report.Verdict.What.ZH, "\r\n\x1b") {
		t.Errorf("%d characters: %q", n, report.Verdict.What.ZH)
	}
}
