package task

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/pusher"
)

// headStart is how long a playback waits for the first page of the list, which says where it begins. After that it begins at the asked
// start.
const headStart = 2 * time.Second

// recording is the feed of a session that plays recordings. The search for them runs beside the two legs.
type recording struct {
	session *session
	search  *search
	player  *playback.Player
	pacer   *playback.Pacer
	begin   sync.Once // of the search

	device device.Device // of the run in progress, which the player opens its own runs at
}

// newRecording returns the feed for a range.
func newRecording(cfg *Config, asked playback.Range) *recording {
	return &recording{search: newSearch(playback.NewTimetable(asked, cfg.Clip))}
}

func (*recording) kind() string                { return KindPlayback }
func (*recording) operation() device.Operation { return device.OpPlayback }
func (*recording) queue() media.QueueConfig    { return media.QueueConfig{Full: media.WaitForRoom} }
func (r *recording) units() pusher.Units       { return r.pacer }
func (*recording) ended() error                { return nil }

func (r *recording) attach(s *session) {
	r.session = s
	r.pacer = playback.NewPacer(s.road.queue)
	r.player = playback.NewPlayer(playback.Config{
		Table: r.search.table, Open: r.open, Flush: r.pacer.Flush, OnAir: r.pacer.Position,
		Drained: r.pacer.Drained, Log: s.log,
	})
}

func (r *recording) loggedIn(ctx context.Context) {
	r.begin.Do(func() {
		r.session.beside.Go(func() { r.search.run(ctx, r.session) })
	})
}

// run plays from where the player stands, first from where the first known file begins.
func (r *recording) run(ctx context.Context, d device.Device, _ device.Stream) error {
	r.device = d
	blind, err := r.search.await(ctx, headStart)
	if err != nil {
		return err
	}
	err = r.play(ctx)
	if !blind || err == nil || refusesLogin(err) || r.session.road.tap.meter.units.Load() > 0 {
		return err
	}
	// Nothing needs to be recorded at the asked start: the list will tell.
	blind, verdict := r.search.await(ctx, r.session.cfg.SearchTimeout)
	switch {
	case verdict != nil:
		return verdict
	case blind:
		return err
	default:
		return r.play(ctx)
	}
}

func (r *recording) play(ctx context.Context) error {
	err := r.player.Run(ctx, r.session.road.tap)
	switch {
	case err == nil || errors.Is(err, playback.ErrEnded):
		return r.search.barred() // an end before anything was played
	default:
		return r.worded(err)
	}
}

// worded makes a failure of the device out of what the player says of it.
func (r *recording) worded(err error) error {
	if errors.Is(err, playback.ErrNoPicture) || errors.Is(err, playback.ErrSilent) {
		return r.session.deviceError(device.KindNoData, err.Error())
	}
	return err
}

// open takes at most half of the start's limit, as for live pictures.
func (r *recording) open(ctx context.Context, request playback.Request) (media.Source, error) {
	ctx, cancel := context.WithTimeout(ctx, r.session.cfg.StartTimeout/2)
	defer cancel()
	return r.device.Playback(ctx, device.PlaybackRequest{Channel: r.session.source.channel, Request: request})
}

// withoutHEVC: recorders record the main stream alone.
func (r *recording) withoutHEVC() error {
	return droppedError{fmt.Errorf("%w: the recordings of %s are H.265, which this RTMP server drops (SRS takes it from 6.0 on), and there"+
		" is no other stream of them: use a newer server, or let the camera record H.264", ErrNoPicture, r.session.source)}
}

func (r *recording) progress() *Progress {
	return &Progress{
		Range: r.search.span(), Position: r.player.Position(), Speed: r.player.Speed(), Paused: r.player.Paused(),
	}
}

// seek goes on at a time between the earlier of the asked and the first recorded, and the later of the asked and the last recorded.
func (r *recording) seek(ctx context.Context, to time.Time) error {
	asked, span := r.search.table.Asked(), r.search.span()
	first, last := asked.Start, asked.End
	if span.Start.Before(first) {
		first = span.Start
	}
	if span.End.After(last) {
		last = span.End
	}
	if to.Before(first) || to.After(last) {
		return fmt.Errorf("%w: %s is not from %s to %s", ErrOutside, playback.FormatTime(to), playback.FormatTime(first),
			playback.FormatTime(last))
	}
	r.wake()
	return r.player.Seek(ctx, to)
}

// wake lets a run that waits for its next try begin at once. It may be called from any goroutine.
func (r *recording) wake() { r.session.report(event{kind: pullWanted}) }
