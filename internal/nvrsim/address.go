package nvrsim

import (
	"net"
	"slices"
	"strconv"

	"mediapusher/internal/nvrsim/clips"
)

// portOf returns the port of host:port, 0 where there is none.
func portOf(address string) int {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return port
}

// The stream numbers of Hikvision, which this package uses for both vendors.
const (
	mainStream = 1
	subStream  = 2
)

// clip returns what a channel (from 1) plays on a stream, nil where there is no such channel or stream.
func (r *Recorder) clip(channel, stream int) *clips.Clip {
	if channel < 1 || channel > len(r.channels) {
		return nil
	}
	switch stream {
	case mainStream:
		return r.channels[channel-1].main
	case subStream:
		return r.channels[channel-1].sub
	default:
		return nil
	}
}

// offline tells whether the camera of a channel (from 1) is away.
func (r *Recorder) offline(channel int) bool {
	return r.channels[channel-1].Offline || slices.Contains(r.Faults().Offline, channel)
}

// fromSDK turns a Hikvision SDK number, as in the old URL forms, into an RTSP channel; 0 where there is none.
func (r *Recorder) fromSDK(number int) int {
	ip := number - r.cfg.ChannelBase + 1
	switch {
	case ip >= 1 && ip <= len(r.channels)-r.cfg.Analog:
		return r.cfg.Analog + ip
	case number >= 1 && number <= r.cfg.Analog:
		return number
	default:
		return 0
	}
}
