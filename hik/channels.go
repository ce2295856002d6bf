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

// need is what an operation has to know of a device.
type need struct {
	op    device.Operation
	pages []string
	// states is where the cameras' states go; nil where the operation does without.
	states *statePage
}

// learn returns how the recorder's channels are numbered, as far as the needed pages tell, and its RTSP port, 0 where it does not tell. It
// asks what was not told yet, all side by side.
func (r *recorder) learn(ctx context.Context, n need) (*plan, int, error) {
	select {
	case r.planTurn <- struct{}{}:
	case <-ctx.Done():
		return nil, 0, r.TooLong(ctx, n.op, "asking for the channels takes too long")
	}
	defer func() { <-r.planTurn }()
	if r.Way == device.WayNet {
		if err := r.askPages(ctx, n); err != nil {
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

// channel returns the ISAPI number of a channel of the SDK, what it rests on, and the RTSP port where it is among the needed pages. It does
// not ask whether the camera is connected.
func (r *recorder) channel(ctx context.Context, n need, sdk int) (number int, p *plan, port int, err error) {
	p, port, err = r.learn(ctx, n)
	if err != nil {
		return 0, nil, 0, err
	}
	number, err = p.translate(sdk)
	if err != nil {
		return 0, nil, 0, r.Failure(n.op, 0, netway.Meaning{Kind: device.KindNoSuchChannel, Words: err.Error()})
	}
	return number, p, port, nil
}

// numbering lists the pages that the channels' numbers rest on.
func (r *recorder) numbering() []string {
	if r.Settings.ChannelBase != nil {
		return []string{pageCapabilities, pageProxies}
	}
	// The last is the page that the vendor's own web client reads; newer firmware may not have it.
	return []string{pageCapabilities, pageProxies, pageSDK}
}

// streaming lists the pages that a stream over RTSP rests on besides. The port may need an administrator; without it the usual one is
// tried.
func (r *recorder) streaming() []string {
	if r.RTSPPort != 0 {
		return nil
	}
	return []string{pageAccesses}
}

// askPages asks what was not told yet. Without the capabilities a channel's number could be that of another camera, so they must answer,
// unless they did so earlier; the rest falls away where it does not come in time.
func (r *recorder) askPages(ctx context.Context, n need) error {
	var (
		asked []string
		asks  []netway.Ask
		told  [4]bool
	)
	for _, page := range n.pages {
		if _, known := r.pages.told[page]; known {
			continue
		}
		i := len(asked)
		ask := netway.Ask(func(ctx context.Context) (err error) {
			root, into := r.pages.document(page)
			told[i], err = r.tell(ctx, n.op, page, root, into)
			return err
		})
		switch {
		case page == pageCapabilities:
		case n.op == device.OpDescribe: // nobody waits for a picture, and names would be lacking
			ask = netway.Within(limitNumbering, ask)
		default:
			ask = netway.Optional(ask)
		}
		asked, asks = append(asked, page), append(asks, ask)
	}
	if r.plan == nil && n.states != nil {
		n.states.asked = true
		asks = append(asks, r.askStates(n.states))
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
func (r *recorder) tell(ctx context.Context, op device.Operation, page, root string, into any) (told bool, err error) {
	told, err = r.ask(ctx, op, page, root, into)
	kind, _ := device.KindOf(err)
	if err == nil || netway.Refused(err) || kind == device.KindUnreachable {
		return told, err
	}
	return false, nil // what the device does not tell is replaced by the vendor's rules
}

// askStates asks for the cameras' states, which a stream can do without.
func (r *recorder) askStates(states *statePage) netway.Ask {
	return netway.Optional(func(ctx context.Context) error {
		_, err := r.tell(ctx, device.OpLive, pageProxiesStatus, "InputProxyChannelStatusList", &states.list)
		return err
	})
}

// online fails with KindOffline where the recorder says that the camera of an IP channel is not connected.
func (r *recorder) online(ctx context.Context, op device.Operation, states *statePage, p *plan, channel int) error {
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
		return r.Failure(op, 0, netway.Meaning{Kind: device.KindOffline, Words: words})
	}
	return nil
}
