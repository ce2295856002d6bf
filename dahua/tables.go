package dahua

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// indexed returns the largest i + 1 of the keys that begin with prefix, then "i]", up to maxChannels; 0 for none.
func (v values) indexed(prefix string) int {
	count := 0
	for key := range v {
		index, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		index, _, ok = strings.Cut(index, "]")
		if i, err := strconv.Atoi(index); ok && err == nil && i >= 0 && i < maxChannels {
			count = max(count, i+1)
		}
	}
	return count
}

// channels counts the channels in table.ChannelTitle[i].Name, where i counts from 0; 0 where the table is not there.
func (v values) channels() int { return v.indexed("table.ChannelTitle[") }

// encoded counts those in table.Encode[i].
func (v values) encoded() int { return v.indexed("table.Encode[") }

// coding reads one format of the table Encode. It is nil where the device does not tell, or has the stream switched off.
func (v values) coding(format string) *device.Coding {
	codec := v[format+".Video.Compression"]
	if codec == "" || strings.EqualFold(v[format+".VideoEnable"], "false") {
		return nil
	}
	c := &device.Coding{
		Codec: netway.Name(codec), Width: v.count(format + ".Video.Width"), Height: v.count(format + ".Video.Height"),
		BitsPerSecond: v.count(format+".Video.BitRate") * 1000,
	}
	if w, h, ok := strings.Cut(v[format+".Video.resolution"], "x"); ok && c.Width == 0 && c.Height == 0 {
		c.Width, c.Height = count(w), count(h)
	}
	if rate, err := strconv.ParseFloat(v[format+".Video.FPS"], 64); err == nil && rate > 0 && !math.IsInf(rate, 0) {
		c.FrameRate = rate
	}
	return c
}

func (v values) count(key string) int { return count(v[key]) }

// count reads a number of 20 bits at most, 0 where there is none.
func count(text string) int {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 20)
	if err != nil {
		return 0
	}
	return int(n)
}

// zones are the offsets of table.NTP.TimeZone east of UTC, in minutes (the vendor's text on the table NTP of configManager.cgi).
var zones = [...]int{
	0, 60, 120, 180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 540, 570, 600, 660, 720, 780,
	-60, -120, -180, -210, -240, -300, -360, -420, -480, -540, -600, -660, -720,
}

// zone reads the device's time zone, without daylight saving. The description counts before the number where it holds an offset.
func (v values) zone() (zone *time.Location, ok bool) {
	if minutes, found := offsetIn(v["table.NTP.TimeZoneDesc"]); found {
		return time.FixedZone("", minutes*60), true
	}
	n, err := strconv.Atoi(v["table.NTP.TimeZone"])
	if err != nil || n < 0 || n >= len(zones) {
		return nil, false
	}
	return time.FixedZone("", zones[n]*60), true
}

// An offset as descriptions of zones write it, "GMT+08:00" or "UTC-3:30".
var offsetText = regexp.MustCompile(`(?i)(?:GMT|UTC)([+-])(\d{1,2})(?::?([0-5]\d))?`)

// offsetIn reads the offset that stands somewhere in a text, in minutes.
func offsetIn(text string) (minutes int, ok bool) {
	m := offsetText.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	minutes = count(m[2])*60 + count(m[3])
	if minutes > 15*60 { // beyond every zone on earth
		return 0, false
	}
	if m[1] == "-" {
		minutes = -minutes
	}
	return minutes, true
}

// remote is the camera behind a channel of a recorder.
type remote struct{ address, enable string }

// unused tells a slot without a camera; the vendor's addresses for none are 0.0.0.0 and 1.1.1.1.
func (r remote) unused() bool {
	switch r.address {
	case "", "0.0.0.0", "1.1.1.1":
		return true
	default:
		return strings.EqualFold(r.enable, "false")
	}
}

// netCamera stands before the channel in the names of the newer form of the table RemoteDevice.
const netCamera = "System_CONFIG_NETCAMERA_INFO_"

// remotes reads the table RemoteDevice by channels, counted from 0: "table.RemoteDevice[0].Address", or
// "table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Address".
func (v values) remotes() map[int]remote {
	all := map[int]remote{}
	for key, value := range v {
		rest, ok := strings.CutPrefix(key, "table.RemoteDevice")
		if !ok {
			continue
		}
		index, field := "", ""
		if inner, old := strings.CutPrefix(rest, "["); old {
			index, field, _ = strings.Cut(inner, "].")
		} else if _, inner, found := strings.Cut(rest, netCamera); found {
			index, field, _ = strings.Cut(inner, ".")
		}
		i, err := strconv.Atoi(index)
		if err != nil || i < 0 || i >= maxChannels {
			continue
		}
		one := all[i]
		switch field {
		case "Address":
			one.address = value
		case "Enable":
			one.enable = value
		default:
			continue
		}
		all[i] = one
	}
	return all
}

// moves reads what a camera can do. The vendor spells tilt Tile.
func (v values) moves() bool {
	for _, key := range []string{"caps.Pan", "caps.Tile", "caps.Tilt"} {
		if strings.EqualFold(v[key], "true") {
			return true
		}
	}
	return false
}
