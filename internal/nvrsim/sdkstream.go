package nvrsim

import (
	"context"
	"encoding/binary"
	"strconv"
	"sync/atomic"
	"time"
)

// The types of packets on a stream connection of the SDK port. Those from packetCrash on are orders to the library itself.
const (
	packetHead   = 'H' // the head of a Hikvision stream
	packetData   = 'D' // bytes of the stream, those of one frame
	packetEnd    = 'E' // all that was asked for has been sent
	packetSought = 'N' // what follows is behind a seek
	packetLost   = 'X' // the stream is lost; the payload says why
	packetCrash  = 'C' // crash in the callback
	packetWedge  = 'W' // hang in the callback
	packetBloat  = 'B' // take memory; the payload is how many MiB, in 4 bytes
	packetSilent = 'S' // say nothing any more
)

// sdkStream sends one stream, as fast as time in live, and a recording as fast as the connection takes it.
type sdkStream struct {
	c       *sdkConn
	channel int
	number  int // mainStream or subStream
	tracks  []*stream
	reel    *reel // nil in live
	mux     sdkMuxer
	begun   time.Time

	refresh atomic.Bool     // a key frame is wanted
	orders  chan sdkRequest // of the client
	woken   chan struct{}   // the faults have changed

	// Of run's goroutine.
	buffer []byte
	due    time.Time // of the next frame: on the device's clock in live, else on ours
	last   time.Time // place of the frame before
	phase  time.Duration
	lag    time.Duration
	shift  int64 // pictures by which the clip is off since a key frame was wanted
	paused bool
	ended  bool
	told   map[byte]int // orders to the library that were sent
}

func newSDKStream(c *sdkConn, o opened) *sdkStream {
	clip := c.r.clip(o.channel, o.stream)
	s := &sdkStream{
		c: c, channel: o.channel, number: o.stream, orders: make(chan sdkRequest, 64), woken: make(chan struct{}, 1),
		mux: newSDKMuxer(c.r, clip, o.channel), told: make(map[byte]int),
	}
	s.tracks = append(s.tracks, &stream{announced: announced{video: true, feed: &clip.Video.Track}})
	if clip.Audio != nil {
		s.tracks = append(s.tracks, &stream{announced: announced{feed: &clip.Audio.Track}})
	}
	if o.span.live() {
		s.phase = c.r.nextPhase()
	} else {
		s.reel = &reel{r: c.r, channel: o.channel, span: o.span, scale: 1}
	}
	return s
}

// wake lets the stream look at the faults.
func (s *sdkStream) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

func (s *sdkStream) faults() Faults { return s.c.r.Faults().of(s.channel) }

// packet sends one packet. It returns false where the connection has ended. A recording waits for its client for ever.
func (s *sdkStream) packet(kind byte, payload []byte) bool {
	patience := writeTimeout
	if s.reel != nil {
		patience = 0
	}
	header := binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(payload)))
	if err := s.c.write(append(header, payload...), patience); err != nil {
		s.c.drop("cannot send: " + err.Error())
		return false
	}
	return true
}

// run sends until the connection ends.
func (s *sdkStream) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	if head := s.mux.head(); head != nil && !s.packet(packetHead, head) {
		return
	}
	if s.reel == nil {
		goLive(s.tracks, s.c.r.now(), s.faults().WaitKeyFrame)
	}
	s.start()
	for {
		f := s.faults()
		if !s.tell(f) {
			return
		}
		rest := time.Duration(-1)
		if !s.paused && !s.ended {
			rest = max(s.rest(f), 0)
		}
		due, alive := s.wait(ctx, timer, rest)
		if !alive {
			return
		}
		if due && !s.step(s.faults()) {
			return
		}
	}
}

// wait waits so long, for ever where rest is negative. An order or a change of faults ends it early; due tells whether none did.
func (s *sdkStream) wait(ctx context.Context, timer *time.Timer, rest time.Duration) (due, alive bool) {
	var expired <-chan time.Time
	switch {
	case rest == 0:
		select {
		case <-ctx.Done():
			return false, false
		case q := <-s.orders:
			return false, s.obey(q)
		default:
			return true, true
		}
	case rest > 0:
		timer.Reset(rest)
		expired = timer.C
	}
	select {
	case <-ctx.Done():
		return false, false
	case q := <-s.orders:
		return false, s.obey(q)
	case <-s.woken:
		return false, true
	case <-expired:
		return true, true
	}
}

// tell sends the orders to the library that the faults ask for, each once.
func (s *sdkStream) tell(f Faults) bool {
	for _, order := range []struct {
		kind    byte
		amount  int
		payload []byte
	}{
		{packetBloat, f.SDKBloat, binary.LittleEndian.AppendUint32(nil, uint32(max(f.SDKBloat, 0)))},
		{packetSilent, amount(f.SDKSilent), nil},
		{packetLost, amount(f.SDKLose), []byte("fault")},
		{packetWedge, amount(f.SDKWedge), nil},
		{packetCrash, amount(f.SDKCrash), nil},
	} {
		if order.amount > 0 && order.amount != s.told[order.kind] && !s.packet(order.kind, order.payload) {
			return false
		}
		s.told[order.kind] = order.amount
	}
	return true
}

func amount(is bool) int {
	if is {
		return 1
	}
	return 0
}

// obey does what the client says. It returns false where the connection has ended.
func (s *sdkStream) obey(q sdkRequest) bool {
	if s.reel == nil {
		return true
	}
	switch q.word {
	case "PAUSE":
		s.paused = true
	case "RESUME":
		s.paused = false
		s.start()
	case "SPEED":
		if speed, err := strconv.ParseFloat(q.argument, 64); err == nil && speed > 0 {
			s.reel.scale = min(max(speed, minScale), maxScale)
		}
	case "SEEK":
		at, err := time.Parse(sdkTime, q.argument)
		if err != nil {
			return true
		}
		found := s.reel.seek(s.tracks, at, s.faults().LateKeyFrame)
		s.ended = false
		s.start()
		if !s.packet(packetSought, nil) {
			return false
		}
		if !found {
			return s.end(s.faults())
		}
	}
	return true
}
