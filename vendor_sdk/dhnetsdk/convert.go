//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

import (
	"bytes"
	"math"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// text returns what stands before the first NUL, as UTF-8: the library's text is GBK, that of some recorders UTF-8 already.
func text(raw []byte) string {
	if end := bytes.IndexByte(raw, 0); end >= 0 {
		raw = raw[:end]
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	decoded, err := simplifiedchinese.GBK.NewDecoder().Bytes(raw)
	if err != nil { // the decoder replaces what it does not know, so there is none
		return string(bytes.ToValidUTF8(raw, []byte("?")))
	}
	return string(decoded)
}

// put copies s and a NUL into a field of zeros, and tells whether it fits.
func put(field []byte, s string) bool {
	return copy(field, s) == len(s) && len(s) < len(field)
}

// moment is the recorder's local time as digits in UTC. The zero value is no time.
func moment(year, month, day, hour, minute, second uint32) time.Time {
	if year == 0 || month == 0 || month > 12 || day == 0 || day > 31 || hour > 24 || minute > 59 || second > 60 || year > 9999 {
		return time.Time{}
	}
	return time.Date(int(year), time.Month(month), int(day), int(hour), int(minute), int(second), 0, time.UTC)
}

// octave is the library's speed: powers of two from 1/16 to 16, as -4 to 4.
func octave(speed float64) int32 {
	return int32(min(max(math.Round(math.Log2(speed)), -4), 4))
}

// PTZ commands whose speed stands in both parameters: first vertical, then horizontal.
const (
	commandLeftUp    = 0x20
	commandRightDown = 0x23
)

// The range of speeds and of the lens's multipliers.
const (
	slowest = 1
	fastest = 8
)

// ptzParameters are the first two parameters of a PTZ command.
func ptzParameters(command, speed int) (p1, p2 int32) {
	p2 = int32(min(max(speed, slowest), fastest))
	if command >= commandLeftUp && command <= commandRightDown {
		p1 = p2
	}
	return p1, p2
}
