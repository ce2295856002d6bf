package api

import (
	"strings"
	"unicode"

	"mediapusher/internal/device"
	"mediapusher/task"
)

// The ranges of numbers in requests. Recorders number their channels in 16 bits at most.
const (
	maxPort    = 65535
	maxChannel = 65535
)

// nvr_category of the old document.
var vendors = [...]device.Vendor{0: device.Hikvision, 1: device.Dahua}

// targetRequest reads five of the six fields of the old document, all but the channel, and the two ports that were added. The error is a
// *paramError.
func targetRequest(f fields) (device.Target, error) {
	category, err := f.number("nvr_category", 0, len(vendors)-1)
	if err != nil {
		return device.Target{}, err
	}
	target, err := target(f)
	target.Vendor = vendors[category]
	return target, err
}

// liveRequest reads the six fields of the old document and the three that were added. The error is a *paramError.
func liveRequest(f fields) (task.LiveRequest, error) {
	target, err := targetRequest(f)
	if err != nil {
		return task.LiveRequest{}, err
	}
	channel, err := f.number("nvr_channel", 0, maxChannel)
	if err != nil {
		return task.LiveRequest{}, err
	}
	stream, err := f.optionalNumber("stream_type", int(device.MainStream), int(device.SubStream), int(device.MainStream))
	if err != nil {
		return task.LiveRequest{}, err
	}
	return task.LiveRequest{Target: target, Channel: channel, Stream: device.Stream(stream)}, nil
}

func target(f fields) (device.Target, error) {
	var t device.Target
	address, err := f.text("nvr_addr")
	if err != nil {
		return t, err
	}
	host, port, ok := parseAddress(address)
	if !ok {
		return t, &paramError{"nvr_addr", "must be a host name or an IP address"}
	}
	t.Host, t.Port = host, port
	if _, found := f.lookup("nvr_port"); found || port == 0 { // the documented field wins
		if t.Port, err = f.number("nvr_port", 1, maxPort); err != nil {
			return t, err
		}
	}
	if t.User, err = credential(f, "nvr_user"); err != nil {
		return t, err
	}
	password, err := credential(f, "nvr_pwd")
	if err != nil {
		return t, err
	}
	t.Password = device.NewSecret(password)
	if t.HTTPPort, err = f.optionalNumber("http_port", 1, maxPort, 0); err != nil {
		return t, err
	}
	t.RTSPPort, err = f.optionalNumber("rtsp_port", 1, maxPort, 0)
	return t, err
}

// credential reads user or password, which go into header lines of HTTP and RTSP: a line break in one would begin another header.
func credential(f fields, name string) (string, error) {
	text, err := f.text(name)
	if err == nil && strings.ContainsFunc(text, unicode.IsControl) {
		err = &paramError{name, "must not hold control characters"}
	}
	return text, err
}
