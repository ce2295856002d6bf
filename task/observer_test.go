package task_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/internal/device"
	"mediapusher/pusher"
	"mediapusher/task"
)

// heard is a task.Observer that keeps what it is told.
type heard struct {
	mu    sync.Mutex
	told  []string
	steps []task.Step
	sent  int
	late  time.Duration // the longest
}

func (h *heard) tell(format string, words ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, fmt.Sprintf(format, words...))
}

func (h *heard) Passed(_ task.Subject, step task.Step, took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if took >= 0 {
		h.steps = append(h.steps, step)
	}
}

func (h *heard) Started(s task.Subject, took time.Duration, err error) {
	h.tell("%s %s started after %v: %v", s.Vendor, s.Kind, took.Round(100*time.Millisecond), outcome(err))
}

func (h *heard) Retried(s task.Subject, leg string, err error) {
	h.tell("%s %s %s retried: %v", s.Vendor, s.Kind, leg, outcome(err))
}

func (h *heard) Ended(s task.Subject, reason error) {
	h.tell("%s %s ended: %v", s.Vendor, s.Kind, outcome(reason))
}

func (h *heard) Sent(task.Subject) func(time.Duration) {
	return func(late time.Duration) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.sent++
		h.late = max(h.late, late)
	}
}

// outcome is short for an error.
func outcome(err error) string {
	kind, ok := device.KindOf(err)
	switch {
	case ok:
		return kind.String()
	case errors.Is(err, task.ErrPublish):
		return "server"
	default:
		return fmt.Sprint(err)
	}
}

// expect waits for nothing: it compares what was told since it was called last.
func (h *heard) expect(t *testing.T, want ...string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if !slices.Equal(h.told, want) {
		t.Errorf("told %q, want %q", h.told, want)
	}
	h.told = nil
}

func TestSessionsAreObserved(t *testing.T) {
	told := &heard{}
	inScene(t, task.Config{Observer: told}, func(s *scene) {
		one, other := s.start(1), s.start(1)
		told.expect(s.t, "hikvision live started after 200ms: <nil>") // they share a session
		slices.Sort(told.steps)
		want := task.Steps()
		slices.Sort(want)
		if !slices.Equal(told.steps, want) {
			s.t.Errorf("steps %v, want each once", told.steps)
		}
		s.recorder.lose()
		s.pass(2 * time.Second)
		told.expect(s.t, "hikvision live source retried: unreachable")
		s.server.restart(nil)
		s.pass(2 * time.Second)
		told.expect(s.t, "hikvision live publish retried: server")
		if len(told.steps) != len(want) {
			s.t.Errorf("steps of a reconnect count as those of a start: %v", told.steps)
		}
		_ = s.Stop(s.t.Context(), one.Handle)
		told.expect(s.t)
		_ = s.Stop(s.t.Context(), other.Handle)
		told.expect(s.t, "hikvision live ended: "+task.ErrStopped.Error())
		if told.sent < 50 || told.late > time.Second {
			s.t.Errorf("%d units sent, the latest after %v", told.sent, told.late)
		}
		s.recorder.set(func() {
			s.recorder.open = func(context.Context) error { return &device.Error{Op: device.OpLogin, Kind: device.KindAuth} }
		})
		if _, err := s.StartLive(s.t.Context(), request(2)); err == nil {
			s.t.Error("the start went well")
		}
		told.expect(s.t, "hikvision live started after 0s: auth")
	})
}

// What has been moved never falls, whatever becomes of sessions.
func TestTotalsNeverFall(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		if totals := s.Totals(); len(totals) != 0 {
			s.t.Errorf("before any session: %+v", totals)
		}
		var last task.Total
		look := func(when string) task.Total {
			s.t.Helper()
			totals := s.Totals()
			if len(totals) != 1 || totals[0].Subject != (task.Subject{Kind: "live", Vendor: device.Hikvision}) {
				s.t.Fatalf("%s: %+v", when, totals)
			}
			now := totals[0]
			if now.Units < last.Units || now.Bytes < last.Bytes || now.Messages < last.Messages || now.SentBytes < last.SentBytes ||
				now.Dropped < last.Dropped {
				s.t.Errorf("%s: %+v fell from %+v", when, now, last)
			}
			last = now
			return now
		}
		for n := range 5 {
			started := s.start(n)
			s.pass(2 * time.Second)
			look("while it runs")
			if err := s.Stop(s.t.Context(), started.Handle); err != nil {
				s.t.Fatal(err)
			}
			look("when it was stopped")
			s.pass(time.Minute)
			look("afterwards")
		}
		sum := look("at the end")
		if sum.Units < 5*50 || sum.Messages < 5*50 || sum.Bytes == 0 || sum.SentBytes == 0 {
			s.t.Errorf("the sum of five sessions is %+v", sum)
		}
		s.server.mu.Lock()
		s.server.stall = true
		s.server.mu.Unlock()
		started, err := s.StartLive(s.t.Context(), request(9))
		if err == nil {
			s.t.Fatalf("started %v on a server that takes nothing", started)
		}
		s.pass(time.Minute)
		if now := look("after a start that failed"); now.Units == sum.Units {
			s.t.Error("what a failed start received is not counted")
		}
	})
}

// The log tells each decision about a session once, with what names the session.
func TestEachDecisionIsLoggedOnce(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	inScene(t, task.Config{Log: zap.New(core)}, func(s *scene) {
		expect := func(want ...string) {
			s.t.Helper()
			var got []string
			for _, entry := range logs.TakeAll() {
				got = append(got, entry.Level.String()+" "+entry.Message)
				fields := entry.ContextMap()
				if id, ok := fields["session"].(string); !ok || id == "" || fields["vendor"] != "hikvision" ||
					fields["device"] != "10.0.0.1:8000" || fields["channel"] == nil {
					s.t.Errorf("%s: fields %v", entry.Message, fields)
				}
			}
			if !slices.Equal(got, want) {
				s.t.Errorf("logged %q, want %q", got, want)
			}
		}
		started := s.start(1)
		expect("info start ok")
		s.recorder.set(func() { s.recorder.open = func(context.Context) error { return errLost } })
		s.recorder.lose()
		s.pass(10 * time.Second)
		s.recorder.set(func() { s.recorder.open = nil })
		s.pass(10 * time.Second)
		_ = s.Beat(started.Handle)
		got := logs.TakeAll()
		text := ""
		for _, entry := range got {
			text += entry.Message + "; "
		}
		if text != "source lost, trying again; source is back; " {
			s.t.Errorf("logged %q", text)
		}
		s.server.restart(&pusher.Error{Step: pusher.StepDial, Err: errClosed})
		s.pass(100 * time.Millisecond)
		expect("warn publish lost, trying again")
		s.server.restart(nil)
		s.pass(5 * time.Second)
		got = logs.TakeAll()
		if last := got[len(got)-1].Message; last != "publish is back" || len(got) > 2 { // the refusal differs from the loss
			s.t.Errorf("%d lines, the last is %q", len(got), last)
		}
		_ = s.Stop(s.t.Context(), started.Handle)
		expect("info session ends")

		s.recorder.set(func() {
			s.recorder.open = func(context.Context) error { return &device.Error{Op: device.OpLogin, Kind: device.KindAuth} }
		})
		_, _ = s.StartLive(s.t.Context(), request(1))
		expect("warn start failed")
		s.recorder.set(func() { s.recorder.open = nil })
		s.start(1)
		expect("info start ok")
		s.pass(time.Minute)
		expect("info session ends") // nobody beats
		ctx, cancel := context.WithCancel(s.t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		_, _ = s.StartLive(ctx, request(2))
		s.nothingLeft()
		expect("info start given up")
	})
}
