package sdk

import "time"

// Library is a maker's library, loaded into this process. There is one in a process. It is safe for concurrent use; the calls into the
// library that must not run side by side are put in a row here.
//
// No method takes a context: a call into a library cannot be ended. Whoever cannot wait any longer ends the process.
type Library interface {
	// Version is what the library reports of itself, "6.1.9.48 build 20230410".
	Version() string
	// LogIn asks a recorder once. Its error is an *Error.
	LogIn(account Account) (Device, Identity, error)
	// Close frees the library. All devices must have logged out. Nothing is called back when it has returned.
	Close() error
}

// Account says where to log in, and as whom.
type Account struct {
	Host           string // a name or an address, without port
	Port           int
	User, Password string
	// Timeout is how long connecting may take, 0 for the library's own default. Libraries keep to it roughly.
	Timeout time.Duration
}

// Identity is what a login told about a recorder. Text is UTF-8.
type Identity struct {
	Serial string
	// Type is the maker's number of the model.
	Type int
	// Analog inputs are numbered from FirstAnalog on; Digital (IP) channels from FirstDigital on, FirstDigital 0 where there is none.
	Analog, FirstAnalog, Digital, FirstDigital int
}

// Device is a login. It is safe for concurrent use. Errors of all methods are *Error.
type Device interface {
	// Live starts the live pictures of a channel. take is called with what comes, see Take.
	Live(request LiveRequest, take Take) (Stream, error)
	// Playback starts the recordings of a channel in a span, from its first moment on, as fast as the device gives them.
	Playback(request PlaybackRequest, take Take) (Stream, error)
	// Search hands the files that overlap the span over as the library gives them, from the calling goroutine, until page returns false.
	// No file at all is no error.
	Search(request SearchRequest, page func(files []File) (more bool)) error
	// Move starts or stops a movement of a camera. Success says that the device has taken the command.
	Move(movement Movement) error
	// KeyFrame asks the camera for a picture at which decoding can start.
	KeyFrame(channel, stream int) error
	// LogOut ends the login. Its streams must have been stopped.
	LogOut() error
}

// LiveRequest names the pictures of one channel; Stream is 0 for main, 1 for sub.
type LiveRequest struct{ Channel, Stream int }

// Span is recorded time from Start to End.
type Span struct{ Start, End time.Time }

// SearchRequest asks for recordings of the main stream of one channel.
type SearchRequest struct {
	Channel int
	Span
}

// PlaybackRequest asks for recordings of the main stream of one channel.
type PlaybackRequest struct {
	Channel int
	Span
}

// File is one recording. Name is UTF-8, Size in bytes.
type File struct {
	Name string
	Size int64
	Span
}

// Movement is one order to a camera: Command is the library's number. Speed counts from 1 to 7 (Hikvision) or 8 (Dahua).
type Movement struct {
	Channel, Command, Speed int
	Stop                    bool
}

// Take is told what a stream brings, from one goroutine for the whole library: it must hand over without waiting, and must not call the
// library. The packet's data is valid during the call only. It may be called before the method that starts the stream has returned, and
// is not called any more when Stream.Stop has returned.
type Take func(packet Packet)

// Packet is one piece of a stream.
type Packet struct {
	Kind Kind
	// Lost says that the library's data was dropped just before this packet, because it was not taken in time.
	Lost bool
	// Code is the vendor's error number of Broken.
	Code int
	// Data is what Head and Data brought, cut anywhere.
	Data []byte
}

// Kind tells what a packet is.
type Kind uint8

// The kinds of packets.
const (
	// Head is the 40-byte description that a Hikvision stream begins with, and begins anew with. Dahua has none.
	Head Kind = iota + 1
	// Data is MPEG-PS (Hikvision) or DHAV (Dahua).
	Data
	// End says that all of a playback's span was sent.
	End
	// Sought says that what follows is from behind a seek.
	Sought
	// Broken says that the stream is lost: the library has given it up, or the login behind it.
	Broken
)

// Stream is a live stream or a playback. It is safe for concurrent use. Errors are *Error.
type Stream interface {
	// Seek goes to a recorded time; Sought follows where the device tells it. Speed is relative to real time, from 1/16 to 16; a
	// library takes the nearest that it has. Both are of playbacks.
	Seek(at time.Time) error
	Speed(speed float64) error
	// Pause asks a playback to stop sending; what is under way still comes, slower than it would. Resume ends that.
	Pause() error
	Resume() error
	// Stop ends the stream. It may be called once.
	Stop() error
}
