package api

import (
	"errors"
	"net/http"

	"mediapusher/internal/device"
	"mediapusher/task"
)

// The codes of the old API, by the names of its document.
const (
	codeNoError       = 200 // ERR_NO_ERROR
	codeParameter     = 600 // ERR_PARAMETER
	codeAnaStream     = 601 // ERR_ANA_STREAM
	codeConRTMPServer = 602 // ERR_CON_RTMPSEVER
	codePlayReal      = 603 // ERR_PLAY_REAL
	codePlayBack      = 604 // ERR_PLAY_BACK
	codeNoPusherFound = 605 // ERR_NO_PUSHER_FOUND
	codeNVRLogin      = 606 // ERR_NVR_LOGIN
	codeNoFileFound   = 607 // ERR_NO_FILE_FOUND
	codePlayControl   = 608 // ERR_PLAY_CONTROL
	codePTZControl    = 609 // ERR_PTZ_CONTROL
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

// statusCode is the legacy code of an error; own is the code of the call for what has no other: 603 of a live start, 604 of a playback
// start, 608 of what steers a playback, 609 of a movement. Where device and RTMP server both failed the device's code wins, so the
// kinds of a device are looked at first.
func statusCode(err error, own int) int {
	var param *paramError
	var failure *device.Error
	switch {
	case err == nil:
		return codeNoError
	case errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &param), errors.Is(err, task.ErrOutside):
		return codeParameter
	case errors.Is(err, task.ErrNoSession):
		return codeNoPusherFound
	case errors.Is(err, task.ErrLive):
		return codePlayControl
	case errors.Is(err, task.ErrRecording):
		return codePTZControl
	case errors.Is(err, task.ErrClosing):
		return own
	case errors.As(err, &failure):
		return deviceCode(failure, own)
	case errors.Is(err, task.ErrNoRecording):
		return codeNoFileFound
	case errors.Is(err, task.ErrNoPicture):
		return codeAnaStream
	case errors.Is(err, task.ErrPublish):
		return codeConRTMPServer
	default:
		return own
	}
}

// deviceCode is the legacy code of a device's failure. A login that fails for whatever reason is 606; behind it, only the device
// taking back the login is. A playback that runs has had its login: there whatever fails is the steering.
func deviceCode(e *device.Error, own int) int {
	switch {
	case own == codePlayControl:
		return own
	case e.Kind == device.KindNotAllowed:
		return codeParameter
	case e.Op == device.OpLogin, e.Kind == device.KindAuth, e.Kind == device.KindLocked:
		return codeNVRLogin
	case own == codePTZControl:
		return own
	case e.Kind == device.KindNoRecording:
		return codeNoFileFound
	case e.Kind == device.KindUnsupported && e.Op != device.OpSearch && e.Code == 0: // of the stream; with a code the device has refused it
		return codeAnaStream
	default:
		return own
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
