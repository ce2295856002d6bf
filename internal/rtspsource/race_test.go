//go:build race

package rtspsource

// raceAllocs is generous: sync.Pool drops values at random under the race detector.
const raceAllocs = 4
