package device

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// asideLimit is how long another way may take to tell what the one in use does not.
const asideLimit = 10 * time.Second

// informed is a device that knows why it was chosen, and asks another way for what its own cannot tell.
type informed struct {
	Device
	info     Info
	fallback *Fallback
	target   Target
	way      string // by its name in the Fallback
}

func (d *informed) Info() Info { return d.info }

// Describe lets HTTP tell what a maker's library does not.
func (d *informed) Describe(ctx context.Context) (*Description, error) {
	told, err := InspectorOf(d.Device, d.target).Describe(ctx)
	if err != nil {
		return nil, err
	}
	whole := *told
	whole.Info.Way, whole.Info.Why = d.info.Way, d.info.Why
	var aside *WayReport
	if d.way == WaySDK {
		report := d.aside(ctx, func(ctx context.Context, other Inspector) error {
			more, err := other.Describe(ctx)
			if err == nil {
				whole = enriched(whole, more)
			}
			return err
		})
		aside = &report
	}
	whole.Ways = d.reports(aside)
	return &whole, nil
}

// Snapshot takes the picture over HTTP, which is the way that gives single ones.
func (d *informed) Snapshot(ctx context.Context, channel int) (picture []byte, err error) {
	if d.way != WaySDK {
		return InspectorOf(d.Device, d.target).Snapshot(ctx, channel)
	}
	report := d.aside(ctx, func(ctx context.Context, other Inspector) error {
		picture, err = other.Snapshot(ctx, channel)
		return err
	})
	if err == nil && picture == nil {
		err = targetError(d.target, OpSnapshot, KindUnsupported, join("single pictures come over HTTP alone", report.Reason), nil)
	}
	return picture, err
}

// aside opens the way over HTTP beside the one in use, for one question. A password that it refuses is not tried there again for a while,
// and tells nothing of the way in use.
func (d *informed) aside(ctx context.Context, ask func(context.Context, Inspector) error) WayReport {
	f := d.fallback
	ways := f.ways(d.target)
	i := slices.IndexFunc(ways, func(w Way) bool { return w.Name == WayNet })
	if i < 0 {
		return WayReport{Way: WayNet, State: WayOff, Reason: "devices[].ways leaves it out"}
	}
	if why, resting := f.declines(d.target); resting {
		return WayReport{Way: WayNet, State: WayFailed, Reason: why}
	}
	ctx, cancel := context.WithTimeout(ctx, asideLimit)
	defer cancel()
	other, err := ways[i].Driver.Open(ctx, d.target)
	if err != nil {
		f.decline(d.target, err)
		return WayReport{Way: WayNet, State: WayFailed, Reason: reasonOf(err)}
	}
	defer func() { _ = other.Close() }()
	report := WayReport{Way: other.Info().Way, State: WayWorks}
	if err := ask(ctx, InspectorOf(other, d.target)); err != nil {
		report.State, report.Reason = WayFailed, reasonOf(err)
	}
	return report
}

// reports says what came of all ways, in their order. aside is what came of another one just now, nil where none was asked.
func (d *informed) reports(aside *WayReport) []WayReport {
	f := d.fallback
	ordered := f.ways(d.target)
	for _, way := range f.cfg.Ways {
		if !slices.ContainsFunc(ordered, func(w Way) bool { return w.Name == way.Name }) {
			ordered = append(ordered, way)
		}
	}
	allowed := len(f.ways(d.target))
	f.mu.Lock()
	defer f.mu.Unlock()
	rested := f.rested[recorderOf(d.target)]
	var all []WayReport
	for i, way := range ordered {
		rest, failed := rested[way.Name]
		switch {
		case way.Name == d.way && d.info.Way != way.Name:
			all = append(all,
				WayReport{Way: way.Name, State: WayFailed, Reason: "no HTTP port answers"}, WayReport{Way: d.info.Way, State: WayUsed})
		case way.Name == d.way:
			all = append(all, WayReport{Way: way.Name, State: WayUsed})
		case i >= allowed:
			all = append(all, WayReport{Way: way.Name, State: WayOff, Reason: "devices[].ways leaves it out"})
		case way.NotBuilt != nil:
			all = append(all, WayReport{Way: way.Name, State: WayNotBuilt, Reason: way.NotBuilt.Error()})
		case aside != nil && (aside.Way == way.Name || way.Name == WayNet):
			all = append(all, *aside)
		case failed && rest.missing:
			all = append(all, WayReport{Way: way.Name, State: WayNotBuilt, Reason: strings.TrimPrefix(rest.why, way.Name+": ")})
		case failed:
			all = append(all, WayReport{Way: way.Name, State: WayFailed, Reason: strings.TrimPrefix(rest.why, way.Name+": ")})
		}
	}
	return all
}

// declines tells why a way that an account needs besides is left alone for now.
func (f *Fallback) declines(target Target) (why string, resting bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	rest, ok := f.declined[target]
	return rest.why, ok && rest.until.After(time.Now())
}

// decline remembers a refused password.
func (f *Fallback) decline(target Target, err error) {
	var failure *Error
	if !errors.As(err, &failure) || !failure.refusesLogin() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.declined) >= maxRemembered {
		clear(f.declined)
	}
	f.declined[target] = setback{until: time.Now().Add(max(f.cfg.Rest, failure.RetryAfter)), why: failure.reason()}
}

func reasonOf(err error) string {
	var failure *Error
	if errors.As(err, &failure) {
		return failure.reason()
	}
	return err.Error()
}

// enriched is a description with what another one tells besides. The other one's channels count where it has any: it knows which have a
// camera, and both are counted as callers count.
func enriched(d Description, more *Description) Description {
	if more.Model != "" {
		d.Model = more.Model
	}
	if d.Serial == "" {
		d.Serial = more.Serial
	}
	if d.Firmware == "" {
		d.Firmware = more.Firmware
	}
	if d.Time.IsZero() {
		d.Time, d.TimeZone, d.ClockOffset = more.Time, more.TimeZone, more.ClockOffset
	}
	if d.LiveSlots == nil {
		d.LiveSlots = more.LiveSlots
	}
	if d.PlaybackSlots == nil {
		d.PlaybackSlots = more.PlaybackSlots
	}
	if len(more.Channels) > 0 {
		d.Channels = more.Channels
	}
	return d
}
