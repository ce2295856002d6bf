package device

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Defaults of a Fallback.
const (
	// DefaultWayRest is how long a way that did not work is tried behind the one that did.
	DefaultWayRest = 5 * time.Minute
	// DefaultWayLimit is how long one way may take where another one comes behind it, well below the limit of a whole start.
	DefaultWayLimit = 4 * time.Second
)

// maxRemembered is the ceiling for recorders whose ways are remembered; beyond it all are learnt anew.
const maxRemembered = 4096

// Way is one road to the recorders of a vendor.
type Way struct {
	// Name is what devices[].ways in the configuration calls it: WaySDK or WayNet.
	Name   string
	Driver Driver
	// NotBuilt says why this program has not got the way, nil where it has.
	NotBuilt error
}

// FallbackConfig says what a Fallback is made of.
type FallbackConfig struct {
	// Ways are all that there are, in the order that holds where the settings name none.
	Ways []Way
	// Settings tells Settings.Ways; nil means the order above for every recorder.
	Settings SettingsFunc
	// Rest and Limit are DefaultWayRest and DefaultWayLimit where they are 0.
	Rest, Limit time.Duration
	// Log may be nil.
	Log *zap.Logger
}

// Fallback is a Driver that opens a recorder by the first of several ways that works. It goes on to the next way only where the error says
// that it may help, never after a verdict on the account: all ways share the few attempts that a recorder allows. It is safe for
// concurrent use.
type Fallback struct {
	cfg FallbackConfig

	mu       sync.Mutex
	rested   map[recorder]map[string]setback // by the name of a way
	declined map[Target]setback              // accounts that one way takes and another one refuses
}

// setback is why a way did not work, and until when it is tried behind the others.
type setback struct {
	until   time.Time
	why     string
	missing bool // the program, or a file of the maker, lacks what the way needs
}

var _ Driver = (*Fallback)(nil)

// NewFallback returns a driver that has opened nothing.
func NewFallback(cfg FallbackConfig) *Fallback {
	if cfg.Settings == nil {
		cfg.Settings = func(Target) Settings { return Settings{} }
	}
	if cfg.Rest <= 0 {
		cfg.Rest = DefaultWayRest
	}
	if cfg.Limit <= 0 {
		cfg.Limit = DefaultWayLimit
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &Fallback{cfg: cfg, rested: map[recorder]map[string]setback{}, declined: map[Target]setback{}}
}

// Open logs in by one way. The device's Info says which, why not by an earlier one, and when that is worth another try. Where no way
// works the *Error is that of the last one that reached for the recorder, and names the others.
func (f *Fallback) Open(ctx context.Context, target Target) (Device, error) {
	ways, err := f.order(target)
	if err != nil {
		return nil, err
	}
	var tried []failed
	for i, way := range ways {
		var device Device
		if i == len(ways)-1 {
			device, err = way.Driver.Open(ctx, target)
		} else {
			device, err = f.openInTime(ctx, way, target)
		}
		if err == nil {
			return f.chosen(target, device, way, tried), nil
		}
		var failure *Error
		if !errors.As(err, &failure) {
			return nil, err
		}
		tried = append(tried, failed{way.Name, failure})
		if !failure.anotherWayMayHelp() || ctx.Err() != nil {
			break
		}
	}
	return nil, summary(tried)
}

// failed is what came of a way.
type failed struct {
	way string
	err *Error
}

// ways are those that the operator allows for a recorder, in the order that the settings name.
func (f *Fallback) ways(target Target) []Way {
	names := f.cfg.Settings(target).Ways
	if len(names) == 0 {
		return slices.Clone(f.cfg.Ways)
	}
	var ways []Way
	for _, way := range f.cfg.Ways {
		if slices.Contains(names, way.Name) {
			ways = append(ways, way)
		}
	}
	slices.SortStableFunc(ways, func(a, b Way) int { return slices.Index(names, a.Name) - slices.Index(names, b.Name) })
	return ways
}

// order returns the ways for a recorder: as configured, those that did not work lately behind the others.
func (f *Fallback) order(target Target) ([]Way, error) {
	ways := f.ways(target)
	if len(ways) == 0 {
		return nil, targetError(target, OpLogin, KindNotBuilt, "devices[].ways allows no way that this program has", nil)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	rested, now := f.rested[recorderOf(target)], time.Now()
	var fresh, resting []Way
	for _, way := range ways {
		if rested[way.Name].until.After(now) {
			resting = append(resting, way)
		} else {
			fresh = append(fresh, way)
		}
	}
	return append(fresh, resting...), nil
}

// openInTime opens by a way that has others behind it, and leaves time for them.
func (f *Fallback) openInTime(ctx context.Context, way Way, target Target) (Device, error) {
	limit := f.cfg.Limit
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)/2)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return way.Driver.Open(ctx, target) //nolint:wrapcheck // it is an *Error that names the device
}

// chosen notes which way worked, behind which others, and lets the device tell it.
func (f *Fallback) chosen(target Target, device Device, way Way, tried []failed) Device {
	f.mu.Lock()
	defer f.mu.Unlock()
	key, now := recorderOf(target), time.Now()
	if len(f.rested) >= maxRemembered {
		clear(f.rested)
	}
	rested := f.rested[key]
	if rested == nil {
		rested = map[string]setback{}
		f.rested[key] = rested
	}
	delete(rested, way.Name)
	for _, t := range tried {
		why := t.way + ": " + t.err.reason()
		if t.err.Kind != KindNotBuilt && rested[t.way].why != why {
			f.cfg.Log.Warn("another way to the recorder is taken", zap.String("device", target.Address()), zap.String("way", way.Name),
				zap.String("instead_of", t.way), zap.Error(target.Password.Unspoken(t.err)))
		}
		rest := setback{why: why, missing: t.err.Kind == KindNotBuilt}
		if t.err.Kind != KindNotBuilt {
			rest.until = now.Add(max(f.cfg.Rest, t.err.RetryAfter))
		}
		rested[t.way] = rest
	}
	info := device.Info()
	for _, other := range f.cfg.Ways {
		rest, ok := rested[other.Name]
		if !ok {
			continue
		}
		info.Why = join(info.Why, rest.why)
		info.SteppedDown = info.SteppedDown || !rest.missing
		if rest.until.After(now) && (info.BetterAt.IsZero() || rest.until.Before(info.BetterAt)) {
			info.BetterAt = rest.until
		}
	}
	return &informed{Device: device, info: info, fallback: f, target: target, way: way.Name}
}

func join(a, b string) string { return strings.TrimPrefix(a+"; "+b, "; ") }

// summary is the error of the last way that reached for the recorder, with what the others said.
func summary(tried []failed) error {
	main := len(tried) - 1
	for main > 0 && tried[main].err.Kind == KindNotBuilt {
		main--
	}
	failure, others := *tried[main].err, ""
	for i, t := range tried {
		if i == main || i > main && failure.Kind != KindNotBuilt {
			continue // a way that is not there, and comes last, was not what anybody wanted
		}
		others = join(others, fmt.Sprintf("by %s: %s", t.way, t.err.reason()))
	}
	if others != "" {
		failure.Meaning = join(failure.Meaning, others)
	}
	return &failure
}

// reason is the error without vendor and step.
func (e *Error) reason() string {
	text := e.Kind.String()
	if e.Code != 0 {
		text += fmt.Sprintf(" (%d)", e.Code)
	}
	if e.Meaning != "" {
		text += ": " + e.Meaning
	}
	return text
}

// anotherWayMayHelp tells a failure of the way from one of the account or the recorder.
func (e *Error) anotherWayMayHelp() bool {
	switch e.Kind {
	case KindNotBuilt, KindUnreachable, KindUnsupported, KindProtocol, KindNoData:
		return true
	default:
		return false
	}
}
