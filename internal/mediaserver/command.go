package mediaserver

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// command answers one command (Adobe RTMP 1.0 section 7.2). It returns errLeft where the session is over.
func (c *session) command(ctx context.Context, body []byte) error {
	r := &amfReader{b: body}
	name, id := r.string(), r.number()
	if r.err != nil {
		return fmt.Errorf("command: %w", r.err)
	}
	if name == "connect" {
		return c.connect(r, id)
	}
	if !c.connected {
		return fmt.Errorf("%q before connect", clip(name))
	}
	switch name {
	case "createStream":
		return c.result(id, appendNumber([]byte{amfNull}, mediaStreamID))
	case "play":
		return c.play(ctx, r)
	case "publish":
		return c.refusePublish(r)
	case "releaseStream", "FCPublish":
		return c.result(id, []byte{amfNull, amfNull})
	case "getStreamLength": // a live stream has none
		return c.result(id, appendNumber([]byte{amfNull}, 0))
	case "FCSubscribe":
		return c.send0("onFCSubscribe", 0, information("status", "NetStream.Play.Start", "subscribed"), 0)
	case "closeStream", "deleteStream", "FCUnsubscribe":
		if c.playing {
			return errLeft
		}
		return nil
	case "pause", "seek", "receiveAudio", "receiveVideo", "_result", "_error", "onStatus":
		return nil // a live stream goes on; an answer is not expected
	}
	if id == 0 {
		return nil
	}
	return c.send0("_error", id, information("error", "NetConnection.Call.Failed", "unknown command "+clip(name)), 0)
}

// clip keeps a stranger's word short where it is told again.
func clip(s string) string {
	if len(s) > 32 {
		s = s[:32]
	}
	return strings.ToValidUTF8(s, "?")
}

func (c *session) connect(r *amfReader, id float64) error {
	if c.connected {
		return errors.New("connect twice")
	}
	r.object(func(name string, value []byte) {
		if name == "app" {
			v := amfReader{b: value}
			c.app = v.string()
		}
	})
	if r.err != nil {
		return fmt.Errorf("connect: %w", r.err)
	}
	c.app, _, _ = strings.Cut(c.app, "?")
	c.app = strings.Trim(c.app, "/")
	c.connected = true
	if err := c.w.control(typeWindowAckSize, binary.BigEndian.AppendUint32(nil, windowSize)); err != nil {
		return err
	}
	const dynamic = 2
	if err := c.w.control(typeSetPeerBandwidth, append(binary.BigEndian.AppendUint32(nil, windowSize), dynamic)); err != nil {
		return err
	}
	if err := c.w.control(typeSetChunkSize, binary.BigEndian.AppendUint32(nil, outChunkSize)); err != nil {
		return err
	}
	answer := appendString(appendKey([]byte{amfObject}, "fmsVer"), "FMS/3,0,1,123") // Flash asks for a version it knows
	answer = appendNumber(appendKey(answer, "capabilities"), 31)
	answer = appendObjectEnd(answer)
	return c.result(id, append(answer, information("status", "NetConnection.Connect.Success", "connected")...))
}

func (c *session) play(ctx context.Context, r *amfReader) error {
	r.skip()
	name := r.string()
	if r.err != nil {
		return fmt.Errorf("play: %w", r.err)
	}
	if c.playing {
		return errors.New("play twice")
	}
	name, _, _ = strings.Cut(name, "?")
	if c.app != c.server.cfg.App || !validName(name) {
		return c.status("error", "NetStream.Play.StreamNotFound", "no such stream: "+clip(name))
	}
	st, v, err := c.server.hub.join(ctx, name)
	if errors.Is(err, errNoStream) {
		return c.status("error", "NetStream.Play.StreamNotFound", "no such stream: "+clip(name))
	}
	if err != nil {
		return err
	}
	if err := c.begin(name); err != nil {
		st.leave(v)
		return err
	}
	c.playing = true
	c.player.Go(func() { c.send(ctx, st, v) })
	return nil
}

// begin takes a place among the players and says what a player waits for before media.
func (c *session) begin(name string) error {
	if admitted, ok := c.conn.(*admittedConn); ok && !admitted.ticket.play() {
		if err := c.status("error", "NetStream.Play.Failed", "too many players"); err != nil {
			return err
		}
		return errLeft
	}
	if err := c.conn.SetReadDeadline(time.Time{}); err != nil { // a player has nothing more to say
		return err
	}
	if err := c.event(eventStreamBegin, mediaStreamID); err != nil {
		return err
	}
	if err := c.status("status", "NetStream.Play.Reset", "playing "+name); err != nil {
		return err
	}
	return c.status("status", "NetStream.Play.Start", "playing "+name)
}

// refusePublish is the answer to a stranger who wants to send.
func (c *session) refusePublish(r *amfReader) error {
	r.skip()
	if err := c.status("error", "NetStream.Publish.BadName", "publishing is not possible here: "+clip(r.string())); err != nil {
		return err
	}
	return errLeft
}

func (c *session) result(id float64, values []byte) error {
	return c.w.command(typeCommandAMF0, 0, append(appendNumber(appendString(nil, "_result"), id), values...))
}

func (c *session) status(level, code, description string) error {
	return c.send0("onStatus", 0, information(level, code, description), mediaStreamID)
}

// send0 sends a command with a null command object.
func (c *session) send0(name string, id float64, values []byte, streamID uint32) error {
	body := append(appendNumber(appendString(nil, name), id), amfNull)
	return c.w.command(typeCommandAMF0, streamID, append(body, values...))
}

// information is the object that tells how a command went.
func information(level, code, description string) []byte {
	b := appendString(appendKey([]byte{amfObject}, "level"), level)
	b = appendString(appendKey(b, "code"), code)
	b = appendString(appendKey(b, "description"), description)
	return appendObjectEnd(b)
}
