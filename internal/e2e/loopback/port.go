// Package loopback owns the ports of programs that tests and benchmarks start: programs that must be told their port before they
// listen.
package loopback

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
)

// The ports handed out lie below those that Linux and Windows give to outgoing connections (from 32768 and from 49152): a port from
// there may be taken by any connection between the choice and the listening.
const (
	first = 20000
	last  = 27999
)

//nolint:gochecknoglobals // ports are the machine's: all tests of a process count through the same ones
var next atomic.Uint32

// Port returns a TCP port of 127.0.0.1 that nobody listens on. Each call gives another one, so that two programs of a process never
// get the same; two processes start at random places. Safe for concurrent use.
func Port() (int, error) {
	next.CompareAndSwap(0, 1+rand.Uint32N(last-first)) //nolint:gosec // a place to start at, no secret
	for range last - first {
		port := first + int(next.Add(1)%(last-first+1))
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			return 0, fmt.Errorf("free port: %w", err)
		}
		return port, nil
	}
	return 0, errors.New("free port: all of them are taken")
}
