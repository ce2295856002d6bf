package pusher_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/media"
	"mediapusher/pusher"
)

// fakeConn is an accepted publish that keeps what it is sent.
type fakeConn struct {
	hevc pusher.HEVC
	done chan struct{}
	end  sync.Once

	mu     sync.Mutex
	sent   recorder
	alive  int
	closes int
	err    error
}

func newFakeConn(hevc pusher.HEVC) *fakeConn { return &fakeConn{hevc: hevc, done: make(chan struct{})} }

func (c *fakeConn) WriteMessage(typeID byte, timestamp uint32, body [][]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent.WriteMessage(typeID, timestamp, body)
}

func (c *fakeConn) Flush() error { return nil }

func (c *fakeConn) KeepAlive() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alive++
	return nil
}

func (c *fakeConn) fail(err error) {
	c.end.Do(func() {
		c.mu.Lock()
		c.err = err
		c.mu.Unlock()
		close(c.done)
	})
}

func (c *fakeConn) Close() error {
	c.fail(errors.New("closed"))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closes++
	return nil
}

func (c *fakeConn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *fakeConn) kinds() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var kinds []string
	for _, m := range c.sent.messages {
		kinds = append(kinds, strings.Join(strings.Fields(m)[:2], ""))
	}
	return strings.Join(kinds, " ")
}

func (c *fakeConn) HEVC() pusher.HEVC     { return c.hevc }
func (c *fakeConn) Server() string        { return "fake" }
func (c *fakeConn) Done() <-chan struct{} { return c.done }

type fakeDialer struct {
	conn pusher.Conn
	err  error
}

func (d fakeDialer) Dial(context.Context, string) (pusher.Conn, error) { return d.conn, d.err }

// fakeUnits hands out units at their times.
type fakeUnits struct {
	feed               chan *media.AccessUnit
	attached, detached int
}

func (u *fakeUnits) Attach() { u.attached++ }
func (u *fakeUnits) Detach() { u.detached++ }

func (u *fakeUnits) Ready() bool { return len(u.feed) > 0 }

func (u *fakeUnits) Next(ctx context.Context, wait time.Duration) (*media.AccessUnit, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case au, ok := <-u.feed:
		if !ok {
			return nil, media.ErrQueueClosed
		}
		return au, nil
	case <-timer.C:
		return nil, media.ErrIdle
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func tracksOf(tracks ...*media.Track) func() []*media.Track {
	return func() []*media.Track { return tracks }
}

func TestPublisherOrder(t *testing.T) {
	video := avcTrack(t, baselineSPS, 1920, 1080)
	audio := aacTrack()
	pcma := &media.Track{ID: 1, Codec: media.PCMA, SampleRate: 8000, Channels: 1}
	for _, tt := range []struct {
		name   string
		tracks []*media.Track
		feed   func(t *testing.T, feed chan<- *media.AccessUnit)
		want   string
		lasts  time.Duration // after the last unit
		key    time.Duration // when the first key frame is written
		ready  time.Duration // when OnPlayable is called, -1 for never
	}{
		{
			name: "no audio promised", tracks: []*media.Track{video},
			feed:  func(t *testing.T, feed chan<- *media.AccessUnit) { feed <- unit(t, video, 0, 0, true, "65 88 84") },
			want:  "meta0 video0 video0",
			lasts: 250 * time.Millisecond, ready: 200 * time.Millisecond,
		},
		{
			name:  "tracks not known",
			feed:  func(t *testing.T, feed chan<- *media.AccessUnit) { feed <- unit(t, video, 0, 0, true, "65 88 84") },
			want:  "meta0 video0 video0",
			lasts: 250 * time.Millisecond, ready: 200 * time.Millisecond,
		},
		{
			name: "audio comes in time", tracks: []*media.Track{video, pcma},
			feed: func(t *testing.T, feed chan<- *media.AccessUnit) {
				feed <- unit(t, video, 0, 0, true, "65 88 84")
				feed <- unit(t, video, 40, 40, false, "41 88 84")
				<-time.After(100 * time.Millisecond)
				feed <- unit(t, audio, 20, 20, false, "21")
				feed <- unit(t, video, 80, 80, false, "41 88 84")
			},
			want:  "meta0 video0 audio0 video0 video40 audio20 video80",
			key:   100 * time.Millisecond,
			lasts: 250 * time.Millisecond, ready: 200 * time.Millisecond,
		},
		{
			name: "audio never comes", tracks: []*media.Track{video, audio},
			feed: func(t *testing.T, feed chan<- *media.AccessUnit) {
				feed <- unit(t, video, 0, 0, true, "65 88 84")
				for i := range int64(10) {
					<-time.After(40 * time.Millisecond)
					feed <- unit(t, video, 40*i+40, 40*i+40, false, "41 88 84")
				}
			},
			want:  "meta0 video0 video0 video40 video80 video120 video160 video200 video240 video280 video320 video360 video400",
			key:   200 * time.Millisecond,
			lasts: 250 * time.Millisecond, ready: 200 * time.Millisecond,
		},
		{
			name: "audio comes late", tracks: []*media.Track{video, audio},
			feed: func(t *testing.T, feed chan<- *media.AccessUnit) {
				feed <- unit(t, video, 0, 0, true, "65 88 84")
				<-time.After(500 * time.Millisecond)
				feed <- unit(t, audio, 500, 500, false, "21")
			},
			want:  "meta0 video0 video0 meta0 audio500 audio500",
			key:   200 * time.Millisecond,
			lasts: 250 * time.Millisecond, ready: 200 * time.Millisecond,
		},
		{
			name: "stream ends while audio is awaited", tracks: []*media.Track{video, audio},
			feed:  func(t *testing.T, feed chan<- *media.AccessUnit) { feed <- unit(t, video, 0, 0, true, "65 88 84") },
			want:  "meta0 video0 video0",
			ready: -1,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := newFakeConn(pusher.HEVCNone)
				units := &fakeUnits{feed: make(chan *media.AccessUnit)}
				begin := time.Now()
				accepted, ready := 0, time.Duration(-1)
				p := pusher.NewPublisher(pusher.PublisherConfig{
					Dialer:     fakeDialer{conn: conn},
					OnAccepted: func(pusher.Conn) { accepted++ },
					OnPlayable: func() { ready = time.Since(begin) },
				})
				go func() {
					defer close(units.feed)
					tt.feed(t, units.feed)
					<-time.After(tt.lasts)
				}()
				if err := p.Run(t.Context(), "cam1", units, tracksOf(tt.tracks...)); err != nil {
					t.Fatal(err)
				}
				if got := conn.kinds(); got != tt.want {
					t.Errorf("sent %s\nwant %s", got, tt.want)
				}
				if ready != tt.ready || accepted != 1 || units.attached != 1 || units.detached != 1 || conn.closes == 0 {
					t.Errorf("ready after %v, accepted %d, attached %d, detached %d, closed %d", ready, accepted, units.attached, units.detached, conn.closes)
				}
				stats := p.Stats()
				if stats.Messages != uint64(len(conn.sent.messages)) || stats.Bytes == 0 || stats.LastKeyFrame.Sub(begin) != tt.key || stats.LastFrame.Before(stats.LastKeyFrame) {
					t.Errorf("stats %+v", stats)
				}
			})
		})
	}
}

// A server that accepts, takes a key frame and closes then has not made the stream playable.
func TestPublisherSettles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		video := avcTrack(t, baselineSPS, 1920, 1080)
		conn := newFakeConn(pusher.HEVCNone)
		units := &fakeUnits{feed: make(chan *media.AccessUnit, 1)}
		units.feed <- unit(t, video, 0, 0, true, "65 88 84")
		p := pusher.NewPublisher(pusher.PublisherConfig{
			Dialer:     fakeDialer{conn: conn},
			OnPlayable: func() { t.Error("called playable") },
		})
		refused := errors.New("the server closed the connection")
		time.AfterFunc(150*time.Millisecond, func() { conn.fail(refused) })
		if err := p.Run(t.Context(), "cam1", units, tracksOf(video)); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
		if got := conn.kinds(); got != "meta0 video0 video0" || conn.alive != 0 {
			t.Errorf("sent %s, %d signs of life", got, conn.alive)
		}
	})
}

func TestPublisherKeepsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := newFakeConn(pusher.HEVCNone)
		units := &fakeUnits{feed: make(chan *media.AccessUnit)}
		p := pusher.NewPublisher(pusher.PublisherConfig{Dialer: fakeDialer{conn: conn}})
		ctx, cancel := context.WithTimeout(t.Context(), 11*time.Second)
		defer cancel()
		if err := p.Run(ctx, "cam1", units, tracksOf()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if conn.alive != 5 || conn.closes == 0 || units.detached != 1 {
			t.Errorf("%d signs of life in 11 s, want 5; closed %d, detached %d", conn.alive, conn.closes, units.detached)
		}
		if stats := p.Stats(); !stats.LastFrame.IsZero() || !stats.LastKeyFrame.IsZero() {
			t.Errorf("stats %+v", stats)
		}
	})
}

func TestPublisherFailures(t *testing.T) {
	video := avcTrack(t, baselineSPS, 1920, 1080)
	hevc := hevcTrack(t)
	broken := &media.Track{Codec: media.H264}
	ended := errors.New("ended")
	key := func(track *media.Track) *media.AccessUnit { return unit(t, track, 0, 0, true, "65 88 84") }
	for _, tt := range []struct {
		name     string
		dial     error
		prepare  func(*fakeConn)
		tracks   []*media.Track
		unit     *media.AccessUnit
		want     error
		attached int
	}{
		{name: "dial", dial: ended, want: ended},
		{name: "H.265 promised", tracks: []*media.Track{hevc}, want: pusher.ErrHEVC},
		{name: "H.265 comes", unit: key(hevc), want: pusher.ErrHEVC, attached: 1},
		{name: "no picture", unit: key(broken), want: pusher.ErrNoPicture, attached: 1},
		{name: "write fails", unit: key(video), prepare: func(c *fakeConn) { c.sent.fail = ended }, want: ended, attached: 1},
		{name: "server ends while nothing comes", prepare: func(c *fakeConn) { time.AfterFunc(time.Second, func() { c.fail(ended) }) }, want: ended, attached: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := newFakeConn(pusher.HEVCNone)
				if tt.prepare != nil {
					tt.prepare(conn)
				}
				units := &fakeUnits{feed: make(chan *media.AccessUnit, 1)}
				if tt.unit != nil {
					units.feed <- tt.unit
				}
				begin := time.Now()
				err := pusher.NewPublisher(pusher.PublisherConfig{Dialer: fakeDialer{conn: conn, err: tt.dial}}).
					Run(t.Context(), "cam1", units, tracksOf(tt.tracks...))
				if !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
				if took := time.Since(begin); took > time.Second {
					t.Errorf("took %v", took)
				}
				if tt.dial == nil && conn.closes == 0 || units.attached != tt.attached || units.detached != tt.attached {
					t.Errorf("closed %d, attached %d, detached %d", conn.closes, units.attached, units.detached)
				}
				if len(conn.sent.messages) > 0 {
					t.Errorf("sent %v", conn.sent.messages)
				}
			})
		})
	}
}

// TestPublisherWithQueue takes from the real queue over a real connection.
func TestPublisherWithQueue(t *testing.T) {
	messages := make(chan received, 64)
	addr := serve(t, func(p *peer) {
		if p.accept(nil) == nil {
			_ = p.drain(func(m received) { messages <- m })
		}
		close(messages)
	})
	queue := media.NewQueue(media.QueueConfig{})
	video := avcTrack(t, baselineSPS, 1920, 1080)
	for i := range int64(5) {
		if err := queue.Write(unit(t, video, 40*i, 40*i, i == 0, "65 88 84")); err != nil {
			t.Fatal(err)
		}
	}
	queue.Close()
	p := pusher.NewPublisher(pusher.PublisherConfig{Dialer: dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}"})})
	if err := p.Run(t.Context(), "cam1", queue, tracksOf(video)); err != nil {
		t.Fatal(err)
	}
	var pictures, commands int
	for m := range messages {
		switch m.typeID {
		case pusher.TypeVideo:
			pictures++
		case 20:
			commands++
		}
	}
	if pictures != 6 || commands != 2 {
		t.Errorf("%d video messages and %d commands, want 6 and 2", pictures, commands)
	}
}

// How long a unit has waited is told for each, in the order of sending, and without cost where nobody asks.
func TestPublisherTellsDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late []time.Duration
		units := &fakeUnits{feed: make(chan *media.AccessUnit, 4)}
		video := avcTrack(t, baselineSPS, 1920, 1080)
		for i, waited := range []time.Duration{30 * time.Millisecond, 20 * time.Millisecond, 10 * time.Millisecond} {
			au := unit(t, video, 40*int64(i), 40*int64(i), i == 0, "65 88 84")
			au.Arrival = time.Now().Add(-waited)
			units.feed <- au
		}
		units.feed <- unit(t, video, 120, 120, false, "41 9A 01") // made here: it came from nowhere
		close(units.feed)
		p := pusher.NewPublisher(pusher.PublisherConfig{
			Dialer: fakeDialer{conn: newFakeConn(pusher.HEVCNone)}, OnSent: func(d time.Duration) { late = append(late, d) },
		})
		if err := p.Run(t.Context(), "cam1", units, tracksOf(video)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(late, []time.Duration{30 * time.Millisecond, 20 * time.Millisecond, 10 * time.Millisecond}) {
			t.Errorf("delays: %v", late)
		}
	})
}
