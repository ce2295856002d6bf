package hik

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

// Pages that only a description needs, besides pageTime.
const (
	pageInputs       = "/ISAPI/System/Video/inputs/channels"
	pageStreams      = "/ISAPI/Streaming/channels"
	pageProxyStreams = "/ISAPI/ContentMgmt/StreamingProxy/channels"
)

const (
	// limitPages is how long the pages of a description may take together.
	limitPages = 12 * time.Second
	// limitNumbering is how long each page may take that tells which channels there are.
	limitNumbering = 8 * time.Second
)

var _ device.Inspector = (*recorder)(nil)

// survey is what the pages of a description tell.
type survey struct {
	clock   timeDocument
	inputs  inputList
	direct  streamList
	proxied streamList
	states  proxyStatusList

	reading netway.ClockReading // Asked and Answered alone
}

// Describe asks all pages side by side. Those that the device has not got, or keeps from this user, leave fields empty.
func (r *recorder) Describe(ctx context.Context) (*device.Description, error) {
	d := &device.Description{Info: r.info, Ways: []device.WayReport{{Way: r.Way, State: device.WayUsed}}}
	if r.Way == device.WayRTSP {
		channels, err := r.overRTSP(ctx)
		if err != nil {
			return nil, err
		}
		d.Channels = channels
		return d, nil
	}
	p, _, err := r.learn(ctx, need{op: device.OpDescribe, pages: r.numbering()})
	if err != nil {
		return nil, err
	}
	found, err := r.survey(ctx)
	if err != nil {
		return nil, err
	}
	if reading, ok := found.clockReading(); ok {
		offset := reading.Offset(r.Zone())
		d.Time, d.TimeZone, d.ClockOffset = reading.Wall, reading.ZoneName(), &offset
	}
	channels := r.list(p, found)
	r.findPTZ(ctx, p, channels)
	for _, c := range channels {
		d.Channels = append(d.Channels, c.Channel)
	}
	slices.SortFunc(d.Channels, func(a, b device.Channel) int { return cmp.Compare(a.Number, b.Number) })
	return d, nil
}

// overRTSP lists what the recorder told when its HTTP port last answered, and looks at the first channel.
func (r *recorder) overRTSP(ctx context.Context) ([]device.Channel, error) {
	var all []device.Channel
	first := deref(r.Settings.ChannelBase)
	if r.Settings.ChannelBase == nil {
		first = firstIP
	}
	if p := r.driver.remembered(r); p != nil {
		for _, number := range p.numbers() {
			all = append(all, device.Channel{Number: p.sdk(number)})
		}
	}
	slices.SortFunc(all, func(a, b device.Channel) int { return cmp.Compare(a.Number, b.Number) })
	if len(all) > 0 {
		first = all[0].Number
	}
	source, err := r.Live(ctx, device.LiveRequest{Channel: first})
	if err != nil {
		return nil, err
	}
	seen, err := netway.Look(ctx, first, source)
	switch {
	case err != nil:
		return nil, err
	case len(seen) == 0:
		return all, nil
	case len(all) == 0:
		return seen, nil
	default:
		all[0] = seen[0]
		return all, nil
	}
}

// survey asks the pages. The error is that of a refused password.
func (r *recorder) survey(ctx context.Context) (*survey, error) {
	found := &survey{}
	pages := []struct {
		page, root string
		into       any
	}{
		{pageTime, "Time", &found.clock},
		{pageInputs, "VideoInputChannelList", &found.inputs},
		{pageStreams, "StreamingChannelList", &found.direct},
		{pageProxyStreams, "StreamingChannelList", &found.proxied},
		{pageProxiesStatus, "InputProxyChannelStatusList", &found.states},
	}
	err := netway.Each(ctx, limitPages, len(pages), func(ctx context.Context, i int) error {
		begin := time.Now()
		_, err := r.tell(ctx, device.OpDescribe, pages[i].page, pages[i].root, pages[i].into)
		if pages[i].page == pageTime {
			found.reading.Asked, found.reading.Answered = begin, time.Now()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// clockReading is false where the device does not tell its clock.
func (s *survey) clockReading() (netway.ClockReading, bool) {
	reading := s.reading
	if page, ok := s.clock.read(); ok {
		reading.Wall, reading.Zone = page.local, page.zone
		reading.Summer = !withOffset.MatchString(strings.TrimSpace(s.clock.Local)) && strings.Contains(s.clock.Zone, "DST")
		return reading, true
	}
	wall, err := playback.ParseTime(s.clock.Local, time.UTC)
	reading.Wall = wall
	return reading, err == nil
}

// listed is a channel by both of its numbers.
type listed struct {
	device.Channel
	number int // of ISAPI
}

// list puts together what the pages tell about each channel.
func (r *recorder) list(p *plan, found *survey) []*listed {
	streams := streamTable{}
	streams.add(found.direct, 0)
	streams.add(found.proxied, proxyShift(found.proxied.channels(), p.analog))
	numbers := p.numbers()
	if len(numbers) == 0 { // only the streams tell which channels there are
		numbers = streams.channels()
	}
	var (
		inputs  = found.inputs.table()
		proxies = r.proxyTable(p, r.pages.proxies.Items)
		states  = r.proxyTable(p, found.states.Items)
		all     = make([]*listed, 0, min(len(numbers), maxItems))
	)
	for _, number := range numbers[:min(len(numbers), maxItems)] {
		one := &listed{number: number, Channel: device.Channel{
			Number: p.sdk(number), Main: streams.coding(number, mainID), Sub: streams.coding(number, subID),
		}}
		input, proxy, state := inputs[number], proxies[number], states[number]
		one.Name = netway.Name(cmp.Or(proxy.Name, input.Name, streams[number*100+mainID].Name))
		switch {
		case state.told():
			online := state.connected()
			one.Online = &online
			if !online {
				one.Reason = netway.Plain([]byte(state.Result))
			}
		case number <= p.analog && strings.EqualFold(strings.TrimSpace(input.Enabled), "false"):
			one.Online, one.Reason = new(false), device.Unused
		case number <= p.analog && strings.TrimSpace(input.Resolution) != "":
			online := !strings.EqualFold(strings.TrimSpace(input.Resolution), noVideo)
			one.Online = &online
			if !online {
				one.Reason = noVideo
			}
		}
		all = append(all, one)
	}
	return all
}

// proxyTable maps the items of a list of IP channels by their ISAPI numbers.
func (r *recorder) proxyTable(p *plan, items []proxyItem) map[int]proxyItem {
	shift := proxyShift(proxyIDs(items), p.analog)
	table := map[int]proxyItem{}
	for _, item := range items[:min(len(items), maxItems)] {
		if id, ok := number(item.ID); ok && id > 0 {
			table[id+shift] = item
		}
	}
	return table
}
