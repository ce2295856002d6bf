package rtspsource

import (
	"time"

	"mediapusher/internal/media"
)

// depacketiser puts the payloads of one track's packets together and hands complete units to its track.
type depacketiser interface {
	// push takes one packet. An error is the sink's.
	push(p *packet) error
	// drop forgets what is incomplete.
	drop()
}

// maxLate is how far behind the expected sequence number a packet counts as a late copy. Over TCP nothing arrives out of order, so
// anything older means that the device began to count anew.
const maxLate = 64

// maxReportGap is how far a sender report may lie from the packets that it is applied to.
const maxReportGap = time.Hour

// track is one RTP stream: it watches the sequence numbers, unwraps the timestamps and turns them into 1/90000 s.
type track struct {
	desc        *media.Track
	payloadType uint8
	clockRate   int64 // of the RTP timestamps, in Hz
	depacket    depacketiser
	sink        media.Sink
	stats       *counters

	started  bool
	ssrc     uint32
	sequence uint16 // the next one expected
	last     uint32 // the newest timestamp as it came
	extended int64  // the same unwrapped
	lost     bool   // the next unit comes behind a gap

	wall   time.Time // of the newest sender report
	wallTS int64     // unwrapped
}

// rtp takes one packet of the track.
func (t *track) rtp(p *packet) error {
	if t.started && p.ssrc == t.ssrc {
		missing := int16(p.sequence - t.sequence)
		if missing < 0 && missing >= -maxLate {
			t.stats.bad.Add(1)
			return nil
		}
		if missing != 0 {
			t.gap(p, max(int(missing), 1))
		}
	} else if t.started {
		t.gap(p, 0)
		t.wall = time.Time{}
	}
	if !t.started {
		t.extended = int64(p.timestamp)
		t.last = p.timestamp
	}
	t.started, t.ssrc, t.sequence = true, p.ssrc, p.sequence+1
	t.extended += int64(int32(p.timestamp - t.last))
	t.last = p.timestamp
	return t.depacket.push(p)
}

// gap notes that n packets are missing before p.
func (t *track) gap(p *packet, n int) {
	p.lost, t.lost = true, true
	t.stats.lost.Add(uint64(n))
}

// report takes the device's clock for a timestamp of this track.
func (t *track) report(wall time.Time, timestamp uint32) {
	if !t.started || wall.IsZero() {
		return
	}
	t.wall, t.wallTS = wall, t.extended+int64(int32(timestamp-t.last))
}

// spoil notes that a unit could not be put together: the next one comes behind a gap.
func (t *track) spoil() {
	t.lost = true
	t.stats.bad.Add(1)
}

// unit starts a unit with b as its first NAL unit or frame, nil where it is too large.
func (t *track) unit(b []byte) *media.AccessUnit {
	au := media.NewAccessUnit(t.desc)
	if au.Append(b) != nil {
		au.Release()
		t.spoil()
		return nil
	}
	return au
}

// emit hands a unit on, unless it is nil. ticks is its unwrapped timestamp on the track's own clock.
func (t *track) emit(au *media.AccessUnit, ticks int64, arrival time.Time) error {
	if au == nil {
		return nil
	}
	au.PTS = ticks * media.ClockRate / t.clockRate
	au.Arrival = arrival
	au.Lost = t.lost
	au.Wall = t.wallAt(ticks)
	t.lost = false
	t.stats.units.Add(1)
	return t.sink.Write(au)
}

func (t *track) wallAt(ticks int64) time.Time {
	if t.wall.IsZero() {
		return time.Time{}
	}
	gap := ticks - t.wallTS
	if limit := int64(maxReportGap/time.Second) * t.clockRate; gap > limit || gap < -limit {
		return time.Time{}
	}
	return t.wall.Add(time.Duration(gap * int64(time.Second) / t.clockRate))
}
