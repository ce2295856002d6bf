package pusher

import "context"

// HEVC says in which form a server takes H.265.
type HEVC uint8

// The forms: not at all (SRS below 6), as codec id 12 (an older custom of Chinese CDNs), or as enhanced RTMP with the FourCC
// "hvc1" (SRS from 6.0.42).
const (
	HEVCNone HEVC = iota
	HEVCLegacy
	HEVCEnhanced
)

// RTMP message type ids (Adobe RTMP 1.0, section 7.1).
const (
	TypeAudio byte = 8
	TypeVideo byte = 9
	TypeData  byte = 18
)

// Dialer opens publishes. The RTMP client of this package is one, the embedded media server another.
type Dialer interface {
	// Dial returns when the server has accepted the publish of the stream. Errors are *Error.
	Dial(ctx context.Context, stream string) (Conn, error)
}

// Conn is one accepted publish. WriteMessage and Flush are called by one goroutine; the rest may be called by any.
type Conn interface {
	// WriteMessage sends one message. timestamp is in ms and never falls within a type. body is gathered in order, is not
	// empty, and may be used again by the caller as soon as WriteMessage returns.
	WriteMessage(typeID byte, timestamp uint32, body [][]byte) error
	// Flush sends audio messages that WriteMessage may have held back, to let them leave together with the next message.
	Flush() error
	// KeepAlive sends something without meaning, for a server that ends a silent publish (SRS after 5 s).
	KeepAlive() error
	// HEVC is the form in which this server takes H.265.
	HEVC() HEVC
	// Server is what the server tells of itself, "SRS/6.0.155"; empty where it tells nothing.
	Server() string
	// Done is closed when the connection has ended, by whichever side; Err then says why.
	Done() <-chan struct{}
	Err() error
	// Close unpublishes and closes. It is safe to call it twice.
	Close() error
}
