package playback_test

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/media"
	"mediapusher/playback"
)

// deck is a recorder of any kind. The zero value of each field is a good one: 25 pictures a second, a key frame each second, and pictures
// as fast as they are taken.
type deck struct {
	recorded []playback.Range // what is on the disk, in order
	table    *playback.Timetable
	frame    time.Duration
	group    int     // pictures from key frame to key frame
	rate     float64 // recorded seconds in a second, 0 as fast as they are taken
	scales   bool    // it sends faster by the asked speed
	squeezes bool    // and its timestamps stay at real time
	keysOnly bool    // above speed 1
	granted  float64 // what it says of the speed
	lead     time.Duration
	takes    time.Duration // to open a run
	quiet    time.Duration // behind PLAY
	stall    time.Duration // once, at stallAt
	stallAt  time.Duration
	clock    func(at time.Time) time.Time
	reorders bool
	stamp    func(n, pts int64) int64 // of the n-th picture
	through  bool                     // it plays on behind a gap
	sound    bool
	fails    error                          // of each run's source, at once
	refuse   func(q playback.Request) error // of Open
	snaps    int                            // it begins at the key frame before what is asked for (-1) or behind it (1)
	idles    bool                           // it falls silent at its end
	past     time.Duration                  // it plays on that far behind the end
	early    time.Duration                  // it ends that much before the end of a recording
	retry    time.Duration                  // behind which Run is called again after an error; 0 never

	mu   sync.Mutex
	asks []playback.Request
}

var voice = &media.Track{ID: 1, Codec: media.PCMA, SampleRate: 8000}

func (d *deck) open(ctx context.Context, q playback.Request) (media.Source, error) {
	d.mu.Lock()
	d.asks = append(d.asks, q)
	d.mu.Unlock()
	if !wait(ctx, d.takes) {
		return nil, context.Canceled
	}
	if d.refuse != nil {
		if err := d.refuse(q); err != nil {
			return nil, err
		}
	}
	return &reel{d, q}, nil
}

func (d *deck) asked() []playback.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]playback.Request(nil), d.asks...)
}

// wait returns false where ctx ends before.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// reel is one run.
type reel struct {
	*deck
	playback.Request
}

func (r *reel) Run(ctx context.Context, sink media.Sink) error {
	tracks := []*media.Track{picture}
	if r.sound {
		tracks = append(tracks, voice)
	}
	if err := sink.SetTracks(tracks); err != nil {
		return err
	}
	if r.fails != nil {
		return r.fails
	}
	if !wait(ctx, r.quiet) {
		return nil
	}
	if r.Began != nil {
		r.Began(playback.Began{Speed: r.granted})
	}
	begin, sent := time.Now(), int64(0)
	for i, span := range r.recorded {
		if !r.Start.Before(span.End) {
			continue
		}
		from := r.Start.Add(-r.lead)
		if from.Before(span.Start) {
			from = span.Start
		}
		from = r.snap(from, span)
		if i > 0 && sent > 0 && !r.through {
			break
		}
		n, err := r.play(ctx, sink, begin, sent, playback.Range{Start: from, End: span.End.Add(r.past - r.early)})
		if sent += n; err != nil || ctx.Err() != nil {
			return err
		}
	}
	if r.idles {
		<-ctx.Done()
	}
	return nil
}

// snap returns where a recorder begins that begins with a key frame.
func (r *reel) snap(from time.Time, span playback.Range) time.Time {
	group := time.Duration(r.group) * 40 * time.Millisecond
	if r.snaps == 0 || !from.After(span.Start) {
		return from
	}
	into := from.Sub(span.Start)
	if r.snaps > 0 {
		into += group - 1
	}
	return span.Start.Add(into - into%group)
}

// play sends the pictures of a span, the first as the skip-th of the run.
func (r *reel) play(ctx context.Context, sink media.Sink, begin time.Time, skip int64, span playback.Range) (int64, error) {
	frame, group := r.frame, int64(r.group)
	if frame == 0 {
		frame = 40 * time.Millisecond
	}
	if group == 0 {
		group = int64(time.Second / frame)
	}
	rate := r.rate
	if r.scales {
		rate *= r.Speed
	}
	count := int64((span.End.Sub(span.Start) + frame - 1) / frame)
	for i := range count {
		n := i
		if r.reorders && i > 0 { // I P B B, and so on
			n = []int64{i - 1, i + 2, i - 1}[i%3]
			if n >= count {
				n = i
			}
		}
		key := n%group == 0
		if r.keysOnly && r.Speed > 1 && !key {
			continue
		}
		at := span.Start.Add(time.Duration(n) * frame)
		if rate > 0 {
			if !wait(ctx, time.Until(begin.Add(time.Duration(float64(skip+i)*float64(frame)/rate)))) {
				return 0, nil
			}
		}
		if r.stall > 0 && !at.Before(noon.Add(r.stallAt)) {
			stall := r.stall
			r.stall = 0
			if !wait(ctx, stall) {
				return 0, nil
			}
		}
		pts := (skip + n) * int64(frame/time.Millisecond) * 90
		if r.squeezes {
			pts = int64(float64(pts) / r.Speed)
		}
		if r.stamp != nil {
			pts = r.stamp(skip+n, pts)
		}
		if err := r.send(sink, at, pts, key); err != nil {
			return 0, err
		}
	}
	return count, nil
}

func (r *reel) send(sink media.Sink, at time.Time, pts int64, key bool) error {
	kind := byte(0x41)
	if key {
		kind = 0x65
	}
	units := []*media.AccessUnit{media.NewAccessUnit(picture)}
	if r.sound {
		units = append(units, media.NewAccessUnit(voice))
	}
	for _, au := range units {
		au.PTS, au.RandomAccess, au.Arrival = pts, key && au.Track == picture, time.Now()
		if r.clock != nil {
			au.Wall = r.clock(at)
		}
		if err := au.Append(binary.BigEndian.AppendUint64([]byte{kind}, uint64(at.UnixNano()))); err != nil {
			return err
		}
		if err := sink.Write(au); err != nil {
			return err
		}
	}
	return nil
}

// screen is what came out of a session.
type screen struct {
	player *playback.Player
	pacer  *playback.Pacer
	begin  time.Time
	over   chan error

	mu     sync.Mutex
	shots  []shot
	sounds int
}

// shot is a picture: when it came out, what it shows, what its position is.
type shot struct{ out, shown, at time.Time }

// show runs a session of a deck.
func show(t *testing.T, d *deck) *screen {
	t.Helper()
	queue := media.NewQueue(media.QueueConfig{Full: media.WaitForRoom})
	s := &screen{pacer: playback.NewPacer(queue), begin: time.Now(), over: make(chan error, 1)}
	if d.table == nil {
		d.table = table(d.recorded...)
	}
	s.player = playback.NewPlayer(playback.Config{
		Table: d.table, Open: d.open, Flush: s.pacer.Flush, OnAir: s.pacer.Position, Drained: s.pacer.Drained,
	})
	done := make(chan error, 1)
	go func() {
		road := media.NewTimeline(queue)
		err := s.player.Run(t.Context(), road)
		for err != nil && d.retry > 0 && wait(t.Context(), d.retry) {
			err = s.player.Run(t.Context(), road)
		}
		queue.Close()
		done <- err
	}()
	go func() {
		s.pacer.Attach()
		for {
			au, err := s.pacer.Next(t.Context(), time.Second)
			if errors.Is(err, media.ErrIdle) {
				continue
			}
			if err != nil {
				s.over <- <-done
				return
			}
			s.take(au)
			au.Release()
		}
	}()
	return s
}

func (s *screen) take(au *media.AccessUnit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if au.Track == voice {
		s.sounds++
		return
	}
	shown := time.Unix(0, int64(binary.BigEndian.Uint64(au.Units[0][1:]))).UTC()
	s.shots = append(s.shots, shot{time.Now(), shown, au.Wall})
}

func (s *screen) seen() []shot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]shot(nil), s.shots...)
}

// lasts waits for the end and fails where that comes at another time.
func (s *screen) lasts(t *testing.T, want, slack time.Duration) {
	t.Helper()
	if err := <-s.over; err != nil {
		t.Error(err)
	}
	if lasted := time.Since(s.begin); (lasted - want).Abs() > slack {
		t.Errorf("lasted %v, want %v", lasted, want)
	}
}

// holds fails where a position is further than slack from what a picture shows, from some time after the begin on.
func (s *screen) holds(t *testing.T, from, slack time.Duration) {
	t.Helper()
	for _, shot := range s.seen() {
		if shot.out.Sub(s.begin) >= from && shot.at.Sub(shot.shown).Abs() > slack {
			t.Errorf("%v after the begin: position %v of the picture of %v", shot.out.Sub(s.begin), shot.at, shot.shown)
			return
		}
	}
}
