// Package sdkway owns what the vendors' adapters share on the way through a maker's library: the login in a worker process, streams out of
// its packets, searches, movements, and what its failures mean in the words of internal/device.
//
// It knows no vendor: what differs comes as values (Vendor).
package sdkway
