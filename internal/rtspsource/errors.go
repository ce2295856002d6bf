package rtspsource

import (
	"errors"
	"fmt"
	"strings"
)

// What ended a run, found with errors.Is in the error of Source.Run.
var (
	// ErrAuth: the device refused user and password.
	ErrAuth = errors.New("user or password refused")
	// ErrNoWay: the device offers no way of authentication that is known and allowed. Nothing was sent to it that it could refuse.
	ErrNoWay = errors.New("no usable way of authentication")
	// ErrTimeout: no connection or no answer within Config.Timeout.
	ErrTimeout = errors.New("no answer in time")
	// ErrSilent: connected and playing, but no media for Config.Silence.
	ErrSilent = errors.New("no media from the device")
	// ErrNoVideo: the stream description has no video that can be carried.
	ErrNoVideo = errors.New("no video that can be carried")
	// ErrClosed: the device ended the connection, or a live stream.
	ErrClosed = errors.New("closed by the device")
	// ErrProtocol: the peer does not speak RTSP, or breaks it beyond repair.
	ErrProtocol = errors.New("not understood")
)

// The steps of a run, as Error.Step names them.
const (
	StepDial     = "dial"
	StepOptions  = "OPTIONS"
	StepDescribe = "DESCRIBE"
	StepSetup    = "SETUP"
	StepPlay     = "PLAY"
	StepRead     = "read"
)

// Error is what ended a run, found with errors.As. Its text never holds a password.
type Error struct {
	// Step is the one that failed, one of the Step constants.
	Step string
	// Status is the device's RTSP status code, 0 where it gave none; Reason are the device's own words beside it.
	Status int
	Reason string
	// Err is the cause, nil where Status says it all. A failed dial keeps the error of the dialler in its chain.
	Err error
}

// Error returns one line for an operator.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("rtsp: " + e.Step)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": status %d", e.Status)
	}
	if e.Reason != "" {
		b.WriteString(" " + e.Reason)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
