package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.uber.org/zap"

	"mediapusher/dahua"
	"mediapusher/hik"
	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/internal/sdkway"
	"mediapusher/vendor_sdk/supervisor"
)

// dialTimeout bounds one connection to a recorder, below the limit of every step that dials.
const dialTimeout = 3 * time.Second

// watchers are told what becomes of logins and of workers. The zero value tells nobody.
type watchers struct {
	logins  device.Observer
	workers func(device.Vendor) supervisor.Observer
}

// ofWorkers is who watches a vendor's workers, nil for nobody.
func (w watchers) ofWorkers(vendor device.Vendor) supervisor.Observer {
	if w.workers == nil {
		return nil
	}
	return w.workers(vendor)
}

// newDevices builds the left edge: all vendors, each by its ways, behind one pool of logins. current is the configuration of the moment.
func newDevices(current func() *config.Config, watching watchers, log *zap.Logger) (*device.Pool, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("where this program lies: %w", err)
	}
	settings := func(target device.Target) device.Settings { return current().Settings(target) }
	silence := func() time.Duration { return current().SourceTimeout }
	networks := func() device.Networks { return device.Networks(current().AllowDevices) }
	byNet := overNetwork(current, log)
	drivers := map[device.Vendor]device.Driver{}
	for vendor, adapter := range map[device.Vendor]struct {
		net device.Driver
		sdk func(sdkway.Config) device.Driver
	}{
		device.Hikvision: {hik.New(byNet), hik.NewSDK},
		device.Dahua:     {dahua.New(byNet), dahua.NewSDK},
	} {
		library := libraries[vendor]
		ways := []device.Way{
			{Name: device.WayNet, Driver: adapter.net},
			{Name: device.WaySDK, NotBuilt: library.notBuilt, Driver: adapter.sdk(sdkway.Config{
				Settings: settings, NotBuilt: library.notBuilt,
				Supervisor: sdkway.Supervise(newSupervisor(current(), program, vendor, watching.ofWorkers(vendor), log)),
				Silence:    silence, Log: log.Named("sdk"),
			})},
		}
		if library.notBuilt == nil {
			ways[0], ways[1] = ways[1], ways[0]
		}
		for i := range ways {
			if ways[i].Name == device.WaySDK {
				ways[i].Driver = allowed{driver: ways[i].Driver, networks: networks}
			}
		}
		drivers[vendor] = device.NewFallback(device.FallbackConfig{
			Ways: ways, Settings: settings, Log: log.Named("device"),
		})
	}
	return device.NewPool(device.PoolConfig{
		Drivers: drivers, Settings: settings, CoolDown: func() time.Duration { return current().Login.CoolDown },
		Observer: watching.logins, Log: log.Named("login"),
	}), nil
}

// overNetwork is what the adapters need to reach recorders by HTTP and RTSP.
func overNetwork(current func() *config.Config, log *zap.Logger) netway.Config {
	dialer := &net.Dialer{
		Timeout: dialTimeout, Control: holdBack(func() device.Networks { return device.Networks(current().AllowDevices) }),
	}
	return netway.Config{
		Settings:    func(target device.Target) device.Settings { return current().Settings(target) },
		DialContext: dialer.DialContext, Silence: func() time.Duration { return current().SourceTimeout }, Log: log.Named("device"),
	}
}

// newSupervisor starts workers of a vendor: this program, as sdk-worker. count may be nil.
func newSupervisor(
	cfg *config.Config, program string, vendor device.Vendor, count supervisor.Observer, log *zap.Logger,
) *supervisor.Supervisor {
	directory := cfg.SDK.Directory(vendor, filepath.Dir(program))
	return supervisor.New(supervisor.Config{
		Command:   []string{program, "sdk-worker", "--vendor=" + string(vendor), "--directory=" + directory},
		Directory: directory, MemoryLimit: int64(cfg.SDK.MaxMemory) << 20, Observer: count, Log: log.Named("sdk"),
	})
}

// holdBack lets only the operator's networks be dialled. The API has looked already; but between its look and the connection a name may
// have changed its address.
func holdBack(networks func() device.Networks) func(network, address string, c syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		allowed := networks()
		if len(allowed) == 0 {
			return nil
		}
		peer, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !allowed.Hold(peer.Addr()) {
			return device.NotAllowed("", address)
		}
		return nil
	}
}

// allowed holds back a driver whose connections are not ours to watch: it gets an address that was looked up and found in the networks,
// never a name.
type allowed struct {
	driver   device.Driver
	networks func() device.Networks
}

// Open implements device.Driver.
func (a allowed) Open(ctx context.Context, target device.Target) (device.Device, error) {
	networks := a.networks()
	if len(networks) == 0 {
		return a.driver.Open(ctx, target)
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", target.Host)
	if err != nil {
		return nil, &device.Error{
			Vendor: target.Vendor, Address: target.Address(), Op: device.OpLogin, Kind: device.KindUnreachable,
			Meaning: "the name is not known", Err: err,
		}
	}
	for _, address := range addresses {
		if networks.Hold(address) {
			target.Host = address.Unmap().String()
			return a.driver.Open(ctx, target)
		}
	}
	return nil, device.NotAllowed(target.Vendor, target.Address())
}
