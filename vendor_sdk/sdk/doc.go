// Package sdk owns the words between a maker's library and whoever uses it: what a library that is loaded into this process offers, in
// the library's own numbers, whichever maker's it is, and the errors. The bindings (hcnetsdk, dhnetsdk) implement Library, a worker process
// serves it, the supervisor offers it to the service.
//
// Channel numbers, stream numbers, commands and error codes are those of the library. All times are the digits of the device's wall clock,
// in UTC.
package sdk
