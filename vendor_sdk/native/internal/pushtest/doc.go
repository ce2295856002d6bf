// Package pushtest plays a library's threads for tests of vendor_sdk/native: C threads that push into a ring. It needs a build tag of a
// binding, like native itself.
package pushtest
