package netway

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/rtspsource"
)

// Live says what to pull from a recorder.
type Live struct {
	// Path is the vendor's path and query; Settings.LivePath replaces it.
	Path string
	// Channel is the vendor's RTSP channel number; Request is what the caller asked for.
	Channel int
	Request device.LiveRequest
	// Known says that the recorder itself lists the channel, so that 404 speaks of its camera.
	Known bool
	// RTSPPort is the one that the recorder tells, 0 for none. Recorder.RTSPPort wins over it, and 554 stands in for both.
	RTSPPort int
}

// Source returns the source of a live stream. Its errors, and this one, are *device.Error.
func (r *Recorder) Source(live Live) (media.Source, error) {
	path := live.Path
	if r.Settings.LivePath != "" {
		path = expand(r.Settings.LivePath, live)
	}
	return r.source(stream{op: device.OpLive, path: path, port: live.RTSPPort, known: live.Known, silence: r.cfg.Silence()})
}

// stream is what live streams and recordings have in common.
type stream struct {
	op        device.Operation
	path      string
	port      int // that the recorder tells
	known     bool
	silence   time.Duration
	recording *rtspsource.Recording
}

func (r *Recorder) source(s stream) (media.Source, error) {
	address := r.rtspAddress(cmp.Or(r.RTSPPort, s.port))
	failures := Failures{
		Vendor: r.Target.Vendor, Address: address, Op: s.op, Reach: s.op, Login: s.op, Meanings: r.vendor.Meanings, Known: s.known,
	}
	if r.Way == device.WayRTSP {
		failures.Reach = device.OpLogin
	}
	if !r.Proven() {
		failures.Login = device.OpLogin
	}
	source, err := rtspsource.New(rtspsource.Config{
		URL:  "rtsp://" + address + s.path,
		User: r.Target.User, Password: r.Target.Password.Reveal(), AllowBasic: r.Settings.BasicAuth,
		DialContext: r.cfg.DialContext, Timeout: r.cfg.Timeout, Silence: s.silence, Recording: s.recording, Log: r.cfg.Log,
	})
	if err != nil {
		return nil, &device.Error{
			Vendor: r.Target.Vendor, Address: address, Op: s.op, Kind: device.KindUnsupported,
			Meaning: fmt.Sprintf("the path %q cannot be asked for", s.path), Err: err,
		}
	}
	return &explained{source, failures}, nil
}

func (r *Recorder) rtspAddress(port int) string {
	if port == 0 {
		port = defaultRTSPPort
	}
	return device.JoinAddress(r.Target.Host, port)
}

// expand fills in the template of device.Settings.LivePath.
func expand(template string, live Live) string {
	subtype := int(live.Request.Stream)
	path := strings.NewReplacer(
		"{channel}", strconv.Itoa(live.Channel),
		"{stream}", strconv.Itoa(subtype+1),
		"{subtype}", strconv.Itoa(subtype),
		"{sdk_channel}", strconv.Itoa(live.Request.Channel),
	).Replace(template)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}

// explained is a source whose failures are *device.Error.
type explained struct {
	source   media.Source
	failures Failures
}

func (s *explained) Run(ctx context.Context, sink media.Sink) error {
	return s.failures.Explain(s.source.Run(ctx, sink))
}
