package device

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind classes what went wrong at a device. It decides the legacy status code, whether to try again and whether another way may
// help.
type Kind uint8

// The kinds. Auth and Locked are never tried again with the same password.
const (
	KindProtocol      Kind = iota // an answer that makes no sense
	KindAuth                      // user or password refused
	KindLocked                    // the account is locked, or rests after a refused password
	KindUnreachable               // no connection, time-out, connection lost
	KindBusy                      // no slot, bandwidth or user left
	KindNoSuchChannel             // the recorder has no such channel
	KindOffline                   // the channel's camera is not connected
	KindNoData                    // connected and playing, but nothing comes
	KindNoRecording               // nothing recorded in the range
	KindUnsupported               // the device or the stream needs something that is not supported
	KindNotBuilt                  // the way was left out of this binary, or files that it needs are missing
	KindNotAllowed                // the operator's configuration forbids the address
)

var kindNames = [...]string{
	"protocol", "auth", "locked", "unreachable", "busy", "no such channel", "offline", "no data", "no recording", "unsupported",
	"not available", "not allowed",
}

// String returns the name that status and metrics show.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Operation is the step at which a device failed.
type Operation string

// The operations. Everything up to and with the first accepted user name is the login.
const (
	OpLogin    Operation = "login"
	OpLive     Operation = "live"
	OpSearch   Operation = "search"
	OpPlayback Operation = "playback"
	OpPTZ      Operation = "PTZ"
	OpDescribe Operation = "describe"
	OpSnapshot Operation = "snapshot"
)

// Error is a failure at a device, found with errors.As. Its text names vendor, address, step and the device's own words, and never a
// password.
type Error struct {
	Vendor Vendor
	// Address is host:port of the connection that failed.
	Address string
	Op      Operation
	Kind    Kind
	// Code is the vendor's own (HTTP or RTSP status, SDK error number), 0 where there is none; Meaning are the device's words or what the
	// code means, with the next thing to try.
	Code    int
	Meaning string
	// RetryAfter is how long the device, or the cool-down after a refusal, lets nobody in; 0 where that is not known. KindAuth and
	// KindLocked have it, and KindUnreachable where a way to the device rests after failures of our own.
	RetryAfter time.Duration
	// Ours says that a process of this service failed, not the device: a new one may work at once.
	Ours bool
	// Err is the cause, nil where there is none.
	Err error
}

// Error returns one line for an operator.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s: %s", e.Vendor, e.Address, e.Op, e.Kind)
	if e.Code != 0 {
		fmt.Fprintf(&b, " (%d)", e.Code)
	}
	if e.Meaning != "" {
		b.WriteString(": " + e.Meaning)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Permanent tells that trying the same again cannot help: the session ends instead of waiting.
func (e *Error) Permanent() bool {
	switch e.Kind {
	case KindAuth, KindLocked, KindUnsupported, KindNotBuilt, KindNotAllowed:
		return true
	default:
		return false
	}
}

// Refused tells that the device has said no, or was not asked at all: nothing began there. After other kinds, such as a lost connection,
// it may have begun what was asked for.
func (e *Error) Refused() bool {
	switch e.Kind {
	case KindProtocol, KindUnreachable, KindNoData:
		return false
	default:
		return true
	}
}

// Busy tells that there is no room now: it may be there a moment later.
func (e *Error) Busy() bool { return e.Kind == KindBusy }

// refusesLogin tells a verdict on the account: a lock, or a password that was refused where the device asks for it first.
func (e *Error) refusesLogin() bool {
	return e.Kind == KindLocked || e.Kind == KindAuth && e.Op == OpLogin
}

// KindOf returns the kind of the first *Error in err's chain; ok is false where there is none.
func KindOf(err error) (kind Kind, ok bool) {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind, true
	}
	return KindProtocol, false
}
