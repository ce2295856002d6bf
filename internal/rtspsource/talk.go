package rtspsource

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aler9/gortsplib/v2"
	"github.com/aler9/gortsplib/v2/pkg/base"
	"github.com/aler9/gortsplib/v2/pkg/format"
	rtspmedia "github.com/aler9/gortsplib/v2/pkg/media"
	rtspurl "github.com/aler9/gortsplib/v2/pkg/url"
	"go.uber.org/zap"

	"mediapusher/internal/media"
)

const (
	statusOK           = int(base.StatusOK)
	statusUnauthorized = int(base.StatusUnauthorized)
)

// never is longer than any run: gortsplib's own time limits stay out of the way, see answers.
const never = 100 * 365 * 24 * time.Hour

// maxTries is how often one request is sent at most: without credentials, with them, and with a fresh nonce.
const maxTries = 3

// talk is the conversation with the device up to PLAY. gortsplib forms the requests, keeps the session alive and ends it; what the device
// answers is seen and set right in onResponse first.
type talk struct {
	s      *session
	client *gortsplib.Client

	step    string
	setups  int // media set up so far
	timeout int // of the session, in seconds
	answer  answer
	offer   offer
	channel [2]int // of the SETUP answered last: RTP, RTCP

	ownPace atomic.Bool // the device refused to play at another speed than its own
}

// answer is what the device said last.
type answer struct {
	status     int
	reason     string
	challenges []string
	err        error // why it is of no use although its status is good
}

// offer is what DESCRIBE brought.
type offer struct {
	base    *url.URL
	streams []stream
	notes   []string
}

func newTalk(s *session) *talk {
	t := &talk{s: s, timeout: defaultSessionTimeout}
	tcp := gortsplib.TransportTCP
	t.client = &gortsplib.Client{
		ReadTimeout:     never,
		WriteTimeout:    s.src.cfg.Timeout,
		Transport:       &tcp,
		RedirectDisable: true,
		UserAgent:       "mediaPusher",
		DialContext:     s.dialled,
		OnRequest:       t.onRequest,
		OnResponse:      t.onResponse,
		Log: func(_ gortsplib.LogLevel, format string, args ...any) {
			s.log.Debug("RTSP client", zap.String("message", fmt.Sprintf(format, args...)))
		},
	}
	return t
}

// negotiate brings the device to play. It calls Sink.SetTracks before it asks for that, so that no frame has to wait.
func (t *talk) negotiate() error {
	address := (*rtspurl.URL)(t.s.src.url)
	err := t.ask(StepOptions, func() error {
		_, err := t.client.Options(address)
		return err
	})
	if err != nil {
		return err
	}
	err = t.ask(StepDescribe, func() error {
		_, _, _, err := t.client.Describe(address)
		return err
	})
	if err != nil {
		return err
	}
	r, err := t.setUp()
	if err != nil {
		return err
	}
	tracks := make([]*media.Track, len(r.tracks))
	for i, track := range r.tracks {
		tracks[i] = track.desc
	}
	if err := t.s.sink.SetTracks(tracks); err != nil {
		return err //nolint:wrapcheck // the contract of media.Sink: the run ends with this error
	}
	t.s.routing.Store(r)
	err = t.play()
	if t.s.src.cfg.Recording.scale() != "" && refusedBy(err) {
		t.s.log.Debug("RTSP PLAY refused, once more without Scale", zap.Error(err))
		t.ownPace.Store(true)
		err = t.play()
	}
	return err
}

// play asks the device to play. What it answers is for session.begin.
func (t *talk) play() error {
	return t.ask(StepPlay, func() error {
		_, err := t.client.Play(nil)
		return err
	})
}

// refusedBy tells an answer other than 401 by which a device refuses a request.
func refusedBy(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Status >= 400 && refused.Status != statusUnauthorized
}

// setUp sends SETUP for each stream. A refused audio leaves the picture alone.
func (t *talk) setUp() (*routing, error) {
	r := &routing{}
	notes := t.offer.notes
	for i, stream := range t.offer.streams {
		medium := &rtspmedia.Media{
			Control: controlURL(t.offer.base, stream.control),
			Formats: []format.Format{&format.Generic{PayloadTyp: stream.coding.payloadType}},
		}
		err := t.ask(StepSetup, func() error {
			_, err := t.client.Setup(medium, (*rtspurl.URL)(t.offer.base), 0, 0)
			return err
		})
		var refused *Error
		if i > 0 && errors.As(err, &refused) && refused.Status != 0 && refused.Status != statusUnauthorized {
			notes = append(notes, fmt.Sprintf("audio left out: SETUP answered %d %s", refused.Status, refused.Reason))
			break
		}
		if err != nil {
			return nil, err
		}
		if r.channels[t.channel[0]].kind != channelUnknown || r.channels[t.channel[1]].kind != channelUnknown {
			return nil, &Error{Step: StepSetup, Err: fmt.Errorf("%w: two media on one channel", ErrProtocol)}
		}
		r.channels[t.channel[1]] = channelUse{kind: channelRTCP, track: uint8(i)}
		r.channels[t.channel[0]] = channelUse{kind: channelRTP, track: uint8(i), payloadType: stream.coding.payloadType}
		r.tracks = append(r.tracks, stream.newTrack(t.s.sink, &t.s.src.counters))
		t.setups++
	}
	t.s.src.counters.notes.Store(&notes)
	t.tell(len(r.tracks), notes)
	return r, nil
}

// tell logs what is pulled. An operator who misses the sound finds here why: a device offers it in a codec that cannot be carried, or
// refuses it.
func (t *talk) tell(tracks int, notes []string) {
	fields := []zap.Field{zap.String("device", t.s.src.url.Host), zap.Int("tracks", tracks), zap.Strings("notes", notes)}
	silent := tracks == 1 && slices.ContainsFunc(notes, func(note string) bool { return strings.HasPrefix(note, "audio") })
	if silent {
		t.s.log.Info("RTSP without sound", fields...)
		return
	}
	t.s.log.Debug("RTSP streams", fields...)
}

// ask sends one request through gortsplib, again where the device's challenge can be answered.
func (t *talk) ask(step string, send func() error) error {
	t.step = step
	for try := 1; ; try++ {
		t.answer = answer{}
		err := send()
		a := t.answer
		if a.status == statusUnauthorized {
			refusal := t.s.auth.refused(a.challenges)
			if refusal == nil && try == maxTries {
				refusal = ErrAuth
			}
			if refusal != nil {
				return &Error{Step: step, Status: a.status, Reason: a.reason, Err: refusal}
			}
			continue
		}
		if a.status != 0 {
			t.s.auth.accept()
		}
		switch {
		case a.err != nil:
			return &Error{Step: step, Err: a.err}
		case err == nil:
			return nil
		default:
			return failure(step, a, err)
		}
	}
}

// failure tells why a request failed: by the device's status, else by what ended the connection.
func failure(step string, a answer, err error) error {
	e := &Error{Step: step, Err: err}
	var read *Error
	switch {
	case a.status != 0 && a.status != statusOK:
		e.Status, e.Reason, e.Err = a.status, a.reason, nil
	case errors.As(err, &read):
		e.Err = read.Err
	case errors.Is(err, os.ErrDeadlineExceeded):
		e.Err = ErrTimeout
	case errors.Is(err, ErrClosed):
	default:
		e.Err = fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return e
}
