package playback

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"mediapusher/internal/media"
)

var (
	// errCut ends a source that plays on past the end, errHop one that is too slow.
	errCut = errors.New("the end of the recording is reached")
	errHop = errors.New("the device does not keep up with the speed")
)

const (
	// lastWait is how long a picture may come behind one that fills the recording to its end, at speed 1, and soundWait how long the sound
	// may that belongs to such a picture where the pictures come in order: for maxSound altogether.
	lastWait  = 200 * time.Millisecond
	soundWait = 60 * time.Millisecond
	maxSound  = time.Second
	// tailWait is how long the search for the last picture waits for one before it begins further back.
	tailWait = 2 * time.Second
	// doubtWait is how long one may come that is not the last by a clock that is in doubt.
	doubtWait = 5 * time.Second
	// inOrder is how many steps show that the pictures come in order.
	inOrder = 12
)

// run is one run of a source, and the sink between it and the Player's. It belongs to the goroutine of Run; silent is the timer's.
type run struct {
	Range
	player *Player
	next   media.Sink
	ctx    func() error
	seq    uint64 // the command that it belongs to
	known  uint64 // the version of the timetable that stop belongs to
	stop   time.Time
	speed  float64
	// atStart says that it begins with a stretch, tail that it looks for the last picture, blind that nothing was known of its start.
	atStart, tail, blind bool
	// inside says that it begins behind the start of a stretch, told that the device has said where.
	inside, told bool
	base         time.Time // what the content clock of a blind run began with

	content  content
	timer    *time.Timer
	silent   atomic.Bool
	pictures bool      // a picture was written that can be decoded
	sound    bool      // there is an audio track
	filled   time.Time // when the recording was filled to its end; zero before
	reached  bool      // the end
	idled    bool      // silent close to the end
	opened   bool
	hop      time.Time // where to go on, where the device does not keep up with the speed
	sinkErr  error
}

// play carries one run to its end.
func (p *Player) play(ctx context.Context, r *run, sink media.Sink) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.mu.Lock()
	if p.seq != r.seq {
		p.mu.Unlock()
		return nil
	}
	p.cancel = cancel
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.cancel = nil
		p.mu.Unlock()
	}()
	p.pace.open()
	p.keys.open()
	source, err := p.cfg.Open(ctx, Request{Range: r.Range, Speed: r.speed, Began: r.began})
	if err != nil {
		return err
	}
	r.next, r.ctx, r.opened = sink, ctx.Err, true
	r.timer = time.AfterFunc(p.cfg.Silence, func() {
		r.silent.Store(true)
		cancel()
	})
	err = source.Run(ctx, r)
	r.timer.Stop()
	if r.silent.Load() {
		r.idled = r.pictures && r.near(r.doubt())
		switch {
		case r.seeks(): // the device begins with a key frame, and none is left
			return nil
		case err == nil || errors.Is(err, context.Canceled):
			err = ErrSilent
		}
	}
	if r.reached || !r.hop.IsZero() {
		return nil
	}
	return err
}

// began takes what the device says about the first picture, where that can be.
func (r *run) began(b Began) {
	if !b.Start.IsZero() && b.Start.Sub(r.Start).Abs() <= maxBegan && b.Start.Before(r.End) {
		r.content.start, r.blind, r.told = b.Start, false, true
	}
	r.content.granted = b.Speed
	if r.seeks() && r.ctx() == nil {
		r.timer.Reset(r.patience())
	}
}

// SetTracks leaves out the sound where the speed is not 1.
func (r *run) SetTracks(tracks []*media.Track) error {
	if err := r.ctx(); err != nil {
		return err
	}
	kept := make([]*media.Track, 0, len(tracks))
	for _, t := range tracks {
		if t.Codec.Video() || r.speed == 1 {
			kept = append(kept, t)
			r.sound = r.sound || !t.Codec.Video()
		}
	}
	if r.sinkErr = r.next.SetTracks(kept); r.sinkErr != nil {
		return r.sinkErr
	}
	return nil
}

// Write stamps a unit with its recorded time and cuts off what lies behind the end.
func (r *run) Write(au *media.AccessUnit) error {
	if err := r.ctx(); err != nil {
		au.Release()
		return err
	}
	video := au.Track.Codec.Video()
	if !video && r.speed != 1 {
		au.Release()
		return nil
	}
	r.timer.Stop()
	key := false
	if video {
		key = random(au)
		if err := r.stamp(au, key); err != nil {
			au.Release()
			return err
		}
	} else {
		if !r.filled.IsZero() && time.Since(r.filled) > maxSound {
			au.Release()
			r.reached = true
			return errCut
		}
		au.Wall = r.content.sound(au.Wall)
	}
	begin := time.Now()
	if err := r.next.Write(au); err != nil {
		r.sinkErr = err
		return err
	}
	if video {
		r.player.pace.written()
		if time.Since(begin) > heldUp {
			r.content.held()
		}
	}
	if key && !r.pictures {
		r.pictures = true
		r.player.settle(r)
	}
	if video && r.pictures && r.fills() {
		if r.filled = time.Now(); !r.sound {
			r.reached = true
			return errCut
		}
	}
	if r.ctx() == nil {
		r.timer.Reset(r.patience())
	}
	return nil
}

// stamp gives a picture its recorded time and its place at the speed. It fails where the run is to end before the picture.
func (r *run) stamp(au *media.AccessUnit, key bool) error {
	at := r.content.at(au, r.player)
	end := r.end()
	if r.content.shifted {
		r.content.shifted, at = false, r.content.newest
	}
	r.player.keys.picture(at, key)
	if !at.Before(end.Add(r.doubt())) {
		r.reached = true
		return errCut
	}
	if r.speed > 1 {
		r.content.measure(au.PTS, time.Now())
		r.player.pace.picture(at, r.speed)
		if to, ok := r.player.pace.hop(at, end, r.speed); ok && r.pictures {
			r.hop = to
			return errHop
		}
	}
	au.Wall = at
	if !at.Before(end) {
		au.Wall = end.Add(-duration(frameTicks))
	}
	au.PTS = r.content.output(au.PTS)
	return nil
}

// patience is how long the source may send nothing now: little where the newest picture may be the last one.
func (r *run) patience() time.Duration {
	slow := min(r.speed, 1)
	switch {
	case r.seeks():
		return tailWait
	case !r.pictures || !r.near(r.doubt()):
		return r.player.cfg.Silence
	case !r.near(0):
		return min(doubtWait, r.player.cfg.Silence)
	case !r.filled.IsZero():
		return soundWait
	case r.doubt() == 0 && !r.position().Add(2*duration(r.player.rate.step)).Before(r.stop):
		return time.Duration(float64(lastWait) / slow)
	default:
		return time.Duration(float64(time.Second) / slow)
	}
}

// seeks tells that the run looks for a last picture, has found none, and that there is another place to look.
func (r *run) seeks() bool {
	return r.tail && !r.pictures && r.player.tail+1 < len(tailSteps())
}

// fills tells that no picture is missing behind the newest one.
func (r *run) fills() bool {
	rate := r.player.rate
	return !rate.uneven && rate.seen >= inOrder && r.doubt() == 0 && !r.position().Add(duration(rate.step*3/2)).Before(r.stop)
}

// doubt is how far the content clock may run ahead: a run inside a recording begins at the key frame before what was asked for, unless the
// device has said where it begins, or its clock. Such a run is left to end by itself, and is cut off only that far behind the end.
func (r *run) doubt() time.Duration {
	switch {
	case !r.inside || r.told:
		return 0
	case r.content.wall.trusted && !r.content.wall.doubted:
		return min(r.player.keys.span(), worthIt)
	}
	return r.player.keys.span()
}

// near tells whether the end is so close that silence is the end, where the clock may be behind by doubt: some devices begin at the next
// key frame. The search for the last picture is close to it in any case.
func (r *run) near(doubt time.Duration) bool {
	return r.tail || r.player.ended(r, r.position(), doubt+time.Duration(float64(nearEnd)*max(r.speed, 1)))
}

// position is the recorded time of the newest picture, or where the run was to begin.
func (r *run) position() time.Time { return later(r.Start, earlier(r.content.newest, r.stop)) }

// end is where the stretch ends, as far as that is known by now.
func (r *run) end() time.Time {
	table := r.player.cfg.Table
	if seen := table.outlook(); seen.version != r.known {
		r.known = seen.version
		if stretch, ok := table.Next(r.Start); ok {
			r.rebase(stretch.Start)
			r.stop, r.inside = stretch.End, r.Start.After(stretch.Start)
			if !seen.complete && stretch.End.Equal(table.Span().End) {
				r.stop = later(r.stop, r.End)
			}
		}
	}
	return r.stop
}

// rebase moves the clock of a run that was begun where nothing was known, to where the timetable now says that its first recording begins:
// a device that is asked for a time in a gap plays from the next recording.
func (r *run) rebase(start time.Time) {
	start = later(start, r.Start)
	if !r.blind || r.base.Equal(start) {
		return
	}
	r.content.shift(start.Sub(r.base))
	r.base = start
}

// random tells whether decoding can start at a picture: an IDR picture of H.264 (table 7-1), an IRAP picture of H.265 (table 7-1).
func random(au *media.AccessUnit) bool {
	if au.RandomAccess {
		return true
	}
	for _, nal := range au.Units {
		switch {
		case len(nal) == 0:
		case au.Track.Codec == media.H264 && nal[0]&0x1F == 5:
			return true
		case au.Track.Codec == media.H265 && nal[0]>>1 >= 16 && nal[0]>>1 <= 21:
			return true
		}
	}
	return false
}
