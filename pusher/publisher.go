package pusher

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/media"
)

// Defaults of PublisherConfig. SRS ends a publish that is silent for 5 s.
const (
	defaultAudioWait = 200 * time.Millisecond
	defaultSettle    = 200 * time.Millisecond
)

// maxHeld bounds the units that are held back while the first audio frame is waited for.
const maxHeld = 256

// Units is where a Publisher takes access units from; media.Queue is one. All calls come from one goroutine.
type Units interface {
	// Attach begins a publish: what Next returns first is a random-access video unit.
	Attach()
	// Detach ends a publish.
	Detach()
	// Ready tells whether Next would return at once.
	Ready() bool
	// Next hands over the next unit with its ownership. It fails with media.ErrIdle when nothing came for wait, with
	// media.ErrQueueClosed at the end of the stream, and with the context's error.
	Next(ctx context.Context, wait time.Duration) (*media.AccessUnit, error)
}

// DefaultKeepAlive is how long a publish is silent at most: SRS ends one that is for 5 s.
const DefaultKeepAlive = 2 * time.Second

// PublisherConfig configures a Publisher.
type PublisherConfig struct {
	Dialer Dialer
	// KeepAlive is how long the connection may be silent, default DefaultKeepAlive.
	KeepAlive time.Duration
	// AudioWait is how long the first key frame waits for audio that is promised, default 200 ms. A browser cannot add sound to a
	// picture that already plays.
	AudioWait time.Duration
	// Settle is how long a publish must have stood before it counts as playable, default 200 ms: nginx-rtmp 1.2.2 with "deny publish"
	// answers NetStream.Publish.Start first and closes then, after the first key frame may have been written.
	Settle time.Duration
	// OnSent is told of each unit that has been written how long ago it came from the device, AccessUnit.Arrival. It is called from Run's
	// goroutine for every unit, so it must cost next to nothing, and may be nil.
	OnSent func(late time.Duration)
	// OnAccepted is called when a server has accepted the publish, OnPlayable when its first key frame has been written and the
	// publish has settled. Both are called from Run's goroutine and may be nil.
	OnAccepted func(Conn)
	OnPlayable func()
	// Log may be nil.
	Log *zap.Logger
}

// Publisher carries units to a server, one publish at a time.
type Publisher struct {
	cfg PublisherConfig

	messages, bytes         atomic.Uint64
	lastKeyFrame, lastFrame atomic.Int64 // Unix time in ns, 0 for never
}

// Stats is what a Publisher has sent, over all its publishes.
type Stats struct {
	Messages, Bytes uint64
	// LastKeyFrame and LastFrame are when a picture, or a frame of any kind, was last written; zero for never.
	LastKeyFrame, LastFrame time.Time
}

// NewPublisher returns a Publisher; it does nothing before Run.
func NewPublisher(cfg PublisherConfig) *Publisher {
	if cfg.KeepAlive <= 0 {
		cfg.KeepAlive = DefaultKeepAlive
	}
	if cfg.AudioWait <= 0 {
		cfg.AudioWait = defaultAudioWait
	}
	if cfg.Settle <= 0 {
		cfg.Settle = defaultSettle
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &Publisher{cfg: cfg}
}

// Stats may be called from any goroutine.
func (p *Publisher) Stats() Stats {
	return Stats{
		Messages: p.messages.Load(), Bytes: p.bytes.Load(),
		LastKeyFrame: instant(p.lastKeyFrame.Load()), LastFrame: instant(p.lastFrame.Load()),
	}
}

func instant(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}

// Run publishes units as stream until the stream ends, and then returns nil. It fails with an *Error of the dial or of the
// connection, with ErrHEVC or ErrNoPicture, or with the context's error. The connection is closed when it returns. It may be called
// again then, not at the same time.
//
// tracks tells what will come out of units: a source's audio that is dropped on the way is not in it, one that is transcoded may be
// in it as what it was. It is asked when the server has accepted and when the first key frame is there, and may return nil for not
// known.
func (p *Publisher) Run(ctx context.Context, stream string, units Units, tracks func() []*media.Track) error {
	conn, err := p.cfg.Dialer.Dial(ctx, stream)
	if err != nil {
		return err
	}
	// What it says comes too late to matter.
	defer func() { _ = conn.Close() }()
	if p.cfg.OnAccepted != nil {
		p.cfg.OnAccepted(conn)
	}
	if promises(tracks(), func(c media.Codec) bool { return c == media.H265 }) {
		if conn.HEVC() == HEVCNone {
			return ErrHEVC
		}
		if c, ok := conn.(*rtmpConn); ok && c.guessed {
			p.cfg.Log.Warn("the RTMP server names no version: H.265 is sent as enhanced RTMP; set rtmp.hevc if pictures stay black",
				zap.String("server", conn.Server()))
		}
	}

	forwarding, cancel := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-conn.Done():
			cancel() // ends a wait for units
		case <-forwarding.Done():
			_ = conn.Close() // ends a write; the cause is known
		}
	}()
	defer func() {
		cancel()
		<-watched
	}()

	units.Attach()
	defer units.Detach()
	f := &publish{Publisher: p, conn: conn, units: units, settled: time.Now().Add(p.cfg.Settle)}
	f.remuxer = NewRemuxer(f, conn.HEVC())
	err = f.run(forwarding, tracks)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case forwarding.Err() != nil:
		return conn.Err()
	default:
		return err
	}
}

// promises tells whether one of the tracks has a codec that is wanted.
func promises(tracks []*media.Track, wanted func(media.Codec) bool) bool {
	for _, t := range tracks {
		if wanted(t.Codec) {
			return true
		}
	}
	return false
}

// publish is one run of a Publisher.
type publish struct {
	*Publisher
	conn    Conn
	units   Units
	remuxer *Remuxer
	// begun says that a key frame has been written, playable that OnPlayable has been called, from settled on.
	begun, playable bool
	settled         time.Time
}

// run forwards until the end of the stream (nil) or an error.
func (f *publish) run(ctx context.Context, tracks func() []*media.Track) error {
	for {
		if !f.units.Ready() {
			if err := f.conn.Flush(); err != nil {
				return err
			}
		}
		wait := f.cfg.KeepAlive
		if f.begun && !f.playable {
			wait = min(wait, f.settle())
		}
		au, err := f.units.Next(ctx, wait)
		switch {
		case errors.Is(err, media.ErrIdle) && wait < f.cfg.KeepAlive:
			err = nil
		case errors.Is(err, media.ErrIdle):
			err = f.conn.KeepAlive()
		case errors.Is(err, media.ErrQueueClosed):
			return nil
		case err != nil:
			return err
		case !f.begun && au.RandomAccess && au.Track.Codec.Video():
			err = f.begin(ctx, au, tracks())
		default:
			err = f.forward(au)
		}
		if err != nil {
			return err
		}
	}
}

// settle says that the stream can be played once the publish has stood long enough, and returns how long to wait for that.
func (f *publish) settle() time.Duration {
	if left := time.Until(f.settled); left > 0 {
		return left
	}
	select {
	case <-f.conn.Done(): // the next wait for a unit tells
	default:
		f.playable = true
		if f.cfg.OnPlayable != nil {
			f.cfg.OnPlayable()
		}
	}
	return f.cfg.KeepAlive
}

// begin forwards the first key frame. Where audio is promised and none has come, it is held back for a while.
func (f *publish) begin(ctx context.Context, key *media.AccessUnit, tracks []*media.Track) error {
	held := []*media.AccessUnit{key}
	defer func() {
		for _, au := range held {
			au.Release()
		}
	}()
	var err error
	if f.remuxer.audio == nil && promises(tracks, func(c media.Codec) bool { return !c.Video() && c != media.CodecUnknown }) {
		held, err = f.awaitAudio(ctx, held)
	}
	for len(held) > 0 {
		au := held[0]
		held = held[1:]
		if err := f.forward(au); err != nil {
			return err
		}
	}
	if errors.Is(err, media.ErrQueueClosed) {
		return nil // Next will say it again
	}
	return err
}

// awaitAudio adds units to held until one is audio, and announces that.
func (f *publish) awaitAudio(ctx context.Context, held []*media.AccessUnit) ([]*media.AccessUnit, error) {
	end := time.Now().Add(f.cfg.AudioWait)
	for len(held) < maxHeld {
		left := time.Until(end)
		if left <= 0 {
			break
		}
		au, err := f.units.Next(ctx, left)
		if errors.Is(err, media.ErrIdle) {
			break
		}
		if err != nil {
			return held, err
		}
		held = append(held, au)
		if au.Track.Codec == media.AAC {
			f.remuxer.Announce(au.Track)
			return held, nil
		}
	}
	f.cfg.Log.Debug("promised audio has not come, going on without")
	return held, nil
}

// forward sends a unit and releases it.
func (f *publish) forward(au *media.AccessUnit) error {
	defer au.Release()
	before := f.messages.Load()
	if err := f.remuxer.Write(au); err != nil {
		return err
	}
	if f.messages.Load() == before {
		return nil
	}
	sent := time.Now()
	if f.cfg.OnSent != nil && !au.Arrival.IsZero() {
		f.cfg.OnSent(sent.Sub(au.Arrival))
	}
	now := sent.UnixNano()
	f.lastFrame.Store(now)
	if !au.RandomAccess || !au.Track.Codec.Video() {
		return nil
	}
	f.lastKeyFrame.Store(now)
	f.begun = true
	return nil
}

// WriteMessage implements MessageWriter for the Remuxer, and counts.
func (f *publish) WriteMessage(typeID byte, timestamp uint32, body [][]byte) error {
	if err := f.conn.WriteMessage(typeID, timestamp, body); err != nil {
		return err
	}
	n := 0
	for _, part := range body {
		n += len(part)
	}
	f.messages.Add(1)
	f.bytes.Add(uint64(n))
	return nil
}
