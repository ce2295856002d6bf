package hik

import (
	"context"
	"fmt"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// pages are what a device tells about itself whatever the channel. A page that did not answer is asked again by the next stream.
type pages struct {
	accesses     accessList
	capabilities deviceCap
	sdk          sdkCap
	proxies      proxyList
	// told holds the pages that the device gave, and false for those that it does not have.
	told map[string]bool
}

// statePage is the list of the cameras' states, which is asked once for each stream.
type statePage struct {
	list  proxyStatusList
	asked bool
}

// learn returns how the recorder's channels are numbered and its RTSP port, 0 where it does not tell. It asks what was not told yet, all
// side by side, and the cameras' states with it.
func (r *recorder) learn(ctx context.Context, states *statePage) (*plan, int, error) {
	select {
	case r.planTurn <- struct{}{}:
	case <-ctx.Done():
		return nil, 0, r.TooLong(ctx, device.OpLive, "asking for the channels takes too long")
	}
	defer func() { <-r.planTurn }()
	if r.Way == device.WayNet {
		if err := r.askPages(ctx, states); err != nil {
			return nil, 0, err
		}
	}
	port, _ := r.pages.accesses.rtspPort()
	if r.plan == nil {
		p, whole := r.makePlan()
		if !whole {
			return p, port, nil
		}
		r.plan = p
		r.driver.decided(r, p)
	}
	return r.plan, port, nil
}

// makePlan plans the numbers by what is known. whole is false where more may be told later.
func (r *recorder) makePlan() (p *plan, whole bool) {
	known := r.driver.remembered(r)
	if r.Way == device.WayRTSP {
		if known != nil {
			return known, true
		}
		return newPlan(facts{analog: r.Settings.AnalogChannels, base: r.Settings.ChannelBase}), true
	}
	for _, page := range r.numbering() {
		if _, asked := r.pages.told[page]; !asked {
			if known != nil {
				return known, false
			}
			return newPlan(r.facts()), false
		}
	}
	return newPlan(r.facts()), true
}

// numbering lists the pages that the channels' numbers rest on.
func (r *recorder) numbering() []string {
	switch {
	case !r.NeedsChannel():
		return nil
	case r.Settings.ChannelBase != nil:
		return []string{pageCapabilities, pageProxies}
	default:
		// The last is the page that the vendor's own web client reads; newer firmware may not have it.
		return []string{pageCapabilities, pageProxies, pageSDK}
	}
}

// askPages asks what was not told yet. Without the capabilities a channel's number could be that of another camera, so they must answer,
// unless they did so earlier; the rest falls away where it does not come in time.
func (r *recorder) askPages(ctx context.Context, states *statePage) error {
	wanted := r.numbering()
	if r.RTSPPort == 0 {
		wanted = append(wanted, pageAccesses) // it may need an administrator; without it the usual port is tried
	}
	var (
		asked []string
		asks  []netway.Ask
		told  [4]bool
	)
	for _, page := range wanted {
		if _, known := r.pages.told[page]; known {
			continue
		}
		i := len(asked)
		ask := netway.Ask(func(ctx context.Context) (err error) {
			root, into := r.pages.document(page)
			told[i], err = r.tell(ctx, page, root, into)
			return err
		})
		if page != pageCapabilities {
			ask = netway.Optional(ask)
		}
		asked, asks = append(asked, page), append(asks, ask)
	}
	if r.plan == nil && r.NeedsChannel() {
		states.asked = true
		asks = append(asks, r.askStates(states))
	}
	errs := netway.SideBySide(ctx, asks...)
	for i, page := range asked {
		if errs[i] == nil {
			r.pages.keep(page, told[i])
		}
	}
	for i, err := range errs {
		needed := i < len(asked) && asked[i] == pageCapabilities && r.driver.remembered(r) == nil
		if err != nil && (needed || netway.Refused(err)) {
			return err
		}
	}
	return nil
}

func (p *pages) keep(page string, told bool) {
	if p.told == nil {
		p.told = map[string]bool{}
	}
	p.told[page] = told
}

// document returns what a page is read into, and the name of its root.
func (p *pages) document(page string) (root string, into any) {
	switch page {
	case pageAccesses:
		return "AdminAccessProtocolList", &p.accesses
	case pageCapabilities:
		return "DeviceCap", &p.capabilities
	case pageProxies:
		return "InputProxyChannelList", &p.proxies
	default:
		return anyRoot, &p.sdk
	}
}

// facts collects what the operator and the device say. What the device has no page for stays unknown.
func (r *recorder) facts() facts {
	f := facts{analog: r.Settings.AnalogChannels, base: r.Settings.ChannelBase}
	if n, ok := number(r.pages.capabilities.Analog); ok {
		f.told = true
		if f.analog == nil {
			f.analog = &n
		}
	}
	if n, ok := number(r.pages.capabilities.IP); ok {
		f.told, f.ip = true, &n
	}
	if r.pages.told[pageProxies] {
		f.told, f.listed = true, r.pages.proxies.ids()
	}
	if n, ok := number(r.pages.sdk.Base); ok && n > 0 && f.base == nil {
		f.base = &n
	}
	return f
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

// askStates asks for the cameras' states, which a stream can do without.
func (r *recorder) askStates(states *statePage) netway.Ask {
	return netway.Optional(func(ctx context.Context) error {
		_, err := r.tell(ctx, pageProxiesStatus, "InputProxyChannelStatusList", &states.list)
		return err
	})
}

// online fails with KindOffline where the recorder says that the camera of an IP channel is not connected.
func (r *recorder) online(ctx context.Context, states *statePage, p *plan, channel int) error {
	if r.Way == device.WayRTSP || p.guess || channel <= p.analog {
		return nil
	}
	if !states.asked {
		if err := r.askStates(states)(ctx); netway.Refused(err) {
			return err
		}
	}
	list := states.list
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
