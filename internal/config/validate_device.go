package config

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // time zones for machines that have none, such as Windows

	"mediapusher/internal/device"
)

// The largest numbers that make sense for a recorder.
const (
	maxPort     = 65535
	maxChannels = 65535
	maxStreams  = 4096
)

func (c *Config) checkDevices(p *problems) {
	seen := map[string]int{}
	for i, d := range c.Devices {
		key := func(name string) string { return fmt.Sprintf("devices[%d].%s", i, name) }
		if _, isNetwork := parseNetwork(d.Address); !isNetwork && !validHost(d.Address) {
			p.add(key("address"), d.Address, "must be a host name, an IP address or a network such as 10.8.0.0/16")
		}
		same := string(d.Vendor) + " " + strings.ToLower(d.Address)
		if first, found := seen[same]; found {
			p.add(key("address"), d.Address, fmt.Sprintf("has an entry already, devices[%d]", first))
		} else {
			seen[same] = i
		}
		oneOf(p, key("vendor"), d.Vendor, "", device.Hikvision, device.Dahua)
		oneOf(p, key("https"), d.HTTPS, "", "auto", "only", "never")
		oneOf(p, key("record_times"), d.RecordTimes, "", "device", "utc")
		p.number(key("http_port"), d.HTTPPort, maxPort)
		p.number(key("rtsp_port"), d.RTSPPort, maxPort)
		p.number(key("max_live"), d.MaxLive, maxStreams)
		p.number(key("max_starts"), d.MaxStarts, maxStreams)
		p.number(key("max_playbacks"), d.MaxPlaybacks, maxStreams)
		if d.ChannelBase != nil {
			p.number(key("channel_base"), *d.ChannelBase, maxChannels)
		}
		if d.AnalogChannels != nil {
			p.number(key("analog_channels"), *d.AnalogChannels, maxChannels)
		}
		if d.LivePath != "" && !strings.HasPrefix(d.LivePath, "/") {
			p.add(key("live_path"), d.LivePath, "must begin with a slash")
		}
		if _, err := time.LoadLocation(d.TimeZone); err != nil {
			p.add(key("time_zone"), d.TimeZone, "must be a name such as Asia/Shanghai")
		}
		for _, way := range d.Ways {
			oneOf(p, key("ways"), way, device.WaySDK, device.WayNet)
		}
	}
}

func (p *problems) number(key string, value, high int) { p.between(key, value, 0, high) }

func (p *problems) between(key string, value, low, high int) {
	if value < low || value > high {
		p.add(key, value, fmt.Sprintf("must be a number from %d to %d", low, high))
	}
}

var hostPattern = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?$`)

// validHost takes names and addresses as a dialler would; whether they exist shows when they are dialled.
// Only an IPv6 address has colons: one behind a name would begin a port.
func validHost(host string) bool {
	if strings.Contains(host, ":") {
		_, err := netip.ParseAddr(host)
		return err == nil
	}
	return hostPattern.MatchString(host)
}

func validPort(port string, low int) bool {
	n, err := strconv.Atoi(port)
	return err == nil && n >= low && n <= maxPort
}
