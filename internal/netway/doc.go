// Package netway owns what the vendors' adapters share on the way without a vendor's library: finding the port at which a recorder
// speaks HTTP, asking whether it speaks RTSP, and telling what the failures of an RTSP source mean in the words of internal/device.
//
// It knows no vendor: what differs comes as values.
package netway
