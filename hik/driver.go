package hik

import (
	"context"
	"fmt"
	"sync"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/netway"
)

// sdkPort is the usual port of the vendor's SDK.
const sdkPort = 8000

// Pages of ISAPI.
const (
	pageDeviceInfo    = "/ISAPI/System/deviceInfo"
	pageAccesses      = "/ISAPI/Security/adminAccesses"
	pageCapabilities  = "/ISAPI/System/capabilities"
	pageSDK           = "/SDK/capabilities"
	pageProxies       = "/ISAPI/ContentMgmt/InputProxy/channels"
	pageProxiesStatus = "/ISAPI/ContentMgmt/InputProxy/channels/status"
)

// Driver opens Hikvision recorders and cameras over the network. It is safe for concurrent use.
type Driver struct {
	cfg netway.Config

	mu     sync.Mutex
	logged map[string]string // what was said about a device's channels, by serial number or address
	plans  map[string]*plan  // what devices told, by address, for when one answers by RTSP alone
	// traits are by serial number; serials tell it by address. Where it is not known the address stands for it.
	traits  map[string]*traits
	serials map[string]string
}

var _ device.Driver = (*Driver)(nil)

// New returns a driver. It opens nothing.
func New(cfg netway.Config) *Driver {
	return &Driver{
		cfg: cfg.WithDefaults(), logged: map[string]string{}, plans: map[string]*plan{},
		traits: map[string]*traits{}, serials: map[string]string{},
	}
}

// Open logs in by one GET of deviceInfo, with one attempt. Where no HTTP port answers but RTSP does, it
// returns a device on device.WayRTSP, which has not logged in yet. Errors are *device.Error.
func (d *Driver) Open(ctx context.Context, target device.Target) (device.Device, error) {
	connected, err := netway.Connect(ctx, d.cfg, netway.Vendor{SDKPort: sdkPort, LoginPath: pageDeviceInfo, Locked: locked}, target)
	if err != nil {
		return nil, err
	}
	r := &recorder{Recorder: connected, driver: d, info: device.Info{Way: connected.Way}, planTurn: make(chan struct{}, 1)}
	if r.Way == device.WayNet {
		if err := r.logIn(ctx); err != nil {
			_ = r.Close()
			return nil, err
		}
	}
	r.traits = d.traitsOf(r)
	return r, nil
}

// recorder is a device.Device.
type recorder struct {
	*netway.Recorder
	driver *Driver
	info   device.Info
	kind   string // deviceType in lower case, "nvr" or "ipcamera"; empty where nobody tells

	traits *traits

	planTurn chan struct{} // of capacity 1; who has put something into it may touch the fields below
	plan     *plan         // nil until all was told that it rests on
	pages    pages
}

func (r *recorder) Info() device.Info { return r.info }

// Live translates the channel and makes sure that its camera is connected, as far as the recorder tells.
func (r *recorder) Live(ctx context.Context, request device.LiveRequest) (media.Source, error) {
	if !r.NeedsChannel() {
		_, port, err := r.learn(ctx, need{op: device.OpLive, pages: r.streaming()})
		if err != nil {
			return nil, err
		}
		return r.Source(netway.Live{Request: request, RTSPPort: port})
	}
	states := &statePage{}
	wanted := need{op: device.OpLive, pages: append(r.numbering(), r.streaming()...), states: states}
	number, p, port, err := r.channel(ctx, wanted, request.Channel)
	if err != nil {
		return nil, err
	}
	if err := r.online(ctx, device.OpLive, states, p, number); err != nil {
		return nil, err
	}
	return r.Source(netway.Live{
		Path: livePath(number, request.Stream), Channel: number, Request: request, Known: p.lists(number), RTSPPort: port,
	})
}

// livePath makes the path of a live stream: the channel times 100, and 1 for the main and 2 for the sub stream.
func livePath(number int, stream device.Stream) string {
	return fmt.Sprintf("/Streaming/Channels/%d", number*100+int(stream)+1)
}

// maxRemembered is the ceiling for devices whose channels are remembered; beyond it all are learnt anew.
const maxRemembered = 4096

// decided remembers how a device's channels are numbered, and logs it once for each device and decision.
func (d *Driver) decided(r *recorder, p *plan) {
	address, decision := r.Target.Address(), p.String()
	key := r.info.Serial
	if key == "" {
		key = address
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.logged) >= maxRemembered || len(d.plans) >= maxRemembered {
		clear(d.logged)
		clear(d.plans)
	}
	if !p.guess {
		d.plans[address] = p
	}
	if d.logged[key] == decision {
		return
	}
	d.logged[key] = decision
	d.cfg.Log.Info("channel numbers", zap.String("device", address), zap.String("serial", r.info.Serial),
		zap.String("way", r.Way), zap.String("channels", decision))
}

// remembered returns what a device told when its HTTP port last answered, nil for nothing. A busy recorder may answer RTSP first after a
// reboot, and a guess would then show another camera.
func (d *Driver) remembered(r *recorder) *plan {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.plans[r.Target.Address()]
}
