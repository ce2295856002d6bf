// Package device owns the words at the left edge: what a recorder is to the rest of the service (Target, Driver, Device), the
// typed Error that every vendor adapter answers with, and what is held once per recorder whatever the vendor: the shared login,
// the cool-down after a refused password and the budget of streams.
//
// It knows no vendor. The sub-package devicetest is the contract suite that every adapter passes.
package device

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"mediapusher/internal/media"
	"mediapusher/playback"
	"mediapusher/ptz"
)

// Vendor names a maker of recorders as logs and status show it.
type Vendor string

// The vendors of the legacy API (nvr_category 0 and 1).
const (
	Hikvision Vendor = "hikvision"
	Dahua     Vendor = "dahua"
)

// Vendors returns all vendors, in the order of nvr_category. The caller owns the slice.
func Vendors() []Vendor { return []Vendor{Hikvision, Dahua} }

// Stream chooses among the codings a channel offers.
type Stream int

// The main stream (full size) and the sub stream (small).
const (
	MainStream Stream = 0
	SubStream  Stream = 1
)

// String returns "main" or "sub".
func (s Stream) String() string {
	if s == SubStream {
		return "sub"
	}
	return "main"
}

// Target is one recorder and whoever logs in to it. It is comparable: equal targets share a login.
type Target struct {
	Vendor Vendor
	// Host is a name or an address, without port.
	Host string
	// Port is the one the caller gave, normally that of the vendor's SDK (8000 or 37777).
	Port int
	// HTTPPort and RTSPPort are the device's own where the caller or the configuration names them; 0 means: find out.
	HTTPPort, RTSPPort int
	User               string
	Password           Secret
}

// Address is the host and port that the caller gave, as logs and errors show it.
func (t Target) Address() string { return JoinAddress(t.Host, t.Port) }

// recorder is what a Target says of the device itself. The ports that a caller names belong to it: behind one translated address stand
// several recorders that differ only in them.
type recorder struct {
	vendor               Vendor
	host                 string // in lower case
	port, httpPort, rtsp int
}

func recorderOf(t Target) recorder {
	return recorder{t.Vendor, strings.ToLower(t.Host), t.Port, t.HTTPPort, t.RTSPPort}
}

// JoinAddress makes host:port; an IPv6 host may come with or without brackets.
func JoinAddress(host string, port int) string {
	return net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
}

// LiveRequest asks for the live pictures of one channel.
type LiveRequest struct {
	// Channel is the vendor SDK's number: Hikvision counts analog inputs from 1 and IP channels mostly from 33, Dahua from 0.
	Channel int
	Stream  Stream
}

// SearchRequest asks for the recordings of one channel that overlap a range.
type SearchRequest struct {
	// Channel is counted as in LiveRequest.
	Channel int
	Range   playback.Range
}

// PlaybackRequest asks for one run of the recordings of one channel. Recordings are of the main stream.
type PlaybackRequest struct {
	// Channel is counted as in LiveRequest.
	Channel int
	playback.Request
}

// Info is what a login told about the recorder. Empty where the device did not tell.
type Info struct {
	Model, Serial, Firmware string
	// Way is the road in use: WaySDK, WayNet or WayRTSP. Why says what spoke against another one that was to be preferred, and BetterAt
	// when that one is worth another try: a login for new callers is then made anew. Both are empty where there is none.
	Way, Why string
	BetterAt time.Time
	// SteppedDown says that a way which this program has was tried before this one, and failed.
	SteppedDown bool
	// Proven says that the login was asked for the password and took it. Otherwise the first stream proves it.
	Proven bool
}

// The ways. On WayRTSP the first DESCRIBE is the login, so Open has proved nothing about the password.
const (
	WaySDK  = "sdk"  // the maker's library, in a worker process
	WayNet  = "net"  // ISAPI or CGI, with RTSP
	WayRTSP = "rtsp" // RTSP alone, because no HTTP port answered
)

// Driver opens recorders of one vendor.
type Driver interface {
	// Open logs in once and returns a device, or an *Error. It never tries a refused password again, and it keeps to ctx.
	Open(ctx context.Context, target Target) (Device, error)
}

// Device is a recorder that was logged in to. It is safe for concurrent use.
type Device interface {
	Info() Info
	// Live resolves the channel and returns a source that has not opened anything yet. Errors here and from the source's Run are
	// *Error.
	Live(ctx context.Context, request LiveRequest) (media.Source, error)
	// Search asks for recordings and hands them over as the device gives them, page by page, from the calling goroutine; there may be none.
	// What the device repeats is handed over once. What was handed over before an error, an *Error, or before ctx ended, is good.
	Search(ctx context.Context, request SearchRequest, page func([]playback.File)) error
	// Playback resolves the channel and returns a source for one run, which has not opened anything yet and returns nil when the device
	// ends the recording. Errors here and from the source's Run are *Error.
	Playback(ctx context.Context, request PlaybackRequest) (media.Source, error)
	// PTZ resolves the channel and returns what moves its camera; the head must be closed before the device. Errors here and from the
	// head are *Error.
	PTZ(ctx context.Context, channel int) (ptz.Head, error)
	// Close logs out and frees what the login held. Sources must have ended before.
	Close() error
}
