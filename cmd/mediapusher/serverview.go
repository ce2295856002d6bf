package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"mediapusher/api"
	"mediapusher/internal/config"
	"mediapusher/internal/diagnosis"
	"mediapusher/internal/mediaserver"
	"mediapusher/internal/srs"
	"mediapusher/task"
)

// reachTimeout is how long the media server may take to accept a connection of /readyz.
const reachTimeout = 2 * time.Second

// serverView tells what the media server knows: the embedded one by itself, an SRS by its HTTP API, any other not at all.
type serverView struct {
	cfg         *config.Config
	description string              // of where streams go, without secrets
	embedded    *mediaserver.Server // nil where the server is outside
	client      *srs.Client         // nil where nobody is to be asked
}

func newServerView(cfg *config.Config, right target) (*serverView, error) {
	v := &serverView{cfg: cfg, description: right.description, embedded: right.server}
	address, ask := cfg.SRSAPI()
	if !ask {
		return v, nil
	}
	client, err := srs.New(srs.Config{URL: address.Reveal()})
	if err != nil {
		return nil, fmt.Errorf("srs.api_url: %w", err)
	}
	v.client = client
	return v, nil
}

// of tells about a session's stream. Nothing that goes wrong there is an error for anybody.
func (v *serverView) of(ctx context.Context, session task.Snapshot) diagnosis.View {
	if v.embedded != nil {
		live, ok := v.embedded.Live(session.Stream)
		return diagnosis.View{
			Kind: diagnosis.KindEmbedded, Version: version, Known: true, Publishing: ok, VideoCodec: live.VideoCodec,
			BitsPerSecond: live.BitsPerSecond, Viewers: live.Viewers,
		}
	}
	view := diagnosis.View{Kind: diagnosis.KindUnknown, Address: strings.TrimSuffix(v.cfg.PublishAddress(), "/"+config.StreamWord)}
	said, isSRS := strings.CutPrefix(session.Server, "SRS/")
	if isSRS {
		view.Kind, view.Version = diagnosis.KindSRS, said
	}
	if v.client == nil || session.State == task.StateEnding {
		return view
	}
	view.API = v.client.URL()
	app, name := v.cfg.Published(session.Stream)
	stream, ok, err := v.client.Stream(ctx, app, name)
	if err != nil {
		// Whoever is no SRS need not have its HTTP API, unless the operator says where it is.
		if isSRS || v.cfg.SRS.APIURL.Reveal() != "" {
			view.Err = err
		}
		return view
	}
	view.Kind, view.Known = diagnosis.KindSRS, true
	if known, err := v.client.Version(ctx); err == nil {
		view.Version = known.Text
	}
	if ok {
		view.Publishing, view.VideoCodec = stream.Publishing, stream.VideoCodec
		view.BitsPerSecond, view.Viewers = stream.BitsPerSecond, stream.Viewers
	}
	return view
}

// about returns what tells GET /INFO of the service that began at a moment and listens at the doors.
func (v *serverView) about(started time.Time, doors *doors) func(context.Context) api.Info {
	return func(ctx context.Context) api.Info {
		return api.Info{
			Version: version, Started: started, Addresses: doors.apiAddresses(), Media: v.description, Server: v.info(ctx),
		}
	}
}

// info tells about the server as a whole.
func (v *serverView) info(ctx context.Context) api.ServerInfo {
	info := api.ServerInfo{Kind: diagnosis.KindUnknown}
	if v.cfg.RTMP.HEVC != config.HEVCAuto {
		info.HEVC = string(v.cfg.RTMP.HEVC)
	}
	if v.embedded != nil {
		info.Kind, info.Version, info.HEVC = diagnosis.KindEmbedded, version, string(config.HEVCEnhanced)
		return info
	}
	if v.client == nil {
		return info
	}
	info.APIURL = v.client.URL()
	known, err := v.client.Version(ctx)
	switch {
	case err == nil:
		info.Kind, info.Version = diagnosis.KindSRS, known.Text
		if info.HEVC == "" {
			info.HEVC = known.HEVC()
		}
	case !errors.Is(err, srs.ErrNotSRS) || v.cfg.SRS.APIURL.Reveal() != "":
		info.Err = err
	}
	return info
}

// ready returns what tells GET /readyz: the service's own end, or a media server that cannot be reached.
func (v *serverView) ready(ending func() error) func(context.Context) error {
	return func(ctx context.Context) error {
		if ending() != nil {
			return task.ErrClosing
		}
		return v.reachable(ctx)
	}
}

// reachable returns why no stream could be published now, as far as a connection tells; nil where one is accepted.
func (v *serverView) reachable(ctx context.Context) error {
	if v.embedded != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", v.cfg.PublishHost())
	if err != nil {
		return fmt.Errorf("RTMP server: %w", err)
	}
	return conn.Close()
}
