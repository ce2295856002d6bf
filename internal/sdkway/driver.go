package sdkway

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/vendor_sdk/sdk"
)

const (
	// connectLimit is what a library is told that connecting may take. Libraries try more than once in it, or keep to it roughly.
	connectLimit = 5 * time.Second
	// startLimit is how long a library may take to start a stream. A recorder wakes a disk before it plays.
	startLimit = 15 * time.Second
	// searchLimit is how long a whole search may take, of a recorder that never comes to an end.
	searchLimit = 5 * time.Minute
	// orderLimit is how long a movement, a change of speed or a wish for a key frame may take.
	orderLimit = 8 * time.Second

	// defaultSilence is a little more than the longest pause of a camera that sends few pictures.
	defaultSilence = 5 * time.Second
)

// Config is what an adapter needs on this way. The zero value of each field but Supervisor means the default.
type Config struct {
	// Settings tells what the operator knows about a recorder.
	Settings device.SettingsFunc
	// Supervisor starts the workers of this vendor. It may be nil where NotBuilt is not.
	Supervisor Supervisor
	// NotBuilt says why the vendor's binding is not in this program, nil where it is. Then each Open fails with it at once, without
	// starting a process.
	NotBuilt error
	// Silence tells how long a live stream that begins now may bring no unit; nil means 5 s. A recording may for twice as long, since
	// disks pause longer than cameras. Time in which a sink holds back does not count.
	Silence func() time.Duration
	// Log may be nil.
	Log *zap.Logger
}

// withDefaults fills in what was left empty.
func (c Config) withDefaults() Config {
	if c.Settings == nil {
		c.Settings = func(device.Target) device.Settings { return device.Settings{} }
	}
	if c.Silence == nil {
		c.Silence = func() time.Duration { return defaultSilence }
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}

// Driver opens recorders of one vendor through the maker's library, each in a worker process of its own. It is safe for concurrent use.
type Driver struct {
	cfg    Config
	vendor Vendor
}

var _ device.Driver = (*Driver)(nil)

// New returns a driver. It starts nothing.
func New(cfg Config, vendor Vendor) *Driver { return &Driver{cfg: cfg.withDefaults(), vendor: vendor} }

// Open starts a worker and logs in there, once. The error is a *device.Error: of KindNotBuilt where the binding or a file of the library is
// missing, of KindUnreachable where the worker failed (a *supervisor.RestError in the chain says that none is started for a while), and
// else what the library's error number means.
func (d *Driver) Open(ctx context.Context, target device.Target) (device.Device, error) {
	port := cmp.Or(target.Port, d.vendor.Port)
	f := failures{d.vendor, device.JoinAddress(target.Host, port)}
	if d.cfg.NotBuilt != nil {
		return nil, f.failure(device.OpLogin, device.KindNotBuilt, "", d.cfg.NotBuilt)
	}
	timeout := connectLimit
	if deadline, ok := ctx.Deadline(); ok {
		timeout = max(min(timeout, time.Until(deadline)*3/4), time.Millisecond) // the library's own words are worth waiting for
	}
	begun := time.Now()
	opened, identity, err := d.cfg.Supervisor.Open(ctx, f.address, sdk.Account{
		Host: target.Host, Port: port, User: target.User, Password: target.Password.Reveal(), Timeout: timeout,
	})
	if err != nil {
		return nil, f.explain(device.OpLogin, lateness(ctx, begun, err))
	}
	blocks := d.vendor.Channels(identity, d.cfg.Settings(target))
	d.cfg.Log.Debug("logged in by the maker's library", zap.String("device", f.address), zap.String("serial", identity.Serial),
		zap.Int("type", identity.Type), zap.String("channels", names(blocks)))
	return &recorder{failures: f, cfg: d.cfg, login: opened, info: info(identity), blocks: blocks}, nil
}

// lateness adds how long was waited to an error that is no more than the end of ctx.
func lateness(ctx context.Context, begun time.Time, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("after %s: %w", time.Since(begun).Round(100*time.Millisecond), err)
}

// info is what a login tells. A library knows models by number alone.
func info(identity sdk.Identity) device.Info {
	told := device.Info{Serial: identity.Serial, Way: device.WaySDK, Proven: true}
	if identity.Type != 0 {
		told.Model = fmt.Sprintf("type %d", identity.Type)
	}
	return told
}
