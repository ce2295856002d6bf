package device

// Settings are what the operator knows better than we can find out, for one recorder or a network of them (devices[] in the
// configuration). The zero value means: find out, or the default.
type Settings struct {
	// HTTPPort and RTSPPort are used where the caller names none.
	HTTPPort, RTSPPort int
	// HTTPS: "auto" (or empty) tries plain HTTP before HTTPS, "only" and "never" do what they say. Certificates of recorders are
	// self-signed and not verified.
	HTTPS string
	// BasicAuth allows HTTP and RTSP basic authentication, which sends the password readable.
	BasicAuth bool
	// ChannelBase is the SDK number of the first IP channel (Hikvision: 33 or 1) or of the first channel (Dahua: 0); nil means what
	// the device tells, then the vendor's rule.
	ChannelBase *int
	// AnalogChannels is the number of analog inputs of a Hikvision recorder; nil means what the device tells.
	AnalogChannels *int
	// LivePath replaces the vendor's RTSP path and query. {channel} is the vendor's RTSP channel number, {stream} 1 for main and 2
	// for sub, {subtype} 0 for main and 1 for sub, {sdk_channel} the number of the caller.
	LivePath string
	// TimeZone is an IANA name for devices that are not in the service's zone.
	TimeZone string
	// RecordTimes tells what the Z behind the times of a Hikvision device's recordings means: "device" is its own wall clock, as on most
	// recorders, "utc" is UTC, as on most cameras. Empty means: find out.
	RecordTimes string
	// Ways is the order in which ways are tried; empty means every way that is built, "net" last.
	Ways []string
	// MaxLive is the largest number of live streams pulled from the recorder at once, 0 for no limit. MaxStarts is how many may be
	// starting at once, 0 for 8.
	MaxLive, MaxStarts int
	// MaxPlaybacks is the largest number of recordings played from the recorder at once, 0 for no limit. They do not count as live streams.
	MaxPlaybacks int
}

// SettingsFunc tells the settings for a target's vendor and host.
type SettingsFunc func(target Target) Settings
