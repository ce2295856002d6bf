package dahua

import (
	"context"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// resolve translates the channel, which the SDK counts from 0 and RTSP from 1, and makes sure that the recorder has it, as far as it tells.
// It returns what learn tells besides.
func (r *recorder) resolve(ctx context.Context, op device.Operation, sdk int) (channel, count, port int, err error) {
	count, port, err = r.learn(ctx, op)
	if err != nil {
		return 0, 0, 0, err
	}
	base := r.base()
	channel = sdk - base + 1
	if channel < 1 || count > 0 && channel > count {
		return 0, 0, 0, r.Failure(op, 0, netway.Meaning{Kind: device.KindNoSuchChannel, Words: noChannel(sdk, base, count)})
	}
	return channel, count, port, nil
}

// base is the SDK's number of the first channel.
func (r *recorder) base() int {
	if r.Settings.ChannelBase != nil {
		return *r.Settings.ChannelBase
	}
	return 0
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

// learn returns how many channels the recorder names and its RTSP port, each 0 where it does not tell. It asks what the operation needs
// and was not told yet, side by side; all can do without what does not come in time.
func (r *recorder) learn(ctx context.Context, op device.Operation) (channels, port int, err error) {
	if r.Way == device.WayRTSP {
		return 0, 0, nil
	}
	select {
	case r.tableTurn <- struct{}{}:
	case <-ctx.Done():
		return 0, 0, r.TooLong(ctx, op, "asking for the channels takes too long")
	}
	defer func() { <-r.tableTurn }()
	var asks []netway.Ask
	add := func(page string, into *values) {
		asks = append(asks, netway.Optional(func(ctx context.Context) (err error) {
			*into, err = r.tell(ctx, op, page)
			return err
		}))
	}
	if r.titles == nil && (op != device.OpLive || r.NeedsChannel()) {
		add(pageTitles, &r.titles)
	}
	asksPort := r.access == nil && r.RTSPPort == 0 && (op == device.OpLive || op == device.OpPlayback)
	if asksPort {
		add(pageRTSP, &r.access)
	}
	for _, err := range netway.SideBySide(ctx, asks...) {
		if netway.Refused(err) {
			return 0, 0, err
		}
	}
	if asksPort && strings.EqualFold(r.access["table.RTSP.Enable"], "false") {
		r.driver.cfg.Log.Warn("RTSP is switched off at the recorder", zap.String("device", r.Target.Address()))
	}
	return r.titles.channels(), r.access.port("table.RTSP.Port"), nil
}
