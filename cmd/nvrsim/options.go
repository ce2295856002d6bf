package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"text/tabwriter"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/nvrsim"
)

// auths are the values of nvrsim.Auth, for the command line.
const auths = "digest,digest-qop,digest-bare,digest-sha256,digest-both,digest-or-basic,basic"

// options are the command line. Without any the demo runs: both vendors on loopback.
type options struct {
	Listen   string `default:"127.0.0.1" help:"Host to listen on."`
	Vendor   string `default:"both" enum:"both,hikvision,dahua" help:"Vendor to imitate (both, hikvision, dahua)."`
	Channels int    `default:"6" help:"Number of channels; beyond six the demo's repeat, without the offline one."`

	HikvisionHTTP int `default:"18080" help:"HTTP port of the Hikvision recorder; 0 for a free one." name:"hikvision-http"`
	HikvisionRTSP int `default:"18554" help:"RTSP port of the Hikvision recorder." name:"hikvision-rtsp"`
	DahuaHTTP     int `default:"28080" help:"HTTP port of the Dahua recorder." name:"dahua-http"`
	DahuaRTSP     int `default:"28554" help:"RTSP port of the Dahua recorder." name:"dahua-rtsp"`

	HikvisionSDK int `default:"-1" help:"Port of the Hikvision recorder for the fake SDK: 0 is a free one, -1 none." name:"hikvision-sdk"`
	DahuaSDK     int `default:"-1" help:"Port of the Dahua recorder for the fake SDK: 0 is a free one, -1 none." name:"dahua-sdk"`

	User     string `default:"admin" help:"User of the recorders."`
	Password string `default:"demo12345" help:"Password of the recorders."`
	Auth     string `default:"digest" enum:"${auths}" help:"How clients must authenticate: ${enum}."`

	Control string `default:"127.0.0.1:18090" help:"Address of the control interface; it has no password, so keep it on loopback."`
	ClipDir string `type:"existingdir" help:"Directory with clips instead of the built-in ones (scripts/clips.sh bench DIR makes one)."`
	Clip    string `help:"Clip that all channels play. Default with --clip-dir: bench."`
	Verbose bool   `help:"Log RTSP requests."`
}

// sim is a recorder and what it imitates.
type sim struct {
	*nvrsim.Recorder
	vendor   string
	channels []nvrsim.Channel
}

func (o options) recorders() ([]sim, error) {
	log := zap.NewNop()
	if o.Verbose {
		var err error
		if log, err = zap.NewDevelopment(); err != nil {
			return nil, fmt.Errorf("logger: %w", err)
		}
	}
	var files fs.FS
	if o.ClipDir != "" {
		files = os.DirFS(o.ClipDir)
	}
	now := time.Now()
	_, east := now.Zone()
	zone := time.Duration(east) * time.Second
	recordings := demoRecordings(now.UTC().Add(zone))
	var sims []sim
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		if o.Vendor != "both" && o.Vendor != vendor {
			continue
		}
		cfg := nvrsim.Config{
			Vendor: vendor, Listen: o.Listen, HTTPPort: o.HikvisionHTTP, RTSPPort: o.HikvisionRTSP, User: o.User,
			Password: o.Password, Channels: o.channels(vendor), Clips: files, Auth: nvrsim.Auth(o.Auth), Log: log.Named(vendor), Zone: zone,
		}
		for i := range cfg.Channels {
			cfg.Channels[i].Recordings = recordings
		}
		sdkPort := o.HikvisionSDK
		if vendor == nvrsim.Dahua {
			cfg.HTTPPort, cfg.RTSPPort, sdkPort = o.DahuaHTTP, o.DahuaRTSP, o.DahuaSDK
		}
		cfg.SDK, cfg.SDKPort = sdkPort >= 0, max(sdkPort, 0)
		recorder, err := nvrsim.New(cfg)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", vendor, err)
		}
		sims = append(sims, sim{recorder, vendor, cfg.Channels})
	}
	return sims, nil
}

// demoRecordings are the files of yesterday and of today up to now, given as the digits of the wall clock: of an hour each, without the
// first 20 minutes after noon.
func demoRecordings(now time.Time) []nvrsim.Recording {
	const noon, gap = 12, 20 * time.Minute
	now = now.Truncate(time.Second)
	var files []nvrsim.Recording
	for at := now.Truncate(24*time.Hour).AddDate(0, 0, -1); at.Before(now); at = at.Add(time.Hour) {
		file := nvrsim.Recording{Start: at, End: at.Add(time.Hour)}
		if at.Hour() == noon {
			file.Start = at.Add(gap)
		}
		if file.End.After(now) {
			file.End = now
		}
		if file.Start.Before(file.End) {
			files = append(files, file)
		}
	}
	return files
}

// channels lists the channels of a vendor's recorder.
func (o options) channels(vendor string) []nvrsim.Channel {
	clip := o.Clip
	if clip == "" && o.ClipDir != "" {
		clip = "bench"
	}
	demo := nvrsim.DemoChannels(vendor)
	channels := make([]nvrsim.Channel, max(o.Channels, 1))
	for i := range channels {
		switch {
		case clip != "":
			channels[i] = nvrsim.Channel{Clip: clip}
		case i < len(demo):
			channels[i] = demo[i]
		default:
			channels[i] = demo[i%(len(demo)-1)]
		}
	}
	return channels
}

// table tells what to type.
func table(out io.Writer, o options, sims []sim, c *control) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range sims {
		pattern, sdk := "/Streaming/Channels/%d01", 33
		if s.vendor == nvrsim.Dahua {
			pattern, sdk = "/cam/realmonitor?channel=%d&subtype=0", 0
		} else if len(s.channels) >= 64 {
			sdk = 1
		}
		sdkAddress := ""
		if address := s.SDKAddr(); address != "" {
			sdkAddress = "\tSDK " + address
		}
		fmt.Fprintf(w, "%s\tHTTP %s\tRTSP %s%s\tuser %s\tpassword %s\n",
			s.vendor, s.HTTPAddr(), s.RTSPAddr(), sdkAddress, o.User, o.Password)
		for i, channel := range s.channels {
			if i == 8 && len(s.channels) > 10 {
				fmt.Fprintf(w, "  and %d more\n", len(s.channels)-i)
				break
			}
			what := channel.Clip
			if channel.Offline {
				what = "camera offline"
			}
			fmt.Fprintf(w, "  nvr_channel %d\t%s\trtsp://%s"+pattern+"\n", sdk+i, what, s.RTSPAddr(), i+1)
		}
	}
	fmt.Fprint(w, "recorded\tyesterday and today up to the start, without 12:00 to 12:20\n")
	fmt.Fprintf(w, "control\thttp://%s/sim/state  /sim/journal  /sim/faults\n", c.address())
	if err := w.Flush(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	return nil
}
