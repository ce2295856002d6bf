package device

import "net/netip"

// Networks are those in which devices may be dialled (allow_devices). None at all means everywhere.
type Networks []netip.Prefix

// Hold tells whether a device at the address may be dialled. An IPv4 address within IPv6 counts as what it is.
func (n Networks) Hold(address netip.Addr) bool {
	for _, network := range n {
		if network.Contains(address.Unmap()) {
			return true
		}
	}
	return len(n) == 0
}

// NotAllowed is the refusal to dial an address, host:port, that is in none of the Networks.
func NotAllowed(vendor Vendor, address string) *Error {
	return &Error{
		Vendor: vendor, Address: address, Op: OpLogin, Kind: KindNotAllowed, Meaning: "allow_devices does not hold this address",
	}
}
