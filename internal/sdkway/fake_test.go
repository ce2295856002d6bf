package sdkway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mediapusher/internal/device"
	"mediapusher/internal/media"
	"mediapusher/internal/sdkway"
	"mediapusher/ptz"
	"mediapusher/vendor_sdk/sdk"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The error numbers of the vendor of these tests.
const (
	codePassword = 1
	codeLocked   = 2
	codeNothing  = 33
	codeCannot   = 23
	codeOffline  = 83
)

var meanings = map[int]device.Kind{
	codePassword: device.KindAuth, codeLocked: device.KindLocked, codeNothing: device.KindNoRecording, codeCannot: device.KindUnsupported,
	codeOffline: device.KindOffline,
}

func vendor(promised *bool) sdkway.Vendor {
	return sdkway.Vendor{
		Name: device.Hikvision, Port: 8000, Moves: map[ptz.Command]int{ptz.TiltUp: 21}, Speed: 4,
		Explain: func(code int) (device.Kind, string) {
			kind, ok := meanings[code]
			if !ok {
				return device.KindProtocol, ""
			}
			return kind, "words of " + kind.String()
		},
		Channels: func(identity sdk.Identity, _ device.Settings) []sdkway.Block {
			return []sdkway.Block{{Called: 1, First: identity.FirstDigital, Count: identity.Digital}}
		},
		Demuxer: func(emit func(*media.AccessUnit) error) sdkway.Demuxer {
			d := &demuxer{emit: emit}
			if promised == nil {
				return d
			}
			return &promisingDemuxer{d, *promised}
		},
	}
}

// unit is how the streams of these tests carry an access unit, one in each packet.
type unit struct {
	Codec media.Codec
	PTS   int64 // in milliseconds
	Wall  time.Time
	Keep  bool // given out by Flush alone
	Bad   bool // no unit: video that cannot be carried
	Void  bool // no unit: bytes that make none
}

func video(ms int) unit { return unit{Codec: media.H264, PTS: int64(ms)} }
func audio(ms int) unit { return unit{Codec: media.PCMA, PTS: int64(ms)} }

func (u unit) packet() sdk.Packet {
	data, _ := json.Marshal(u)
	return sdk.Packet{Kind: sdk.Data, Data: data}
}

var errCodec = errors.New("MJPEG is not carried")

type demuxer struct {
	emit func(*media.AccessUnit) error
	kept []*media.AccessUnit
	lost bool
}

func (d *demuxer) Write(p []byte) error {
	var u unit
	if err := json.NewDecoder(bytes.NewReader(p)).Decode(&u); err != nil {
		return err
	}
	if u.Void {
		return nil
	}
	if u.Bad {
		return errCodec
	}
	track := &media.Track{Codec: u.Codec}
	if !u.Codec.Video() {
		track.ID, track.SampleRate, track.Channels = 1, 8000, 1
	}
	au := media.NewAccessUnit(track)
	au.PTS, au.Wall, au.Lost = u.PTS*90, u.Wall, d.lost
	d.lost = false
	if err := au.Append([]byte{0x65}); err != nil {
		return err
	}
	if u.Keep {
		d.kept = append(d.kept, au)
		return nil
	}
	return d.emit(au)
}

func (d *demuxer) Flush() error {
	for _, au := range d.kept {
		if err := d.emit(au); err != nil {
			return err
		}
	}
	d.kept = nil
	return nil
}

func (d *demuxer) Reset() { d.lost = true }

// holdingDemuxer gives out what is to be kept when the stream pauses.
type holdingDemuxer struct{ *demuxer }

func (d *holdingDemuxer) Holds() bool { return len(d.kept) > 0 }
func (d *holdingDemuxer) Idle() error { return d.Flush() }

type promisingDemuxer struct {
	*demuxer
	promised bool
}

func (d *promisingDemuxer) AudioPromised() bool { return d.promised }

// fake is a supervisor, and the login and the streams in its worker.
type fake struct {
	identity sdk.Identity
	openErr  error
	startErr error
	speedErr error
	moveErr  error
	findErr  error
	files    [][]sdk.File
	keyFrame func() // blocks as long as it does

	mu       sync.Mutex
	name     string
	account  sdk.Account
	opens    int
	closed   bool
	live     []sdk.LiveRequest
	playback []sdk.PlaybackRequest
	searched []sdk.SearchRequest
	moved    []sdk.Movement
	keys     int
	speeds   []float64
	streams  []*stream

	packets chan sdk.Packet // of all streams
	failure chan error
}

func newFake() *fake {
	return &fake{
		identity: sdk.Identity{Serial: "DS-1", Type: 76, Digital: 3, FirstDigital: 33},
		packets:  make(chan sdk.Packet, 1000), failure: make(chan error, 1),
	}
}

func (f *fake) Open(_ context.Context, name string, account sdk.Account) (sdkway.Login, sdk.Identity, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.name, f.account = name, account
	f.opens++
	if f.openErr != nil {
		return nil, sdk.Identity{}, f.openErr
	}
	return f, f.identity, nil
}

func (f *fake) start() (sdkway.Stream, error) {
	if f.startErr != nil {
		return nil, f.startErr
	}
	s := &stream{fake: f}
	f.streams = append(f.streams, s)
	return s, nil
}

func (f *fake) Live(_ context.Context, request sdk.LiveRequest) (sdkway.Stream, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.live = append(f.live, request)
	return f.start()
}

func (f *fake) Playback(_ context.Context, request sdk.PlaybackRequest) (sdkway.Stream, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.playback = append(f.playback, request)
	return f.start()
}

func (f *fake) KeyFrame(context.Context, int, int) error {
	if f.keyFrame != nil {
		f.keyFrame()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys++
	return errors.New("no key frame for you")
}

func (f *fake) Search(ctx context.Context, request sdk.SearchRequest, page func([]sdk.File)) error {
	f.mu.Lock()
	f.searched = append(f.searched, request)
	f.mu.Unlock()
	for _, files := range f.files {
		page(files)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return f.findErr
}

func (f *fake) Move(_ context.Context, movement sdk.Movement) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.moved = append(f.moved, movement)
	return f.moveErr
}

func (f *fake) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

// send puts units into the stream.
func (f *fake) send(units ...unit) {
	for _, u := range units {
		f.packets <- u.packet()
	}
}

type stream struct {
	*fake
	stopped bool
}

func (s *stream) Next(ctx context.Context) (sdk.Packet, error) {
	select { // what is there is given before anything else
	case packet := <-s.packets:
		return packet, nil
	default:
	}
	select {
	case packet := <-s.packets:
		return packet, nil
	case err := <-s.failure:
		return sdk.Packet{}, err
	case <-ctx.Done():
		return sdk.Packet{}, ctx.Err()
	}
}

func (s *stream) Speed(_ context.Context, speed float64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.speeds = append(s.speeds, speed)
	return s.speedErr
}

func (s *stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	return nil
}

// written is what a sink has seen of a unit.
type written struct {
	codec media.Codec
	ms    int64
	lost  bool
}

type sink struct {
	mu     sync.Mutex
	tracks []media.Codec
	told   int
	units  []written
	err    error
	block  time.Duration // of each Write
}

func (s *sink) SetTracks(tracks []*media.Track) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told++
	for _, track := range tracks {
		s.tracks = append(s.tracks, track.Codec)
	}
	return s.err
}

func (s *sink) Write(au *media.AccessUnit) error {
	defer au.Release()
	if s.block > 0 {
		<-time.After(s.block)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.units = append(s.units, written{au.Track.Codec, au.PTS / 90, au.Lost})
	return nil
}

// see returns what has come so far.
func (s *sink) see() ([]media.Codec, []written) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tracks, s.units
}
