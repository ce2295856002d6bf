package config

import (
	"net/netip"
	"strings"

	"mediapusher/internal/device"
)

// Device is what the operator knows about one recorder or a network of them; see device.Settings for what the fields mean.
type Device struct {
	// Address is a host name, an IP address or a network such as 10.8.0.0/16.
	Address string `yaml:"address"`
	// Vendor is hikvision or dahua; empty means both.
	Vendor         device.Vendor `yaml:"vendor"`
	HTTPPort       int           `yaml:"http_port"`
	RTSPPort       int           `yaml:"rtsp_port"`
	HTTPS          string        `yaml:"https"`
	BasicAuth      bool          `yaml:"basic_auth"`
	ChannelBase    *int          `yaml:"channel_base"`
	AnalogChannels *int          `yaml:"analog_channels"`
	LivePath       string        `yaml:"live_path"`
	TimeZone       string        `yaml:"time_zone"`
	RecordTimes    string        `yaml:"record_times"`
	Ways           []string      `yaml:"ways"`
	MaxLive        int           `yaml:"max_live"`
	MaxStarts      int           `yaml:"max_starts"`
	MaxPlaybacks   int           `yaml:"max_playbacks"`
}

// exact is the specificity of an entry that names its host; networks have the length of their prefix, 128 at most.
const exact = 129

// Settings returns what the most specific entry for the target says, as a whole: a name or address before a network, a longer prefix
// before a shorter one, and with the vendor before without. A name is not looked up, so networks match targets given as addresses.
// Without an entry it is the zero value. It is a device.SettingsFunc and safe for concurrent use.
func (c *Config) Settings(target device.Target) device.Settings {
	best, found := -1, Device{}
	for _, d := range c.Devices {
		rank := d.rank(target)
		if rank > best {
			best, found = rank, d
		}
	}
	return found.settings()
}

// rank is how specific the entry is for the target, -1 where it does not match.
func (d Device) rank(target device.Target) int {
	if d.Vendor != "" && d.Vendor != target.Vendor {
		return -1
	}
	specific := d.specificity(target.Host)
	if specific < 0 {
		return -1
	}
	rank := 2 * specific
	if d.Vendor != "" {
		rank++
	}
	return rank
}

func (d Device) specificity(host string) int {
	if strings.EqualFold(strings.TrimSuffix(d.Address, "."), host) {
		return exact
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return -1
	}
	if own, err := netip.ParseAddr(d.Address); err == nil && own.Unmap() == ip.Unmap() {
		return exact
	}
	if network, err := netip.ParsePrefix(d.Address); err == nil && network.Contains(ip.Unmap()) {
		return network.Bits()
	}
	return -1
}

func (d Device) settings() device.Settings {
	return device.Settings{
		HTTPPort: d.HTTPPort, RTSPPort: d.RTSPPort, HTTPS: d.HTTPS, BasicAuth: d.BasicAuth, ChannelBase: d.ChannelBase,
		AnalogChannels: d.AnalogChannels, LivePath: d.LivePath, TimeZone: d.TimeZone, RecordTimes: d.RecordTimes, Ways: d.Ways,
		MaxLive: d.MaxLive, MaxStarts: d.MaxStarts, MaxPlaybacks: d.MaxPlaybacks,
	}
}
