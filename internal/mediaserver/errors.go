package mediaserver

import "errors"

// The errors of this package, found with errors.Is.
var (
	// ErrBusy: a stream of this name is live.
	ErrBusy = errors.New("a stream of this name is already live")
	// ErrClosed: the publication was closed, or the server has stopped.
	ErrClosed = errors.New("publication closed")
	// ErrName: letters, digits and "._-~" only, from 1 to 128 bytes, and not dots alone.
	ErrName = errors.New("not a usable stream name")
	// ErrMessage: a message is empty, of an unknown type, larger than an FLV tag can hold, or an onMetaData that cannot be read.
	ErrMessage = errors.New("not a usable media message")
)

// What ends a player; seen only in the log.
var (
	errNoStream  = errors.New("no such stream")
	errTooSlow   = errors.New("player too slow")
	errStreamEnd = errors.New("stream ended")
	errFull      = errors.New("too many players")
)
