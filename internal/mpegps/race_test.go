//go:build race

package mpegps_test

// poisoned says that the race detector runs, under which pools drop values at random.
const poisoned = true
