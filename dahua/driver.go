package dahua

import (
	"context"
	"fmt"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
	"mediapusher/internal/media"
	"mediapusher/internal/netway"
)

// sdkPort is the usual port of the vendor's SDK.
const sdkPort = 37777

// Pages of the CGI. The action comes first in the query: some firmware insists.
const (
	pageSystemInfo = "/cgi-bin/magicBox.cgi?action=getSystemInfo"
	pageRTSP       = "/cgi-bin/configManager.cgi?action=getConfig&name=RTSP"
	pageTitles     = "/cgi-bin/configManager.cgi?action=getConfig&name=ChannelTitle"
)

// Driver opens Dahua recorders and cameras over the network. It is safe for concurrent use.
type Driver struct {
	cfg    netway.Config
	memory memory
}

var _ device.Driver = (*Driver)(nil)

// New returns a driver. It opens nothing.
func New(cfg netway.Config) *Driver { return &Driver{cfg: cfg.WithDefaults()} }

// Open logs in by one request for the system information, with one attempt. Where no HTTP port answers but RTSP
// does, it returns a device on device.WayRTSP, which has not logged in yet. Errors are *device.Error.
func (d *Driver) Open(ctx context.Context, target device.Target) (device.Device, error) {
	connected, err := netway.Connect(ctx, d.cfg, netway.Vendor{
		SDKPort: sdkPort, LoginPath: pageSystemInfo, Expired: nonceExpired, Locked: locked, Meanings: rtspMeanings,
	}, target)
	if err != nil {
		return nil, err
	}
	r := &recorder{Recorder: connected, driver: d, info: device.Info{Way: connected.Way}, tableTurn: make(chan struct{}, 1)}
	r.rpc2 = newRPC2(r)
	if r.Way == device.WayRTSP {
		return r, nil
	}
	if err := r.logIn(ctx); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

// recorder is a device.Device.
type recorder struct {
	*netway.Recorder
	driver *Driver
	info   device.Info
	rpc2   *rpc2

	tableTurn      chan struct{} // of capacity 1; who has put something into it may touch the fields below
	titles, access values        // pageTitles and pageRTSP, nil until they were told
}

func (r *recorder) Info() device.Info { return r.info }

// Live translates the channel, which the SDK counts from 0 and RTSP from 1, and makes sure that the recorder has it, as far as it tells.
func (r *recorder) Live(ctx context.Context, request device.LiveRequest) (media.Source, error) {
	if !r.NeedsChannel() {
		_, port, err := r.learn(ctx, device.OpLive)
		if err != nil {
			return nil, err
		}
		return r.Source(netway.Live{Request: request, RTSPPort: port})
	}
	channel, count, port, err := r.resolve(ctx, device.OpLive, request.Channel)
	if err != nil {
		return nil, err
	}
	return r.Source(netway.Live{
		Path: livePath(channel, request.Stream), Channel: channel, Request: request, Known: count > 0, RTSPPort: port,
	})
}

// livePath makes the path of a live stream. The order of the parameters matters to recorders, so no URL library may sort them.
func livePath(channel int, stream device.Stream) string {
	return fmt.Sprintf("/cam/realmonitor?channel=%d&subtype=%d", channel, int(stream))
}

// nonceExpired tells the 403 by which some firmware answers an expired nonce ("Authority:check failure.").
func nonceExpired(answer *httpdigest.Answer) bool {
	return authorityFailed(answer.Body) && !lockedBody(answer.Body)
}

// locked tells a challenge that says that the account is locked.
func locked(answer *httpdigest.Answer) bool { return lockedBody(answer.Body) }
