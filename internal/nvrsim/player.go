package nvrsim

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"mediapusher/internal/nvrsim/clips"
)

// The distance of sender reports and of the requests of Faults.ServerRequest.
const (
	reportInterval  = 5 * time.Second
	requestInterval = time.Second
)

// player sends the tracks of one session, each frame at its time and with one write. A session that is behind sends at once: so it
// begins with the pictures since the last key frame.
type player struct {
	r       *Recorder
	c       *conn
	channel int
	tracks  []*stream
	reel    *reel // nil in live
	begin   time.Time
	// patience is how long a write may take.
	patience time.Duration
	cancel   context.CancelFunc
	done     sync.WaitGroup

	buffer   []byte
	lag      time.Duration // by which Faults.Pace has put off what comes next
	last     time.Time     // when the frame before was due
	request  time.Time     // when the next request of the server is due
	requests int
}

func (p *player) run(ctx context.Context, session string) {
	defer p.cancel()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	phase := p.r.nextPhase()
	p.last, p.request = p.begin, p.begin.Add(requestInterval)
	for {
		st := earliest(p.tracks)
		if st == nil {
			<-ctx.Done()
			return
		}
		due := frameTime(st.feed, st.next)
		f := p.r.Faults().of(p.channel)
		if !wait(ctx, timer, due.Add(phase+p.slow(due, f)).Sub(p.r.now())) {
			return
		}
		f = p.r.Faults().of(p.channel)
		if f.CloseAfter > 0 && p.r.now().Sub(p.begin) >= time.Duration(f.CloseAfter) {
			p.c.drop("fault: close after")
			return
		}
		p.buffer = p.buffer[:0]
		if !f.SilentStream && !p.r.offline(p.channel) {
			p.frame(st, f)
			p.serverRequest(session, f)
		}
		st.next++
		if len(p.buffer) == 0 {
			continue
		}
		if !p.send() {
			return
		}
	}
}

// send writes the buffer. It returns false where the connection is gone.
func (p *player) send() bool {
	if err := p.c.write(p.buffer, p.patience); err != nil {
		p.c.drop("cannot send: " + err.Error())
		return false
	}
	return true
}

// earliest is the track whose next frame is due first; nil where nothing is ever sent.
func earliest(tracks []*stream) *stream {
	var first *stream
	var at time.Time
	for _, st := range tracks {
		if st.feed == nil {
			continue
		}
		if due := frameTime(st.feed, st.next); first == nil || due.Before(at) {
			first, at = st, due
		}
	}
	return first
}

// slow returns by how much frames are late, growing while Faults.Pace is below 1.
func (p *player) slow(due time.Time, f Faults) time.Duration {
	step := max(due.Sub(p.last), 0)
	p.last = due
	if f.Pace <= 0 || f.Pace >= 1 {
		p.lag = 0
	} else {
		p.lag += time.Duration(float64(step) * (1/f.Pace - 1))
	}
	return p.lag
}

// frame puts the next frame of a track into the buffer, with the faults and, when it is time, a sender report.
func (p *player) frame(st *stream, f Faults) {
	if !st.video && f.NoAudio {
		return
	}
	if f.StrayBytes {
		p.buffer = append(p.buffer, "\x00\xffstray bytes\r\n\x01\x02"...)
	}
	if f.BadRTP {
		// Version 0, and a header that says more than there is.
		p.buffer = append(p.buffer, '$', st.channel, 0, 12, 0x1F, 0x7F, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2)
	}
	stamp := clips.Stamp{Channel: st.channel, PayloadType: st.payloadType, Timestamp: st.stampOf(f), SSRC: st.ssrc}
	st.timestamp = stamp.Timestamp
	frame := &st.feed.Frames[st.next%int64(len(st.feed.Frames))]
	if st.video && f.GarbageNAL {
		p.packet(st, stamp, []byte(garbage))
	}
	lose := st.video && f.LoseEvery > 0 && st.next%int64(f.LoseEvery) == 0
	for i, packet := range frame.Packets {
		if packet.ParameterSet && f.NoParameterSets {
			continue
		}
		if lose && i == len(frame.Packets)-1 {
			st.sequence++
			continue
		}
		p.packet(st, stamp, frame.Wire[packet.Start:packet.End])
	}
	if now := p.r.now(); !now.Before(st.report) {
		st.report = now.Add(reportInterval)
		wall, ticks := now, ticksAt(st.feed, now)
		if p.reel != nil {
			wall, ticks = p.reel.wall(frameTime(st.feed, st.next)), st.next*st.feed.Ticks
		}
		p.buffer = st.senderReport(p.buffer, wall, ticks, f)
	}
}

// packet copies one packet and stamps it.
func (p *player) packet(st *stream, stamp clips.Stamp, wire []byte) {
	start := len(p.buffer)
	p.buffer = append(p.buffer, wire...)
	stamp.Sequence = st.sequence
	stamp.Put(p.buffer[start:])
	st.sequence++
	st.packets++
	st.octets += uint32(len(wire) - 16)
}

// garbage is a packet whose NAL unit has the forbidden bit and a reserved type, in H.264 and in H.265.
const garbage = "$\x00\x00\x24\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\xFF\xFF\x9C\x17\x00\x00\x03\x51\xE0\xAA\x03\x00\x00\x00\x01\x67\xDE\xAD\xBE\xEF\x00\x00\x00\x01"

// stampOf is the RTP timestamp of the next frame.
func (st *stream) stampOf(f Faults) uint32 {
	if f.ClockStands && st.packets > 0 {
		return st.timestamp
	}
	n := st.next
	if f.TwinTimestamps {
		n -= n % 2
	}
	return st.base + uint32(st.ramp.at(framePTS(st.feed, n))+st.jump(f))
}

func (st *stream) jump(f Faults) int64 {
	return int64(time.Duration(f.ClockJump).Seconds() * float64(st.feed.ClockRate))
}

// senderReport appends an interleaved compound packet of sender report and source description (RFC 3550 sections 6.4.1 and 6.5). It says
// which time so many ticks of the clip's clock are.
func (st *stream) senderReport(b []byte, now time.Time, ticks int64, f Faults) []byte {
	const (
		ntpEpoch = 2208988800 // seconds from 1900 to 1970
		report   = 28
		names    = 20
	)
	be := binary.BigEndian
	b = append(b, '$', st.channel+1, 0, report+names, 0x80, 200, 0, report/4-1)
	b = be.AppendUint32(b, st.ssrc)
	b = be.AppendUint32(b, uint32(now.Unix()+ntpEpoch))
	b = be.AppendUint32(b, uint32(uint64(now.Nanosecond())<<32/uint64(time.Second)))
	b = be.AppendUint32(b, st.base+uint32(st.ramp.at(ticks)+st.jump(f)))
	b = be.AppendUint32(b, st.packets)
	b = be.AppendUint32(b, st.octets)
	b = append(b, 0x81, 202, 0, names/4-1)
	b = be.AppendUint32(b, st.ssrc)
	return append(b, 1, 8, 'r', 'e', 'c', 'o', 'r', 'd', 'e', 'r', 0, 0)
}

// serverRequest appends a request to the client once a second, where the fault asks for it.
func (p *player) serverRequest(session string, f Faults) {
	now := p.r.now()
	if f.ServerRequest == "" || now.Before(p.request) {
		return
	}
	p.request = now.Add(requestInterval)
	p.requests++
	p.buffer = fmt.Appendf(p.buffer, "%s rtsp://%s/ RTSP/1.0\r\nCSeq: %d\r\nSession: %s\r\n\r\n",
		f.ServerRequest, p.r.RTSPAddr(), p.requests, session)
}
