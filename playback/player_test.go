package playback_test

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/media"
	"mediapusher/playback"
)

var (
	noon    = time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC)
	picture = &media.Track{Codec: media.H264}
)

func span(from, to int) playback.Range {
	return playback.Range{Start: noon.Add(time.Duration(from) * time.Second), End: noon.Add(time.Duration(to) * time.Second)}
}

// recorder plays one picture a second of recorded time, all of them key frames, as fast as they are taken.
type recorder struct {
	table  *playback.Timetable
	over   time.Duration // how far it plays on past the end
	silent bool          // it falls silent at the end
	refuse func(playback.Request) error
	opened int
}

func (r *recorder) open(_ context.Context, request playback.Request) (media.Source, error) {
	r.opened++
	if r.refuse != nil {
		if err := r.refuse(request); err != nil {
			return nil, err
		}
	}
	return &source{r, request}, nil
}

type source struct {
	r *recorder
	playback.Request
}

func (s *source) Run(ctx context.Context, sink media.Sink) error {
	if err := sink.SetTracks([]*media.Track{picture}); err != nil {
		return err
	}
	for at := s.Start; at.Before(s.End.Add(s.r.over)) && ctx.Err() == nil; at = at.Add(200 * time.Millisecond) {
		if _, recorded := s.r.table.Next(at); !recorded && s.r.over == 0 {
			break
		}
		au := media.NewAccessUnit(picture)
		au.PTS, au.RandomAccess, au.Arrival = int64(at.Sub(noon)/time.Millisecond)*90, true, time.Now()
		if err := au.Append(binary.BigEndian.AppendUint64([]byte{0x65}, uint64(at.UnixNano()))); err != nil {
			return err
		}
		if err := sink.Write(au); err != nil {
			return err
		}
	}
	if s.r.silent {
		<-ctx.Done()
	}
	return nil
}

// session is a player with its road: each picture that comes out goes to see.
func session(t *testing.T, r *recorder, see func(p *playback.Player, shown time.Time)) (*playback.Player, <-chan error) {
	t.Helper()
	queue := media.NewQueue(media.QueueConfig{Full: media.WaitForRoom})
	pacer := playback.NewPacer(queue)
	player := playback.NewPlayer(playback.Config{
		Table: r.table, Open: r.open, Flush: pacer.Flush, OnAir: pacer.Position, Drained: pacer.Drained,
	})
	done := make(chan error, 1)
	go func() {
		err := player.Run(t.Context(), media.NewTimeline(queue))
		queue.Close()
		done <- err
	}()
	over := make(chan error, 1)
	go func() {
		pacer.Attach()
		for {
			au, err := pacer.Next(t.Context(), time.Second)
			if errors.Is(err, media.ErrIdle) {
				continue
			}
			if err != nil {
				over <- <-done
				return
			}
			shown := time.Unix(0, int64(binary.BigEndian.Uint64(au.Units[0][1:])))
			if apart := shown.Sub(au.Wall).Abs(); apart > time.Second {
				t.Errorf("position %v and picture %v", au.Wall, shown)
			}
			see(player, shown)
			au.Release()
		}
	}()
	return player, over
}

func table(ranges ...playback.Range) *playback.Timetable {
	t := playback.NewTimetable(playback.Range{Start: ranges[0].Start, End: ranges[len(ranges)-1].End}, playback.ClipNone)
	for _, r := range ranges {
		t.Add([]playback.File{{Range: r}})
	}
	t.Complete()
	return t
}

func TestPlaybackLastsAsLongAsTheRecording(t *testing.T) {
	for name, r := range map[string]*recorder{
		"ends":           {table: table(span(0, 60))},
		"plays on":       {table: table(span(0, 60)), over: time.Minute},
		"falls silent":   {table: table(span(0, 60)), silent: true},
		"skips a gap":    {table: table(span(0, 30), span(300, 330))},
		"files overlap":  {table: table(span(0, 31), span(30, 60))},
		"a second apart": {table: table(span(0, 30), span(31, 60))},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				_, over := session(t, r, func(*playback.Player, time.Time) {})
				if err := <-over; err != nil {
					t.Error(err)
				}
				if lasted := time.Since(begin); (lasted - time.Minute).Abs() > time.Second {
					t.Errorf("lasted %v", lasted)
				}
			})
		})
	}
}

func TestCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("refused")
		r := &recorder{table: table(span(0, 600))}
		r.refuse = func(q playback.Request) error {
			if q.Start.Equal(noon.Add(500 * time.Second)) {
				return refused
			}
			return nil
		}
		p, over := session(t, r, func(*playback.Player, time.Time) {})
		near := func(what string, want time.Duration) {
			t.Helper()
			<-time.After(500 * time.Millisecond)
			if apart := p.Position().Sub(noon.Add(want)).Abs(); apart > 2*time.Second {
				t.Errorf("%s: position %v, want %v", what, p.Position(), noon.Add(want))
			}
		}
		for i := range 20 {
			if err := p.Seek(t.Context(), noon.Add(time.Duration(10*i+10)*time.Second)); err != nil {
				t.Error(err)
			}
		}
		near("twenty seeks", 200*time.Second)
		if err := p.Seek(t.Context(), noon.Add(500*time.Second)); !errors.Is(err, refused) {
			t.Errorf("refused seek: %v", err)
		}
		near("refused seek", 200*time.Second)
		if err := p.Seek(t.Context(), noon.Add(time.Hour)); !errors.Is(err, playback.ErrOutside) {
			t.Errorf("seek outside: %v", err)
		}
		if err := p.Pause(t.Context()); err != nil || !p.Paused() {
			t.Error(err)
		}
		<-time.After(time.Minute)
		near("paused", 201*time.Second)
		if err := p.Resume(t.Context()); err != nil {
			t.Error(err)
		}
		if err := p.SetSpeed(t.Context(), 4); err != nil || p.Speed() != 4 {
			t.Error(err)
		}
		begin := time.Now()
		if err := <-over; err != nil {
			t.Error(err)
		}
		if lasted := time.Since(begin); (lasted - 100*time.Second).Abs() > 2*time.Second {
			t.Errorf("400 s at speed 4 lasted %v", lasted)
		}
		if err := p.Seek(t.Context(), noon); !errors.Is(err, playback.ErrEnded) {
			t.Errorf("seek behind the end: %v", err)
		}
	})
}
