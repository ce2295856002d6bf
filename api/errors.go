package api

import (
	"errors"
	"net/http"

	"mediapusher/internal/device"
	"mediapusher/task"
)

// The codes of the old API, by the names of its document. 604 and 607 to 609 say what recordings and camera movements answer.
const (
	codeNoError       = 200 // ERR_NO_ERROR
	codeParameter     = 600 // ERR_PARAMETER
	codeAnaStream     = 601 // ERR_ANA_STREAM
	codeConRTMPServer = 602 // ERR_CON_RTMPSEVER
	codePlayReal      = 603 // ERR_PLAY_REAL
	codePlayBack      = 604 // ERR_PLAY_BACK
	codeNoPusherFound = 605 // ERR_NO_PUSHER_FOUND
	codeNVRLogin      = 606 // ERR_NVR_LOGIN
	codePlayControl   = 608 // ERR_PLAY_CONTROL
	codePTZControl    = 609 // ERR_PTZ_CONTROL
)

// What this version answers where the input was right.
var (
	errNoPlayback = errors.New("the playback of recordings is not available in this version")
	errLiveSeek   = errors.New("a live session has no position; recordings are not available in this version")
	errNoPTZ      = errors.New("the control of cameras is not available in this version")
)

// errTooLarge says that a body went beyond maxBody.
var errTooLarge = errors.New("the body is larger than 64 KiB")

// paramError is a request that cannot be understood. Its text never repeats what the caller sent: a password may have slipped into
// the wrong field.
type paramError struct{ field, problem string }

func (e *paramError) Error() string {
	if e.field == "" {
		return e.problem
	}
	return e.field + ": " + e.problem
}

// statusCode is the legacy code of an error. Where device and RTMP server both failed the device's code wins, so the kinds of a
// device are looked at first.
func statusCode(err error) int {
	var param *paramError
	var failure *device.Error
	switch {
	case err == nil:
		return codeNoError
	case errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &param):
		return codeParameter
	case errors.Is(err, errNoPlayback):
		return codePlayBack
	case errors.Is(err, errLiveSeek):
		return codePlayControl
	case errors.Is(err, errNoPTZ):
		return codePTZControl
	case errors.Is(err, task.ErrNoSession):
		return codeNoPusherFound
	case errors.Is(err, task.ErrClosing):
		return codePlayReal
	case errors.As(err, &failure):
		return deviceCode(failure)
	case errors.Is(err, task.ErrNoPicture):
		return codeAnaStream
	case errors.Is(err, task.ErrPublish):
		return codeConRTMPServer
	default:
		return codePlayReal
	}
}

// deviceCode is the legacy code of a device's failure. A login that fails for whatever reason is 606; behind it, only the device
// taking back the login is.
func deviceCode(e *device.Error) int {
	switch {
	case e.Kind == device.KindNotAllowed:
		return codeParameter
	case e.Op == device.OpLogin, e.Kind == device.KindAuth, e.Kind == device.KindLocked:
		return codeNVRLogin
	case e.Kind == device.KindUnsupported:
		return codeAnaStream
	default:
		return codePlayReal
	}
}

// httpStatus is 200 for everything that reached an endpoint: the old clients look at the body. Only a body that was not read has
// HTTP's own.
func httpStatus(err error) int {
	if errors.Is(err, errTooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusOK
}
