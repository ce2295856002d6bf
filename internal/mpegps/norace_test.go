//go:build !race

package mpegps_test

const poisoned = false
