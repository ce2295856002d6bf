package rtspsource

import (
	"encoding/binary"
	"time"
)

// RTCP packet types (RFC 3550 section 12.1).
const (
	rtcpSenderReport = 200
	rtcpBye          = 203
	rtcpLast         = 207 // extended report, RFC 3611
)

// ntpEpoch is the distance from 1900, where NTP counts from, to 1970 in seconds.
const ntpEpoch = 2208988800

// report is what a compound RTCP packet tells that we use.
type report struct {
	// wall and timestamp are the same instant on the device's clock and on the RTP clock; wall is zero where nothing was told.
	wall      time.Time
	timestamp uint32
	// bye says that the device ends the stream.
	bye bool
}

// parseRTCP walks through a compound packet. What follows a packet that does not fit is ignored.
func parseRTCP(b []byte) (r report) {
	for len(b) >= 4 && b[0]>>6 == 2 {
		size := 4 * (int(binary.BigEndian.Uint16(b[2:])) + 1)
		if size > len(b) {
			return r
		}
		switch b[1] {
		case rtcpSenderReport:
			if size >= 20 {
				r.wall = ntpTime(binary.BigEndian.Uint64(b[8:]))
				r.timestamp = binary.BigEndian.Uint32(b[16:])
			}
		case rtcpBye:
			r.bye = true
		}
		b = b[size:]
	}
	return r
}

// ntpTime converts the 64-bit NTP format (RFC 5905 section 6). Zero, which devices without a clock send, gives the zero time; numbers
// below 2^31 seconds belong to the era that begins in 2036.
func ntpTime(v uint64) time.Time {
	if v>>32 == 0 {
		return time.Time{}
	}
	seconds := int64(v >> 32)
	if seconds < 1<<31 {
		seconds += 1 << 32
	}
	return time.Unix(seconds-ntpEpoch, int64((v&0xffffffff)*1e9>>32))
}
