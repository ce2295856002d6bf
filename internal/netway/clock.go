package netway

import (
	"fmt"
	"time"
)

// ClockReading is what a device's clock showed, in whole seconds.
type ClockReading struct {
	// Wall holds the digits of its wall clock, in UTC.
	Wall time.Time
	// Zone is the device's, nil where it does not tell. Summer says that daylight saving may move it by an hour.
	Zone   *time.Location
	Summer bool
	// Asked and Answered are when the device was asked and had answered, by the clock of the service.
	Asked, Answered time.Time
}

// ZoneName writes the device's zone, "UTC+08:00"; it is empty where the device does not tell.
func (c ClockReading) ZoneName() string {
	if c.Zone == nil {
		return ""
	}
	_, seconds := c.Wall.In(c.Zone).Zone()
	sign, minutes := '+', seconds/60
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Sprintf("UTC%c%02d:%02d", sign, minutes/60, minutes%60)
}

// Offset is the device's clock minus that of the service in the middle of asking, to half a second. Where the device tells no zone it is
// taken to be in the assumed one. With daylight saving the nearer hour counts.
func (c ClockReading) Offset(assumed *time.Location) time.Duration {
	zone := c.Zone
	if zone == nil {
		zone = assumed
	}
	middle := c.Asked.Add(c.Answered.Sub(c.Asked) / 2)
	w := c.Wall
	shown := time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), int(time.Second/2), zone)
	offset := shown.Sub(middle.Round(0)) // the wall clocks are compared
	if summer := offset - time.Hour; c.Summer && summer.Abs() < offset.Abs() {
		return summer
	}
	return offset
}
