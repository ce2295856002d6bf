//go:build !race

package rtspsource

const raceAllocs = 0
