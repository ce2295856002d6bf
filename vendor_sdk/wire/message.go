package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"mediapusher/vendor_sdk/sdk"
)

// Op is what a request asks for.
type Op string

// The requests. LogIn comes first, and once.
const (
	LogIn    Op = "login"
	Live     Op = "live"
	Playback Op = "playback"
	Search   Op = "search"
	Move     Op = "move"
	KeyFrame Op = "key"
	Seek     Op = "seek"
	Speed    Op = "speed"
	Stop     Op = "stop"
)

// Hello is what a worker says first.
type Hello struct {
	Protocol int    `json:"protocol"`
	Vendor   string `json:"vendor"`
	// Version is what the library reports of itself.
	Version string `json:"version,omitempty"`
	// Failure says why the library could not be loaded.
	Failure *Failure `json:"failure,omitempty"`
}

// Request asks the worker for one call into the library. Op tells which of the other fields counts.
type Request struct {
	Op       Op                   `json:"op"`
	Account  *sdk.Account         `json:"account,omitempty"`
	Live     *sdk.LiveRequest     `json:"live,omitempty"`
	Playback *sdk.PlaybackRequest `json:"playback,omitempty"`
	Search   *sdk.SearchRequest   `json:"search,omitempty"`
	Move     *sdk.Movement        `json:"move,omitempty"`
	// Key names the pictures of KeyFrame.
	Key *sdk.LiveRequest `json:"key,omitempty"`
	// Credit is the first credit of Live and Playback, in bytes.
	Credit int `json:"credit,omitempty"`
	// Stream is the stream of Seek, Speed and Stop.
	Stream uint32    `json:"stream,omitempty"`
	At     time.Time `json:"at,omitzero"`
	Speed  float64   `json:"speed,omitempty"`
}

// String names the request, and never an account.
func (r Request) String() string {
	if r.Stream != 0 {
		return fmt.Sprintf("%s of stream %d", r.Op, r.Stream)
	}
	return string(r.Op)
}

// GoString is String, so that no verb of fmt prints a password.
func (r Request) GoString() string { return r.String() }

// Answer ends a request.
type Answer struct {
	Failure *Failure `json:"failure,omitempty"`
	// Identity is what LogIn learnt.
	Identity *sdk.Identity `json:"identity,omitempty"`
}

// Encode returns a frame with the JSON of a message. The error of one that is too large is ErrFrame, found when the frame is appended.
func Encode(t Type, id uint32, message any) (Frame, error) {
	payload, err := json.Marshal(message)
	if err != nil {
		return Frame{}, fmt.Errorf("%w: %w", ErrFrame, err)
	}
	return Frame{Type: t, ID: id, Payload: payload}, nil
}

// Decode reads the JSON of a frame into message. The error is ErrFrame, and says nothing of the content.
func Decode(frame Frame, message any) error {
	if err := json.Unmarshal(frame.Payload, message); err != nil {
		return fmt.Errorf("%w: payload of type %d is not its message", ErrFrame, frame.Type)
	}
	return nil
}
