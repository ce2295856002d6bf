package api

import (
	"context"
	"net"
	"net/netip"

	"mediapusher/internal/device"
)

// Resolver looks up the addresses of a name; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// AllowNetworks makes a Config.Allow that lets only addresses in networks be dialled, all addresses of a name. No networks allow
// everything. Its errors are *device.Error: KindNotAllowed, or KindUnreachable where a name has no address.
func AllowNetworks(networks []netip.Prefix, resolver Resolver) func(ctx context.Context, target device.Target) error {
	if len(networks) == 0 {
		return func(context.Context, device.Target) error { return nil }
	}
	return func(ctx context.Context, target device.Target) error {
		refused := device.NotAllowed(target.Vendor, target.Address())
		ips, err := lookup(ctx, resolver, target.Host)
		if err != nil {
			refused.Kind, refused.Meaning, refused.Err = device.KindUnreachable, "the name has no address", err
			return refused
		}
		for _, ip := range ips {
			if !device.Networks(networks).Hold(ip) {
				return refused
			}
		}
		return nil
	}
}

func lookup(ctx context.Context, resolver Resolver, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	ips, err := resolver.LookupNetIP(ctx, "ip", host)
	if err == nil && len(ips) == 0 {
		err = &net.DNSError{Err: "no address", Name: host, IsNotFound: true}
	}
	return ips, err
}
