package hik

import (
	"testing"
	"testing/synctest"
	"time"
)

// A device's zone moves with daylight saving, so it is not believed for the life of the service.
func TestClockIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &traits{}
		kept.keepClock(&clock{why: "a test"})
		<-time.After(clockLife - time.Minute)
		if kept.knownClock() == nil {
			t.Error("forgotten too soon")
		}
		<-time.After(2 * time.Minute)
		if kept.knownClock() != nil {
			t.Error("still believed")
		}
	})
}
