package task_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/ptz"
	"mediapusher/pusher"
	"mediapusher/task"
)

// inArchive is a scene whose recorder has recorded files, or an hour from noon on.
func inArchive(t *testing.T, cfg task.Config, files []playback.File, play func(s *scene)) {
	t.Helper()
	if cfg.Interval == 0 {
		cfg.Interval = time.Hour
	}
	inScene(t, cfg, func(s *scene) {
		if s.recorder.disk.files = files; files == nil {
			s.recorder.disk.files = []playback.File{file(0, time.Hour)}
		}
		play(s)
	})
}

func recordings(asked playback.Range) task.PlaybackRequest {
	return task.PlaybackRequest{Target: request(1).Target, Channel: 1, Range: asked}
}

// watch starts a playback and fails the test where that fails.
func (s *scene) watch(asked playback.Range) task.Recording {
	s.t.Helper()
	r, err := s.StartPlayback(s.t.Context(), recordings(asked))
	if err != nil {
		s.t.Fatalf("start: %v", err)
	}
	return r
}

// position is what is on air.
func (s *scene) position(handle int32) time.Time {
	s.t.Helper()
	snapshot, err := s.Status(handle)
	if err != nil || snapshot.Recording == nil {
		s.t.Fatalf("status: %+v, %v", snapshot, err)
	}
	return snapshot.Recording.Position
}

// near fails where the position is not within a second.
func (s *scene) near(handle int32, want time.Time) {
	s.t.Helper()
	if at := s.position(handle); at.Sub(want).Abs() > time.Second {
		s.t.Errorf("at %v, want %v", at, want)
	}
}

func TestPlaybackAnswersWithTheRange(t *testing.T) {
	files := []playback.File{file(-10*time.Minute, 50*time.Minute), file(50*time.Minute, 90*time.Minute)}
	for _, tt := range []struct {
		clip playback.Clip
		want playback.Range
	}{
		{playback.ClipNone, span(0, 90*time.Minute)},
		{playback.ClipAsked, span(0, time.Hour)},
	} {
		inArchive(t, task.Config{Clip: tt.clip}, files, func(s *scene) {
			r := s.watch(span(0, time.Hour))
			if r.Range != tt.want {
				t.Errorf("range %v, want %v", r.Range, tt.want)
			}
			if len(r.Files) != 2 || r.Files[0] != files[0] || r.Files[1] != files[1] {
				t.Errorf("files %v", r.Files)
			}
			if video := s.server.video(); len(video) == 0 || !video[0].key || r.Stream != s.server.published[0] || r.Handle <= 0 {
				t.Errorf("at the answer the server had %d pictures of %v, answered %+v", len(video), s.server.published, r.Started)
			}
			snapshot, err := s.Status(r.Handle)
			if err != nil || snapshot.Kind != "playback" || snapshot.State != task.StateStreaming || snapshot.Clients != 1 ||
				snapshot.Recording == nil || snapshot.Recording.Range != tt.want || snapshot.Recording.Speed != 1 || snapshot.Recording.Paused {
				t.Errorf("status %+v, %+v, %v", snapshot, snapshot.Recording, err)
			}
			s.pass(10 * time.Second)
			s.near(r.Handle, noon(10*time.Second))
			if err := s.Stop(s.t.Context(), r.Handle); err != nil {
				t.Errorf("Stop: %v", err)
			}
			s.nothingLeft()
		})
	}
}

func TestPlaybacksAreNotShared(t *testing.T) {
	inArchive(t, task.Config{}, nil, func(s *scene) {
		live := s.start(1)
		a, b := s.watch(span(0, time.Hour)), s.watch(span(0, time.Hour))
		if a.Handle == b.Handle || a.Stream == b.Stream || a.Stream == live.Stream {
			t.Errorf("%+v, %+v beside live %+v", a.Started, b.Started, live)
		}
		if n := len(s.Snapshots()); n != 3 {
			t.Errorf("%d sessions in the list", n)
		}
	})
}

func TestPlaybackStartsBesideASlowSearch(t *testing.T) {
	files := []playback.File{file(time.Minute, 2*time.Minute), file(10*time.Minute, 20*time.Minute)}
	// one page, and the rest much later
	inArchive(t, task.Config{}, files, func(s *scene) {
		s.recorder.disk.search = func(_ context.Context, page func([]playback.File)) error {
			page(files[:1])
			s.pass(20 * time.Second)
			page(files[1:])
			return nil
		}
		begin := time.Now()
		go func() {
			s.pass(3 * time.Second)
			if len(s.server.video()) == 0 {
				t.Error("no picture after 3 s of the search")
			}
		}()
		r := s.watch(span(0, time.Hour))
		if took := time.Since(begin); took < 20*time.Second || took > 21*time.Second {
			t.Errorf("answered after %v", took)
		}
		if len(r.Files) != 2 || r.Range != span(time.Minute, 20*time.Minute) {
			t.Errorf("%v, %v", r.Range, r.Files)
		}
		if got := s.recorder.requests(); len(got) != 1 || !got[0].Start.Equal(noon(time.Minute)) {
			t.Errorf("asked the recorder for %v", got)
		}
	})
	// no page for long: it begins blind
	inArchive(t, task.Config{}, []playback.File{file(0, time.Hour)}, func(s *scene) {
		s.recorder.disk.search = func(_ context.Context, page func([]playback.File)) error {
			s.pass(20 * time.Second)
			page(s.recorder.disk.files)
			return nil
		}
		go func() {
			s.pass(4 * time.Second)
			if len(s.server.video()) == 0 {
				t.Error("no picture after 4 s of the search")
			}
		}()
		if r := s.watch(span(time.Minute, time.Hour)); len(r.Files) != 1 {
			t.Errorf("%v", r.Files)
		}
	})
	// the limit passes: what is known is answered, and what comes later is lost
	inArchive(t, task.Config{SearchTimeout: 5 * time.Second}, files, func(s *scene) {
		s.recorder.disk.search = func(ctx context.Context, page func([]playback.File)) error {
			page(files[:1])
			<-ctx.Done()
			s.pass(3 * time.Second) // it closes its handles
			return &device.Error{Op: device.OpSearch, Kind: device.KindUnreachable, Err: ctx.Err()}
		}
		begin := time.Now()
		r := s.watch(span(0, time.Hour))
		if took := time.Since(begin); took > 6*time.Second || len(r.Files) != 1 || r.Range != span(time.Minute, 2*time.Minute) {
			t.Errorf("after %v: %v, %v", took, r.Range, r.Files)
		}
		if s.recorder.disk.searches.Load() != 1 {
			t.Error("the search was not given time to end")
		}
		if err := s.Stop(s.t.Context(), r.Handle); err != nil {
			t.Error(err)
		}
		s.pass(3 * time.Second)
		s.nothingLeft()
	})
}

func TestBlindStartFindsTheFirstFile(t *testing.T) {
	files := []playback.File{file(30*time.Minute, time.Hour)}
	inArchive(t, task.Config{}, files, func(s *scene) {
		s.recorder.disk.search = func(_ context.Context, page func([]playback.File)) error {
			s.pass(4 * time.Second)
			page(files)
			return nil
		}
		s.recorder.disk.refuse = func(_ context.Context, r playback.Request) error {
			if r.Start.Before(files[0].Start) {
				return &device.Error{Op: device.OpPlayback, Kind: device.KindNoRecording}
			}
			return nil
		}
		if r := s.watch(span(0, time.Hour)); r.Range != span(30*time.Minute, time.Hour) {
			t.Errorf("range %v", r.Range)
		}
	})
}

func TestFailedPlaybackLeavesNothing(t *testing.T) {
	refused := &device.Error{Op: device.OpLogin, Kind: device.KindAuth}
	full := &device.Error{Op: device.OpPlayback, Kind: device.KindBusy, Code: 453}
	badName := &pusher.Error{Step: pusher.StepPublish, Words: "NetStream.Publish.BadName"}
	none := func(context.Context, func([]playback.File)) error { return nil }
	broken := &device.Error{Op: device.OpSearch, Kind: device.KindProtocol, Code: 500}
	tooLong := func(err error) bool {
		var failure *device.Error
		return errors.As(err, &failure) && failure.Op == device.OpSearch && failure.Kind == device.KindUnreachable &&
			strings.Contains(failure.Meaning, "longer than 30s (search_timeout)")
	}
	is := func(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }
	for _, tt := range []struct {
		name   string
		fault  func(s *scene)
		want   func(error) bool
		opens  bool // a run was asked for
		within time.Duration
	}{
		{"nothing recorded", func(s *scene) { s.recorder.disk.search = none }, is(task.ErrNoRecording), false, 0},
		{"files of another day", func(s *scene) { s.recorder.disk.files = []playback.File{file(48*time.Hour, 49*time.Hour)} }, is(task.ErrNoRecording), false, 0},
		{"the recorder says so", func(s *scene) {
			s.recorder.disk.search = func(context.Context, func([]playback.File)) error {
				return &device.Error{Op: device.OpSearch, Kind: device.KindNoRecording}
			}
		}, is(task.ErrNoRecording), false, 0},
		{"nothing recorded, late", func(s *scene) {
			s.recorder.disk.search = func(context.Context, func([]playback.File)) error {
				s.pass(5 * time.Second)
				return nil
			}
		}, is(task.ErrNoRecording), true, 5 * time.Second},
		{"login refused", func(s *scene) { s.recorder.open = func(context.Context) error { return refused } }, is(refused), false, 0},
		{"search's login refused", func(s *scene) {
			s.recorder.disk.search = func(context.Context, func([]playback.File)) error { return refused }
		}, is(refused), false, 0},
		{"broken search", func(s *scene) {
			s.recorder.disk.search = func(context.Context, func([]playback.File)) error { return broken }
		}, is(broken), false, 0},
		{"broken search, late", func(s *scene) {
			s.recorder.disk.search = func(context.Context, func([]playback.File)) error {
				s.pass(5 * time.Second)
				return broken
			}
		}, is(broken), true, 5 * time.Second},
		{"search without an end", func(s *scene) {
			s.recorder.disk.search = func(ctx context.Context, _ func([]playback.File)) error {
				<-ctx.Done()
				return ctx.Err()
			}
		}, tooLong, true, 30 * time.Second},
		{"no slot", func(s *scene) { s.recorder.disk.refuse = func(context.Context, playback.Request) error { return full } }, is(full), true, 0},
		{"server refuses", func(s *scene) { s.server.refuse = badName }, is(task.ErrPublish), true, 0},
		{"server hangs", func(s *scene) { s.server.hang = true }, is(task.ErrPublish), true, 10 * time.Second},
		{"server drops H.265", func(s *scene) { s.server.hevc = pusher.HEVCNone; s.recorder.disk.track = h265 }, is(task.ErrNoPicture), true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inArchive(t, task.Config{}, nil, func(s *scene) {
				tt.fault(s)
				begin := time.Now()
				r, err := s.StartPlayback(s.t.Context(), recordings(span(0, time.Hour)))
				if err == nil || !tt.want(err) {
					t.Errorf("start: %+v, %v", r, err)
				}
				if took := time.Since(begin); took > tt.within+time.Second {
					t.Errorf("answered after %v", took)
				}
				s.nothingLeft()
				if n := len(s.recorder.requests()); (n > 0) != tt.opens {
					t.Errorf("asked for %d runs", n)
				}
			})
		})
	}
}

func TestPlaybackWithoutAList(t *testing.T) {
	for name, err := range map[string]error{
		"by RTSP alone": &device.Error{Op: device.OpSearch, Kind: device.KindUnsupported},
		"not built in":  &device.Error{Op: device.OpSearch, Kind: device.KindNotBuilt},
	} {
		t.Run(name, func(t *testing.T) {
			inArchive(t, task.Config{}, nil, func(s *scene) {
				s.recorder.disk.search = func(context.Context, func([]playback.File)) error { return err }
				r := s.watch(span(time.Minute, time.Hour))
				if r.Range != span(time.Minute, time.Hour) || len(r.Files) != 0 {
					t.Errorf("range %v, files %v", r.Range, r.Files)
				}
				s.pass(5 * time.Second)
				s.near(r.Handle, noon(65*time.Second))
			})
		})
	}
	// What was found before the error is good.
	inArchive(t, task.Config{}, nil, func(s *scene) {
		s.recorder.disk.search = func(_ context.Context, page func([]playback.File)) error {
			page(s.recorder.disk.files)
			return &device.Error{Op: device.OpSearch, Kind: device.KindUnreachable}
		}
		if r := s.watch(span(time.Minute, 2*time.Hour)); r.Range != span(time.Minute, time.Hour) || len(r.Files) != 1 {
			t.Errorf("range %v, files %v", r.Range, r.Files)
		}
	})
}

func TestEndOfTheRecordingEndsTheSession(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []playback.File
		asked playback.Range
		lasts time.Duration
	}{
		{"a minute", []playback.File{file(0, time.Minute)}, span(0, time.Hour), time.Minute},
		{"a gap is skipped", []playback.File{file(0, 10*time.Second), file(30*time.Minute, 30*time.Minute+10*time.Second)}, span(0, time.Hour), 20 * time.Second},
		{"very short", []playback.File{file(0, time.Second)}, span(0, time.Hour), time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inArchive(t, task.Config{}, tt.files, func(s *scene) {
				begin := time.Now()
				r := s.watch(tt.asked)
				for {
					if err := s.Beat(r.Handle); errors.Is(err, task.ErrNoSession) {
						break
					}
					if time.Since(begin) > 2*time.Minute {
						t.Fatal("it does not end")
					}
					s.pass(100 * time.Millisecond)
				}
				if took := time.Since(begin) - tt.lasts; took.Abs() > 2500*time.Millisecond {
					t.Errorf("it lasted %v longer than the recording", took)
				}
				s.nothingLeft()
				video := s.server.video()
				if want := int(tt.lasts / frame); len(video) < want-25 || len(video) == 0 || len(video) > want+25 {
					t.Errorf("%d pictures, want about %d", len(video), want)
				}
				if n := len(s.server.published); n != 1 {
					t.Errorf("published %d times", n)
				}
			})
		})
	}
}

func TestSeek(t *testing.T) {
	inArchive(t, task.Config{}, nil, func(s *scene) {
		r := s.watch(span(10*time.Minute, 40*time.Minute))
		for _, to := range []time.Duration{20 * time.Minute, 12 * time.Minute, 35 * time.Minute} {
			if err := s.Seek(s.t.Context(), r.Handle, noon(to)); err != nil {
				t.Fatalf("Seek: %v", err)
			}
			s.pass(5 * time.Second)
			s.near(r.Handle, noon(to+5*time.Second))
		}
		checkRising(t, s.server.video())
		if len(s.server.published) != 1 || s.recorder.plays.Load() != 1 {
			t.Errorf("%d publishes, %d runs", len(s.server.published), s.recorder.plays.Load())
		}
		for _, to := range []time.Duration{9 * time.Minute, 61 * time.Minute} {
			if err := s.Seek(s.t.Context(), r.Handle, noon(to)); !errors.Is(err, task.ErrOutside) {
				t.Errorf("Seek to %v: %v, want ErrOutside", to, err)
			}
		}
		// Between the asked end and the last file's.
		if err := s.Seek(s.t.Context(), r.Handle, noon(50*time.Minute)); err != nil {
			t.Errorf("Seek: %v", err)
		}
	})
}

// checkRising fails where timestamps fall.
func checkRising(t *testing.T, video []message) {
	t.Helper()
	for i, m := range video[1:] {
		if m.timestamp < video[i].timestamp {
			t.Fatalf("picture %d: timestamp %d after %d", i+1, m.timestamp, video[i].timestamp)
		}
	}
}

func TestRefusedSeekGoesOn(t *testing.T) {
	inArchive(t, task.Config{}, nil, func(s *scene) {
		r := s.watch(span(0, time.Hour))
		s.pass(10 * time.Second)
		refused := &device.Error{Op: device.OpPlayback, Kind: device.KindBusy, Code: 453}
		s.recorder.set(func() {
			s.recorder.disk.refuse = func(_ context.Context, r playback.Request) error {
				if r.Start.After(noon(20 * time.Minute)) {
					return refused
				}
				return nil
			}
		})
		if err := s.Seek(s.t.Context(), r.Handle, noon(30*time.Minute)); !errors.Is(err, refused) {
			t.Errorf("Seek: %v, want the recorder's refusal", err)
		}
		s.pass(10 * time.Second)
		if snapshot, err := s.Status(r.Handle); err != nil || snapshot.State != task.StateStreaming {
			t.Errorf("status %+v, %v", snapshot, err)
		}
		if at := s.position(r.Handle); at.Before(noon(15*time.Second)) || at.After(noon(21*time.Second)) {
			t.Errorf("at %v after the refused seek", at)
		}
	})
}

func TestPauseKeepsThePublishAndTheLease(t *testing.T) {
	inArchive(t, task.Config{Interval: 20 * time.Second, Grace: 10 * time.Second}, nil, func(s *scene) {
		r := s.watch(span(0, time.Hour))
		s.pass(10 * time.Second)
		if err := s.Pause(s.t.Context(), r.Handle); err != nil {
			t.Fatalf("Pause: %v", err)
		}
		at := s.position(r.Handle)
		for range 30 {
			s.pass(20 * time.Second)
			if err := s.Beat(r.Handle); err != nil {
				t.Fatalf("Beat: %v", err)
			}
		}
		snapshot, err := s.Status(r.Handle)
		if err != nil || snapshot.State != task.StateStreaming || !snapshot.Recording.Paused ||
			snapshot.Recording.Position.Sub(at).Abs() > time.Second {
			t.Errorf("status %+v, %+v, %v", snapshot, snapshot.Recording, err)
		}
		if s.server.open() != 1 || len(s.server.published) != 1 || s.recorder.plays.Load() != 0 {
			t.Errorf("%d publishes open, %d ever, %d runs", s.server.open(), len(s.server.published), s.recorder.plays.Load())
		}
		if err := s.Resume(s.t.Context(), r.Handle); err != nil {
			t.Fatalf("Resume: %v", err)
		}
		s.pass(5 * time.Second)
		s.near(r.Handle, at.Add(5*time.Second))
		// Without heartbeats it ends, paused or not.
		if err := s.Pause(s.t.Context(), r.Handle); err != nil {
			t.Fatalf("Pause: %v", err)
		}
		s.pass(31 * time.Second)
		if err := s.Beat(r.Handle); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("Beat: %v, want ErrNoSession", err)
		}
		s.nothingLeft()
	})
}

func TestSpeed(t *testing.T) {
	inArchive(t, task.Config{}, []playback.File{file(0, 2*time.Minute)}, func(s *scene) {
		r := s.watch(span(0, time.Hour))
		if err := s.SetSpeed(s.t.Context(), r.Handle, 4); err != nil {
			t.Fatalf("SetSpeed: %v", err)
		}
		at := s.position(r.Handle)
		s.pass(10 * time.Second)
		if d := s.position(r.Handle).Sub(at); d < 36*time.Second || d > 44*time.Second {
			t.Errorf("ran %v in 10 s at speed 4", d)
		}
		if snapshot, err := s.Status(r.Handle); err != nil || snapshot.Recording.Speed != 4 {
			t.Errorf("status %+v, %v", snapshot.Recording, err)
		}
		if err := s.SetSpeed(s.t.Context(), r.Handle, 9); !errors.Is(err, playback.ErrSpeed) {
			t.Errorf("SetSpeed(9): %v, want ErrSpeed", err)
		}
	})
}

func TestCallerGoneDuringAStartOfAPlayback(t *testing.T) {
	for _, after := range []time.Duration{0, 500 * time.Millisecond, 3 * time.Second, 12 * time.Second} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			inArchive(t, task.Config{}, nil, func(s *scene) {
				s.recorder.disk.search = func(ctx context.Context, page func([]playback.File)) error {
					select {
					case <-time.After(time.Second):
						page(s.recorder.disk.files)
					case <-ctx.Done():
					}
					<-ctx.Done()
					return ctx.Err()
				}
				ctx, cancel := context.WithTimeout(s.t.Context(), after)
				defer cancel()
				if r, err := s.StartPlayback(ctx, recordings(span(0, time.Hour))); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("start: %+v, %v", r, err)
				}
				s.nothingLeft()
			})
		})
	}
}

func TestLossOfTheRecorderResumes(t *testing.T) {
	inArchive(t, task.Config{}, nil, func(s *scene) {
		r := s.watch(span(0, time.Hour))
		s.pass(10 * time.Second)
		s.recorder.set(func() { s.recorder.open = func(context.Context) error { return errLost } })
		s.recorder.lose()
		s.pass(5 * time.Second)
		if snapshot, err := s.Status(r.Handle); err != nil || snapshot.State != task.StateRetrying {
			t.Errorf("status while the recorder is away: %+v, %v", snapshot, err)
		}
		s.recorder.set(func() { s.recorder.open = nil })
		s.pass(10 * time.Second)
		if at := s.position(r.Handle); at.Before(noon(15*time.Second)) || at.After(noon(25*time.Second)) {
			t.Errorf("at %v after 25 s with 5 to 8 s of absence", at)
		}
		checkRising(t, s.server.video())
		if len(s.server.published) != 1 {
			t.Errorf("published %d times", len(s.server.published))
		}
		if n := s.recorder.disk.found.Load(); n != 1 {
			t.Errorf("%d searches", n)
		}
	})
}

func TestSeekWakesALostRecorder(t *testing.T) {
	inArchive(t, task.Config{}, nil, func(s *scene) {
		r := s.watch(span(0, time.Hour))
		full := &device.Error{Op: device.OpPlayback, Kind: device.KindBusy}
		s.recorder.set(func() { s.recorder.disk.refuse = func(context.Context, playback.Request) error { return full } })
		s.recorder.lose()
		s.pass(time.Minute) // the waits have become long
		s.recorder.set(func() { s.recorder.disk.refuse = nil })
		begin := time.Now()
		if err := s.Seek(s.t.Context(), r.Handle, noon(30*time.Minute)); err != nil {
			t.Fatalf("Seek: %v", err)
		}
		if took := time.Since(begin); took > time.Second {
			t.Errorf("the seek took %v", took)
		}
		s.pass(3 * time.Second)
		s.near(r.Handle, noon(30*time.Minute+3*time.Second))
	})
}

func TestSeekOnARecorderThatHangs(t *testing.T) {
	hang := func(ctx context.Context, _ playback.Request) error {
		<-ctx.Done()
		return &device.Error{Op: device.OpPlayback, Kind: device.KindUnreachable, Err: ctx.Err()}
	}
	inArchive(t, task.Config{StartTimeout: 20 * time.Second}, nil, func(s *scene) {
		r := s.watch(span(0, time.Hour))
		s.recorder.set(func() { s.recorder.disk.refuse = hang })
		begin := time.Now()
		err := s.Seek(s.t.Context(), r.Handle, noon(30*time.Minute))
		if kind, ok := device.KindOf(err); !ok || kind != device.KindUnreachable && kind != device.KindNoData {
			t.Errorf("Seek: %v", err)
		}
		if took := time.Since(begin); took > 21*time.Second {
			t.Errorf("the seek took %v", took)
		}
		ctx, cancel := context.WithTimeout(s.t.Context(), time.Second)
		defer cancel()
		if err := s.Seek(ctx, r.Handle, noon(31*time.Minute)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Seek of a caller who goes: %v", err)
		}
		ended := make(chan error, 1)
		go func() { ended <- s.Seek(s.t.Context(), r.Handle, noon(32*time.Minute)) }()
		s.pass(time.Second)
		if err := s.Stop(s.t.Context(), r.Handle); err != nil {
			t.Errorf("Stop: %v", err)
		}
		if err := <-ended; !errors.Is(err, task.ErrNoSession) {
			t.Errorf("Seek of a session that is stopped: %v, want ErrNoSession", err)
		}
		s.nothingLeft()
	})
}

func TestServerRestartDuringAPlayback(t *testing.T) {
	inArchive(t, task.Config{}, nil, func(s *scene) {
		r := s.watch(span(0, time.Hour))
		s.pass(10 * time.Second)
		s.server.restart(&pusher.Error{Step: pusher.StepDial})
		s.pass(30 * time.Second)
		s.server.restart(nil)
		s.pass(10 * time.Second)
		snapshot, err := s.Status(r.Handle)
		if err != nil || snapshot.State != task.StateStreaming || snapshot.Publish.Reconnects != 1 {
			t.Errorf("status %+v, %v", snapshot, err)
		}
		checkRising(t, s.server.video())
		if p := s.server.published; len(p) != 2 || p[0] != p[1] {
			t.Errorf("published as %q", p)
		}
	})
}

func TestControlsOfOtherSessions(t *testing.T) {
	inArchive(t, task.Config{}, nil, func(s *scene) {
		live, recorded := s.start(1), s.watch(span(0, time.Hour))
		for name, control := range map[string]func(handle int32) error{
			"Seek":     func(h int32) error { return s.Seek(s.t.Context(), h, noon(0)) },
			"SetSpeed": func(h int32) error { return s.SetSpeed(s.t.Context(), h, 2) },
			"Pause":    func(h int32) error { return s.Pause(s.t.Context(), h) },
			"Resume":   func(h int32) error { return s.Resume(s.t.Context(), h) },
		} {
			if err := control(live.Handle); !errors.Is(err, task.ErrLive) {
				t.Errorf("%s of a live session: %v", name, err)
			}
			if err := control(0); !errors.Is(err, task.ErrNoSession) {
				t.Errorf("%s of no session: %v", name, err)
			}
		}
		if err := s.Move(s.t.Context(), recorded.Handle, ptz.TiltUp, time.Second); !errors.Is(err, task.ErrRecording) {
			t.Errorf("Move of a playback: %v", err)
		}
		if err := s.Move(s.t.Context(), 0, ptz.TiltUp, time.Second); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("Move of no session: %v", err)
		}
		var failure *device.Error
		err := s.Move(s.t.Context(), live.Handle, ptz.TiltUp, time.Second)
		if !errors.As(err, &failure) || failure.Op != device.OpPTZ || failure.Kind != device.KindUnsupported {
			t.Errorf("Move without movers: %v", err)
		}
	})
}

// mover keeps what it is asked for.
type mover struct {
	key      string
	command  ptz.Command
	duration time.Duration
	takes    time.Duration
	err      error
}

func (m *mover) Move(_ context.Context, camera ptz.Camera, command ptz.Command, duration time.Duration) error {
	m.key, m.command, m.duration = camera.Key(), command, duration
	<-time.After(m.takes)
	return m.err
}

func TestMoveRoutesAndRenews(t *testing.T) {
	m := &mover{takes: 25 * time.Second}
	inScene(t, task.Config{PTZ: m, Interval: 10 * time.Second, Grace: 10 * time.Second}, func(s *scene) {
		live := s.start(7)
		s.pass(15 * time.Second)
		// It lasts longer than the lease, which a waiting caller keeps.
		if err := s.Move(s.t.Context(), live.Handle, ptz.PanLeft, 300*time.Millisecond); err != nil {
			t.Fatalf("Move: %v", err)
		}
		if m.key != "hikvision 10.0.0.1:8000 channel 7" || m.command != ptz.PanLeft || m.duration != 300*time.Millisecond {
			t.Errorf("moved %+v", m)
		}
		s.pass(15 * time.Second)
		if err := s.Beat(live.Handle); err != nil {
			t.Errorf("Beat: %v", err)
		}
		m.err, m.takes = ptz.ErrClosing, 0
		if err := s.Move(s.t.Context(), live.Handle, ptz.PanLeft, time.Second); !errors.Is(err, task.ErrClosing) {
			t.Errorf("Move: %v, want ErrClosing", err)
		}
		s.pass(21 * time.Second)
		if err := s.Beat(live.Handle); !errors.Is(err, task.ErrNoSession) {
			t.Errorf("Beat: %v, want ErrNoSession", err)
		}
	})
}

func TestShutdownEndsPlaybacks(t *testing.T) {
	inArchive(t, task.Config{}, nil, func(s *scene) {
		for range 5 {
			s.watch(span(0, time.Hour))
		}
		failed := make(chan error, 1)
		s.recorder.disk.search = func(ctx context.Context, _ func([]playback.File)) error {
			<-ctx.Done()
			return ctx.Err()
		}
		go func() {
			_, err := s.StartPlayback(s.t.Context(), recordings(span(0, time.Hour)))
			failed <- err
		}()
		s.pass(time.Second)
		s.cancel()
		if err := <-failed; !errors.Is(err, task.ErrClosing) {
			t.Errorf("start: %v, want ErrClosing", err)
		}
		synctest.Wait()
		s.nothingLeft()
	})
}

var _ media.Source = (*tape)(nil)
