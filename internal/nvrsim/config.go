package nvrsim

import (
	"fmt"
	"io/fs"
	"slices"
	"time"

	"go.uber.org/zap"
)

// The vendors that can be imitated.
const (
	Hikvision = "hikvision"
	Dahua     = "dahua"
)

// Auth chooses what a recorder asks of its clients.
type Auth string

// The ways to authenticate. DigestMD5 is the habit of the recorders: with qop=auth on HTTP and without qop on RTSP.
const (
	DigestMD5        Auth = "digest"
	DigestMD5QOP     Auth = "digest-qop"      // MD5, qop=auth on both
	DigestMD5Bare    Auth = "digest-bare"     // MD5 without qop on both
	DigestSHA256     Auth = "digest-sha256"   // SHA-256 with qop=auth, each nonce bound to the address it was issued for
	DigestBoth       Auth = "digest-both"     // SHA-256 and MD5 offered, in this order
	DigestMD5OrBasic Auth = "digest-or-basic" // MD5 first, Basic second
	BasicOnly        Auth = "basic"           // as firmware of about 2014
)

// The values of Config.PTZPath.
const (
	PTZProxy = "proxy" // /ISAPI/ContentMgmt/PTZCtrlProxy
	PTZPlain = "plain" // /ISAPI/PTZCtrl
)

// The XML namespaces in which Hikvision firmware gives the same documents.
const (
	NamespaceISAPI       = "http://www.isapi.org/ver20/XMLSchema"
	NamespaceHikvision20 = "http://www.hikvision.com/ver20/XMLSchema"
	NamespaceHikvision10 = "http://www.hikvision.com/ver10/XMLSchema"
	NamespacePSIA        = "urn:psialliance-org"
)

// Config describes a recorder. Only Vendor is needed.
type Config struct {
	// Vendor is Hikvision or Dahua.
	Vendor string
	// Listen is the host to listen on, empty for 127.0.0.1. A port of 0 takes a free one.
	Listen             string
	HTTPPort, RTSPPort int
	// SDK opens the port to which a stand-in for the vendor's SDK connects, and so does an SDKPort other than 0.
	SDK     bool
	SDKPort int
	// User and Password default to "admin" and "demo12345".
	User, Password string

	// Channels are the connected ones, in the order of the RTSP channel numbers, which count from 1. Nil means DemoChannels. With
	// Hikvision the first Analog of them are analog inputs, the others IP channels.
	Channels []Channel
	Analog   int
	// IPChannels is how many IP channels the recorder can take, at least as many as there are (the default).
	IPChannels int
	// ChannelBase is the SDK's number of a Hikvision recorder's first IP channel; 0 follows the vendor's rule: 33 below 64 IP channels,
	// otherwise 1.
	ChannelBase int
	// Clips holds the clips that Channels name; nil means the embedded ones.
	Clips fs.FS

	// Zone is the device's time zone as an offset east of UTC. It decides what RecordsInUTC and the device's own time page mean.
	Zone time.Duration
	// RecordsInUTC lets a Hikvision device mean UTC by the Z of search and playback, as its cameras do; recorders mean their own wall
	// clock.
	RecordsInUTC bool
	// CGIBase is the number of the first channel in a Dahua recorder's search by CGI, 1 or 0; nil is 1. PTZBase is that of ptz.cgi.
	CGIBase, PTZBase *int
	// NoRPC2 lets a Dahua recorder answer 404 to RPC2; NoCGISearch lets it refuse mediaFileFind.cgi.
	NoRPC2, NoCGISearch bool
	// NoMomentary lets a Hikvision recorder refuse momentary movements. PTZPath names the only path that it takes for IP channels, PTZProxy
	// or PTZPlain; empty means both.
	NoMomentary bool
	PTZPath     string

	// NoPages are paths that the recorder answers as if it had never heard of them, as older firmware does. NoStates lets a Dahua recorder
	// not tell which cameras are connected.
	NoPages  []string
	NoStates bool

	// Auth defaults to DigestMD5.
	Auth Auth
	// Namespace of the XML documents, by default NamespaceISAPI.
	Namespace string
	// NoSDKCapabilities lets a Hikvision recorder answer notSupport to /SDK/capabilities.
	NoSDKCapabilities bool
	// LockAfter is the number of wrong passwords from one address that locks it, 0 for 5, negative for never. LockFor is how long, 0
	// for 30 minutes.
	LockAfter int
	LockFor   time.Duration
	// SessionTimeout closes an RTSP session without a request, 0 for 60 s. Whole seconds are announced.
	SessionTimeout time.Duration

	// Faults are those at the start; SetFaults changes them.
	Faults Faults
	// Clock tells the device's time, nil for time.Now. It decides the position in the clips and the time in sender reports, so it may be
	// wrong but must run as fast as time does.
	Clock func() time.Time
	// Log may be nil.
	Log *zap.Logger
}

// Channel is one camera of a recorder.
type Channel struct {
	// Name is the title the recorder shows; empty for the vendor's default.
	Name string `json:"name,omitempty"`
	// Clip and SubClip name the clips of the main and of the sub stream. Without SubClip there is no sub stream.
	Clip    string `json:"clip,omitempty"`
	SubClip string `json:"sub_clip,omitempty"`
	// Offline says that the recorder knows the channel, but its camera is not connected.
	Offline bool `json:"offline,omitempty"`
	// Recordings are on the recorder's disk, of the main stream, in the order in which a search gives them.
	Recordings []Recording `json:"recordings,omitempty"`
	// NoPTZ says that the camera cannot be moved.
	NoPTZ bool `json:"no_ptz,omitempty"`
	// Quirks are what this camera's stream descriptions have besides the vendor's habits.
	Quirks Quirks `json:"quirks,omitzero"`
}

// Recording is one file. What it shows at a recorded time is the clip at that time modulo the clip's length, as live shows it at the
// device's clock. Times are the digits of the device's wall clock, in UTC.
type Recording struct {
	// Name and Size in bytes are what the vendor's search tells; empty for the vendor's usual form.
	Name  string    `json:"name,omitempty"`
	Size  int64     `json:"size,omitempty"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// The values of Quirks.Sprop, what the SDP says about parameter sets. The zero value is the vendor's habit: Hikvision leaves them out
// on IP channels, Dahua gives them.
const (
	SpropFull    = "full"
	SpropMissing = "missing"
	SpropComma   = "comma" // the SPS, a comma and no PPS (H.264 only)
)

// The values of Quirks.Control, how the SDP names the tracks. The zero value is the vendor's habit: relative, trackID=video with
// Hikvision and trackID=0 with Dahua.
const (
	// ControlAbsolute gives whole URLs with trackID=1 before the query, as Hikvision cameras do.
	ControlAbsolute = "absolute"
	// ControlNumber gives trackID=1 and so on, relative.
	ControlNumber = "number"
)

// Quirks are oddities of a stream description that real cameras have. The zero value has none.
type Quirks struct {
	Sprop   string `json:"sprop,omitempty"`
	Control string `json:"control,omitempty"`
	// GhostAudio announces AAC that never comes, on a clip without sound.
	GhostAudio bool `json:"ghost_audio,omitempty"`
	// SecondAudio announces the audio track twice.
	SecondAudio bool `json:"second_audio,omitempty"`
	// BackChannel adds a sendonly audio track without AAC configuration, as Dahua does with proto=Onvif.
	BackChannel bool `json:"back_channel,omitempty"`
	// Metadata adds an application track, payload type 107, vnd.onvif.metadata.
	Metadata bool `json:"metadata,omitempty"`
	// OddHeaders puts blanks around the time-out in Session and before ssrc in Transport.
	OddHeaders bool `json:"odd_headers,omitempty"`

	// OpenPES gives PES packets of pictures on the SDK port no length, LargePES up to 65000 bytes.
	OpenPES  bool `json:"open_pes,omitempty"`
	LargePES bool `json:"large_pes,omitempty"`
	// SampleClock lets the PTS of G.711 on the SDK port count samples.
	SampleClock bool `json:"sample_clock,omitempty"`
	// ClockJitter lets the clock of DHAV frames be as unsteady as a camera's.
	ClockJitter bool `json:"clock_jitter,omitempty"`
}

// DemoChannels returns the six channels of the demo: H.264 with AAC, with G.711 A-law and without sound, H.265 with AAC and an H.264 sub
// stream, H.264 with B-frames, and one whose camera is off.
func DemoChannels(vendor string) []Channel {
	sub, subAAC := vendor+"-sub", vendor+"-sub-aac"
	return []Channel{
		{Clip: vendor + "-h264-aac", SubClip: subAAC},
		{Clip: vendor + "-h264-pcma", SubClip: sub},
		{Clip: vendor + "-h264", SubClip: sub},
		{Clip: vendor + "-h265-aac", SubClip: subAAC},
		{Clip: vendor + "-bframes", SubClip: subAAC},
		{Clip: vendor + "-h264-aac", SubClip: subAAC, Offline: true},
	}
}

// withDefaults fills in what was left empty, and checks the rest.
func (c Config) withDefaults() (Config, error) {
	if c.Vendor != Hikvision && c.Vendor != Dahua {
		return c, fmt.Errorf("vendor %q: want %q or %q", c.Vendor, Hikvision, Dahua)
	}
	auths := []Auth{DigestMD5, DigestMD5QOP, DigestMD5Bare, DigestSHA256, DigestBoth, DigestMD5OrBasic, BasicOnly}
	c.Auth = orDefault(c.Auth, DigestMD5)
	if !slices.Contains(auths, c.Auth) {
		return c, fmt.Errorf("auth %q: want one of %q", c.Auth, auths)
	}
	c.Listen = orDefault(c.Listen, "127.0.0.1")
	c.User = orDefault(c.User, "admin")
	c.Password = orDefault(c.Password, "demo12345")
	c.Namespace = orDefault(c.Namespace, NamespaceISAPI)
	c.LockAfter = orDefault(c.LockAfter, 5)
	c.LockFor = orDefault(c.LockFor, 30*time.Minute)
	c.SessionTimeout = orDefault(c.SessionTimeout, time.Minute)
	if c.Channels == nil {
		c.Channels = DemoChannels(c.Vendor)
	}
	if c.Analog < 0 || c.Analog > len(c.Channels) {
		return c, fmt.Errorf("%d analog inputs of %d channels", c.Analog, len(c.Channels))
	}
	c.SDK = c.SDK || c.SDKPort != 0
	c.IPChannels = max(c.IPChannels, len(c.Channels)-c.Analog)
	if c.ChannelBase == 0 {
		c.ChannelBase = 33
		if c.IPChannels >= 64 {
			c.ChannelBase = 1
		}
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c, nil
}

func orDefault[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
