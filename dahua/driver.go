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
type Driver struct{ cfg netway.Config }

var _ device.Driver = (*Driver)(nil)

// New returns a driver. It opens nothing.
func New(cfg netway.Config) *Driver { return &Driver{cfg: cfg.WithDefaults()} }

// Open logs in by one request for the system information, with one attempt, and learns the RTSP port. Where no HTTP port answers but
// RTSP does, it returns a device on device.WayRTSP, which has not logged in yet. Errors are *device.Error.
func (d *Driver) Open(ctx context.Context, target device.Target) (device.Device, error) {
	connected, err := netway.Connect(ctx, d.cfg, netway.Vendor{
		SDKPort: sdkPort, LoginPath: pageSystemInfo, Expired: nonceExpired, Locked: locked, Meanings: rtspMeanings,
	}, target)
	if err != nil {
		return nil, err
	}
	r := &recorder{Recorder: connected, driver: d, info: device.Info{Way: connected.Way}, countTurn: make(chan struct{}, 1)}
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

	countTurn chan struct{} // of capacity 1; who has put something into it may touch the fields below
	counted   bool
	count     int // channels that the recorder names, 0 where it does not
}

func (r *recorder) Info() device.Info { return r.info }

// Live translates the channel, which the SDK counts from 0 and RTSP from 1, and makes sure that the recorder has it, as far as it tells.
func (r *recorder) Live(ctx context.Context, request device.LiveRequest) (media.Source, error) {
	if !r.NeedsChannel() {
		return r.Source(netway.Live{Request: request})
	}
	base := 0
	if r.Settings.ChannelBase != nil {
		base = *r.Settings.ChannelBase
	}
	channel := request.Channel - base + 1
	count, err := r.channels(ctx)
	if err != nil {
		return nil, err
	}
	if channel < 1 || count > 0 && channel > count {
		return nil, r.Failure(device.OpLive, 0, netway.Meaning{
			Kind: device.KindNoSuchChannel, Words: noChannel(request.Channel, base, count),
		})
	}
	return r.Source(netway.Live{Path: livePath(channel, request.Stream), Channel: channel, Request: request, Known: count > 0})
}

// livePath makes the path of a live stream. The order of the parameters matters to recorders, so no URL library may sort them.
func livePath(channel int, stream device.Stream) string {
	return fmt.Sprintf("/cam/realmonitor?channel=%d&subtype=%d", channel, int(stream))
}

func noChannel(sdk, base, count int) string {
	if count == 0 {
		return fmt.Sprintf("the recorder has no channel %d: channels count from %d", sdk, base)
	}
	all := make([]int, count)
	for i := range all {
		all[i] = base + i
	}
	return fmt.Sprintf("the recorder has no channel %d; it has %s", sdk, netway.Ranges(all))
}

// channels returns how many channels the recorder names, 0 where it does not; it asks once.
func (r *recorder) channels(ctx context.Context) (int, error) {
	if r.Way == device.WayRTSP {
		return 0, nil
	}
	select {
	case r.countTurn <- struct{}{}:
	case <-ctx.Done():
		return 0, r.TooLong(ctx, device.OpLive, "asking for the channels takes too long")
	}
	defer func() { <-r.countTurn }()
	if r.counted {
		return r.count, nil
	}
	titles, err := r.tell(ctx, device.OpLive, pageTitles)
	if err != nil {
		return 0, err
	}
	r.counted, r.count = true, titles.channels()
	return r.count, nil
}

// nonceExpired tells the 403 by which some firmware answers an expired nonce ("Authority:check failure.").
func nonceExpired(answer *httpdigest.Answer) bool {
	return authorityFailed(answer.Body) && !lockedBody(answer.Body)
}

// locked tells a challenge that says that the account is locked.
func locked(answer *httpdigest.Answer) bool { return lockedBody(answer.Body) }
