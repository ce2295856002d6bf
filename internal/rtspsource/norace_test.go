//go:build !race

package rtspsource

// raceAllocs is for the other build.
const raceAllocs = 0
