//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

// #include "calls.h"
import "C"

import "time"

// timeOf writes the digits of a time, cut to its second.
func timeOf(t time.Time) C.NET_DVR_TIME {
	t = t.UTC()
	return C.NET_DVR_TIME{
		dwYear: C.uint32_t(t.Year()), dwMonth: C.uint32_t(t.Month()), dwDay: C.uint32_t(t.Day()),
		dwHour: C.uint32_t(t.Hour()), dwMinute: C.uint32_t(t.Minute()), dwSecond: C.uint32_t(t.Second()),
	}
}

// conditionOf writes the same for a search; byLocalOrUTC 0 says that these are the recorder's own digits.
func conditionOf(t time.Time) C.NET_DVR_TIME_SEARCH_COND {
	t = t.UTC()
	return C.NET_DVR_TIME_SEARCH_COND{
		wYear: C.uint16_t(t.Year()), byMonth: C.uint8_t(t.Month()), byDay: C.uint8_t(t.Day()),
		byHour: C.uint8_t(t.Hour()), byMinute: C.uint8_t(t.Minute()), bySecond: C.uint8_t(t.Second()),
	}
}

// read turns timeOf round.
func read(t C.NET_DVR_TIME) time.Time {
	return date(int(t.dwYear), int(t.dwMonth), int(t.dwDay), int(t.dwHour), int(t.dwMinute), int(t.dwSecond))
}

// readFound reads the digits of what a search found. They are the recorder's own, also where an offset to UTC stands beside them.
func readFound(t C.NET_DVR_TIME_SEARCH) time.Time {
	return date(int(t.wYear), int(t.byMonth), int(t.byDay), int(t.byHour), int(t.byMinute), int(t.bySecond))
}

func date(year, month, day, hour, minute, second int) time.Time {
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
}

// wholeSecond rounds up, so that a span keeps its last part of a second.
func wholeSecond(t time.Time) time.Time {
	if cut := t.Truncate(time.Second); !cut.Equal(t) {
		return cut.Add(time.Second)
	}
	return t
}
