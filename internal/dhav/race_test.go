//go:build race

package dhav_test

// raceAllocs is generous: sync.Pool drops values at random under the race detector.
const raceAllocs = 100000
