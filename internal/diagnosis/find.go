package diagnosis

import (
	"errors"
	"io"
	"syscall"
	"time"

	"mediapusher/internal/device"
	"mediapusher/pusher"
	"mediapusher/task"
)

// From when on something is worth a word.
const (
	stallAfter   = 5 * time.Second  // no frame was sent
	rareKey      = 12 * time.Second // no key frame was sent, while frames are
	settleTime   = 5 * time.Second  // the server's list is younger than the publish
	viewersAfter = 15 * time.Second // a player needs some time to come
	lateDrop     = 30 * time.Second // a drop before that is history
	catchUp      = 2 * time.Second  // drops until then were due to the server that was away
)

// examination is one look at a session.
type examination struct {
	trace task.Trace
	view  View
	now   time.Time
}

// finding is what it comes to.
type finding struct {
	cause Cause
	step  task.Step
	err   error // behind it, nil where nothing failed
}

// find decides, the first reason first: why it ended, what fails now, what is not as it should be though nothing fails.
func (e *examination) find() finding {
	t := &e.trace
	if !e.living() {
		return e.ended()
	}
	switch {
	case t.Recording != nil && t.Recording.Paused && t.SourceErr == nil && t.PublishErr == nil:
		return finding{cause: Paused, step: task.StepSend}
	case t.SourceErr != nil && !e.up(task.LegSource):
		return e.failure(t.SourceErr)
	case t.PublishErr != nil && !e.up(task.LegPublish):
		return e.failure(t.PublishErr)
	case t.State == task.StateStarting:
		return finding{cause: Starting, step: e.frontier()}
	case t.State != task.StateStreaming:
		return finding{cause: Recovering, step: e.frontier()}
	default:
		return e.streaming()
	}
}

// ended is why a session is no more.
func (e *examination) ended() finding {
	reason := e.trace.Reason
	switch {
	case reason == nil, errors.Is(reason, task.ErrStopped):
		return finding{cause: Stopped, step: task.StepSend}
	case errors.Is(reason, task.ErrBeatMissed):
		return finding{cause: HeartbeatMissed, step: task.StepSend}
	case errors.Is(reason, task.ErrOver):
		return finding{cause: RecordingOver, step: task.StepSend}
	case errors.Is(reason, task.ErrClosing):
		return finding{cause: ServiceClosing, step: task.StepSend}
	case errors.Is(reason, task.ErrNobodyWaits):
		return finding{cause: CallerGone, step: e.frontier(), err: e.pending()}
	default:
		return e.failure(reason)
	}
}

// pending is what was in the way of a start that nobody waited for.
func (e *examination) pending() error {
	if e.trace.SourceErr != nil {
		return e.trace.SourceErr
	}
	return e.trace.PublishErr
}

// failure is the cause behind an error. Where device and server both failed the device has the first word.
func (e *examination) failure(err error) finding {
	var said *device.Error
	var server *pusher.Error
	f := finding{cause: Failing, step: e.failedStep(), err: err}
	switch {
	case errors.As(err, &said):
		f.cause = e.ofDevice(said)
		again := f.cause == NoStreamData && (f.step == task.StepLogin || f.step == task.StepOpen) // the next attempt is there
		if f.step.Leg() == task.LegPublish || f.cause.words().login || again {
			f.step = stepOf(said, f.cause)
		}
	case errors.Is(err, task.ErrNoRecording):
		f.cause, f.step = NoRecording, task.StepOpen
	case errors.Is(err, pusher.ErrHEVC):
		f.cause = HEVCServer
		if f.step.Leg() != task.LegPublish { // the sub stream was tried instead
			f.step = task.StepPublish
		}
	case errors.Is(err, pusher.ErrNoPicture):
		f.cause, f.step = Damaged, task.StepPicture
	case errors.Is(err, task.ErrNoPicture):
		f.cause, f.step = NoKeyFrame, task.StepPicture
	case errors.As(err, &server):
		f.cause = e.ofServer(server)
	case errors.Is(err, task.ErrPublish):
		f.cause = ServerStalls
	default:
	}
	return f
}

// ofDevice is the cause behind a device's failure.
func (e *examination) ofDevice(said *device.Error) Cause {
	login := said.Op == device.OpLogin
	if said.Ours {
		return SDKWorker
	}
	switch said.Kind {
	case device.KindAuth:
		if login || !e.reached(task.StepLogin) {
			return RefusedLogin
		}
		return NoPermission
	case device.KindLocked:
		if said.Resting() && !said.RestsLocked() {
			return Resting
		}
		return Locked
	case device.KindUnreachable:
		switch {
		case !e.trace.PlayableAt.IsZero():
			return SourceLost
		case login:
			return Unreachable
		default:
			return StreamUnreachable
		}
	case device.KindBusy:
		return Busy
	case device.KindNoSuchChannel:
		return NoSuchChannel
	case device.KindOffline:
		return CameraOffline
	case device.KindNoData:
		if e.trace.AudioCodec != "" && e.trace.Source.Units > 0 && e.trace.Width == 0 {
			return SoundOnly
		}
		return NoStreamData
	case device.KindNoRecording:
		return NoRecording
	case device.KindUnsupported:
		if !login && said.Code == 0 {
			return UnsupportedCodec
		}
		return UnsupportedDevice
	case device.KindNotBuilt:
		return SDKMissing
	case device.KindNotAllowed:
		return NotAllowed
	case device.KindProtocol:
		return Protocol
	default:
		return Protocol
	}
}

// ofServer is the cause behind a failure at the RTMP server.
func (e *examination) ofServer(failed *pusher.Error) Cause {
	switch {
	case failed.Refused(), e.trace.PlayableAt.IsZero() && closed(failed): // nginx-rtmp accepts first and closes then
		return RTMPRefused
	case failed.Step == pusher.StepWrite || failed.Step == pusher.StepRead:
		if timeout(failed) {
			return ServerStalls
		}
		return RTMPLost
	case failed.Step == pusher.StepDial:
		return RTMPUnreachable
	default:
		return RTMPSilent
	}
}

// closed tells a connection that the server closed when it had been accepted.
func closed(failed *pusher.Error) bool {
	return (failed.Step == pusher.StepRead || failed.Step == pusher.StepWrite) &&
		(errors.Is(failed, io.EOF) || errors.Is(failed, syscall.ECONNRESET))
}

// timeout tells a server that took nothing from one that closed.
func timeout(err error) bool {
	var late interface{ Timeout() bool }
	return errors.As(err, &late) && late.Timeout()
}

// streaming looks at a session of which nothing fails.
func (e *examination) streaming() finding {
	t := &e.trace
	hevc := t.VideoCodec == "H.265" || e.view.Known && e.view.VideoCodec == "H.265"
	switch {
	case e.over(t.LastFrame, stallAfter) && t.BitsPerSecond == 0:
		return finding{cause: NoStreamData, step: task.StepReceive}
	case e.over(t.LastFrame, stallAfter):
		return finding{cause: ServerStalls, step: task.StepSend}
	case e.view.Known && !e.view.Publishing && e.over(e.acceptedAt(), settleTime):
		return finding{cause: ServerLostStream, step: StepServer}
	case e.keysAreRare():
		return finding{cause: RareKeyFrames, step: task.StepPicture}
	case hevc:
		return finding{cause: HEVCBrowser, step: StepViewers}
	case e.dropping():
		return finding{cause: ServerSlow, step: task.StepSend}
	case e.view.Known && e.view.Publishing && e.view.Viewers == 0 && e.over(t.PlayableAt, viewersAfter):
		return finding{cause: NobodyWatches, step: StepViewers}
	case e.steppedDown():
		return finding{cause: SDKSteppedDown, step: task.StepLogin}
	default:
		return finding{cause: Healthy}
	}
}

// steppedDown tells that the maker's library was tried and the stream comes by another way.
func (e *examination) steppedDown() bool {
	return e.trace.Way != device.WaySDK && e.trace.SteppedDown
}

// keysAreRare tells live pictures whose key frames come seldom. Those of a recording that plays slowly do.
func (e *examination) keysAreRare() bool {
	return e.trace.Recording == nil && e.over(e.trace.LastKeyFrame, rareKey)
}

// dropping tells that pictures were dropped lately, by a server that was there.
func (e *examination) dropping() bool {
	last := e.trace.LastDropped
	return !last.IsZero() && !e.over(last, lateDrop) && last.Sub(e.acceptedAt()) > catchUp
}

// stepOf is the step that a failure of the device belongs to, where no passage tells.
func stepOf(said *device.Error, cause Cause) task.Step {
	switch {
	case cause.words().login || said.Op == device.OpLogin:
		return task.StepLogin
	case cause == NoStreamData || cause == SoundOnly || cause == SourceLost:
		return task.StepReceive
	default:
		return task.StepOpen
	}
}

// vendorError is what the device said, nil where it said nothing.
func vendorError(f finding) *VendorError {
	var said *device.Error
	if !errors.As(f.err, &said) {
		return nil
	}
	step := f.step
	if step.Leg() == task.LegPublish {
		step = stepOf(said, f.cause)
	}
	return &VendorError{Kind: said.Kind.String(), Code: said.Code, Meaning: said.Meaning, Step: step}
}
