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

// Failures turns what ends an RTSP source into a *device.Error.
type Failures struct {
	Vendor device.Vendor
	// Address is host:port of the RTSP server.
	Address string
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
	op := device.OpLive
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
	if f.Known && failure.Status == http.StatusNotFound {
		return Meaning{
			device.KindOffline, "the recorder lists this channel but does not serve it: its camera, or this stream of it, is not connected",
		}
	}
	if meaning, ok := f.Meanings[failure.Status]; ok {
		return meaning
	}
	if failure.Status == http.StatusForbidden && f.Login == device.OpLogin {
		// No login has proven the password.
		return Meaning{device.KindAuth, "RTSP is forbidden: the user has no right to this channel, or the account is locked"}
	}
	if meaning, ok := rtspMeanings[failure.Status]; ok {
		return meaning
	}
	switch {
	case errors.Is(failure, rtspsource.ErrAuth):
		return rtspMeanings[http.StatusUnauthorized]
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
