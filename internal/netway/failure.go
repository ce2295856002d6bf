package netway

import (
	"context"
	"errors"
	"net/http"

	"mediapusher/internal/device"
	"mediapusher/internal/rtspsource"
)

// Meaning is what a status means to us, and the words for an operator.
type Meaning struct {
	Kind  device.Kind
	Words string
}

// rtspMeanings are those that the vendors share (RFC 2326 section 7.1.1).
var rtspMeanings = map[int]Meaning{
	401: {device.KindAuth, "RTSP refuses the user or password"},
	403: {device.KindBusy, "RTSP is forbidden: the user has no right to this channel, or users or streams are used up"},
	404: {device.KindNoSuchChannel, "the recorder does not serve this channel or stream; or its camera is not connected"},
	415: {device.KindUnsupported, "the recorder does not give this stream over RTSP"},
	453: {device.KindBusy, "the recorder has no bandwidth left: stop other viewers or raise its limit"},
	461: {device.KindProtocol, "the recorder does not send RTP in the RTSP connection"},
	500: {device.KindBusy, "the recorder cannot serve the stream now, which happens under load"},
	503: {device.KindBusy, "the recorder cannot serve the stream now"},
}

// recordingMeanings are those that mean something else for a recording. They win over the vendor's own, which speak of live streams.
var recordingMeanings = map[int]Meaning{
	403: {device.KindBusy, "playback is forbidden: the user has no right to it, or users or playbacks are used up: stop other playbacks"},
	404: {device.KindNoSuchChannel, "the recorder does not serve recordings of this channel, or has none in the range"},
	453: {device.KindBusy, "the recorder's playbacks or its bandwidth are used up: stop other playbacks"},
	457: {device.KindNoRecording, "the recorder has no recording in the range"},
	500: {device.KindBusy, "the recorder cannot play recordings now, which happens under load: stop other playbacks"},
	503: {device.KindBusy, "the recorder cannot play recordings now: stop other playbacks"},
}

// Failures turns what ends an RTSP source into a *device.Error.
type Failures struct {
	Vendor device.Vendor
	// Address is host:port of the RTSP server.
	Address string
	// Op is what the source is for, device.OpLive or device.OpPlayback.
	Op device.Operation
	// Reach is the operation that a failed connection belongs to, device.OpLogin where RTSP is all there is. Login is that of refused
	// credentials: device.OpLogin where no other login has proven them.
	Reach, Login device.Operation
	// Meanings are the vendor's own for RTSP status codes; they win over what the vendors share.
	Meanings map[int]Meaning
	// Known says that the recorder itself lists the channel.
	Known bool
}

// Explain returns nil for nil, a *device.Error for a failure of the device, and any other error, which is the sink's, as it is.
func (f Failures) Explain(err error) error {
	var said *device.Error
	if errors.As(err, &said) {
		return said
	}
	var failure *rtspsource.Error
	if !errors.As(err, &failure) {
		return err
	}
	meaning := f.meaning(failure)
	op := f.Op
	if errors.Is(failure, rtspsource.ErrNoWay) {
		op = device.OpLogin
	}
	if failure.Step != rtspsource.StepRead {
		switch meaning.Kind {
		case device.KindAuth, device.KindLocked:
			op = f.Login
		case device.KindUnreachable:
			op = f.Reach
		default:
		}
	}
	return &device.Error{
		Vendor: f.Vendor, Address: f.Address, Op: op, Kind: meaning.Kind, Code: failure.Status, Meaning: meaning.Words, Err: err,
	}
}

func (f Failures) meaning(failure *rtspsource.Error) Meaning {
	if errors.Is(failure, rtspsource.ErrNoWay) {
		return Meaning{
			device.KindUnsupported, "RTSP asks for authentication that is unknown or not allowed; basic_auth: true in devices allows basic",
		}
	}
	if meaning, ok := f.ofStatus(failure.Status); ok {
		return meaning
	}
	switch {
	case errors.Is(failure, rtspsource.ErrAuth):
		return rtspMeanings[http.StatusUnauthorized]
	case errors.Is(failure, rtspsource.ErrSilent) && f.Op == device.OpPlayback:
		return Meaning{device.KindNoData, "the recorder plays the recording, but sends nothing"}
	case errors.Is(failure, rtspsource.ErrSilent):
		return Meaning{device.KindNoData, "the recorder plays the stream, but sends nothing: the camera may be disconnected"}
	case errors.Is(failure, rtspsource.ErrNoVideo):
		return Meaning{device.KindUnsupported, "the stream has no H.264 or H.265 video"}
	case errors.Is(failure, rtspsource.ErrTimeout) && failure.Step != rtspsource.StepDial:
		return Meaning{device.KindUnreachable, "the recorder took the RTSP connection, but did not answer " + failure.Step}
	case errors.Is(failure, rtspsource.ErrTimeout), errors.Is(failure, rtspsource.ErrClosed), failure.Step == rtspsource.StepDial,
		errors.Is(failure, context.DeadlineExceeded):
		return Meaning{device.KindUnreachable, "no connection to the RTSP port (rtsp_port names another), or it was lost"}
	default:
		return Meaning{device.KindProtocol, "the RTSP answer makes no sense"}
	}
}

// ofStatus is what a status code means, as far as it tells more than that the recorder refuses.
func (f Failures) ofStatus(status int) (Meaning, bool) {
	recorded := f.Op == device.OpPlayback
	if f.Known && status == http.StatusNotFound {
		if recorded {
			return Meaning{device.KindNoRecording, "the recorder has no recording of this channel in the range"}, true
		}
		return Meaning{
			device.KindOffline, "the recorder lists this channel but does not serve it: its camera, or this stream of it, is not connected",
		}, true
	}
	meaning, vendors := f.Meanings[status]
	unproven := status == http.StatusForbidden && f.Login == device.OpLogin && !vendors
	switch {
	case unproven:
		return Meaning{device.KindAuth, "RTSP is forbidden: the user has no right to this channel, or the account is locked"}, true
	case recorded && recordingMeanings[status].Words != "":
		return recordingMeanings[status], true
	case vendors:
		return meaning, true
	default:
		meaning, ok := rtspMeanings[status]
		return meaning, ok
	}
}
