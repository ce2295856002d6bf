package hik

import (
	"context"
	"fmt"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// channels returns how the recorder's channels are numbered; it asks once.
func (r *recorder) channels(ctx context.Context) (*plan, error) {
	select {
	case r.planTurn <- struct{}{}:
	case <-ctx.Done():
		return nil, r.TooLong(ctx, device.OpLive, "asking for the channels takes too long")
	}
	defer func() { <-r.planTurn }()
	if r.plan != nil {
		return r.plan, nil
	}
	if r.Way == device.WayRTSP {
		if r.plan = r.driver.remembered(r); r.plan != nil {
			return r.plan, nil
		}
	}
	f, err := r.askChannels(ctx)
	if err != nil {
		return nil, err
	}
	r.plan = newPlan(f)
	r.driver.decided(r, r.plan)
	return r.plan, nil
}

// askChannels collects what the operator and the device say. What the device has no page for stays unknown; a lost connection or a
// refusal is an error.
func (r *recorder) askChannels(ctx context.Context) (facts, error) {
	f := facts{analog: r.Settings.AnalogChannels, base: r.Settings.ChannelBase}
	if r.Way == device.WayRTSP {
		return f, nil
	}
	var (
		capabilities deviceCap
		sdk          sdkCap
		proxies      proxyList
	)
	if _, err := r.tell(ctx, pageCapabilities, "DeviceCap", &capabilities); err != nil {
		return f, err
	}
	if n, ok := number(capabilities.Analog); ok {
		f.told = true
		if f.analog == nil {
			f.analog = &n
		}
	}
	if n, ok := number(capabilities.IP); ok {
		f.told, f.ip = true, &n
	}
	listed, err := r.tell(ctx, pageProxies, "InputProxyChannelList", &proxies)
	if err != nil {
		return f, err
	}
	if listed {
		f.told, f.listed = true, proxies.ids()
	}
	if f.base != nil {
		return f, nil
	}
	// The page that the vendor's own web client reads; newer firmware may not have it.
	if _, err := r.tell(ctx, pageSDK, anyRoot, &sdk); err != nil {
		return f, err
	}
	if n, ok := number(sdk.Base); ok && n > 0 {
		f.base = &n
	}
	return f, nil
}

// tell asks for a page that a device need not have or may keep from this user.
func (r *recorder) tell(ctx context.Context, page, root string, into any) (told bool, err error) {
	told, err = r.ask(ctx, device.OpLive, page, root, into)
	kind, _ := device.KindOf(err)
	if err == nil || netway.Refused(err) || kind == device.KindUnreachable {
		return told, err
	}
	return false, nil // what the device does not tell is replaced by the vendor's rules
}

// online fails with KindOffline where the recorder says that the camera of an IP channel is not connected.
func (r *recorder) online(ctx context.Context, p *plan, channel int) error {
	if r.Way == device.WayRTSP || p.guess || channel <= p.analog {
		return nil
	}
	var list proxyStatusList
	if _, err := r.tell(ctx, pageProxiesStatus, "InputProxyChannelStatusList", &list); err != nil {
		return err
	}
	shift := proxyShift(list.ids(), p.analog)
	for _, item := range list.items() {
		if id, ok := number(item.ID); !ok || id+shift != channel || item.connected() {
			continue
		}
		words := "the recorder says that this channel's camera is not connected"
		if result := netway.Plain([]byte(item.Result)); result != "" {
			words = fmt.Sprintf("%s (%s)", words, result)
		}
		return r.Failure(device.OpLive, 0, netway.Meaning{Kind: device.KindOffline, Words: words})
	}
	return nil
}
