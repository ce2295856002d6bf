// Package config owns the settings of the service: one YAML file, the environment over it, defaults for every key, and the checks
// that name key, value and what is allowed. It derives nothing but addresses, and opens nothing but the file.
package config

import (
	"path/filepath"
	"time"

	"mediapusher/internal/device"
)

// Config holds every key. One that was loaded is not changed afterwards; see Live for one that is loaded again. Secrets do not show when
// it is printed. The tag reload says of each key whether a running service takes a new value (now) or needs a new start (restart).
type Config struct {
	API   API   `yaml:"api" envPrefix:"API_"`
	Admin Admin `yaml:"admin" envPrefix:"ADMIN_"`
	RTMP  RTMP  `yaml:"rtmp" envPrefix:"RTMP_"`
	SRS   SRS   `yaml:"srs" envPrefix:"SRS_"`

	// Templates of the addresses beside rtmp.play_url: "" is derived from rtmp.publish_url or the embedded server, None leaves the
	// address out. See URLs.
	FLVURL    string `yaml:"flv_url" env:"FLV_URL" reload:"now"`
	HLSURL    string `yaml:"hls_url" env:"HLS_URL" reload:"now"`
	WebRTCURL string `yaml:"webrtc_url" env:"WEBRTC_URL" reload:"now"`

	Embedded  Embedded  `yaml:"embedded" envPrefix:"EMBEDDED_"`
	Heartbeat Heartbeat `yaml:"heartbeat" envPrefix:"HEARTBEAT_"`

	// StartTimeout limits a whole start, SearchTimeout the search for recordings. SourceTimeout is how long a source may be silent.
	StartTimeout  time.Duration `yaml:"start_timeout" env:"START_TIMEOUT" reload:"now"`
	SearchTimeout time.Duration `yaml:"search_timeout" env:"SEARCH_TIMEOUT" reload:"now"`
	SourceTimeout time.Duration `yaml:"source_timeout" env:"SOURCE_TIMEOUT" reload:"now"`

	Playback Playback `yaml:"playback" envPrefix:"PLAYBACK_"`

	// DataDir is where the service keeps what outlives it; empty means a default of the system, see DataDirectory.
	DataDir string `yaml:"data_dir" env:"DATA_DIR" reload:"restart"`

	Audio Audio `yaml:"audio" envPrefix:"AUDIO_"`
	Login Login `yaml:"login" envPrefix:"LOGIN_"`
	SDK   SDK   `yaml:"sdk" envPrefix:"SDK_"`
	Log   Log   `yaml:"log" envPrefix:"LOG_"`

	// AllowDevices are the networks or addresses that may be dialled; none means all.
	AllowDevices Networks `yaml:"allow_devices" env:"ALLOW_DEVICES" reload:"now"`
	// Devices come from the file only.
	Devices []Device `yaml:"devices" reload:"now"`
}

// API is the listener of the old clients.
type API struct {
	Listen Addresses     `yaml:"listen" env:"LISTEN" reload:"restart"`
	Token  device.Secret `yaml:"token" env:"TOKEN" reload:"now"`
	// Origins of the pages that may call; none means any.
	Origins []string `yaml:"origins" env:"ORIGINS" reload:"now"`
	// TrustForwardedHost takes {host} from a proxy's X-Forwarded-Host.
	TrustForwardedHost bool `yaml:"trust_forwarded_host" env:"TRUST_FORWARDED_HOST" reload:"now"`
}

// Admin is the listener of lists, health and the demo page.
type Admin struct {
	Listen string        `yaml:"listen" env:"LISTEN" reload:"restart"`
	Token  device.Secret `yaml:"token" env:"TOKEN" reload:"now"`
}

// RTMP is where streams go.
type RTMP struct {
	// PublishURL is the template of the publish at an external server, with {stream}; empty means the embedded server. It may hold a
	// password or a token, and so is a secret.
	PublishURL device.Secret `yaml:"publish_url" env:"PUBLISH_URL" reload:"restart"`
	PlayURL    string        `yaml:"play_url" env:"PLAY_URL" reload:"now"`
	HEVC       HEVC          `yaml:"hevc" env:"HEVC" reload:"restart"`
}

// HEVC is the form in which the RTMP server takes H.265.
type HEVC string

// The forms: by what the server says, or as the operator knows.
const (
	HEVCAuto     HEVC = "auto"
	HEVCEnhanced HEVC = "enhanced"
	HEVCLegacy   HEVC = "legacy"
	HEVCNone     HEVC = "none"
)

// SRS is about what the RTMP server tells of itself.
type SRS struct {
	// APIURL is its HTTP API, "http://host:port": "" is derived from rtmp.publish_url, None asks nobody. It may hold user and password,
	// and so is a secret. See SRSAPI.
	APIURL device.Secret `yaml:"api_url" env:"API_URL" reload:"restart"`
}

// Embedded is the media server inside, used where there is no rtmp.publish_url.
type Embedded struct {
	RTMPListen string `yaml:"rtmp_listen" env:"RTMP_LISTEN" reload:"restart"`
	HTTPListen string `yaml:"http_listen" env:"HTTP_LISTEN" reload:"restart"`
}

// Heartbeat is how long a session lives without BEATS: the interval and the grace.
type Heartbeat struct {
	Interval time.Duration `yaml:"interval" env:"INTERVAL" reload:"now"`
	Grace    time.Duration `yaml:"grace" env:"GRACE" reload:"now"`
}

// Playback is about recordings.
type Playback struct {
	// StopAtEndTime ends a playback at the endTime that the caller asked for, where the last recording goes on behind it.
	StopAtEndTime bool `yaml:"stop_at_end_time" env:"STOP_AT_END_TIME" reload:"now"`
}

// Audio says what happens to sound that RTMP does not carry.
type Audio struct {
	Other OtherAudio `yaml:"other" env:"OTHER" reload:"now"`
}

// OtherAudio is what is done with audio that is not AAC.
type OtherAudio string

// The choices: to AAC, or away.
const (
	AudioTranscode OtherAudio = "transcode"
	AudioDrop      OtherAudio = "drop"
)

// Login is about accounts at recorders.
type Login struct {
	// CoolDown is how long a refused password is not tried again.
	CoolDown time.Duration `yaml:"cool_down" env:"COOL_DOWN" reload:"now"`
}

// SDK is about the makers' libraries, where the program is built with their bindings.
type SDK struct {
	// Hikvision and Dahua are the directories in which a library lies with its companions; empty means sdk/hikvision and sdk/dahua beside
	// the program.
	Hikvision string `yaml:"hikvision" env:"HIKVISION" reload:"restart"`
	Dahua     string `yaml:"dahua" env:"DAHUA" reload:"restart"`
	// MaxMemory is how many MiB a worker process may hold before it is replaced.
	MaxMemory int `yaml:"max_memory" env:"MAX_MEMORY" reload:"restart"`
}

// Directory returns where a vendor's library lies, for a program that lies in beside.
func (s SDK) Directory(vendor device.Vendor, beside string) string {
	own := s.Hikvision
	if vendor == device.Dahua {
		own = s.Dahua
	}
	if own != "" {
		return own
	}
	return filepath.Join(beside, "sdk", string(vendor))
}

// Log is about the log.
type Log struct {
	Level string `yaml:"level" env:"LEVEL" reload:"now"` // debug, info, warn or error
	// Format is FormatText or FormatJSON.
	Format string `yaml:"format" env:"FORMAT" reload:"restart"`
	// File is where the log goes; empty means standard error. At MaxSize MiB a new one is begun, and MaxFiles old ones are kept.
	File     string `yaml:"file" env:"FILE" reload:"restart"`
	MaxSize  int    `yaml:"max_size" env:"MAX_SIZE" reload:"restart"`
	MaxFiles int    `yaml:"max_files" env:"MAX_FILES" reload:"restart"`
}

// The forms of the log: lines for people, or a JSON object in each line.
const (
	FormatText = "text"
	FormatJSON = "json"
)

// Default returns the settings of an installation without any configuration.
func Default() Config {
	return Config{
		API:           API{Listen: Addresses{":8090"}},
		Admin:         Admin{Listen: "127.0.0.1:8091"},
		RTMP:          RTMP{HEVC: HEVCAuto},
		Embedded:      Embedded{RTMPListen: ":1935", HTTPListen: ":8080"},
		Heartbeat:     Heartbeat{Interval: 20 * time.Second, Grace: 10 * time.Second},
		StartTimeout:  10 * time.Second,
		SearchTimeout: 30 * time.Second,
		SourceTimeout: 5 * time.Second,
		Audio:         Audio{Other: AudioTranscode},
		Login:         Login{CoolDown: 5 * time.Minute},
		SDK:           SDK{MaxMemory: 1024},
		Log:           Log{Level: "info", Format: FormatText, MaxSize: 100, MaxFiles: 5},
	}
}
