package nvrsim

import (
	"encoding"
	"fmt"
	"time"
)

// Duration is a time.Duration that JSON shows as "1.5s".
type Duration time.Duration

var (
	_ encoding.TextMarshaler   = Duration(0)
	_ encoding.TextUnmarshaler = (*Duration)(nil)
)

// MarshalText gives the form of time.Duration.String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText takes the form of time.ParseDuration.
func (d *Duration) UnmarshalText(text []byte) error {
	value, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("duration: %w", err)
	}
	*d = Duration(value)
	return nil
}

// The values of Faults.OfflineAs, what a channel without a camera does.
const (
	OfflineNotFound    = "not found"   // 404 to DESCRIBE, the default
	OfflineUnavailable = "unavailable" // 503 to DESCRIBE
	OfflineSilent      = "silent"      // everything is answered, and no packet ever comes
)

// The values of Faults.VideoAs.
const (
	VideoAsMP2P  = "MP2P"  // MPEG programme stream, payload type 96
	VideoAsMJPEG = "MJPEG" // JPEG, payload type 26
)

// The values of Faults.EndAs.
const (
	EndIdle     = "idle"     // nothing comes any more, the session stays: the default
	EndBye      = "bye"      // RTCP BYE
	EndClose    = "close"    // the connection is closed
	EndAnnounce = "announce" // an ANNOUNCE of the recorder
	EndNever    = "never"    // it plays on past the end
)

// The values of Faults.ScaleAs. By default Scale changes the pace and the RTP timestamps stay on the clock of the recording.
const (
	ScaleSqueezed = "squeezed" // the pace changes, and the timestamps with it: they run as fast as time does
	ScaleIgnored  = "ignored"
)

// Faults are what a recorder does wrong. The zero value does all right. All can be changed while streams play, and act from the next
// connection, request or frame.
type Faults struct {
	// Channels limits the faults of streams (from SilentStream on) to these RTSP channels, counted from 1; empty means all.
	Channels []int `json:"channels,omitempty"`

	// HTTPRefuse and RTSPRefuse reset each connection as soon as it is accepted.
	HTTPRefuse bool `json:"http_refuse,omitempty"`
	RTSPRefuse bool `json:"rtsp_refuse,omitempty"`
	// HTTPHang takes requests and never answers; answers go out again for requests that come after the fault has ended.
	HTTPHang bool `json:"http_hang,omitempty"`
	// HTTPStatus answers requests with the right password by this status, for example 503; 401 is what Dahua gives when it has too many
	// users.
	HTTPStatus int `json:"http_status,omitempty"`
	// LockedForbidden answers 403 instead of 401 while the address is locked.
	LockedForbidden bool `json:"locked_forbidden,omitempty"`
	// StaleForbidden answers 403 to a nonce that was used or is too old, as some Dahua recorders do.
	StaleForbidden bool `json:"stale_forbidden,omitempty"`

	// RTSPHang names the RTSP methods that are never answered, RTSPStatus the methods that are answered by an error, for example
	// {"SETUP": 453}.
	RTSPHang   []string       `json:"rtsp_hang,omitempty"`
	RTSPStatus map[string]int `json:"rtsp_status,omitempty"`
	// MaxSessions limits RTSP sessions, 0 for no limit. Beyond it Hikvision answers 453 and Dahua 403, to SETUP or, with
	// LimitAtDescribe, already to DESCRIBE.
	MaxSessions     int  `json:"max_sessions,omitempty"`
	LimitAtDescribe bool `json:"limit_at_describe,omitempty"`
	// Offline takes the cameras of these channels away, those playing fall silent. OfflineAs tells what DESCRIBE answers.
	Offline   []int  `json:"offline,omitempty"`
	OfflineAs string `json:"offline_as,omitempty"`

	// SilentStream stops all packets, sender reports too, while requests are still answered.
	SilentStream bool `json:"silent_stream,omitempty"`
	// CloseAfter closes a connection so long after PLAY; 0 never.
	CloseAfter Duration `json:"close_after,omitempty"`
	// ClockJump is added to the RTP timestamps: setting it is the jump.
	ClockJump Duration `json:"clock_jump,omitempty"`
	// ClockStands lets the RTP timestamps stand still.
	ClockStands bool `json:"clock_stands,omitempty"`
	// TwinTimestamps gives each second frame of a track the timestamp of the one before.
	TwinTimestamps bool `json:"twin_timestamps,omitempty"`
	// LoseEvery leaves out the last packet of each n-th video frame, so that sequence numbers have a gap; 0 never.
	LoseEvery int `json:"lose_every,omitempty"`
	// GarbageNAL sends a NAL unit of random bytes and a reserved type in each picture.
	GarbageNAL bool `json:"garbage_nal,omitempty"`
	// NoParameterSets leaves SPS, PPS and VPS out of the stream and of the SDP.
	NoParameterSets bool `json:"no_parameter_sets,omitempty"`
	// NoAudio announces the sound and never sends it.
	NoAudio bool `json:"no_audio,omitempty"`
	// BadRTP sends a packet with an invalid RTP header before each frame.
	BadRTP bool `json:"bad_rtp,omitempty"`
	// StrayBytes sends bytes that belong to nothing before each frame.
	StrayBytes bool `json:"stray_bytes,omitempty"`
	// ServerRequest sends a request of this method ("ANNOUNCE", "OPTIONS") to the client once a second.
	ServerRequest string `json:"server_request,omitempty"`
	// Pace slows the sending down: 0.5 sends one second of pictures in two. 0 and 1 are the right pace.
	Pace float64 `json:"pace,omitempty"`
	// WaitKeyFrame starts pictures with the next key frame. Without it they start with the newest one that is past, and all since then
	// comes at once, as recorders do.
	WaitKeyFrame bool `json:"wait_key_frame,omitempty"`
	// MaxPlaybacks limits the RTSP sessions of recordings, 0 for no limit; beyond it they are refused as beyond MaxSessions.
	MaxPlaybacks int `json:"max_playbacks,omitempty"`
	// EndAs tells what happens at the end of a recording's range.
	EndAs string `json:"end_as,omitempty"`
	// StopsAtGap ends a playback, as EndAs says, at the first gap between files; without it the recorder jumps over it.
	StopsAtGap bool `json:"stops_at_gap,omitempty"`
	// ScaleAs tells what PLAY with Scale does.
	ScaleAs string `json:"scale_as,omitempty"`
	// Unpaced sends recordings as fast as the connection takes them.
	Unpaced bool `json:"unpaced,omitempty"`
	// LateKeyFrame starts recordings with the first key frame behind the asked time; without it with the one before.
	LateKeyFrame bool `json:"late_key_frame,omitempty"`

	// SearchPage limits what one page of a search holds, 0 for the vendor's own. SearchRepeats answers each page after the first with the
	// first again, SearchEndless says that there is more when nothing is left.
	SearchPage    int  `json:"search_page,omitempty"`
	SearchRepeats bool `json:"search_repeats,omitempty"`
	SearchEndless bool `json:"search_endless,omitempty"`
	// SearchDelay is how long each page takes. MaxSearches limits searches at the same time, 0 for no limit with Hikvision and for 8 with
	// Dahua; beyond it they are refused.
	SearchDelay Duration `json:"search_delay,omitempty"`
	MaxSearches int      `json:"max_searches,omitempty"`
	// PTZStopFails answers so many stops, counted from when it is set, by 500; the camera goes on moving. PTZDelay is how long each
	// command takes.
	PTZStopFails int      `json:"ptz_stop_fails,omitempty"`
	PTZDelay     Duration `json:"ptz_delay,omitempty"`

	// SDKRefuse resets each connection to the SDK port, SDKHang never answers a login, SDKBusy answers logins with the right password
	// by busy. SDKMuteStart never answers the start of a stream.
	SDKRefuse    bool `json:"sdk_refuse,omitempty"`
	SDKHang      bool `json:"sdk_hang,omitempty"`
	SDKBusy      bool `json:"sdk_busy,omitempty"`
	SDKMuteStart bool `json:"sdk_mute_start,omitempty"`
	// SDKCrash, SDKWedge and SDKSilent tell the library behind each stream, those that run and those to come, to crash in the callback, to
	// hang in it, and to say nothing any more; SDKBloat to take so many MiB. SDKLose says that the stream is lost.
	SDKCrash  bool `json:"sdk_crash,omitempty"`
	SDKWedge  bool `json:"sdk_wedge,omitempty"`
	SDKSilent bool `json:"sdk_silent,omitempty"`
	SDKLose   bool `json:"sdk_lose,omitempty"`
	SDKBloat  int  `json:"sdk_bloat,omitempty"`
	// SDKNoEnd leaves out the word at the end of a playback on the SDK port. SDKPaced sends playbacks there no faster than they are
	// watched; without it they go as fast as the connection takes them.
	SDKNoEnd bool `json:"sdk_no_end,omitempty"`
	SDKPaced bool `json:"sdk_paced,omitempty"`

	// ClockOff is added to the clock that the device shows on its time page. NoPictures lets it give no single pictures.
	ClockOff   Duration `json:"clock_off,omitempty"`
	NoPictures bool     `json:"no_pictures,omitempty"`

	// VideoAs announces another coding than the packets have.
	VideoAs string `json:"video_as,omitempty"`
}
