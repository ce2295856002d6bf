package hik

import (
	"context"
	"strings"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

const (
	pageTime = "/ISAPI/System/time"

	// probeLimit is how long the first search or playback of a device waits for what its times mean.
	probeLimit = 2 * time.Second
	// probeSpan is how far the newest recording is looked for, and probeNear how near its end must be to the device's clock.
	probeSpan, probeNear = time.Hour, 10 * time.Minute
)

// clockOf returns what the times of the device's recordings mean. It finds that out once an hour for a device, and nothing but a refused
// password or the end of ctx makes it fail.
func (r *recorder) clockOf(ctx context.Context, op device.Operation, track int) (*clock, error) {
	switch {
	case r.Settings.RecordTimes == timesDevice:
		return &clock{}, nil
	case r.Settings.RecordTimes == timesUTC && (r.Settings.TimeZone != "" || r.Way == device.WayRTSP):
		return &clock{utc: r.zone(nil)}, nil
	}
	if known := r.traits.knownClock(); known != nil {
		return known, nil
	}
	if r.Way == device.WayRTSP {
		return r.presumed(r.zone(nil), "no HTTP to ask"), nil
	}
	select {
	case r.traits.clockTurn <- struct{}{}:
	case <-ctx.Done():
		return nil, r.TooLong(ctx, op, "asking for the device's clock takes too long")
	}
	defer func() { <-r.traits.clockTurn }()
	if known := r.traits.knownClock(); known != nil {
		return known, nil
	}
	limited, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	found, err := r.findClock(limited, op, track)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, r.TooLong(ctx, op, "asking for the device's clock takes too long")
	}
	r.traits.keepClock(found)
	r.driver.cfg.Log.Info("times of recordings", zap.String("device", r.Target.Address()), zap.String("serial", r.info.Serial),
		zap.String("z_means", found.meaning()), zap.String("because", found.why))
	return found, nil
}

// findClock goes by the settings, or else by the newest recording where that tells, or else by the kind of device. The error is that of a
// refused password.
func (r *recorder) findClock(ctx context.Context, op device.Operation, track int) (*clock, error) {
	var document timeDocument
	told, err := r.tell(ctx, op, pageTime, "Time", &document)
	if netway.Refused(err) {
		return nil, err
	}
	page, ok := document.read()
	ok = ok && told && err == nil
	if !ok {
		page = nil
	}
	zone := r.zone(page)
	switch {
	case r.Settings.RecordTimes == timesUTC:
		return &clock{utc: zone, why: "the configuration says so"}, nil
	case !ok:
		return r.presumed(zone, "the device does not tell its clock"), nil
	}
	wall, utc := page.now()
	if wall.Equal(utc) {
		return r.presumed(zone, "the device's clock shows UTC, so both are the same now"), nil
	}
	newest, err := r.newest(ctx, op, track, wall, utc)
	switch {
	case netway.Refused(err):
		return nil, err
	case err != nil:
		return r.presumed(zone, "of the kind of device; its recordings do not tell"), nil //nolint:nilerr // the guess stands in for them
	}
	beyondWall, beyondUTC := newest.Sub(wall).Abs(), newest.Sub(utc).Abs()
	switch {
	case newest.IsZero() || min(beyondWall, beyondUTC) > probeNear:
		return r.presumed(zone, "of the kind of device; nothing was recorded just now that tells more"), nil
	case beyondUTC < beyondWall:
		return &clock{utc: zone, why: "the newest recording ends now by UTC"}, nil
	default:
		return &clock{why: "the newest recording ends now by the device's own clock"}, nil
	}
}

// newest returns the end of the newest recording, zero where that does not show. Of the two clocks, one is ahead: what is recorded at its
// time can only be there if recordings go by it. Where there is nothing, all between the two must be empty up to the other's last hour.
func (r *recorder) newest(ctx context.Context, op device.Operation, track int, wall, utc time.Time) (time.Time, error) {
	behind, ahead := wall, utc
	if ahead.Before(behind) {
		behind, ahead = ahead, behind
	}
	for _, from := range []time.Time{ahead.Add(-probeSpan), behind.Add(-probeSpan)} {
		q := searchQuery{op: op, id: searchID(), track: track, start: from, end: ahead.Add(probeNear), known: true}
		var newest time.Time
		c := newCatalogue(&clock{}, track)
		err := r.walk(ctx, q, c, func(page []playback.File) {
			for _, file := range page {
				if file.End.After(newest) {
					newest = file.End
				}
			}
		})
		if err != nil || !newest.IsZero() {
			return newest, err
		}
	}
	return time.Time{}, nil
}

// presumed goes by the kind of device: stand-alone cameras mean UTC, recorders their own wall clock.
func (r *recorder) presumed(zone *time.Location, why string) *clock {
	if r.isCamera() {
		return &clock{utc: zone, why: why}
	}
	return &clock{why: why}
}

// isCamera tells a camera from a recorder, by deviceType: IPCamera, IPDome and their like.
func (r *recorder) isCamera() bool { return strings.HasPrefix(r.kind, "ip") }

// zone returns the device's zone as the operator knows it, or as its page tells, or else the service's. The page tells the offset of today,
// so that only the first and the last know of daylight saving time in another season.
func (r *recorder) zone(page *timePage) *time.Location {
	if page != nil && r.Settings.TimeZone == "" {
		return page.zone
	}
	return r.Zone()
}

// meaning tells the decision to the log.
func (c *clock) meaning() string {
	if c.utc == nil {
		return "the device's wall clock"
	}
	return "UTC, shown in the zone " + time.Now().In(c.utc).Format("-0700")
}
