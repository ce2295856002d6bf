package sdkway

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/vendor_sdk/sdk"
)

// nearEnd is how close to the end of what was asked for a lost connection, or silence, is the end of a recording.
const nearEnd = 2 * time.Second

// lull is how long a live stream brings nothing before a picture that looks complete is handed on: at 25 pictures a second the next one
// begins by then, of a slow camera the next one would make it late by its whole distance.
const lull = 40 * time.Millisecond

// errSilent and errOver end the reading of a stream: nothing comes any more, or all of a recording has come.
var (
	errSilent = errors.New("nothing comes any more")
	errOver   = errors.New("the recording is over")
)

// run is one run of a source. It belongs to the goroutine of Source.Run.
type run struct {
	*source
	packets Stream
	demuxer Demuxer
	opening *opening
	out     *output
	sinkErr error // what the sink said

	waited time.Duration // for a unit, without the time in which the sink held back
	came   bool          // anything of the stream
	heard  atomic.Int64  // when, for its neighbours
}

func newRun(s *source, packets Stream, sink media.Sink) *run {
	r := &run{source: s, packets: packets}
	r.out = &output{sink: sink, recording: s.recording}
	r.demuxer = s.recorder.vendor.Demuxer(r.emit)
	r.opening = newOpening(r.demuxer)
	return r
}

// read takes packets until the stream or ctx ends. Nil says that a recording is over.
func (r *run) read(ctx context.Context) error {
	waiting, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	watch := time.AfterFunc(r.silence, func() { giveUp(errSilent) })
	defer watch.Stop()
	for {
		begun := time.Now()
		watch.Reset(r.silence - r.waited)
		packet, came, err := r.next(waiting)
		watch.Stop()
		r.waited += time.Since(begun)
		switch {
		case err == nil && came:
			err = r.take(packet)
		case err == nil:
			err = r.pause()
		case errors.Is(context.Cause(waiting), errSilent):
			return r.silent()
		}
		if errors.Is(err, errOver) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// next waits for a packet, no longer than units may be held.
func (r *run) next(ctx context.Context) (packet sdk.Packet, came bool, err error) {
	patience, limited := r.opening.patience()
	if _, holds := r.held(); holds && (!limited || patience > lull) {
		patience, limited = lull, true
	}
	if !limited {
		packet, err = r.packets.Next(ctx)
		return packet, err == nil, err
	}
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	packet, err = r.packets.Next(short)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return sdk.Packet{}, false, nil
	}
	return packet, err == nil, err
}

// held tells whether a live picture waits for the next one only.
func (r *run) held() (demuxer holding, holds bool) {
	demuxer, can := r.demuxer.(holding)
	return demuxer, can && r.recording == nil && demuxer.Holds()
}

// pause hands on what has been held for long enough.
func (r *run) pause() error {
	if demuxer, holds := r.held(); holds {
		if err := r.explainDemuxer(demuxer.Idle()); err != nil {
			return err
		}
	}
	if patience, holding := r.opening.patience(); holding && patience == 0 {
		return r.open()
	}
	return nil
}

// take deals with one packet.
func (r *run) take(packet sdk.Packet) error {
	if packet.Lost {
		r.demuxer.Reset()
	}
	switch packet.Kind {
	case sdk.Head, sdk.Data:
		r.came = true
		r.heard.Store(time.Now().UnixNano())
		return r.explainDemuxer(r.demuxer.Write(packet.Data))
	case sdk.End:
		if r.recording == nil {
			return r.recorder.ofStream(r.op, 0)
		}
		if err := r.finish(); err != nil {
			return err
		}
		return errOver
	case sdk.Broken:
		return r.broken(packet.Code)
	default:
		return nil
	}
}

// broken explains a stream that the library has given up. What is complete of a recording is handed on before.
func (r *run) broken(code int) error {
	failure := r.recorder.ofStream(r.op, code)
	if failure.Kind == device.KindUnreachable && r.recorder.streams.flow(r) {
		// The connection of this stream is lost, not the login: another one would cost the recorder one of its few users.
		failure.Kind = device.KindNoData
	}
	if r.recording == nil {
		return failure
	}
	if err := r.finish(); err != nil {
		return err
	}
	if !failure.Refused() && r.out.nearEnd() {
		return errOver
	}
	return failure
}

// silent explains a stream that brings no unit. A device need not tell the end of a recording.
func (r *run) silent() error {
	if r.recording != nil {
		if err := r.finish(); err != nil {
			return err
		}
		if r.out.nearEnd() {
			return nil
		}
		return r.recorder.failure(r.op, device.KindNoData, "the recorder plays the recording, but sends nothing", errSilent)
	}
	words := "the recorder plays the stream, but sends nothing: the camera may be disconnected"
	if r.came {
		words = "the recorder plays the stream, but sends no pictures"
	}
	return r.recorder.failure(r.op, device.KindNoData, words, errSilent)
}

// finish hands on all that is complete.
func (r *run) finish() error {
	if err := r.explainDemuxer(r.demuxer.Flush()); err != nil {
		return err
	}
	return r.open()
}

// explainDemuxer tells an error of the demuxer itself from those of emit, which it returns as they are.
func (r *run) explainDemuxer(err error) error {
	var said *device.Error
	if err == nil || r.sinkErr != nil || errors.As(err, &said) {
		return err
	}
	return r.recorder.failure(r.op, device.KindUnsupported, "the stream has no H.264 or H.265 video", err)
}

// emit takes a unit from the demuxer, and the ownership of it.
func (r *run) emit(au *media.AccessUnit) error {
	if au.Track.Codec.Video() { // sound alone leaves a black picture
		r.waited = 0
	}
	if r.opening == nil {
		return r.write(au)
	}
	if r.opening.hold(au) {
		return nil
	}
	return r.open()
}

// open tells the tracks, where there is a picture to tell them of, and hands on what was held. It may be called again.
func (r *run) open() error {
	if r.opening == nil || r.opening.video == nil {
		return nil
	}
	tracks, held := r.opening.end()
	r.opening = nil
	if r.sinkErr = r.out.open(tracks, held); r.sinkErr != nil {
		releaseAll(held)
		return r.sinkErr
	}
	for i, au := range held {
		if err := r.write(au); err != nil {
			releaseAll(held[i+1:])
			return err
		}
	}
	return nil
}

func (r *run) write(au *media.AccessUnit) error {
	if from, to, changed := r.out.changed(au.Track); changed {
		au.Release()
		words := fmt.Sprintf("the camera has changed its coding from %s to %s: the stream starts anew", from, to)
		return r.recorder.failure(r.op, device.KindProtocol, words, nil)
	}
	r.sinkErr = r.out.write(au)
	return r.sinkErr
}

// release gives back what was held and never written.
func (r *run) release() {
	if r.opening != nil {
		_, held := r.opening.end()
		releaseAll(held)
	}
}

func releaseAll(units []*media.AccessUnit) {
	for _, au := range units {
		au.Release()
	}
}
