package main

import (
	"net"
	"net/netip"
	"syscall"
	"time"

	"go.uber.org/zap"

	"mediapusher/dahua"
	"mediapusher/hik"
	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// dialTimeout bounds one connection to a recorder, below the limit of every step that dials.
const dialTimeout = 3 * time.Second

// newDevices builds the left edge: all vendors behind one pool of logins.
func newDevices(cfg *config.Config, log *zap.Logger) *device.Pool {
	dialer := &net.Dialer{Timeout: dialTimeout, Control: holdBack(cfg.AllowDevices)}
	net := netway.Config{
		Settings: cfg.Settings, DialContext: dialer.DialContext, Silence: cfg.SourceTimeout, Log: log.Named("device"),
	}
	return device.NewPool(device.PoolConfig{
		Drivers:  map[device.Vendor]device.Driver{device.Hikvision: hik.New(net), device.Dahua: dahua.New(net)},
		Settings: cfg.Settings, CoolDown: cfg.Login.CoolDown, Log: log.Named("login"),
	})
}

// holdBack lets only the operator's networks be dialled. The API has looked already; but between its look and the connection a name may
// have changed its address.
func holdBack(networks []netip.Prefix) func(network, address string, c syscall.RawConn) error {
	if len(networks) == 0 {
		return nil
	}
	return func(_, address string, _ syscall.RawConn) error {
		peer, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		for _, network := range networks {
			if network.Contains(peer.Addr().Unmap()) {
				return nil
			}
		}
		return &device.Error{
			Address: address, Op: device.OpLogin, Kind: device.KindNotAllowed, Meaning: "allow_devices does not hold this address",
		}
	}
}
