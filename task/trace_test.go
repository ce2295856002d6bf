package task_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/pusher"
	"mediapusher/task"
)

// passages writes the states of a trace's steps in their order.
func passages(t task.Trace) string {
	var text string
	for _, p := range t.Passages {
		text += fmt.Sprintf("%s:%s ", p.Step, p.State)
	}
	return text
}

const allDone = "login:done open:done receive:done picture:done publish:done send:done "

func TestTraceOfALiveSession(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		started := s.start(1)
		trace, err := s.Trace(started.Handle)
		if err != nil || passages(trace) != allDone {
			t.Fatalf("trace = %s, %v", passages(trace), err)
		}
		if trace.Clients != 1 || trace.PlayableAt.IsZero() || !trace.EndedAt.IsZero() || trace.Reason != nil {
			t.Errorf("trace = %+v", trace)
		}
		for _, p := range trace.Passages {
			if p.Began.IsZero() || p.Ended.Before(p.Began) || p.Err != nil {
				t.Errorf("passage %+v", p)
			}
		}
		if same, err := s.TraceOf(trace.ID); err != nil || same.ID != trace.ID || same.Clients != 1 {
			t.Errorf("by id: %+v, %v", same, err)
		}
		if _, err := s.TraceOf("nobody"); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("unknown id: %v", err)
		}
		if _, err := s.Trace(started.Handle ^ 1); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("unknown handle: %v", err)
		}
	})
}

// Where a start stands when it fails is told afterwards, with the error that the device gave.
func TestTraceOfStartsThatFail(t *testing.T) {
	refused := &device.Error{Op: device.OpLogin, Kind: device.KindAuth, Code: 401, Meaning: "wrong password"}
	late := &device.Error{Op: device.OpLogin, Kind: device.KindLocked, Meaning: "found out at DESCRIBE"}
	forbidden := &device.Error{Op: device.OpLive, Kind: device.KindAuth, Code: 401, Meaning: "RTSP refuses"}
	missing := &device.Error{Op: device.OpLive, Kind: device.KindNoSuchChannel, Code: 404}
	garbage := func(ctx context.Context, _ *recorder, _ device.Stream, sink media.Sink) error {
		if err := sink.SetTracks([]*media.Track{h264}); err != nil {
			return err
		}
		au := media.NewAccessUnit(h264)
		if err := errors.Join(au.Append([]byte{0x41, 0x9A, 1}), sink.Write(au)); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
	for name, test := range map[string]struct {
		fault func(s *scene)
		want  string
		step  task.Step
		err   error
	}{
		"login": {
			func(s *scene) { s.recorder.open = func(context.Context) error { return refused } },
			"login:failed open:waiting receive:waiting picture:waiting publish:waiting send:waiting ", task.StepLogin, refused,
		},
		"login refused at the stream": {
			func(s *scene) { s.recorder.live = func(context.Context) error { return late } },
			"login:failed open:waiting receive:waiting picture:waiting publish:waiting send:waiting ", task.StepLogin, late,
		},
		"stream refused behind the login": {
			func(s *scene) { s.recorder.live = func(context.Context) error { return forbidden } },
			"login:done open:failed receive:waiting picture:waiting publish:waiting send:waiting ", task.StepOpen, forbidden,
		},
		"channel": {
			func(s *scene) { s.recorder.live = func(context.Context) error { return missing } },
			"login:done open:failed receive:waiting picture:waiting publish:waiting send:waiting ", task.StepOpen, missing,
		},
		"no data": {
			func(s *scene) { s.recorder.run = silent },
			"login:done open:done receive:failed picture:waiting publish:done send:waiting ", task.StepReceive, nil,
		},
		"no picture": {
			func(s *scene) { s.recorder.run = garbage },
			"login:done open:done receive:done picture:failed publish:done send:waiting ", task.StepPicture, task.ErrNoPicture,
		},
		"server": {
			func(s *scene) { s.server.refuse = &pusher.Error{Step: pusher.StepDial, Err: errClosed} },
			"login:done open:done receive:done picture:done publish:failed send:waiting ", task.StepPublish, task.ErrPublish,
		},
		"server drops H.265": {
			func(s *scene) { s.recorder.run, s.server.hevc = play(h265, nil), pusher.HEVCNone },
			"publish:done send:failed ", task.StepSend, pusher.ErrHEVC, // found out before or after the first picture
		},
	} {
		t.Run(name, func(t *testing.T) {
			inScene(t, task.Config{}, func(s *scene) {
				t := s.t
				test.fault(s)
				_, failed := s.StartLive(s.t.Context(), request(1))
				if failed == nil {
					t.Fatal("the start went well")
				}
				s.nothingLeft()
				past := s.Past()
				if len(past) != 1 {
					t.Fatalf("%d sessions are remembered", len(past))
				}
				trace := past[0]
				if got := passages(trace); !strings.HasSuffix(got, test.want) {
					t.Errorf("passages = %s\n     want = %s", got, test.want)
				}
				if trace.Reason == nil || trace.Reason.Error() != failed.Error() || trace.EndedAt.IsZero() || !trace.PlayableAt.IsZero() {
					t.Errorf("reason = %v at %v, playable %v; the caller heard %v", trace.Reason, trace.EndedAt, trace.PlayableAt, failed)
				}
				for _, p := range trace.Passages {
					if p.Step == test.step && test.err != nil && !errors.Is(p.Err, test.err) {
						t.Errorf("the error of %s = %v", p.Step, p.Err)
					}
					if p.State != task.PassageFailed && p.Err != nil {
						t.Errorf("%s is %s with %v", p.Step, p.State, p.Err)
					}
				}
				if byID, err := s.TraceOf(trace.ID); err != nil || !strings.HasSuffix(passages(byID), test.want) {
					t.Errorf("by id: %v, %v", passages(byID), err)
				}
			})
		})
	}
}

// The typed error stays reachable while a session tries again, and goes when it is back.
func TestTraceThroughALossAndBack(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		started := s.start(1)
		s.recorder.set(func() { s.recorder.open = func(context.Context) error { return errLost } })
		s.recorder.lose()
		s.pass(time.Second)
		trace, err := s.Trace(started.Handle)
		if err != nil || trace.State != task.StateRetrying {
			t.Fatalf("state = %v, %v", trace.State, err)
		}
		var e *device.Error
		if !errors.As(trace.SourceErr, &e) || e.Kind != device.KindUnreachable || trace.PublishErr != nil {
			t.Errorf("errors = %v, %v", trace.SourceErr, trace.PublishErr)
		}
		s.recorder.set(func() { s.recorder.open = nil })
		s.pass(15 * time.Second)
		s.server.restart(&pusher.Error{Step: pusher.StepDial, Err: errClosed})
		s.pass(time.Second)
		trace, _ = s.Trace(started.Handle)
		var p *pusher.Error
		if trace.SourceErr != nil || !errors.As(trace.PublishErr, &p) {
			t.Errorf("errors = %v, %v", trace.SourceErr, trace.PublishErr)
		}
		s.server.restart(nil)
		s.pass(5 * time.Second)
		if err := s.Beat(started.Handle); err != nil {
			t.Fatal(err)
		}
		trace, _ = s.Trace(started.Handle)
		if passages(trace) != allDone || trace.SourceErr != nil || trace.PublishErr != nil {
			t.Errorf("afterwards: %s, %v, %v", passages(trace), trace.SourceErr, trace.PublishErr)
		}
	})
}

// A handle that has ended is told about for an hour, whether its session lives on or not.
func TestTraceOfHandlesThatEnded(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		one, other := s.start(1), s.start(1)
		if err := s.Stop(s.t.Context(), one.Handle); err != nil {
			t.Fatal(err)
		}
		trace, err := s.Trace(one.Handle)
		if err != nil || !errors.Is(trace.Reason, task.ErrStopped) || trace.EndedAt.IsZero() || trace.State != task.StateStreaming {
			t.Errorf("stopped beside another: %v, %+v", err, trace)
		}
		if trace, _ := s.Trace(other.Handle); !trace.EndedAt.IsZero() || trace.Reason != nil {
			t.Errorf("the other: %+v", trace)
		}
		s.pass(time.Minute) // nobody beats
		trace, err = s.Trace(other.Handle)
		if err != nil || !errors.Is(trace.Reason, task.ErrBeatMissed) || trace.State != task.StateEnding {
			t.Errorf("missed: %v, %+v", err, trace)
		}
		if trace.Publish.Bytes == 0 || trace.LastKeyFrame.IsZero() {
			t.Errorf("the counters are gone: %+v", trace.Snapshot)
		}
		if trace, _ := s.Trace(one.Handle); !errors.Is(trace.Reason, task.ErrStopped) {
			t.Errorf("the first handle ended by %v", trace.Reason)
		}
		s.pass(time.Hour)
		if _, err := s.Trace(other.Handle); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("after an hour: %v", err)
		}
		if past := s.Past(); len(past) != 0 {
			t.Errorf("after an hour: %d sessions", len(past))
		}
	})
}

// The list of what has ended is bounded, newest first.
func TestPastIsBounded(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		s.recorder.open = func(context.Context) error { return &device.Error{Op: device.OpLogin, Kind: device.KindAuth} }
		for i := range 300 {
			s.pass(time.Second)
			if _, err := s.StartLive(s.t.Context(), request(i)); err == nil {
				t.Fatal("the start went well")
			}
		}
		s.nothingLeft()
		past := s.Past()
		if len(past) != 256 || past[0].Channel != 299 || past[255].Channel != 44 {
			t.Errorf("%d sessions, from channel %d to %d", len(past), past[0].Channel, past[len(past)-1].Channel)
		}
		past[0].Passages[0].State = "spoiled"
		if s.Past()[0].Passages[0].State == "spoiled" {
			t.Error("the list is shared with its callers")
		}
	})
}

// A page that tries an offline camera again and again pushes no other session out of the list.
func TestPastKeepsWhatHappenedOnce(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		s.recorder.open = func(context.Context) error { return &device.Error{Op: device.OpLive, Kind: device.KindOffline} }
		fail := func(channel int) {
			s.pass(time.Second)
			if _, err := s.StartLive(s.t.Context(), request(channel)); err == nil {
				t.Fatal("the start went well")
			}
		}
		for i := range 10 {
			fail(100 + i)
		}
		for range 400 {
			fail(1)
		}
		s.nothingLeft()
		past := s.Past()
		if len(past) != 256 || past[0].Channel != 1 || past[245].Channel != 1 || past[246].Channel != 109 || past[255].Channel != 100 {
			t.Errorf("%d sessions, the last ones of channels %d to %d", len(past), past[246].Channel, past[255].Channel)
		}
	})
}

// A device that repeats the password it was sent gets it into no trace and no log.
func TestTracesRepeatNoPassword(t *testing.T) {
	const password = "geheim-4711"
	core, logs := observer.New(zap.DebugLevel)
	inScene(t, task.Config{Log: zap.New(core)}, func(s *scene) {
		s.recorder.live = func(context.Context) error {
			return &device.Error{Op: device.OpLive, Kind: device.KindProtocol, Meaning: "what is " + password + "?"}
		}
		asked := request(1)
		asked.Target.Password = device.NewSecret(password)
		if _, err := s.StartLive(s.t.Context(), asked); err == nil || strings.Contains(err.Error(), password) {
			s.t.Errorf("the start: %v", err)
		}
		s.nothingLeft()
		trace := s.Past()[0]
		text := fmt.Sprint(trace.Reason, trace.SourceErr, trace.Passages, trace.Snapshot)
		if strings.Contains(text, password) || !strings.Contains(text, "what is ***?") {
			s.t.Errorf("the trace: %s", text)
		}
	})
	for _, entry := range logs.All() {
		if text := fmt.Sprint(entry.Message, entry.ContextMap()); strings.Contains(text, password) {
			t.Errorf("the log: %s", text)
		}
	}
}

// A recording that is over has not failed, one that is not there has, at the step where that came out.
func TestTraceOfRecordings(t *testing.T) {
	inArchive(t, task.Config{}, []playback.File{file(0, time.Minute)}, func(s *scene) {
		watched := s.watch(span(0, time.Minute))
		if trace, err := s.Trace(watched.Handle); err != nil || passages(trace) != allDone || trace.Kind != "playback" {
			s.t.Errorf("while it plays: %s, %v", passages(trace), err)
		}
		s.pass(2 * time.Minute)
		trace, err := s.Trace(watched.Handle)
		if err != nil || !errors.Is(trace.Reason, task.ErrOver) || trace.SourceErr != nil || trace.PublishErr != nil {
			s.t.Errorf("at its end: %v; %v, %v, %v", err, trace.Reason, trace.SourceErr, trace.PublishErr)
		}
		for _, p := range trace.Passages {
			if p.State == task.PassageFailed {
				s.t.Errorf("%s failed: %v", p.Step, p.Err)
			}
		}
	})
	inArchive(t, task.Config{}, []playback.File{}, func(s *scene) {
		_, err := s.StartPlayback(s.t.Context(), recordings(span(0, time.Hour)))
		if !errors.Is(err, task.ErrNoRecording) {
			s.t.Fatalf("start: %v", err)
		}
		s.nothingLeft()
		trace := s.Past()[0]
		if open := trace.Passages[1]; open.State != task.PassageFailed || !errors.Is(open.Err, task.ErrNoRecording) ||
			!errors.Is(trace.Reason, task.ErrNoRecording) {
			s.t.Errorf("nothing recorded: %s, %v, %v", passages(trace), open.Err, trace.Reason)
		}
	})
}
