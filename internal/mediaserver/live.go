package mediaserver

import "time"

// Live is what a stream that is live looks like at one moment.
type Live struct {
	// VideoCodec is "H.264", "H.265", "AV1", "VP9" or "other"; empty before the first picture.
	VideoCodec string
	// BitsPerSecond is what comes in, a mean over some seconds; 0 before the first of them have passed, and where nothing comes.
	BitsPerSecond float64
	// Viewers is the number of players, by RTMP and HTTP-FLV.
	Viewers int
}

// Live tells about the stream of a name; ok is false where it is not live.
func (s *Server) Live(name string) (live Live, ok bool) {
	st, _ := s.hub.find(name)
	if st == nil {
		return Live{}, false
	}
	return st.live(time.Now()), true
}

func (s *stream) live(now time.Time) Live {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Live{VideoCodec: videoCodec(s.video), BitsPerSecond: s.meter.rate(now), Viewers: len(s.viewers)}
}

// videoCodec reads the codec of a video header: Adobe FLV 10.1 annex E.4.3.1 and enhanced RTMP.
func videoCodec(header *message) string {
	if header == nil {
		return ""
	}
	body := header.body()
	code := ""
	switch {
	case len(body) >= 5 && body[0]&enhancedVideoBit != 0:
		code = string(body[1:5])
	case body[0]&0x0F == codecAVC:
		code = "avc1"
	case body[0]&0x0F == codecHEVCLegacy:
		code = "hvc1"
	}
	switch code {
	case "avc1":
		return "H.264"
	case "hvc1":
		return "H.265"
	case "av01":
		return "AV1"
	case "vp09":
		return "VP9"
	default:
		return "other"
	}
}

// meterWindow is the time over which the rate is a mean.
const meterWindow = 2 * time.Second

// meter keeps the newest rate. It is not safe for concurrent use.
type meter struct {
	begin, measured time.Time
	size            int
	bitRate         float64
}

func (m *meter) add(size int, now time.Time) {
	if m.begin.IsZero() || now.Sub(m.begin) > 2*meterWindow { // the first, or the first after a silence
		m.begin, m.size = now, 0
	}
	if span := now.Sub(m.begin); span >= meterWindow {
		m.bitRate, m.measured = float64(m.size*8)/span.Seconds(), now
		m.begin, m.size = now, 0
	}
	m.size += size
}

func (m *meter) rate(now time.Time) float64 {
	if now.Sub(m.measured) > 2*meterWindow+time.Second {
		return 0
	}
	return m.bitRate
}
