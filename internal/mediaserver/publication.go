package mediaserver

import "fmt"

// Publication is one live stream on its way in. Its methods may be called by any goroutine, WriteMessage by one at a time.
type Publication struct {
	hub    *hub
	stream *stream
}

// WriteMessage gives one RTMP message to all players. It copies body, which the caller may use again at once, and never waits for a
// player.
//
// typeID is 8 (audio), 9 (video) or 18 (data); timestamp is in ms and does not fall within a type; body is gathered in order and is
// the body of an FLV tag. Data is "onMetaData" and its AMF0 object or ECMA array, with or without "@setDataFrame" before it; it comes
// before the first frame, and again when it changes. What it promises is what the FLV header and the metadata of the players promise,
// so it must name only tracks that really come. Each track's header (AVC, HEVC or AAC sequence header) comes before its first frame.
//
// Errors: ErrClosed, ErrMessage. A message that fails with ErrMessage is dropped; the publication goes on.
func (p *Publication) WriteMessage(typeID byte, timestamp uint32, body [][]byte) error {
	if typeID != typeAudio && typeID != typeVideo && typeID != typeData {
		return fmt.Errorf("%w: type %d", ErrMessage, typeID)
	}
	m, err := newMessage(typeID, timestamp, body...)
	if err != nil {
		return err
	}
	if typeID == typeData {
		md, err := parseMetadata(m.body())
		if err != nil {
			return err
		}
		if md != nil {
			return p.stream.describe(md, timestamp)
		}
	}
	return p.stream.publish(m)
}

// Close ends the stream: players get what they still have to get and are ended. The name is free at once. Close may be called twice.
func (p *Publication) Close() error {
	p.hub.remove(p.stream)
	return nil
}

// Done is closed when the publication has ended, by Close or with the server.
func (p *Publication) Done() <-chan struct{} { return p.stream.done }

// Err is nil while the publication lives, and ErrClosed afterwards.
func (p *Publication) Err() error {
	select {
	case <-p.stream.done:
		return ErrClosed
	default:
		return nil
	}
}
