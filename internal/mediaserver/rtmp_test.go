package mediaserver_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"mediapusher/internal/mediaserver"
)

func TestRTMPPlay(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	large := append(keyFrame(1), bytes.Repeat([]byte{7}, 150000)...) // three chunks
	write(t, p, data, 0, metadata("videocodecid", "audiocodecid"))
	write(t, p, video, 0, avcHeader)
	write(t, p, audio, 0, aacHeader)
	write(t, p, video, 0xFFFFFE, large)
	write(t, p, video, 0xFFFFFF, interFrame(1))

	c := dial(t, s)
	c.connect("live")
	c.command("getStreamLength", 3, null, amfString(nil, "a"))
	c.expectResult(3)
	c.play("a?token=1")
	c.expectStatus("NetStream.Play.Start")
	c.expectMedia(tag{data, 0, nil}, tag{video, 0xFFFFFE, avcHeader}, tag{audio, 0xFFFFFE, aacHeader},
		tag{video, 0xFFFFFE, large}, tag{video, 0xFFFFFF, interFrame(1)})
	if n := viewers(s, "a"); n != 1 {
		t.Errorf("%d viewers", n)
	}
	write(t, p, video, 0x1000001, large)
	c.expectMedia(tag{video, 0x1000001, large})
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	c.until("stream EOF", func(m *rtmpMessage) bool { return m.typeID == 4 && bytes.Equal(m.body, []byte{0, 1, 0, 0, 0, 1}) })
	c.expectStatus("NetStream.Play.UnpublishNotify")
	if _, err := io.Copy(io.Discard, c.r); err != nil {
		t.Errorf("end: %v", err)
	}
}

func TestRTMPCommands(t *testing.T) {
	s := start(t, mediaserver.Config{StreamWait: time.Millisecond})
	c := dial(t, s)
	c.raw(chunks(2, 5, 0, binary.BigEndian.AppendUint32(nil, 100))) // wants an acknowledgement every 100 bytes
	c.connect("live")
	c.command("FCSubscribe", 3, null, amfString(nil, "a"))
	c.until("onFCSubscribe", func(m *rtmpMessage) bool { return bytes.HasPrefix(m.body, amfString(nil, "onFCSubscribe")) })
	c.raw(chunks(2, 4, 0, []byte{0, 6, 1, 2, 3, 4})) // ping
	c.until("pong", func(m *rtmpMessage) bool { return m.typeID == 4 && bytes.Equal(m.body, []byte{0, 7, 1, 2, 3, 4}) })
	c.command("noSuchThing", 9, null)
	c.until("_error", func(m *rtmpMessage) bool {
		return bytes.HasPrefix(m.body, amfNumber(amfString(nil, "_error"), 9))
	})
	c.raw(chunks(2, 4, 0, []byte{0, 3, 0, 0, 0, 1, 0, 0, 11, 184})) // buffer length, as FFmpeg sends it
	c.raw(chunks(3, 17, 0, append([]byte{0}, command("createStream", 10, null)...)))
	c.expectResult(10)
	c.play("absent")
	c.expectStatus("NetStream.Play.StreamNotFound")
	c.command("createStream", 11, null)
	c.until("acknowledgement", func(m *rtmpMessage) bool { return m.typeID == 3 && len(m.body) == 4 })
	c.expectResult(11)

	p := publish(t, s, "a")
	write(t, p, video, 0, keyFrame(1))
	c.play("a") // the same connection may try again
	c.expectMedia(tag{video, 0, keyFrame(1)})
	c.command("deleteStream", 0, null, amfNumber(nil, 1))
	eventually(t, "player gone", func() bool { return viewers(s, "a") == 0 })
}

func TestRTMPWrongApp(t *testing.T) {
	s := start(t, mediaserver.Config{StreamWait: time.Millisecond})
	publish(t, s, "a")
	c := dial(t, s)
	c.connect("other")
	c.play("a")
	c.expectStatus("NetStream.Play.StreamNotFound")
}

func TestRTMPPublishIsRefused(t *testing.T) {
	s := start(t, mediaserver.Config{})
	for _, name := range []string{"a", "b"} {
		if name == "a" {
			publish(t, s, "a")
		}
		c := dial(t, s)
		c.connect("live")
		c.command("releaseStream", 3, null, amfString(nil, name))
		c.expectResult(3)
		c.command("FCPublish", 4, null, amfString(nil, name))
		c.expectResult(4)
		c.raw(chunks(8, 20, 1, command("publish", 5, null, amfString(nil, name), amfString(nil, "live"))))
		c.raw(chunks(6, 9, 1, keyFrame(1)))
		c.expectStatus("NetStream.Publish.BadName")
		if _, err := io.Copy(io.Discard, c.r); err != nil {
			t.Errorf("not closed cleanly: %v", err)
		}
	}
	if p, err := s.Publish("b"); err != nil {
		t.Errorf("the name is held: %v", err)
	} else if errors.Is(p.Close(), mediaserver.ErrClosed) {
		t.Error("closed")
	}
}
