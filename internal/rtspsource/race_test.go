//go:build race

package rtspsource

// raceAllocs: sync.Pool drops a quarter of its values under the race detector.
const raceAllocs = 2
