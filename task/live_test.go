package task_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/pusher"
	"mediapusher/task"
)

func TestStartAnswersWhenAPictureHasBeenSent(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		started := s.start(33)
		if video := s.server.video(); len(video) == 0 || !video[0].key || video[0].timestamp != 0 {
			t.Errorf("at the answer the server had %v, want a key frame at 0", video)
		}
		if started.Handle <= 0 {
			t.Errorf("handle %d", started.Handle)
		}
		if started.Stream != s.server.published[0] {
			t.Errorf("answered stream %q, published %q", started.Stream, s.server.published[0])
		}
		snapshot, err := s.Status(started.Handle)
		if err != nil || snapshot.State != task.StateStreaming || snapshot.Width != 640 || snapshot.VideoCodec != "H.264" || snapshot.Clients != 1 {
			t.Errorf("status %+v, %v", snapshot, err)
		}
		if err := s.Stop(s.t.Context(), started.Handle); err != nil {
			t.Errorf("Stop: %v", err)
		}
		s.nothingLeft()
		for name, err := range map[string]error{"Stop": s.Stop(s.t.Context(), started.Handle), "Beat": s.Beat(started.Handle)} {
			if !errors.Is(err, task.ErrNoSession) {
				t.Errorf("%s after Stop: %v, want ErrNoSession", name, err)
			}
		}
	})
}

func TestCallersOfOneChannelShare(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		const callers = 10
		answers := make(chan task.Started, callers)
		for range callers {
			go func() {
				started, err := s.StartLive(s.t.Context(), request(1))
				if err != nil {
					t.Errorf("start: %v", err)
				}
				answers <- started
			}()
		}
		handles := make(map[int32]bool)
		for range callers {
			started := <-answers
			handles[started.Handle] = true
			if started.Stream != s.server.published[0] {
				t.Errorf("stream %q, want %q", started.Stream, s.server.published[0])
			}
		}
		if len(handles) != callers || s.recorder.starts.Load() != 1 || len(s.server.published) != 1 {
			t.Errorf("%d handles, %d pulls, %d publishes; want %d, 1, 1", len(handles), s.recorder.starts.Load(), len(s.server.published), callers)
		}
		if list := s.Snapshots(); len(list) != 1 || list[0].Clients != callers {
			t.Errorf("list %+v", list)
		}
		for handle := range handles {
			if s.recorder.plays.Load() != 1 || s.server.open() != 1 {
				t.Error("the stream ended before its last caller")
			}
			if err := s.Stop(s.t.Context(), handle); err != nil {
				t.Errorf("Stop: %v", err)
			}
		}
		s.nothingLeft()
	})
}

func TestDifferentChannelsDoNotShare(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		a, b := s.start(1), s.start(2)
		if a.Stream == b.Stream || a.Handle == b.Handle || s.recorder.starts.Load() != 2 {
			t.Errorf("%+v and %+v with %d pulls", a, b, s.recorder.starts.Load())
		}
	})
}

func TestFailedStartLeavesNothing(t *testing.T) {
	refused := &device.Error{Op: device.OpLogin, Kind: device.KindAuth, Meaning: "userCheck: 4 tries left"}
	offline := &device.Error{Op: device.OpLive, Kind: device.KindOffline}
	badName := &pusher.Error{Step: pusher.StepPublish, Words: "NetStream.Publish.BadName"}
	isKind := func(op device.Operation, kind device.Kind) func(error) bool {
		return func(err error) bool {
			var e *device.Error
			return errors.As(err, &e) && e.Op == op && e.Kind == kind
		}
	}
	is := func(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }
	hang := func(ctx context.Context) error {
		<-ctx.Done()
		return &device.Error{Op: device.OpLogin, Kind: device.KindUnreachable, Err: ctx.Err()}
	}
	for _, tt := range []struct {
		name   string
		fault  func(s *scene)
		want   func(error) bool
		within time.Duration
	}{
		{"login refused", func(s *scene) { s.recorder.open = func(context.Context) error { return refused } }, is(refused), 0},
		{"login hangs", func(s *scene) { s.recorder.open = hang }, isKind(device.OpLogin, device.KindUnreachable), 7 * time.Second},
		{"channel offline", func(s *scene) { s.recorder.live = func(context.Context) error { return offline } }, is(offline), 0},
		{"describe fails", func(s *scene) {
			s.recorder.run = func(context.Context, *recorder, device.Stream, media.Sink) error { return errLost }
		}, is(errLost), 0},
		{"describe hangs", func(s *scene) {
			s.recorder.run = func(ctx context.Context, _ *recorder, _ device.Stream, _ media.Sink) error { <-ctx.Done(); return nil }
		}, isKind(device.OpLive, device.KindUnreachable), 10 * time.Second},
		{"nothing comes", func(s *scene) { s.recorder.run = silent }, isKind(device.OpLive, device.KindNoData), 10 * time.Second},
		{"no parameter sets", func(s *scene) { s.recorder.run = play(h264Bare, nil) }, is(task.ErrNoPicture), 10 * time.Second},
		{"server refuses", func(s *scene) { s.server.refuse = badName }, is(task.ErrPublish), 0},
		{"server hangs", func(s *scene) { s.server.hang = true }, is(task.ErrPublish), 10 * time.Second},
		{"server stalls", func(s *scene) { s.server.stall = true }, is(task.ErrPublish), 10 * time.Second},
		{"server drops H.265 of both streams", func(s *scene) { s.server.hevc = pusher.HEVCNone; s.recorder.run = play(h265, nil) }, is(task.ErrNoPicture), 10 * time.Second},
		{"server drops H.265, and there is no sub stream", func(s *scene) {
			s.server.hevc = pusher.HEVCNone
			s.recorder.run = func(ctx context.Context, r *recorder, stream device.Stream, sink media.Sink) error {
				if stream == device.SubStream {
					return offline
				}
				return play(h265, nil)(ctx, r, stream, sink)
			}
		}, is(task.ErrNoPicture), 0},
		{"device and server both fail", func(s *scene) {
			s.server.refuse = badName
			s.recorder.run = silent
		}, isKind(device.OpLive, device.KindNoData), 10 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inScene(t, task.Config{}, func(s *scene) {
				tt.fault(s)
				begin := time.Now()
				started, err := s.StartLive(s.t.Context(), request(1))
				if err == nil || !tt.want(err) {
					t.Errorf("start: %+v, %v", started, err)
				}
				if took := time.Since(begin); took > tt.within {
					t.Errorf("the answer took %v, want %v at most", took, tt.within)
				}
				s.nothingLeft()
			})
		})
	}
}

// A process of ours that fails is no failure of the start, as long as there is time.
func TestStartLivesThroughOurOwnFailures(t *testing.T) {
	ours := &device.Error{Op: device.OpLive, Kind: device.KindUnreachable, Meaning: "crashed", Ours: true}
	for failures, want := range map[int32]error{0: nil, 4: nil, 1000: ours} {
		t.Run(fmt.Sprint(failures), func(t *testing.T) {
			inScene(t, task.Config{}, func(s *scene) {
				var runs atomic.Int32
				s.recorder.run = func(ctx context.Context, r *recorder, stream device.Stream, sink media.Sink) error {
					if runs.Add(1) <= failures {
						return ours
					}
					return play(h264, nil)(ctx, r, stream, sink)
				}
				begin := time.Now()
				started, err := s.StartLive(s.t.Context(), request(1))
				if !errors.Is(err, want) || time.Since(begin) > task.DefaultStartTimeout {
					t.Fatalf("after %v: %+v, %v; want %v", time.Since(begin), started, err, want)
				}
				if err == nil {
					if snapshot, err := s.Status(started.Handle); err != nil || snapshot.State != task.StateStreaming {
						t.Errorf("%+v, %v", snapshot, err)
					}
				}
			})
		})
	}
}

func TestCallerThatLeavesEndsItsStart(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		s.recorder.run = silent
		ctx, cancel := context.WithTimeout(s.t.Context(), time.Second)
		defer cancel()
		if _, err := s.StartLive(ctx, request(1)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("start: %v, want the context's error", err)
		}
		s.nothingLeft()
	})
}

func TestServerThatDropsHEVCGetsTheSubStream(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		s.server.hevc = pusher.HEVCNone
		s.recorder.run = play(h265, h264)
		started := s.start(1)
		if got := device.Stream(s.recorder.stream.Load()); got != device.SubStream {
			t.Errorf("pulling the %v stream", got)
		}
		snapshot, err := s.Status(started.Handle)
		if err != nil || snapshot.StreamType != "sub" || snapshot.VideoCodec != "H.264" {
			t.Errorf("status %+v, %v", snapshot, err)
		}
	})
}

// checkVideo fails where timestamps fall, or where what follows a break does not begin with a key frame. It returns the longest time
// without a picture.
func checkVideo(t *testing.T, video []message) (gap time.Duration) {
	t.Helper()
	for i, m := range video[1:] {
		before := video[i]
		if m.timestamp <= before.timestamp {
			t.Errorf("picture %d: timestamp %d after %d", i+1, m.timestamp, before.timestamp)
		}
		wait := m.at.Sub(before.at)
		gap = max(gap, wait)
		if wait > 2*frame && !m.key {
			t.Errorf("picture %d: the stream goes on after %v without a key frame", i+1, wait)
		}
	}
	return gap
}

func TestServerRestart(t *testing.T) {
	for _, away := range []time.Duration{0, 100 * time.Millisecond, 3 * time.Second, 5 * time.Minute} {
		t.Run(fmt.Sprint(away), func(t *testing.T) {
			inScene(t, task.Config{Interval: time.Hour}, func(s *scene) {
				started := s.start(1)
				s.pass(10 * time.Second)
				s.server.restart(&pusher.Error{Step: pusher.StepDial, Err: errClosed})
				s.pass(away)
				s.server.restart(nil)
				back := time.Now()
				s.pass(5 * time.Second)
				checkVideo(t, s.server.video())
				for _, m := range s.server.video() {
					// A key frame each second, and the newest one is kept for a server that was away.
					if m.at.After(back) {
						if wait := m.at.Sub(back); wait > 2*time.Second {
							t.Errorf("the first picture came %v after the server", wait)
						}
						break
					}
				}
				if snapshot, err := s.Status(started.Handle); err != nil || snapshot.State != task.StateStreaming || snapshot.Publish.Reconnects != 1 {
					t.Errorf("status %+v, %v", snapshot, err)
				}
				if p := s.server.published; p[0] != p[len(p)-1] {
					t.Errorf("published as %q, then as %q", p[0], p[len(p)-1])
				}
			})
		})
	}
}

func TestRecorderRestart(t *testing.T) {
	for _, away := range []time.Duration{0, 3 * time.Second, 5 * time.Minute} {
		t.Run(fmt.Sprint(away), func(t *testing.T) {
			inScene(t, task.Config{Interval: time.Hour}, func(s *scene) {
				started := s.start(1)
				s.pass(10 * time.Second)
				s.recorder.set(func() { s.recorder.open = func(context.Context) error { return errLost } })
				s.recorder.lose()
				s.pass(away)
				if snapshot, err := s.Status(started.Handle); away > 0 && (err != nil || snapshot.State != task.StateRetrying || snapshot.Source.LastError == "" || snapshot.Source.Reconnects != 0) {
					t.Errorf("status while the recorder is away: %+v, %v", snapshot, err)
				}
				s.recorder.set(func() { s.recorder.open = nil })
				s.pass(5 * time.Second)
				if snapshot, err := s.Status(started.Handle); err != nil || snapshot.Source.Reconnects != 1 || snapshot.Publish.Reconnects != 0 {
					t.Errorf("status when the recorder is back: %+v, %v; want one reconnect of the source", snapshot, err)
				}
				if gap := checkVideo(t, s.server.video()); gap > away+3*time.Second {
					t.Errorf("%v without a picture, the recorder was away for %v", gap, away)
				}
				video := s.server.video()
				for i, m := range video[1:] {
					if step := m.timestamp - video[i].timestamp; step > 1000 {
						t.Errorf("picture %d: timestamp jumps by %d ms", i+1, step)
					}
				}
				if len(s.server.published) != 1 {
					t.Errorf("published %d times, want the same publish throughout", len(s.server.published))
				}
			})
		})
	}
}

func TestPermanentFailureEndsTheSession(t *testing.T) {
	inScene(t, task.Config{Interval: time.Hour}, func(s *scene) {
		started := s.start(1)
		s.recorder.set(func() {
			s.recorder.open = func(context.Context) error { return &device.Error{Op: device.OpLogin, Kind: device.KindAuth} }
		})
		s.recorder.lose()
		s.pass(time.Minute)
		if err := s.Beat(started.Handle); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("Beat: %v, want ErrNoSession", err)
		}
		s.nothingLeft()
	})
}

func TestShutdownRefusesAndEnds(t *testing.T) {
	inScene(t, task.Config{}, func(s *scene) {
		for n := range 20 {
			s.start(n)
		}
		s.cancel()
		synctest.Wait()
		if _, err := s.StartLive(s.t.Context(), request(1)); !errors.Is(err, task.ErrClosing) {
			t.Errorf("start: %v, want ErrClosing", err)
		}
		s.nothingLeft()
	})
}
