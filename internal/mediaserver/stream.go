package mediaserver

import (
	"bytes"
	"sync"
	"time"
)

// stream is one live name: what a late joiner needs, and the viewers. Publishing never waits for a viewer.
type stream struct {
	name string
	done chan struct{} // closed by end

	mu    sync.Mutex
	ended bool
	// meta describes the stream; nil where no onMetaData came.
	meta *metadata
	// metaMessage is meta in the form for players, video and audio the newest headers.
	metaMessage, video, audio *message
	// seenVideo and seenAudio say what came, whatever meta promises.
	seenVideo, seenAudio bool
	gop                  gop
	meter                meter
	viewers              map[*viewer]struct{}
}

func newStream(name string, cfg Config) *stream {
	return &stream{
		name:    name,
		done:    make(chan struct{}),
		gop:     gop{maxBytes: cfg.GOPBytes, maxMessages: cfg.GOPMessages},
		viewers: make(map[*viewer]struct{}),
	}
}

// describe takes a new onMetaData. One that says what is known already, a sign of life for other servers, is of no use to players.
func (s *stream) describe(md *metadata, timestamp uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return ErrClosed
	}
	m, err := md.message(timestamp, md.video || s.seenVideo, md.audio || s.seenAudio)
	if err != nil {
		return err
	}
	if s.metaMessage != nil && bytes.Equal(m.body(), s.metaMessage.body()) {
		return nil
	}
	s.meta, s.metaMessage = md, m
	s.fanOut(m)
	return nil
}

// publish takes any other message.
func (s *stream) publish(m *message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return ErrClosed
	}
	if err := s.see(m); err != nil {
		return err
	}
	s.meter.add(len(m.body()), time.Now())
	switch m.class {
	case classVideoHeader:
		s.video = m
	case classAudioHeader:
		s.audio = m
	case classKeyFrame:
		s.gop.start(m, s.video, s.audio)
		s.fanOut(m)
		return nil
	default:
	}
	s.gop.add(m)
	s.fanOut(m)
	return nil
}

// see notes which tracks are there, and corrects the metadata for the players to come where it did not promise one.
func (s *stream) see(m *message) error {
	seenVideo, seenAudio := s.seenVideo || m.typeID == typeVideo, s.seenAudio || m.typeID == typeAudio
	if seenVideo == s.seenVideo && seenAudio == s.seenAudio {
		return nil
	}
	s.seenVideo, s.seenAudio = seenVideo, seenAudio
	if s.meta == nil {
		return nil
	}
	corrected, err := s.meta.message(m.timestamp, s.meta.video || seenVideo, s.meta.audio || seenAudio)
	if err != nil {
		return err
	}
	s.metaMessage = corrected
	return nil
}

func (s *stream) fanOut(m *message) {
	for v := range s.viewers {
		v.offer(m, s)
	}
}

// tracks says what a player will get. It is right from the moment the first message reaches a viewer.
func (s *stream) tracks() (video, audio bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	video, audio = s.seenVideo, s.seenAudio
	if s.meta != nil {
		video, audio = video || s.meta.video, audio || s.meta.audio
	}
	return video, audio
}

// startsAt says whether a player can begin with this message: at a key frame, or anywhere in a stream of sound alone.
func (s *stream) startsAt(m *message) bool {
	if s.seenVideo || s.meta != nil && s.meta.video {
		return m.class == classKeyFrame
	}
	return m.class == classAudio
}

// headers are what a player must have before the frame at this time.
func headers(timestamp uint32, tracks ...*message) []*message {
	var h []*message
	for _, m := range tracks {
		if m != nil {
			h = append(h, m.at(timestamp))
		}
	}
	return h
}

// join adds a viewer, which gets the GOP so far, where there is one, and then what comes. It returns false where the stream has ended.
func (s *stream) join(v *viewer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	if len(s.gop.messages) > 0 {
		audio := s.gop.audio
		if audio == nil { // the sound began within this GOP
			audio = s.audio
		}
		v.begin(s.metaMessage, append(headers(s.gop.messages[0].timestamp, s.gop.video, audio), s.gop.messages...))
	}
	s.viewers[v] = struct{}{}
	return true
}

func (s *stream) leave(v *viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.viewers, v)
}

// end lets the viewers play what they have and then ends them. It may be called twice.
func (s *stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	s.ended = true
	close(s.done)
	s.gop.drop()
	for v := range s.viewers {
		v.end(errStreamEnd)
	}
	clear(s.viewers)
}
