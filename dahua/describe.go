package dahua

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

// Pages that only a description needs.
const (
	pageVersion = "/cgi-bin/magicBox.cgi?action=getSoftwareVersion"
	pageTime    = "/cgi-bin/global.cgi?action=getCurrentTime"
	pageEncode  = "/cgi-bin/configManager.cgi?action=getConfig&name=Encode"
	pageRemotes = "/cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice"
	pageNTP     = "/cgi-bin/configManager.cgi?action=getConfig&name=NTP"
	pageLocales = "/cgi-bin/configManager.cgi?action=getConfig&name=Locales"
	pageCaps    = "/cgi-bin/ptz.cgi?action=getCurrentProtocolCaps&channel=%d"
)

const (
	// limitPages is how long the pages of a description may take together, limitPTZ those of the cameras' abilities.
	limitPages = 12 * time.Second
	limitPTZ   = 4 * time.Second
	// maxAskedPTZ is how many channels are asked whether they can be moved: each is a page of its own.
	maxAskedPTZ = 64
)

var _ device.Inspector = (*recorder)(nil)

// Describe asks all pages, a few at a time. Those that the device has not got, or keeps from this user, leave fields empty.
func (r *recorder) Describe(ctx context.Context) (*device.Description, error) {
	d := &device.Description{Info: r.info, Ways: []device.WayReport{{Way: r.Way, State: device.WayUsed}}}
	if r.Way == device.WayRTSP {
		source, err := r.Live(ctx, device.LiveRequest{Channel: r.base()})
		if err != nil {
			return nil, err
		}
		if d.Channels, err = netway.Look(ctx, r.base(), source); err != nil {
			return nil, err
		}
		return d, nil
	}
	var (
		pages   = []string{pageVersion, pageTime, pageTitles, pageEncode, pageRemotes, pageNTP, pageLocales}
		told    = make([]values, len(pages))
		errs    = make([]error, len(pages))
		reading netway.ClockReading
	)
	err := netway.Each(ctx, limitPages, len(pages), func(ctx context.Context, i int) error {
		begin := time.Now()
		told[i], errs[i] = r.tell(ctx, device.OpDescribe, pages[i])
		if pages[i] == pageTime {
			reading.Asked, reading.Answered = begin, time.Now()
		}
		return errs[i]
	})
	if err != nil {
		return nil, err
	}
	if lost := !slices.Contains(errs, nil); lost {
		return nil, errs[0]
	}
	all := values{}
	for _, page := range told {
		maps.Copy(all, page)
	}
	d.Firmware = netway.Name(all["version"])
	if wall, err := playback.ParseTime(all["result"], time.UTC); err == nil {
		reading.Wall = wall
		offset := r.placed(&reading, all).Offset(r.Zone())
		d.Time, d.TimeZone, d.ClockOffset = wall, reading.ZoneName(), &offset
	}
	states, err := r.states(ctx, all.channels())
	if err != nil {
		return nil, err
	}
	d.Channels = r.list(all, states)
	r.findPTZ(ctx, d.Channels, all.channels())
	return d, nil
}

// placed gives a reading the zone of the table NTP. The device uses that only where it asks a time server; otherwise the clock was set by
// hand, and the zone counts only where it fits better than the one that is assumed.
func (r *recorder) placed(reading *netway.ClockReading, told values) netway.ClockReading {
	zone, ok := told.zone()
	if !ok {
		return *reading
	}
	unplaced := *reading
	reading.Zone, reading.Summer = zone, strings.EqualFold(told["table.Locales.DSTEnable"], "true")
	byHand := !strings.EqualFold(told["table.NTP.Enable"], "true")
	if byHand && unplaced.Offset(r.Zone()).Abs() < reading.Offset(nil).Abs() {
		*reading = unplaced
	}
	return *reading
}

// list puts together what the tables tell about each channel. Slots that the device calls empty are left out.
func (r *recorder) list(told values, states map[int]cameraState) []device.Channel {
	base := r.base()
	remotes := told.remotes()
	recorder := strings.Contains(strings.ToUpper(r.info.Model), "NVR")
	var all []device.Channel
	for i := range max(told.channels(), told.encoded()) {
		state, known := states[i]
		if known && state.empty() {
			continue
		}
		c := device.Channel{
			Number: base + i, Name: netway.Name(told[fmt.Sprintf("table.ChannelTitle[%d].Name", i)]),
			Main: told.coding(fmt.Sprintf("table.Encode[%d].MainFormat[0]", i)),
			Sub:  told.coding(fmt.Sprintf("table.Encode[%d].ExtraFormat[0]", i)),
		}
		remote, listed := remotes[i]
		switch {
		case known:
			online := state.connected()
			c.Online = &online
			if !online {
				c.Reason = netway.Name(state.Connection)
			}
		case recorder && listed && remote.unused():
			c.Online, c.Reason = new(false), device.Unused
		}
		all = append(all, c)
	}
	return all
}

// findPTZ asks which cameras of a device with so many channels can be moved. A refusal tells something only where the device knows the
// page at another channel.
func (r *recorder) findPTZ(ctx context.Context, channels []device.Channel, count int) {
	ctx, cancel := context.WithTimeout(ctx, limitPTZ)
	defer cancel()
	first, err := r.capsBase(ctx, count)
	if err != nil {
		return // who is refused a page that can be done without asks for no more of them
	}
	shift := first - r.base()
	channels = channels[:min(len(channels), maxAskedPTZ)]
	refused := make([]bool, len(channels))
	err = netway.Each(ctx, limitPTZ, len(channels), func(ctx context.Context, i int) (err error) {
		if c := &channels[i]; c.Online == nil || *c.Online {
			c.PTZ, refused[i], err = r.askPTZ(ctx, c.Number+shift)
		}
		return err
	})
	if err != nil || !slices.ContainsFunc(channels, func(c device.Channel) bool { return c.PTZ != nil }) {
		return
	}
	for i := range channels {
		if refused[i] {
			channels[i].PTZ = new(false)
		}
	}
}

// askPTZ asks what one camera can do. able is nil where the device does not tell, refused where it says no. The error is that of a refused
// password.
func (r *recorder) askPTZ(ctx context.Context, number int) (able *bool, refused bool, err error) {
	told, err := r.ask(ctx, device.OpDescribe, fmt.Sprintf(pageCaps, number))
	switch {
	case netway.Refused(err):
		return nil, false, err
	case err != nil || len(told) == 0:
		return nil, saysNo(err), nil
	default:
		return new(told.moves()), false, nil
	}
}

// capsBase returns the number of the first channel in ptz.cgi, 1 with recorders and 0 with some cameras and recorders: who tells of number
// 0, but not of the number of the last channel, counts from 0.
func (r *recorder) capsBase(ctx context.Context, count int) (int, error) {
	if known := r.lore().ptzBase; known != nil {
		return *known, nil
	}
	first, _, err := r.askPTZ(ctx, 0)
	if err != nil || first == nil || count == 0 {
		return 1, err
	}
	_, refused, err := r.askPTZ(ctx, count)
	if refused {
		return 0, err
	}
	return 1, err
}
