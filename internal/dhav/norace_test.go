//go:build !race

package dhav_test

// raceAllocs is for the other build; a collection may empty the pools once.
const raceAllocs = 4
