package playback

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrTime is returned for a text that is no time, or for a time that no calendar or clock shows.
var ErrTime = errors.New("must be a time such as 2016-07-20 12:00:00")

// The years in which a recording can lie. The first also keeps a zero clock of a device from looking like a time.
const (
	minYear = 1970
	maxYear = 2099
)

const layout = "2006-01-02 15:04:05"

// maxTimeText is the ceiling for the length of a time's text: date, clock, nanoseconds and offset, with blanks to spare.
const maxTimeText = 64

// Clocks as callers write them: dashes or slashes, a blank or T, seconds or none, one digit where a page does not pad, and the
// fraction and zone that JavaScript's toISOString adds.
var clockText = regexp.MustCompile(
	`^(\d{4})([-/])(\d{1,2})([-/])(\d{1,2})(?:[Tt]|\s+)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d{1,9})?)?\s*(?:[Zz]|[+-]\d{2}:?\d{2})?$`)

// Seconds or milliseconds since 1970 within the years above, that is 10 or 13 digits for any time after 2001.
var epochText = regexp.MustCompile(`^(\d{10})(\d{3})?$`)

// ParseTime reads a time of a device's wall clock. The result carries the clock's digits in UTC and no zone of its own; fractions of
// a second are cut off. Forms beyond "2016-07-20 12:00:00": T for the blank, slashes, no seconds, unpadded numbers. A zone behind the
// clock is ignored, since these callers mean the clock on the wall. 10 or 13 digits are seconds or milliseconds since 1970 and are
// shown on a wall clock in zone. The error is ErrTime.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	if len(text) > maxTimeText {
		return time.Time{}, ErrTime
	}
	text = strings.TrimSpace(text)
	if m := epochText.FindStringSubmatch(text); m != nil {
		return fromEpoch(m[1], zone)
	}
	m := clockText.FindStringSubmatch(text)
	if m == nil || m[2] != m[4] {
		return time.Time{}, ErrTime
	}
	year, month, day := number(m[1]), number(m[3]), number(m[5])
	hour, minute, second := number(m[6]), number(m[7]), number(m[8])
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	// time.Date carries 31 April over to 1 May and 24:00 to the next day; a time that moved was impossible.
	moved := t.Month() != time.Month(month) || t.Day() != day || t.Hour() != hour || t.Minute() != minute || t.Second() != second
	if moved || year < minYear || year > maxYear {
		return time.Time{}, ErrTime
	}
	return t, nil
}

// FormatTime writes a wall clock time as the API does, "2016-07-20 12:00:00".
func FormatTime(t time.Time) string { return t.Format(layout) }

func fromEpoch(seconds string, zone *time.Location) (time.Time, error) {
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}, ErrTime
	}
	t := time.Unix(s, 0).In(zone)
	if t.Year() < minYear || t.Year() > maxYear {
		return time.Time{}, ErrTime
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC), nil
}

// number reads the few digits that the pattern let through; none are 0.
func number(digits string) int {
	n := 0
	for _, d := range []byte(digits) {
		n = n*10 + int(d-'0')
	}
	return n
}
