package pusher

import (
	"errors"
	"io"
	"strings"
	"syscall"
	"unicode"
)

var (
	// ErrHEVC is returned where a stream is H.265 and the server takes none. Nothing of the stream has been sent then.
	ErrHEVC = errors.New("the RTMP server takes no H.265")
	// ErrNoPicture is returned where the parameter sets of a stream cannot describe a picture.
	ErrNoPicture = errors.New("no playable picture")

	errNotRTMP = errors.New("something else than an RTMP server answers")
	// errClosedOnPublish is all that SRS of every version says of a name that is taken, or of a hook that refuses.
	errClosedOnPublish = errors.New("the server closed the connection: the name is taken, or a hook of the server refuses")
)

// The steps of a publish, as Error.Step names them.
const (
	StepDial         = "dial"
	StepHandshake    = "handshake"
	StepConnect      = "connect"
	StepCreateStream = "createStream"
	StepPublish      = "publish"
	StepWrite        = "write"
	StepRead         = "read"
)

// Error is a failure at an RTMP server.
type Error struct {
	// Address is scheme, host, port, application and stream name, without query.
	Address string
	// Step is where it failed, one of the Step constants.
	Step string
	// Words are the server's own, "NetStream.Publish.BadName: Already publishing"; empty where it said nothing. They are printable,
	// cut to a line, and free of what stood in the query of the address.
	Words string
	// Err is the cause, if the failure is not a refusal: of the network, or context.DeadlineExceeded where the server was silent.
	Err error
}

// Error names the step and the address, then the server's words or the cause.
func (e *Error) Error() string {
	text := "RTMP " + e.Step + " at " + e.Address
	if e.Words != "" {
		text += ": " + e.Words
	}
	switch {
	case e.Err == nil:
	case errors.Is(e.Err, io.EOF):
		text += ": the server closed the connection"
	default:
		text += ": " + e.Err.Error()
	}
	return text
}

// closedByPeer tells a connection that the server closed. Where it did not read all that we sent, the network says so by a reset.
func closedByPeer(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)
}

// Refused tells a server that answered and will not take this publish from one that cannot be reached or fails: the first is
// asked again more slowly.
func (e *Error) Refused() bool { return e.Words != "" || errors.Is(e.Err, errClosedOnPublish) }

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// maxWords bounds what is kept of a server's text, in characters.
const maxWords = 200

// printable makes one line of text that a log can hold out of whatever a server sent.
func printable(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxWords {
			b.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
