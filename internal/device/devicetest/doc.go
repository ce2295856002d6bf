// Package devicetest is the contract suite that every adapter passes, whatever the vendor and the way: a new adapter first calls Run from
// its tests.
//
// It knows no vendor and no simulator. An adapter's test brings the driver and recorders that can be made to misbehave.
package devicetest
